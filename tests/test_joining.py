"""Rounds with very many different texts: themes are made from some, the others join.

J001  nobody is lost: the same words share a theme, at most a fifth is without one, urgent ones are
J002  the same round gives the same themes, and they are mostly those made from all texts
J003  what many children say is drawn, what is sure is drawn, and the order stays
J004  what is unlike every centre of its room stays outside, up to a share; other rooms do not count
J005  a pinned comment stays where it was put, and standing themes keep what they had
"""

import numpy as np
import pytest
from scipy import sparse
from sklearn.metrics import normalized_mutual_info_score

from analysis import AlertLevel, Analysis, Change, Comment, ThemeEvent, analyse, finding
from analysis.joining import NOWHERE, drawn, join
from analysis.resources import examples

TEXTS = [row["text"] for row in examples()[::24]]
COMMENTS = [
    Comment(id=f"{turn}-{place}", text=text.upper() if turn else text)
    for turn in range(2)
    for place, text in enumerate(TEXTS)
]


def theme_of(analysed: Analysis) -> dict[str, str]:
    return {id: theme.id for theme in analysed.themes for id in theme.comment_ids}


@pytest.fixture(scope="module")
def whole() -> Analysis:
    """Themes made from every text."""
    return analyse(COMMENTS)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Themes are made from a third of the texts."""
    monkeypatch.setattr(finding, "_MOST_FITTED", len(TEXTS) // 3)


@pytest.mark.usefixtures("few")
def test_nobody_is_lost(whole: Analysis) -> None:
    """J001, J002: whatever was drawn."""
    analysed = analyse(COMMENTS)
    found = theme_of(analysed)
    listed = [id for theme in analysed.themes for id in theme.comment_ids]
    assert len(listed) == len(set(listed))
    urgent = {c.id for c in analysed.comments if c.alert and c.alert.level is AlertLevel.URGENT}
    assert urgent.isdisjoint(found)
    calm = [c.id for c in COMMENTS if c.id not in urgent]
    assert sum(id not in found for id in calm) <= 0.2 * len(calm)
    for place in range(len(TEXTS)):
        if {f"0-{place}", f"1-{place}"} <= set(calm):
            assert found.get(f"0-{place}") == found.get(f"1-{place}")
    assert analyse(COMMENTS).themes == analysed.themes
    before = theme_of(whole)
    both = [id for id in found if id in before]
    likeness = normalized_mutual_info_score([before[i] for i in both], [found[i] for i in both])
    assert likeness > 0.8


@pytest.mark.usefixtures("few")
def test_people_have_the_last_word(whole: Analysis) -> None:
    """J005: also about texts that themes are not made from."""
    target, other = whole.themes[0], whole.themes[1]
    pin = ThemeEvent(Change.PIN, "", into=target.id, comment_ids=other.comment_ids[-1:])
    found = theme_of(analyse(COMMENTS, state=whole.state.after(pin)))
    assert found[other.comment_ids[-1]] == target.id
    before = theme_of(whole) | {other.comment_ids[-1]: target.id}
    assert {id: found[id] for id in before} == before


def test_what_is_drawn() -> None:
    """J003: twenty of a thousand."""
    texts = [str(number) for number in range(1000)]
    weights = [
        float("inf") if number == 7 else 1e6 if number < 15 else 1.0 for number in range(1000)
    ]
    chosen = [int(text) for text in drawn(texts, weights, most=20, seed=0)]
    assert len(chosen) == 20
    assert set(range(15)) <= set(chosen)
    assert chosen == sorted(chosen)
    assert list(drawn(texts[:20], weights[:20], most=20, seed=0)) == texts[:20]


def test_who_joins() -> None:
    """J004: three texts, two centres in two rooms, one text may stay outside."""
    rows = {"a": [1.0, 0.0], "b": [0.9, 0.1], "c": [0.0, 1.0], "d": [0.0, 0.9]}

    def joined(outside: int) -> list[int]:
        return join(
            ["a", "b", "c", "d"],
            ["taman", "gizi", "taman", "gizi"],
            np.array([1, 1, 1, 1]),
            rows_of=lambda texts: sparse.csr_matrix([rows[text] for text in texts]),
            centres=sparse.csr_matrix([[1.0, 0.0], [1.0, 0.0]]),
            centre_rooms=["taman", "perpustakaan"],
            joins_from=0.5,
            outside=outside,
        )

    assert joined(1) == [0, NOWHERE, NOWHERE, NOWHERE]
    assert joined(0) == [0, NOWHERE, 0, NOWHERE]
