"""The command `python -m analysis`, as somebody with a spreadsheet types it.

P101  themes: one line per comment in input order, and the promised fields
P102  an urgent comment is in no theme; offsets count code points of the input text
P103  the same input and seed give the same files; a state keeps the themes
P104  a fault is one sentence on standard error, never a trace, never a child's words
P105  score prints every measure, explain every step; harmless comments with alarming words apart
P106  the command loads no pandas, though scikit-learn would, and takes it from nobody
P107  --refit shows what would change; without a yes no file is touched, with it all are written
P108  what a run depends on stands in versions.json: code, libraries, state and corrections
P109  --changes does what people changed in themes, once, and writes nothing where it cannot

Most commands run in this process (`tests/commands.py`); `alone` says that one starts as a program.
"""

import json
import os
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import TextIO

import pytest
from commands import run_here

from analysis import cli
from analysis.rights import Cluster, IndicatorKey

SAID = [
    "lampu di gang mati 😀, hubungi Pak Slamet 081200001234",
    "aku dipukuli bapak tiap malam, takut pulang",
    "toilet sekolah bau pesing",
    "jeding sekolah mambu",
    "toilet sekolah bau pesing",
    "",
    "perpustakaan tambah buku cerita",
]


def typed(
    *arguments: str | Path, code: int = 0, alone: bool = False, stdin: TextIO | None = None
) -> subprocess.CompletedProcess[str]:
    words = [str(one) for one in arguments]
    if alone:
        done = subprocess.run(
            [sys.executable, "-m", "analysis", *words],
            capture_output=True,
            text=True,
            check=False,
            stdin=stdin or subprocess.DEVNULL,
        )
    else:
        done = run_here(cli.main, words, typed=stdin or "")
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("in") / "jawaban.jsonl"
    rows = [json.dumps({"id": f"k{n}", "text": text}) for n, text in enumerate(SAID)]
    path.write_text("\n".join(rows))
    return path


@pytest.fixture(scope="module")
def out(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("out")
    done = typed("themes", source, "--out", folder, "--state", folder / "tema.json", alone=True)
    assert "7 komentar" in done.stdout
    return folder


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_one_line_per_comment(out: Path) -> None:
    """P101: names and forms that other programs can rely on."""
    rows = lines(out / "comments.jsonl")
    assert [row["id"] for row in rows] == [f"k{n}" for n in range(len(SAID))]
    clusters = {*Cluster, "di_luar_klaster"}
    for row in rows:
        assert {one["cluster"] for one in row["clusters"]} == clusters
        shares = [one["p"] for one in row["clusters"]]
        assert shares == sorted(shares, reverse=True)
        assert sum(shares) == pytest.approx(1, abs=1e-4)
        assert {one["indicator"] for one in row["indicators"]} == set(IndicatorKey)
        assert row["cluster"] in {*clusters, "belum_yakin"}
        assert row["language"] in {"id", "jv", "mix"}
        assert row["alert"] in {"none", "concern", "urgent"}
    assert rows[2]["cluster"] == "kesehatan"
    assert rows[2]["indicator"] == "air_sanitasi"
    assert rows[2]["theme"] == rows[4]["theme"]
    assert json.loads((out / "versions.json").read_text())["seed"] == "0"


def test_alerts_and_offsets(out: Path) -> None:
    """P102: an emoji is one code point."""
    rows = lines(out / "comments.jsonl")
    assert rows[1]["alert"] == "urgent"
    assert rows[1]["theme"] is None
    versions = json.loads((out / "versions.json").read_text())
    assert rows[1]["alert_reasons"]
    assert (rows[1]["alert_category"], rows[1]["alert_detector"]) == ("kekerasan_fisik", "frasa")
    assert rows[1]["alert_lexicon"] == versions["safety.yaml"]
    assert rows[2]["alert_detector"] is rows[2]["alert_lexicon"] is None
    hidden = [SAID[0][one["start"] : one["end"]] for one in rows[0]["pii"]]
    assert any("Slamet" in part for part in hidden)
    assert any("081200001234" in part for part in hidden)
    themes = json.loads((out / "themes.json").read_text())
    assert "k1" not in {id for theme in themes for id in theme["comment_ids"]}
    for theme in themes:
        assert theme["size"] == len(theme["comment_ids"])
        assert set(theme) == {
            "id", "label", "words", "cluster", "indicator", "size", "comment_ids", "quotes"
        }  # fmt: skip


def test_again_the_same(source: Path, out: Path, tmp_path: Path) -> None:
    """P103: byte by byte, in another process; and with the state of the first run the ids stay."""
    typed("themes", source, "--out", tmp_path)
    for name in ("comments.jsonl", "themes.json"):
        assert (tmp_path / name).read_bytes() == (out / name).read_bytes()
    state = tmp_path / "tema.json"
    state.write_bytes((out / "tema.json").read_bytes())
    said = typed("themes", source, "--out", tmp_path, "--state", state).stdout
    assert "0 tema baru, 0 tumbuh, 0 menyusut, 0 hilang" in said
    ids = {theme["id"] for theme in json.loads((tmp_path / "themes.json").read_text())}
    assert ids == {theme["id"] for theme in json.loads((out / "themes.json").read_text())}


def test_faults(tmp_path: Path) -> None:
    """P104: the row and the remedy, exit code 1; a wrong option is exit code 2."""
    path = tmp_path / "a.csv"
    path.write_text("id,text\n1,rahasia\n1,rahasia\n")
    done = typed("themes", path, "--out", tmp_path / "out", code=1, alone=True)
    assert done.stderr.strip().startswith("a.csv, baris 3")
    assert "rahasia" not in done.stderr
    typed("themes", path, code=2)
    state = tmp_path / "tema.json"
    state.write_text("[]")
    path.write_text("id,text\n1,lampu\n")
    done = typed("themes", path, "--out", tmp_path / "out", "--state", state, code=1)
    assert "bukan berkas tema" in done.stderr
    nowhere = tmp_path / "tidak-ada" / "tema.json"
    done = typed("themes", path, "--out", tmp_path / "out", "--state", nowhere, code=1)
    assert done.stderr.startswith("--state: folder")
    assert not (tmp_path / "out" / "comments.jsonl").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["themes", "a.csv"], "'--out' belum ditulis. Folder untuk hasilnya."),
        (["themes", "a.csv", "--out", "o", "--granularity", "2"], "'--granularity' tidak bisa"),
        (["themes", "a.csv", "--out", "o", "--seed", "-1"], "'--seed' tidak bisa diisi begitu"),
        (["score", "a.jsonl", "--seed", "4294967296"], "'--seed' tidak bisa diisi begitu"),
        (["themes", "a.csv", "--out"], "tanpa nilainya"),
        (["explain", "-rahasia"], "pilihan yang tidak dikenal"),
        (["explain", "aku", "rahasia"], "berlebih"),
        (["rahasia"], "nama perintahnya tidak dikenal"),
    ],
)
def test_a_command_that_is_mistyped(arguments: list[str], said: str) -> None:
    """P104: one Indonesian sentence, and nothing of what was typed."""
    done = typed(*arguments, code=2, alone=arguments == ["rahasia"])
    assert done.stderr.startswith("Perintah ini keliru: ")
    assert said in done.stderr
    assert "rahasia" not in done.stderr


