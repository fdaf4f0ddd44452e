"""The command `python -m analysis`: for anyone with a spreadsheet, without the app."""

import hashlib
import json
import os
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from analysis import changes, writing
from analysis.agreeing import agreement
from analysis.comments import Analysis, Comment
from analysis.corrections import Correction, read_corrections
from analysis.errors import AnalysisRefused, reason_of
from analysis.events import WrittenEvent, changed, read_changes
from analysis.memory import uncollected
from analysis.reading import read_comments
from analysis.standing import ThemeState, difference

if TYPE_CHECKING:
    from analysis.batches import Batches

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    help="Dari jawaban terbuka anak menjadi tema menurut lima klaster hak anak.",
)
app.command()(agreement)
_console = Console()
_errors = Console(stderr=True)

Granularity = Annotated[
    float, typer.Option(min=0.0, max=1.0, help="0 = sedikit tema yang luas, 1 = banyak yang rinci.")
]
Seed = Annotated[
    int,
    typer.Option(
        min=0,
        max=2**32 - 1,  # the largest numpy takes
        help="Bilangan acak awal, 0 sampai 4294967295; sama = hasil sama.",
    ),
]


@contextmanager
def _without_pandas() -> Iterator[None]:
    """scikit-learn loads pandas where it finds it: 75 MB and half a second for tables we never use.

    What is loaded here does without; whoever loads pandas afterwards gets it.
    """
    if "pandas" in sys.modules:
        yield
        return
    sys.modules["pandas"] = None  # type: ignore[assignment]  # "not there", in Python's manual
    try:
        yield
    finally:
        del sys.modules["pandas"]


@app.command()
@uncollected()
def themes(
    source: Annotated[Path, typer.Argument(metavar="INPUT", help="CSV, XLSX atau JSONL.")],
    out: Annotated[Path, typer.Option("--out", help="Folder untuk hasilnya.")],
    state: Annotated[
        Path | None, typer.Option("--state", help="Berkas tema yang bertahan antar-putaran.")
    ] = None,
    refit: Annotated[
        bool, typer.Option("--refit", help="Susun tema dari awal, setelah disetujui.")
    ] = False,
    agreed: Annotated[bool, typer.Option("--ya", help="Setujui --refit tanpa ditanya.")] = False,
    corrections: Annotated[
        Path | None, typer.Option("--corrections", help="JSONL berisi koreksi peninjau.")
    ] = None,
    theme_changes: Annotated[
        Path | None, typer.Option("--changes", help="JSONL berisi perubahan tema oleh orang.")
    ] = None,
    granularity: Granularity = 0.5,
    seed: Seed = 0,
    workers: Annotated[
        int, typer.Option("--workers", metavar="N", help="Inti prosesor yang dipakai.")
    ] = 1,
    dask: Annotated[
        str | None,
        typer.Option(
            "--dask",
            metavar="ALAMAT",
            help="Klaster Dask milik sendiri, misalnya tcp://10.0.0.5:8786;"
            " teks anak dikirim ke sana apa adanya.",
        ),
    ] = None,
) -> None:
    """Baca komentar dari INPUT; tulis klaster, tema, peringatan, dan laporan ke folder --out."""
    _check_workers(workers, dask)
    _check_state(state, refit=refit, agreed=agreed, changed=theme_changes is not None)
    comments = read_comments(source)
    corrected = read_corrections(corrections) if corrections else ()
    written = read_changes(theme_changes) if theme_changes else ()
    _warn_of_unknown(corrected, written, comments)
    standing = ThemeState.load(state) if state and state.exists() else None
    given = _hashes(state=state, corrections=corrections, changes=theme_changes)
    if standing:
        standing = _with_changes(standing, written)
        _warn_of_used_ids(standing, comments)
    _make_room(out, state)
    with _progress("Menyiapkan") as tell:
        with _without_pandas():  # scikit-learn: the bar is on the screen by now
            from analysis.journey import analyse

        with _batches(workers, dask) as batches:
            analysed = analyse(
                comments,
                state=standing,
                anew=refit,
                corrections=corrected,
                granularity=granularity,
                seed=seed,
                progress=tell,
                batches=batches,
            )
    if standing and refit:
        _sign_off(standing, comments, analysed, agreed=agreed)
    _warn_of_contradictions(corrected, analysed)
    analysed = replace(analysed, versions={**analysed.versions, **given})
    _write(out, comments, analysed)
    if state:
        analysed.state.save(state)
    _sum_up(out, analysed)
    if standing and not refit:
        line = changes.in_a_line(difference(standing, analysed.state))
        _console.print(f"Dibanding putaran sebelumnya: {line}.", soft_wrap=True, highlight=False)


def _write(out: Path, comments: Sequence[Comment], analysed: Analysis) -> None:
    """The four files of a run."""
    from analysis.report import write_report

    writing.write_comments(out / "comments.jsonl", analysed)
    writing.write_themes(out / "themes.json", analysed)
    writing.write_versions(out / "versions.json", analysed.versions)
    write_report(out / "report.html", comments, analysed)


