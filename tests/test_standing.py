"""Themes last from run to run, and what people changed stays changed.

T101  the same comments and more of them: every old comment keeps its theme
T102  a new comment finds the theme it belongs to without the old comments
T103  rename, merge, move, pin, split, retire and forbid hold in every later run
T104  the file is readable, holds no sentence but the themes' names, and comes back as it was
T105  what would change is told: new, grown, shrunk, vanished
T106  a change of a theme that is not there, or a file that is none, is refused
T107  a state worked out again from the comments that still stand is the one that was kept
T108  the same comments again change nothing: no new theme, none who joins one
T109  where themes stand, a new one is said by at least three
T110  a pin is of a comment, not of its number: another round's comment of that id stays free
"""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from analysis import (
    Analysis,
    Change,
    Comment,
    KnownTheme,
    ThemeEvent,
    ThemeState,
    analyse,
    recall,
)
from analysis.errors import AnalysisRefused
from analysis.recalling import ids_of_others
from analysis.standing import StandingTheme, difference

SAID = {
    "lampu": [
        "lampu jalan di gang mati",
        "gang gelap lampunya mati",
        "lampu jalan mati terus",
        "dalane peteng lampune mati",
    ],
    "toilet": [
        "toilet sekolah bau",
        "wc sekolah kotor bau pesing",
        "toiletnya bau pesing",
        "jeding sekolah mambu",
    ],
    "buku": [
        "buku perpustakaan kurang",
        "perpustakaan tambah buku cerita",
        "buku di perpus sudah rusak",
        "perpuse tambahono buku",
    ],
}
LATER = ["lampu gang rumahku mati", "toilet sekolahku bau banget", "perpus butuh buku baru"]


def comments(texts: list[str], *, start: int = 0) -> list[Comment]:
    return [Comment(id=str(number), text=text) for number, text in enumerate(texts, start)]


TEXTS = [text for texts in SAID.values() for text in texts]
ALL = comments(TEXTS * 3)  # three children each: of fewer than thirty comments no themes are made


@pytest.fixture(scope="module")
def first() -> Analysis:
    return analyse(ALL)


def theme_of(analysed: Analysis) -> dict[str, str]:
    return {id: theme.id for theme in analysed.themes for id in theme.comment_ids}


def the_theme(analysed: Analysis, id: str) -> str:
    return theme_of(analysed)[id]


def test_old_comments_stay(first: Analysis) -> None:
    """T101: 36 comments, then 39; the old ones stand where they stood."""
    grown = analyse([*ALL, *comments(LATER, start=len(ALL))], state=first.state)
    before, after = theme_of(first), theme_of(grown)
    assert {id: after[id] for id in before} == before
    assert grown.state.runs == 2


def test_new_comments_find_their_theme(first: Analysis) -> None:
    """T102: three comments of the next week, alone."""
    alone = analyse(comments(LATER, start=100), state=first.state)
    found = theme_of(alone)
    assert found["100"] == the_theme(first, "0")
    assert found["101"] == the_theme(first, "4")
    assert found["102"] == the_theme(first, "8")


def test_a_new_name(first: Analysis) -> None:
    """T103: the name people gave, and not what the words would give."""
    lamp = the_theme(first, "0")
    state = first.state.after(ThemeEvent(Change.RENAME, lamp, phrase="Lampu gang"))
    again = analyse(ALL, state=state)
    assert next(theme.phrase for theme in again.themes if theme.id == lamp) == "Lampu gang"


def test_two_themes_become_one(first: Analysis) -> None:
    """T103: also for comments that come later."""
    lamp, toilet = the_theme(first, "0"), the_theme(first, "4")
    state = first.state.after(ThemeEvent(Change.MERGE, toilet, into=lamp))
    again = analyse([*ALL, *comments(LATER, start=100)], state=state)
    assert the_theme(again, "4") == lamp
    assert toilet not in {theme.id for theme in again.themes}


def test_a_merged_theme_does_not_come_back(first: Analysis) -> None:
    """T103: its id stands for the other one now, so it is given to nothing new."""
    lamp, toilet = the_theme(first, "0"), the_theme(first, "4")
    state = first.state.after(ThemeEvent(Change.MERGE, toilet, into=lamp))
    again = analyse(ALL, state=replace(state, texts={}))
    assert the_theme(again, "4") != lamp
    assert toilet not in {theme.id for theme in again.themes}