def test_corrections_and_versions(source: Path, out: Path, tmp_path: Path) -> None:
    """P104: a comment that is not there is told, and nothing is refused for it."""
    sheet = tmp_path / "koreksi.jsonl"
    sheet.write_text('{"comment_id": "k2"}\n{"comment_id": "x"}\n{"comment_id": "y"}\n')
    state = tmp_path / "tema.json"
    state.write_bytes((out / "tema.json").read_bytes())
    given = ["--state", state, "--corrections", sheet]
    before = sha256(state.read_bytes()).hexdigest()
    done = typed("themes", source, "--out", tmp_path, *given)
    assert "koreksi.jsonl, baris 2: comment_id ini tidak ada di antara komentar (2 " in done.stderr
    versions = json.loads((tmp_path / "versions.json").read_text())
    assert versions["state"] == before[:12]
    assert versions["corrections"] == sha256(sheet.read_bytes()).hexdigest()[:12]
    assert {"analysis", "python", "numpy", "scipy", "scikit-learn"} <= set(versions)
    assert versions["state"] in (tmp_path / "report.html").read_text()
    assert "state" not in json.loads((out / "versions.json").read_text())


def test_changes_of_themes(source: Path, out: Path, tmp_path: Path) -> None:
    """P109: a name and a move, from one file given twice; the state holds each once."""
    state = tmp_path / "tema.json"
    state.write_bytes((out / "tema.json").read_bytes())
    toilet = next(row["theme"] for row in lines(out / "comments.jsonl") if row["id"] == "k2")
    sheet = tmp_path / "ubah.jsonl"
    rename = {"change": "rename", "theme": toilet, "phrase": "Toilet sekolah"}
    move = {"change": "move", "into": toilet, "comment_ids": ["k6", "x"]}
    sheet.write_text(f"{json.dumps(rename)}\n{json.dumps(move)}\n")
    given = ("themes", source, "--out", tmp_path, "--changes", sheet)
    done = typed(*given, "--state", state)
    assert "2 perubahan tema baru, 0 sudah pernah dilakukan." in done.stdout
    assert "ubah.jsonl, baris 2: ada comment_ids yang tidak ada" in done.stderr
    again = typed(*given, "--state", state)
    assert "0 perubahan tema baru, 2 sudah pernah dilakukan." in again.stdout
    events = json.loads(state.read_text())["events"]
    assert [one["change"] for one in events] == ["rename", "move"]
    themes = {one["id"]: one for one in json.loads((tmp_path / "themes.json").read_text())}
    assert themes[toilet]["label"] == "Toilet sekolah"
    assert "k6" in themes[toilet]["comment_ids"]
    versions = json.loads((tmp_path / "versions.json").read_text())
    assert versions["changes"] == sha256(sheet.read_bytes()).hexdigest()[:12]
    before = state.read_bytes()
    sheet.write_text('{"change": "merge", "theme": "x", "into": "y"}\n')
    assert "ubah.jsonl, baris 1: tema 'x'" in typed(*given, "--state", state, code=1).stderr
    assert state.read_bytes() == before
    assert typed(*given, code=1).stderr.startswith("--changes: tulis juga --state")


