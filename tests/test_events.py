"""What people change in themes, as a file of one change a line.

E001  every change can be written, and is done once, however often the file is given
E002  a fault is one sentence with its line and remedy
"""

import json
from pathlib import Path
from typing import Any

import pytest

from analysis import Change, ThemeEvent, ThemeState
from analysis.errors import AnalysisRefused
from analysis.events import changed, read_changes
from analysis.standing import StandingTheme

STATE = ThemeState(tuple(StandingTheme(id, "gizi", id, 4, {"bau": 4}) for id in "abcdef"))
ALL_SEVEN: list[dict[str, Any]] = [
    {"change": "rename", "theme": "a", "phrase": "Toilet  sekolah"},
    {"change": "merge", "theme": "b", "into": "a"},
    {"change": "split", "theme": "a", "comment_ids": ["1", 2], "phrase": "Wifi"},
    {"change": "move", "into": "c", "comment_ids": ["3"]},
    {"change": "pin", "into": "d", "comment_ids": ["4"]},
    {"change": "retire", "theme": "e"},
    {"change": "forbid", "theme": "f"},
]


def written(path: Path, *rows: dict[str, Any]) -> Path:
    path.write_text("\n".join(map(json.dumps, rows)))
    return path


def test_every_change(tmp_path: Path) -> None:
    """E001: with the id a part gets by itself."""
    path = written(tmp_path / "ubah.jsonl", *ALL_SEVEN)
    state, new = changed(STATE, read_changes(path))
    assert new == len(Change) == len(ALL_SEVEN)
    by_id = {theme.id: theme for theme in state.themes}
    [part] = by_id.keys() - set("abcdef")
    assert (by_id["a"].phrase, by_id["a"].size, by_id[part].phrase) == ("Toilet sekolah", 8, "Wifi")
    assert "b" not in by_id
    assert (by_id["e"].retired, by_id["f"].forbidden) == (True, True)
    assert state.pinned == {"1": part, "2": part, "3": "c", "4": "d"}


def test_once(tmp_path: Path) -> None:
    """E001: also after the state was saved; lines added later, and repeated ones, are new."""
    path = written(tmp_path / "ubah.jsonl", *ALL_SEVEN)
    state, _ = changed(STATE, read_changes(path))
    state.save(tmp_path / "tema.json")
    state = ThemeState.load(tmp_path / "tema.json")
    assert changed(state, read_changes(path)) == (state, 0)
    again = {"change": "rename", "theme": "a", "phrase": "WC"}
    path = written(tmp_path / "ubah.jsonl", *ALL_SEVEN, again, ALL_SEVEN[0])
    later, new = changed(state, read_changes(path))
    assert new == 2
    assert next(theme.phrase for theme in later.themes if theme.id == "a") == "Toilet sekolah"
    assert later.events[-1] == ThemeEvent(Change.RENAME, "a", phrase="Toilet sekolah")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"theme": "a"}, "'change' tidak ada"),
        ({"change": "hapus", "theme": "a"}, "'hapus' tidak dikenal. Pilih salah satu: rename, m"),
        ({"change": ["merge"], "theme": "a"}, "tidak dikenal. Pilih salah satu: rename, m"),
        ({"change": "merge", "theme": "a"}, "'into' kosong. 'merge' memerlukan 'theme' dan 'into'"),
        ({"change": "merge", "theme": "a", "into": "a"}, "dirinya sendiri. Pilih tema lain"),
        ({"change": "retire", "theme": "z"}, "tema 'z' tidak ada. Pilih id dari themes.json"),
        ({"change": "retire", "theme": "a", "name": "x"}, "'name' tidak dikenal. Pilih"),
        ({"change": "retire", "theme": ["a"]}, "'theme' bukan teks. Tulis"),
        ({"change": "pin", "into": "a", "comment_ids": "17"}, "bukan daftar id. Tulis"),
        ({"change": "pin", "into": "a", "comment_ids": []}, "'comment_ids' kosong"),
        (
            {"change": "split", "theme": "a", "into": "b", "comment_ids": ["1"], "phrase": "x"},
            "id 'b' sudah dipakai tema lain. Pilih",
        ),
    ],
)
def test_faults(tmp_path: Path, row: dict[str, Any], said: str) -> None:
    """E002: nothing of the file is done."""
    path = written(tmp_path / "ubah.jsonl", ALL_SEVEN[5], row)
    with pytest.raises(AnalysisRefused, match=r"^ubah\.jsonl, baris 2: ") as refused:
        changed(STATE, read_changes(path))
    assert said in str(refused.value)