def _sum_up(out: Path, analysed: Analysis) -> None:
    from analysis import counting

    alerts = counting.alerts(analysed).total()
    _console.print(
        f"{len(analysed.comments)} komentar, {len(analysed.themes)} tema, {alerts} perlu dibaca"
        f" petugas. Hasilnya di folder {out}.",
        soft_wrap=True,
        highlight=False,
        markup=False,
    )


def _check_state(state: Path | None, *, refit: bool, agreed: bool, changed: bool) -> None:
    if agreed and not refit:
        raise AnalysisRefused("--ya: hanya untuk --refit. Tulis juga --refit, atau hapus --ya.")
    for option, given in (("--refit", refit), ("--changes", changed)):
        if given and state is None:
            raise AnalysisRefused(f"{option}: tulis juga --state dengan berkas tema yang ada.")
        if given and state and not state.exists():
            raise AnalysisRefused(f"{state.name}: belum ada. Jalankan dulu tanpa {option}.")


def _with_changes(standing: ThemeState, written: Sequence[WrittenEvent]) -> ThemeState:
    """What stood, with the changes of a file that are new to it."""
    standing, new = changed(standing, written)
    if written:
        _console.print(
            f"{new} perubahan tema baru, {len(written) - new} sudah pernah dilakukan.",
            soft_wrap=True,
            highlight=False,
        )
    return standing


def _sign_off(
    standing: ThemeState, comments: Sequence[Comment], analysed: Analysis, *, agreed: bool
) -> None:
    """Show what a refit would change; ``AnalysisRefused`` unless somebody says yes to it."""
    from analysis.drawing import percent
    from analysis.recalling import put_by_people, where_they_stood

    pins = standing.pins(put_by_people(comments, standing))
    stood = where_they_stood(analysed.comments, standing, pins)
    before = changes.with_sizes(standing, stood)
    change = difference(before, analysed.state)
    table = changes.as_table(change, before, analysed.state)
    if table.row_count:
        _console.print(table)
    moved = percent(changes.share_moved(stood, analysed))
    _console.print(
        f"{changes.in_a_line(change)}; {moved} komentar yang sudah bertema pindah tema.",
        soft_wrap=True,
        highlight=False,
    )
    if agreed:
        return
    if not sys.stdin.isatty():
        raise AnalysisRefused(
            "Tidak ada yang diganti: belum disetujui. Jalankan di terminal, atau tambahkan --ya."
        )
    answer = typer.prompt("Ganti tema seperti ini? Ketik ya atau tidak", default="tidak")
    if answer.strip().lower() not in ("y", "ya"):
        raise AnalysisRefused("Tidak ada yang diganti.")


def _check_workers(workers: int, dask: str | None) -> None:
    if workers < 1:
        raise AnalysisRefused(f"--workers {workers}: tulis 1 atau lebih.")
    if dask is not None and workers > 1:
        raise AnalysisRefused("--workers dan --dask: pilih salah satu.")


def _warn_of_unknown(
    corrections: Sequence[Correction],
    written: Sequence[WrittenEvent],
    comments: Sequence[Comment],
) -> None:
    ids = {comment.id for comment in comments} if corrections or written else set()
    if unknown := [one for one in corrections if one.comment_id not in ids]:
        _say(
            f"{unknown[0].where}: comment_id ini tidak ada di antara komentar"
            f" ({len(unknown)} koreksi seperti itu). Periksa id-nya."
        )
    if missing := [one for one in written if not ids.issuperset(one.event.comment_ids)]:
        _say(
            f"{missing[0].where}: ada comment_ids yang tidak ada di antara komentar"
            f" ({len(missing)} perubahan seperti itu). Periksa id-nya."
        )


def _warn_of_used_ids(standing: ThemeState, comments: Sequence[Comment]) -> None:
    from analysis.recalling import ids_of_others

    if others := ids_of_others(comments, standing):
        _say(
            f"Id '{others[0][:40]}' dulu milik komentar lain yang dipindah orang"
            f" ({len(others)} id seperti itu); pemindahan itu tidak berlaku untuk komentar ini."
            " Beri setiap komentar id yang belum pernah dipakai, juga antar-putaran."
        )


def _warn_of_contradictions(corrections: Sequence[Correction], analysed: Analysis) -> None:
    from analysis.agreeing import contradictions

    if found := contradictions(corrections, analysed.comments):
        one, other = found[0]
        _say(
            f"{one.where}: klasternya lain daripada di {other.where}, padahal kata-katanya sama"
            f" ({len(found)} koreksi seperti itu). Masing-masing berlaku untuk komentarnya"
            " sendiri, dan yang terakhir untuk komentar lain; samakan bila salah satu keliru."
        )


def _hashes(**files: Path | None) -> dict[str, str]:
    """The first twelve digits of SHA-256, as for our own tables, of the files that are there."""
    return {
        name: hashlib.sha256(path.read_bytes()).hexdigest()[:12]
        for name, path in files.items()
        if path and path.exists()
    }


