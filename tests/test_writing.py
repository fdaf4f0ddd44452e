"""What is written is what was found.

W101  a line of comments.jsonl is its comment_row, however many comments were alike before it
W102  themes.json is a list of theme_rows, also an empty one
W103  probabilities read like a dict and say the same as one
W104  analysed comments read like a tuple, though those alike are held once
"""

import json
from array import array
from dataclasses import replace
from pathlib import Path

import pytest

from analysis import Analysis, Comment, analyse, writing
from analysis.comments import AlikeComments, Shares
from analysis.resources import examples
from analysis.writing import comment_row, theme_row, write_comments, write_themes


@pytest.fixture(scope="module")
def analysed() -> Analysis:
    """Every text several times, in turns; one with an emoji and a name."""
    texts = [*(row["text"] for row in examples()[::150]), "makasih Bu Wartini 🙏", ""]
    return analyse([Comment(str(n), text) for n, text in enumerate(texts * 3)])


@pytest.mark.parametrize("remembered", [10_000, 3])
def test_lines(
    analysed: Analysis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, remembered: int
) -> None:
    """W101: also where few lines are remembered."""
    monkeypatch.setattr(writing, "_REMEMBERED", remembered)
    write_comments(tmp_path / "comments.jsonl", analysed)
    theme_of = {id: theme.id for theme in analysed.themes for id in theme.comment_ids}
    rows = [comment_row(one, theme_of.get(one.id)) for one in analysed.comments]
    *lines, end = (tmp_path / "comments.jsonl").read_bytes().decode().split("\n")
    written = list(map(json.loads, lines))
    assert (written, end) == (rows, "")
    assert [list(row) for row in written] == [list(row) for row in rows]


def test_themes(analysed: Analysis, tmp_path: Path) -> None:
    """W102: as `json` would have written it whole."""
    for one in (
        analysed,
        replace(analysed, themes=analysed.themes[:1]),
        replace(analysed, themes=()),
    ):
        write_themes(tmp_path / "themes.json", one)
        rows = [theme_row(theme) for theme in one.themes]
        whole = json.dumps(rows, ensure_ascii=False, indent=1) + "\n"
        assert (tmp_path / "themes.json").read_text(encoding="utf-8") == whole


def test_shares() -> None:
    """W103: equal to the dict, in its order."""
    shares = Shares({"b": 1, "a": 0}, array("d", [0.25, 0.75]))
    assert shares == {"b": 0.75, "a": 0.25}
    assert list(shares.items()) == [("b", 0.75), ("a", 0.25)]
    assert shares.numbers() == [0.75, 0.25]
    assert shares != Shares({"b": 1, "a": 0}, array("d", [0.3, 0.7]))
    assert "c" not in shares


def test_alike(analysed: Analysis) -> None:
    """W104: every one with its own id, whichever way they are asked for."""
    comments = analysed.comments
    assert isinstance(comments, AlikeComments)
    every = tuple(comments)
    assert [one.id for one in every] == [str(n) for n in range(len(comments))]
    assert len(comments.firsts) * 3 == len(comments)
    assert comments == every == AlikeComments.of(every)
    assert (comments[-1], comments[2:9:3]) == (every[-1], every[2:9:3])
    assert comments != every[:-1]
    assert {one.id: count for one, count in comments.counted()} == dict.fromkeys(
        (one.id for one in comments.firsts), 3
    )