@pytest.mark.parametrize("change", [Change.MOVE, Change.PIN])
def test_a_comment_is_put_elsewhere(first: Analysis, change: Change) -> None:
    """T103: whatever its words say, in this run and the one after."""
    lamp = the_theme(first, "0")
    state = first.state.after(ThemeEvent(change, "", into=lamp, comment_ids=("4",)))
    again = analyse(ALL, state=state)
    assert the_theme(again, "4") == lamp
    assert the_theme(analyse(ALL, state=again.state), "4") == lamp


def test_a_part_becomes_a_theme(first: Analysis) -> None:
    """T103: with the name people chose, and its comments gone from the old one."""
    lamp = the_theme(first, "0")
    event = ThemeEvent(Change.SPLIT, lamp, into="baru", comment_ids=("0",), phrase="Gang kami")
    again = analyse(ALL, state=first.state.after(event))
    assert the_theme(again, "0") == "baru"
    assert next(theme for theme in again.themes if theme.id == "baru").phrase == "Gang kami"


@pytest.mark.parametrize("change", [Change.RETIRE, Change.FORBID])
def test_a_theme_takes_no_more(first: Analysis, change: Change) -> None:
    """T103: its id is not given to anything again; a forbidden one does not come back at all."""
    lamp = the_theme(first, "0")
    again = analyse(ALL, state=first.state.after(ThemeEvent(change, lamp)))
    assert lamp not in {theme.id for theme in again.themes}
    if change is Change.FORBID:
        assert "0" not in theme_of(again)


def test_the_file(first: Analysis, tmp_path: Path) -> None:
    """T104: written, read, the same; no comment can be read in it."""
    state = first.state.after(
        ThemeEvent(Change.PIN, "", into=the_theme(first, "0"), comment_ids=("4",))
    )
    path = tmp_path / "tema.json"
    state.save(path)
    assert ThemeState.load(path) == state
    content = json.loads(path.read_text())
    assert len(content["texts"]) == len(TEXTS)
    names = {theme["phrase"] for theme in content["themes"]}
    readable = path.read_text()
    assert not any(one.text in readable for one in ALL if one.text not in names)


def test_a_part_keeps_its_words(first: Analysis) -> None:
    """T103: who says the same later stands in the part, and in it alone."""
    lamp = the_theme(first, "0")
    event = ThemeEvent(Change.SPLIT, lamp, into="baru", comment_ids=("0",), phrase="Gang kami")
    split = analyse(ALL, state=first.state.after(event))
    later = analyse([*ALL, *comments(TEXTS[:1], start=100)], state=split.state)
    same = [one.id for one in ALL if one.text == TEXTS[0]]
    assert {the_theme(later, id) for id in (*same, "100")} == {"baru"}
    assert the_theme(later, "1") == lamp


def test_a_number_used_again(first: Analysis, tmp_path: Path) -> None:
    """T110: round two begins at 0 again; back in round one the pin still holds."""
    lamp = the_theme(first, "0")
    pinned = first.state.after(ThemeEvent(Change.PIN, "", into=lamp, comment_ids=("4",)))
    one = analyse(ALL, state=pinned)
    one.state.save(tmp_path / "tema.json")
    state = ThemeState.load(tmp_path / "tema.json")
    other = [*ALL[:4], Comment(id="4", text=SAID["buku"][0]), *ALL[5:]]
    two = analyse(other, state=state)
    assert the_theme(two, "4") == the_theme(first, "8")
    assert ids_of_others(other, state) == ["4"]
    assert ids_of_others(ALL, state) == []
    assert the_theme(analyse(ALL, state=two.state), "4") == lamp


def test_what_changed(first: Analysis) -> None:
    """T105: for a person to sign off."""
    without_books = [one for one in ALL if one.text not in SAID["buku"]]
    again = analyse([*without_books, *comments([LATER[0]], start=100)], state=first.state)
    change = difference(first.state, again.state)
    assert the_theme(first, "0") in change.grown
    assert the_theme(first, "8") in change.vanished


