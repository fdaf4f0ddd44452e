"""From stored answers to themes and tables: `suara analyse` and `suara export`."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from survey_app import evidence, review
from survey_app.cli.output import AsJson, opened, print_json, print_values, progress_bar, say
from survey_app.errors import StoreError
from survey_app.evidence import ExportFormat
from survey_app.gathering import Round, RoundId
from survey_app.store import Store, rounds

COMMAND_LINE = "command line"  # who it was, in the log: nobody signs in there
export_app = typer.Typer(no_args_is_help=True, help="Keluarkan tabel untuk berkas KLA.")
RoundNumber = Annotated[
    int | None, typer.Option("--round", help="Nomor putaran; bawaannya yang terbaru.")
]


def analyse(round_number: RoundNumber = None, as_json: AsJson = False) -> None:
    """Baca jawaban terbuka satu putaran dan susun temanya."""
    with opened() as (_, store):
        round_ = _round(store, round_number)
        with progress_bar(f"Membaca '{round_.name}'", as_json=as_json) as advance:
            summary = review.run(store, round_.id, progress=lambda step, part: advance(part, step))
    values = {
        "round_id": round_.id,
        "round": round_.name,
        "comments": summary.comments,
        "themes": summary.themes,
        "alerts": summary.alerts,
        "waiting": summary.waiting,
    }
    labels = {
        "round": "Putaran",
        "comments": "Komentar dibaca",
        "themes": "Tema",
        "alerts": "Menunggu petugas perlindungan",
        "waiting": "Anak baru yang menunggu (tema ditambah mulai 10 anak)",
    }
    print_values(values, as_json=as_json, labels=labels)


_Kind = Annotated[ExportFormat, typer.Option("--format", help="Bentuk berkas.")]
_Out = Annotated[Path | None, typer.Option(help="Nama berkas yang ditulis.")]
_Overwrite = Annotated[bool, typer.Option("--overwrite", help="Timpa berkas yang ada.")]


@export_app.command("responses")
def export_responses(
    kind: _Kind = ExportFormat.CSV,
    out: _Out = None,
    free_text: Annotated[
        bool, typer.Option("--free-text", help="Sertakan teks bebas, sudah disamarkan.")
    ] = False,
    overwrite: _Overwrite = False,
    round_number: RoundNumber = None,
    as_json: AsJson = False,
) -> None:
    """Tulis jawaban satu putaran, tanpa tempat dan hari; teks bebas hanya bila diminta."""
    with opened() as (_, store):
        round_ = _round(store, round_number)
        path = _path(out, Path(f"jawaban-putaran-{round_.id}.{kind}"), overwrite=overwrite)
        table = evidence.export_responses(
            store, round_.id, kind, by=COMMAND_LINE, free_text=free_text
        )
    _write(path, table, round_, as_json=as_json)


@export_app.command("children")
def export_children(
    kind: _Kind = ExportFormat.CSV,
    out: _Out = None,
    overwrite: _Overwrite = False,
    round_number: RoundNumber = None,
    as_json: AsJson = False,
) -> None:
    """Tulis berapa anak ditanya, di mana dan hari apa, dalam kelompok paling sedikit 10 anak."""
    with opened() as (_, store):
        round_ = _round(store, round_number)
        path = _path(out, Path(f"anak-putaran-{round_.id}.{kind}"), overwrite=overwrite)
        table = evidence.export_children(store, round_.id, kind, by=COMMAND_LINE)
    _write(path, table, round_, as_json=as_json)


def _path(out: Path | None, usual: Path, *, overwrite: bool) -> Path:
    path = out or usual
    if path.exists() and not overwrite:
        raise StoreError(
            f"Berkas {path} sudah ada.", remedy="Pilih nama lain, atau tambahkan --overwrite."
        )
    return path


def _write(path: Path, table: bytes, round_: Round, *, as_json: bool) -> None:
    try:
        path.write_bytes(table)
    except OSError as error:
        raise StoreError(
            f"Berkas {path} tidak bisa ditulis ({type(error).__name__}).",
            remedy="Pilih folder lain dengan --out.",
        ) from error
    if as_json:
        print_json({"file": str(path), "bytes": len(table), "round_id": round_.id})
    else:
        say(f"Tertulis: {escape(str(path))}")


def _round(store: Store, number: int | None) -> Round:
    found = rounds.current(store) if number is None else rounds.by_id(store, RoundId(number))
    if found is None:
        raise StoreError(
            "Putaran itu tidak ada." if number else "Belum ada putaran.",
            remedy="Buka pertemuan pertama dengan `suara gathering open --help`.",
        )
    return found
