"""Themes made anew keep what must last: what people changed, and the ids of what is still there.

R101  where nothing is better than it stood nothing changes, also the second time
R102  rename, merge, split, move, pin, retire and forbid hold after a refit, and after another
R103  groups are those of a run from nothing; the largest part of a theme keeps its id
R104  a theme none of whose comments were read stays as it stood
R105  one theme, one group, the largest share first, half of the smaller at least; but what people
      put together stays together
R106  told is where the same comments stood before, and how many move
"""

from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import Analysis, Change, Comment, ThemeEvent, ThemeState, analyse
from analysis.changes import in_a_line, share_moved, with_sizes
from analysis.recalling import where_they_stood
from analysis.refitting import carried_on
from analysis.standing import difference

LAMPS = [
    "lampu jalan di gang mati",
    "gang gelap lampunya mati",
    "lampu jalan mati terus",
    "dalane peteng lampune mati",
]
TOILETS = ["toilet sekolah bau", "wc sekolah kotor bau pesing", "toiletnya bau pesing"]
BOOKS = [
    "buku perpustakaan kurang",
    "perpustakaan tambah buku cerita",
    "buku di perpus sudah rusak",
    "perpuse tambahono buku",
]
CHILDREN = 5  # who say each of these: a round of fewer than thirty comments has no themes


def said_by_all(*texts: str) -> tuple[str, ...]:
    """The ids of the comments with these texts."""
    return tuple(f"{text} #{child}" for text in texts for child in range(CHILDREN))


def texts_of(ids: Iterable[str]) -> set[str]:
    """What comments with these ids say."""
    return {id.partition(" #")[0] for id in ids}


ALL = [Comment(id=id, text=text) for text in (*LAMPS, *TOILETS, *BOOKS) for id in said_by_all(text)]


@pytest.fixture(scope="module")
def first() -> Analysis:
    return analyse(ALL)


def theme_of(analysed: Analysis) -> dict[str, str]:
    """The one theme in which all comments of a text stand."""
    found = {text: theme.id for theme in analysed.themes for text in texts_of(theme.comment_ids)}
    assert len(found) == sum(len(texts_of(theme.comment_ids)) for theme in analysed.themes)
    return found


def together(analysed: Analysis) -> set[frozenset[str]]:
    """What stands together, whatever the themes are called."""
    return {frozenset(texts_of(theme.comment_ids)) for theme in analysed.themes}


def refit(state: ThemeState, comments: list[Comment] = ALL) -> Analysis:
    """Themes made anew, which a second time changes nothing of."""
    once = analyse(comments, state=state, anew=True)
    twice = analyse(comments, state=once.state, anew=True)
    assert theme_of(twice) == theme_of(once)
    assert replace(twice.state, runs=once.state.runs) == once.state
    return once


def lumped(state: ThemeState, texts: dict[str, str]) -> ThemeState:
    """The state as if some themes (keys of ``texts``) had grown into others (its values)."""
    return replace(state, texts={key: texts.get(id, id) for key, id in state.texts.items()})


def test_nothing_to_change(first: Analysis) -> None:
    """R101: the same ids, names and sizes."""
    again = refit(first.state)
    assert again.themes == first.themes
    assert in_a_line(difference(first.state, again.state)) == (
        "0 tema baru, 0 tumbuh, 0 menyusut, 0 hilang"
    )


def test_a_new_name_stays(first: Analysis) -> None:
    """R102: also where the theme gets other comments."""
    lamp, book = theme_of(first)[LAMPS[0]], theme_of(first)[BOOKS[0]]
    state = lumped(first.state, {book: lamp}).after(
        ThemeEvent(Change.RENAME, lamp, phrase="Lampu gang")
    )
    again = refit(state)
    [named] = [theme for theme in again.themes if theme.phrase == "Lampu gang"]
    assert named.id == lamp
    assert texts_of(named.comment_ids) in (set(LAMPS), set(BOOKS))


def test_merged_stays_merged(first: Analysis) -> None:
    """R102: although no grouping would put lamps and toilets together; the id stays gone."""
    lamp, toilet = theme_of(first)[LAMPS[0]], theme_of(first)[TOILETS[0]]
    again = refit(first.state.after(ThemeEvent(Change.MERGE, toilet, into=lamp)))
    assert {theme_of(again)[text] for text in (*LAMPS, *TOILETS)} == {lamp}
    assert toilet not in {theme.id for theme in again.state.themes}
    [theme] = [theme for theme in again.themes if theme.id == lamp]
    assert theme.indicator == next(one.indicator for one in first.themes if one.id == lamp)


def test_a_merged_id_does_not_come_back(first: Analysis) -> None:
    """R102: not even for a group of the same words that no longer comes from it."""
    lamp, toilet = theme_of(first)[LAMPS[0]], theme_of(first)[TOILETS[0]]
    state = first.state.after(ThemeEvent(Change.MERGE, toilet, into=lamp))
    again = refit(
        replace(state, texts={}, themes=tuple(replace(t, profile={}) for t in state.themes))
    )
    assert theme_of(again)[TOILETS[0]] not in (lamp, toilet)


def test_split_stays_split(first: Analysis) -> None:
    """R102: although one grouping holds both parts; what came to the new theme later stays too."""
    lamp = theme_of(first)[LAMPS[0]]
    event = ThemeEvent(
        Change.SPLIT, lamp, into="baru", comment_ids=said_by_all(*LAMPS[:3]), phrase="Gang"
    )
    split = analyse(ALL, state=first.state.after(event))
    later = [*ALL, Comment(id="lagi", text=LAMPS[0] + " lagi")]
    ordinary = analyse(later, state=split.state)
    assert theme_of(ordinary)["lagi"] == "baru"
    again = refit(ordinary.state, later)
    assert {theme_of(again)[id] for id in (*LAMPS[:3], "lagi")} == {"baru"}
    assert theme_of(again)[LAMPS[3]] == lamp
    assert next(theme for theme in again.themes if theme.id == "baru").phrase == "Gang"