def _make_room(out: Path, state: Path | None) -> None:
    """The folders to write to; refused before the work and not after it."""
    out.mkdir(parents=True, exist_ok=True)
    for option, folder in (("--out", out), ("--state", state.parent if state else out)):
        if not folder.is_dir():
            raise AnalysisRefused(f"{option}: folder {folder} tidak ada. Buat dulu foldernya.")
        if not os.access(folder, os.W_OK):
            raise AnalysisRefused(
                f"{option}: folder {folder} tidak bisa ditulisi. Pilih yang lain."
            )


def _batches(workers: int, dask: str | None) -> "Batches":
    from analysis.batches import DaskCluster, InProcess, ProcessPool

    if dask is not None:
        return DaskCluster(dask)
    return ProcessPool(workers) if workers > 1 else InProcess()


@app.command()
def score(
    gold: Annotated[Path, typer.Argument(metavar="GOLD.jsonl", help="Komentar berlabel.")],
    pairs: Annotated[
        Path | None, typer.Option("--pairs", help="Keluhan yang sama dalam dua bahasa.")
    ] = None,
    seed: Seed = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Cetak sebagai JSON.")] = False,
) -> None:
    """Ukur mutu analisis pada komentar yang sudah dilabeli orang."""
    from analysis.scoring import read_gold, read_pairs, score

    rows = read_gold(gold)
    twins = read_pairs(pairs) if pairs else ()
    measured = score(rows, twins, seed=seed)
    if as_json:
        values = {one.name: asdict(one) for one in measured}
        sys.stdout.write(json.dumps(values, ensure_ascii=False, indent=1) + "\n")
        return
    shown = Table("ukuran", "nilai", "dari", "sasaran", title=f"{gold.name}: {len(rows)} komentar")
    for one in measured:
        shown.add_row(one.name, f"{one.value:.3f}", str(one.of), one.goal)
    _console.print(shown)


@app.command()
def explain(text: Annotated[str, typer.Argument(help="Satu kalimat.")]) -> None:
    """Tunjukkan apa yang dilakukan setiap langkah dengan satu kalimat."""
    from analysis.explaining import steps

    shown = Table("langkah", "hasil", title="Perjalanan satu kalimat", show_lines=True)
    for step, result in steps(Comment(id="1", text=text)):
        shown.add_row(step, escape(result))
    _console.print(shown)


def main() -> None:
    """Run the command; an error is one sentence with its remedy, never a trace."""
    try:
        status = app(standalone_mode=False)
    except AnalysisRefused as error:
        _refuse(str(error), 1)
    except OSError as error:
        name = Path(error.filename).name if error.filename else "berkas"
        _refuse(f"{name}: {reason_of(error)}. Periksa nama folder, izin, dan ruang disk.", 1)
    except (typer.Abort, KeyboardInterrupt):
        _refuse("Dibatalkan.", 130)
    except typer.TyperException as error:
        if error.format_message():  # empty where the help was shown instead
            _say(_mistyped(error))
        sys.exit(error.exit_code)
    except Exception as error:
        _refuse(_unexpected(error), 70)  # EX_SOFTWARE of sysexits.h
    sys.exit(status if isinstance(status, int) else 0)


def _refuse(sentence: str, code: int) -> None:
    _say(sentence)
    sys.exit(code)


def _say(sentence: str) -> None:
    _errors.print(sentence, highlight=False, markup=False, soft_wrap=True)


def _mistyped(error: typer.TyperException) -> str:
    """What is wrong with the command, without what was typed: that may be a child's sentence."""
    kind, param = type(error).__name__, getattr(error, "param", None)
    name = param.get_error_hint() if param else "sebuah pilihan"
    meant = getattr(param, "help", None) or "Periksa nilainya."
    said = {
        "MissingParameter": f"{name} belum ditulis. {meant}",
        "BadParameter": f"{name} tidak bisa diisi begitu. {meant}",
        "NoSuchOption": "ada pilihan yang tidak dikenal.",
        "BadOptionUsage": "sebuah pilihan ditulis tanpa nilainya.",
    }.get(kind, "nama perintahnya tidak dikenal, atau ada kata yang berlebih.")
    return f"Perintah ini keliru: {said} Lihat 'python -m analysis --help'."


def _unexpected(error: BaseException) -> str:
    """Where it broke, without the error's text: that may carry a child's words."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return (
        f"Kesalahan yang tidak terduga ({type(error).__name__} di"
        f" {os.path.basename(frame.filename)} baris {frame.lineno})."
        " Laporkan kepada pembuat aplikasi beserta perintah yang dijalankan."
    )


@contextmanager
def _progress(label: str) -> Iterator[Any]:
    """A bar on the terminal; call it with step and share done."""
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=_errors, transient=True) as bar:
        task = bar.add_task(label, total=1.0)
        yield lambda step, share: bar.update(task, completed=share, description=step)