def test_refused(first: Analysis, tmp_path: Path) -> None:
    """T106: with what is wrong and what to do."""
    with pytest.raises(AnalysisRefused, match=r"tema 'x' tidak ada"):
        first.state.after(ThemeEvent(Change.RETIRE, "x"))
    (tmp_path / "c.json").write_text(
        '{"format": 1, "themes": [], "texts": {}, "pinned": {}, "runs": 1, "events":'
        ' [{"change": "x", "theme": "", "into": "", "comment_ids": [], "phrase": ""}]}'
    )
    with pytest.raises(AnalysisRefused, match="bukan berkas tema"):
        ThemeState.load(tmp_path / "c.json")
    (tmp_path / "a.json").write_text('{"format": 1}')
    with pytest.raises(AnalysisRefused, match="bukan berkas tema"):
        ThemeState.load(tmp_path / "a.json")
    (tmp_path / "b.json").write_text('{"format": 99}')
    with pytest.raises(AnalysisRefused, match="versi yang lebih baru"):
        ThemeState.load(tmp_path / "b.json")


@pytest.mark.parametrize(
    ("change", "into", "phrase", "said"),
    [
        (Change.MERGE, "a", "", "dirinya sendiri"),
        (Change.MERGE, "", "", "'into' kosong"),
        (Change.SPLIT, "b", "Pecahan", "sudah dipakai"),
        (Change.SPLIT, "", "Pecahan", "'into' kosong"),
        (Change.SPLIT, "baru", " ", "'phrase' kosong"),
        (Change.RENAME, "", "", "'phrase' kosong"),
    ],
)
def test_changes_that_would_destroy(change: Change, into: str, phrase: str, said: str) -> None:
    """T106: a theme merged into itself, two themes of one id, a theme without a name."""
    state = ThemeState(tuple(StandingTheme(id, "gizi", id, 1, {}) for id in "ab"))
    with pytest.raises(AnalysisRefused, match=said):
        state.after(ThemeEvent(change, "a", into, ("1",), phrase))


def test_a_theme_that_was_merged() -> None:
    """T106: the sentence says where it is now; its id is not free for a part."""
    state = ThemeState(tuple(StandingTheme(id, "gizi", id, 1, {}) for id in "ab"))
    state = state.after(ThemeEvent(Change.MERGE, "a", into="b"))
    with pytest.raises(AnalysisRefused, match="'a' sudah digabung ke dalam 'b'"):
        state.after(ThemeEvent(Change.RETIRE, "a"))
    with pytest.raises(AnalysisRefused, match="'a' sudah dipakai"):
        state.after(ThemeEvent(Change.SPLIT, "b", "a", ("1",), "Pecahan"))


def test_worked_out_again(first: Analysis) -> None:
    """T107: where old and new comments go is the same as with the state that was kept."""
    masked = {one.id: one.masked for one in first.comments}
    known = [
        KnownTheme(
            theme.id,
            next(one.room for one in first.state.themes if one.id == theme.id),
            theme.phrase,
            tuple(masked[id] for id in theme.comment_ids),
        )
        for theme in first.themes
    ]
    recalled = recall(known)
    assert {one.id: one.profile for one in recalled.themes} == {
        one.id: one.profile for one in first.state.themes
    }
    assert recalled.texts == first.state.texts
    more = [*ALL, *comments(LATER, start=len(ALL))]
    assert analyse(more, state=recalled).themes == analyse(more, state=first.state).themes


GROWN = comments([*TEXTS * 3, *("bus kuning", "layangan putus", "es krim meleleh", "bus kuning")])


def test_nothing_new(first: Analysis) -> None:
    """T108: with the state of a round that grew, the second run is the first."""
    grown = analyse(GROWN, state=first.state)
    again = analyse(GROWN, state=grown.state)
    assert again.themes == grown.themes
    assert again.state.themes == grown.state.themes
    assert again.state.texts == grown.state.texts


@pytest.mark.parametrize(("children", "told"), [(2, False), (3, True)])
def test_a_new_theme(first: Analysis, children: int, told: bool) -> None:
    """T109: two who say something else wait for a third."""
    new = comments(["pengen naik bus kuning ke sekolah"] * children, start=len(ALL))
    grown = analyse([*ALL, *new], state=first.state)
    assert (len(grown.themes) > len(first.themes)) is told