@pytest.mark.parametrize("change", [Change.MOVE, Change.PIN])
def test_what_was_put_somewhere_stays(first: Analysis, change: Change) -> None:
    """R102: each comment; what a theme keeps of its own, and not they, says where it goes on."""
    lamp, toilet, book = (theme_of(first)[texts[0]] for texts in (LAMPS, TOILETS, BOOKS))
    event = ThemeEvent(change, "", into=book, comment_ids=said_by_all(*LAMPS))
    again = refit(lumped(first.state, {toilet: lamp}).after(event))
    assert {theme_of(again)[text] for text in (*LAMPS, *BOOKS)} == {book}
    assert {theme_of(again)[text] for text in TOILETS} == {lamp}


def test_retired_stays_retired(first: Analysis) -> None:
    """R102: its comments stand together under another id."""
    lamp = theme_of(first)[LAMPS[0]]
    again = refit(first.state.after(ThemeEvent(Change.RETIRE, lamp)))
    assert together(again) == together(first)
    assert lamp not in {theme.id for theme in again.themes}


def test_forbidden_stays_forbidden(first: Analysis) -> None:
    """R102: its comments stand nowhere, nor does a new one that says the same."""
    lamp = theme_of(first)[LAMPS[0]]
    more = [*ALL, Comment(id="baru", text="lampu gang rumahku mati")]
    again = refit(first.state.after(ThemeEvent(Change.FORBID, lamp)), more)
    assert set(theme_of(again)) == {*TOILETS, *BOOKS}


def test_as_from_nothing(first: Analysis) -> None:
    """R103: lamps and toilets that stood in the theme of books are parted from it again."""
    lamp, toilet, book = (theme_of(first)[texts[0]] for texts in (LAMPS, TOILETS, BOOKS))
    state = lumped(first.state, {lamp: book, toilet: book})
    assert len(analyse(ALL, state=state).themes) == 1
    again = refit(state)
    assert together(again) == together(first)
    ids = theme_of(again)
    assert book in (ids[LAMPS[0]], ids[BOOKS[0]])  # twenty comments each
    assert ids[TOILETS[0]] != book  # fifteen


def test_not_read_not_changed(first: Analysis) -> None:
    """R104: what the comments of this run say nothing about; and they find it the next time."""
    book = theme_of(first)[BOOKS[0]]
    again = refit(first.state, ALL[: 7 * CHILDREN])
    kept = next(theme for theme in again.state.themes if theme.id == book)
    assert kept.profile == next(theme for theme in first.state.themes if theme.id == book).profile
    assert theme_of(analyse(ALL, state=again.state)) == theme_of(first)


def test_who_goes_on() -> None:
    """R105: three groups out of two themes, in words a person can follow."""
    came = [{"lampu": 5, "buku": 2}, {"lampu": 4}, {"buku": 3, "lampu": 1}]
    assert carried_on(came, put_together=()) == ["lampu", "", "buku"]
    assert carried_on(came, put_together={"lampu"}) == ["lampu", "lampu", "buku"]
    parted = [{"a": 1, "b": 9}, {"a": 1, "c": 9}, {"a": 1, "d": 9}]
    assert carried_on(parted, put_together={"a"}) == ["b", "c", "d"]
    assert carried_on([{"a": 1}, {"a": 2, "b": 8}], put_together=()) == ["a", "b"]
    assert carried_on([{}, {"a": 1}], put_together=()) == ["", "a"]


SHARES = st.lists(
    st.dictionaries(st.sampled_from("abcd"), st.integers(min_value=1, max_value=9)), max_size=6
)


@settings(derandomize=True, deadline=None)
@given(SHARES)
def test_whatever_comes(came: list[dict[str, int]]) -> None:
    """R105: no id twice and none from elsewhere; a second refit finds each group again."""
    ids = carried_on(came, put_together=())
    used = [id for id in ids if id]
    assert len(used) == len(set(used))
    assert all(id in shares for id, shares in zip(ids, came, strict=True) if id)
    stands = [id or f"baru {place}" for place, id in enumerate(ids)]
    settled = [
        {id: sum(shares.values())} if shares else {}
        for id, shares in zip(stands, came, strict=True)
    ]
    found = carried_on(settled, put_together=())
    assert [id for id in found if id] == [
        id for id, shares in zip(stands, came, strict=True) if shares
    ]


def test_told_before_it_is_done(first: Analysis) -> None:
    """R106: sizes of these comments, whatever the last run read; new comments do not move."""
    toilet, book = theme_of(first)[TOILETS[0]], theme_of(first)[BOOKS[0]]
    week = analyse(ALL[:2], state=first.state)  # the last run read two comments only
    comments = [*ALL, Comment(id="baru", text="toilet bau sekali di sekolahku")]
    state = lumped(week.state, {toilet: book})
    again = refit(state, comments)
    stood = where_they_stood(again.comments, state, pins={})
    change = difference(with_sizes(state, stood), again.state)
    assert change.shrunk == {book: (35, 20)}
    assert change.grown == {toilet: (0, 16)}
    assert change.new == change.vanished == ()
    assert share_moved(stood, again) == pytest.approx(3 / 11)