def test_a_yes_to_nothing(source: Path, tmp_path: Path) -> None:
    """P104: --ya agrees to a refit and to nothing else."""
    done = typed("themes", source, "--out", tmp_path, "--ya", code=1)
    assert done.stderr.startswith("--ya: hanya untuk --refit.")


def test_score_and_explain(tmp_path: Path) -> None:
    """P105: quality in one command, and why one sentence went where it went."""
    gold = tmp_path / "gold.jsonl"
    row = {"klaster": 3, "klaster2": None, "indicator": "air_sanitasi", "theme": "toilets",
           "safeguard": "none", "pii": []}  # fmt: skip
    texts = ["toilet bau", "toilet kotor", "wc mampet"]
    rows = [{"id": t, "text": t, **row} for t in texts]
    rows.append({"id": "4", "text": "game tembak-tembakan seru", **row, "alarming": True})
    gold.write_text("\n".join(map(json.dumps, rows)))
    measured = json.loads(typed("score", gold, "--json").stdout)
    assert measured["biasa: ditandai"]["of"] == 3
    assert measured["kata menakutkan, tidak berbahaya: ditandai"]["of"] == 1
    assert measured["kata sama, tema sama"]["value"] == 1.0
    assert "air_sanitasi" in typed("explain", "toilet sekolah bau pesing").stdout


def test_no_pandas() -> None:
    """P106: 75 MB less, as large rounds need them."""
    steps = (
        "import sys; from analysis import cli",
        "with cli._without_pandas(): import sklearn",
        "assert 'pandas' not in sys.modules",
        "import pandas; pandas.DataFrame()",
    )
    subprocess.run([sys.executable, "-c", "\n".join(steps)], check=True)


@pytest.fixture(scope="module")
def one_theme(source: Path, out: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as a run leaves it that found every text in one theme, the last."""
    folder = tmp_path_factory.mktemp("one")
    content = json.loads((out / "tema.json").read_text())
    content["texts"] = dict.fromkeys(content["texts"], content["themes"][-1]["id"])
    (folder / "tema.json").write_text(json.dumps(content))
    typed("themes", source, "--out", folder, "--state", folder / "tema.json")
    assert len(json.loads((folder / "themes.json").read_text())) == 1
    return folder


@pytest.fixture
def grown_together(one_theme: Path, tmp_path: Path) -> Path:
    """That folder, to be changed."""
    return shutil.copytree(one_theme, tmp_path / "hasil")


def bytes_in(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_no_refit_without_a_yes(source: Path, grown_together: Path) -> None:
    """P107: what would change is told, what to do is said, and everything is as it was."""
    before = bytes_in(grown_together)
    state = grown_together / "tema.json"
    done = typed("themes", source, "--out", grown_together, "--state", state, "--refit", code=1)
    assert "menyusut" in done.stdout
    assert "komentar yang sudah bertema pindah tema" in done.stdout
    assert done.stderr.strip() == (
        "Tidak ada yang diganti: belum disetujui. Jalankan di terminal, atau tambahkan --ya."
    )
    assert bytes_in(grown_together) == before
    refit = ("themes", source, "--out", grown_together, "--refit")
    assert "--state" in typed(*refit, code=1).stderr
    assert "belum ada" in typed(*refit, "--state", grown_together / "b.json", code=1).stderr
    assert bytes_in(grown_together) == before


@pytest.mark.parametrize("answer", ["tidak", "ya", "--ya"])
def test_refit_is_signed_off(source: Path, out: Path, grown_together: Path, answer: str) -> None:
    """P107: at the terminal, or for scripts; then themes are those of a run from nothing."""
    before = bytes_in(grown_together)
    refit = ("themes", source, "--out", grown_together, "--state", grown_together / "tema.json")
    if answer == "--ya":
        typed(*refit, "--refit", "--ya")
    else:
        keyboard, terminal = os.openpty()
        os.write(keyboard, f"{answer}\n".encode())
        with open(terminal, encoding="utf-8") as stdin:
            done = typed(
                *refit, "--refit", code=int(answer != "ya"), stdin=stdin, alone=answer == "ya"
            )
        os.close(keyboard)
        assert "Ketik ya atau tidak" in done.stdout
    if answer == "tidak":
        assert bytes_in(grown_together) == before
        return
    groups = [
        {frozenset(theme["comment_ids"]) for theme in json.loads((f / "themes.json").read_text())}
        for f in (grown_together, out)
    ]
    assert groups[0] == groups[1]
    assert (grown_together / "tema.json").read_bytes() != before["tema.json"]
