"""A theme leads back to what was written.

T001  the phrase is what a child wrote, short
T002  quotes are exact substrings of masked comments, at most three, and differ
T003  a comment that may not be quoted lends neither quote nor phrase
T004  the words of a theme are its own, not the words of every theme
T005  ids come from label and key words: the same groups get the same ids, two themes never one
"""

import pytest
from scipy import sparse

from analysis.rights import Cluster, IndicatorKey
from analysis.themes import Group, ThemeWriter, Voice
from analysis.vectors import CommentVectors
from analysis.words import words


def group(*texts, title="", quotable=True, label="air_sanitasi", prefix="c"):
    voices = tuple(
        Voice((f"{prefix}{i}",), text, " ".join(words(text)), quotable)
        for i, text in enumerate(texts)
    )
    rows = CommentVectors().fit([v.words for v in voices]).transform([v.words for v in voices])
    return Group(
        label, Cluster.KESEHATAN, IndicatorKey.AIR_SANITASI, title, voices, sparse.csr_matrix(rows)
    )


TOILETS = (
    "toilet sekolah bau sekali",
    "wc sekolah bau",
    "toilet sekolah bau, bu [nama] tahu tapi diam saja sampai sekarang",
    "keran toilet rusak",
    "toilet sekolah bau",
)
RUBBISH = ("sampah di sungai", "sungai penuh sampah plastik", "buang sampah sembarangan")


def written(*groups):
    return ThemeWriter().fit(groups).transform(groups)


def test_the_phrase_is_a_childs():
    """T001: not a list of words but something somebody said."""
    [theme] = written(group(*TOILETS))
    assert any(theme.phrase in text for text in TOILETS)
    assert "toilet" in words(theme.phrase)
    assert len(theme.phrase.split()) <= 9


def test_the_phrase_can_be_read_by_an_office():
    """T001: of several the well spelt one, without a picture."""
    said = ("lampu jalan di gang ku matti", "lampu jalan mati 😭", "lmpu jln mati", "lampu matii")
    [theme] = written(group(*said))
    assert theme.phrase == "lampu jalan mati"


def test_quotes_are_exact():
    """T002: what is between quotation marks was written so."""
    long_text = "sampah " + "banyak sekali di pinggir sungai " * 20 + "[nama]"
    for theme in written(group(*TOILETS), group(*RUBBISH, long_text, prefix="r")):
        by_id = {f"c{i}": t for i, t in enumerate(TOILETS)}
        by_id |= {f"r{i}": t for i, t in enumerate((*RUBBISH, long_text))}
        assert 1 <= len(theme.quotes) <= 3
        assert len({quote.text for quote in theme.quotes}) == len(theme.quotes)
        assert all(quote.text in by_id[quote.comment_id] for quote in theme.quotes)


def test_a_guarded_comment_is_never_quoted():
    """T003: it counts, but its words stay with the officer."""
    [theme] = written(group(*TOILETS, quotable=False, title="toilet"))
    assert theme.quotes == ()
    assert theme.phrase == "toilet"
    assert len(theme.comment_ids) == len(TOILETS)


def test_the_words_are_the_themes_own():
    """T004: "sekolah" names no theme when every theme has it."""
    toilets, rubbish = written(group(*TOILETS), group(*RUBBISH, prefix="r"))
    assert "toilet" in toilets.words
    assert "sampah" in rubbish.words
    many = [
        group(f"sekolah {word} {word}", f"sekolah {word}", label=word, prefix=word)
        for word in (
            "abu",
            "batu",
            "cat",
            "daun",
            "foto",
            "gula",
            "hujan",
            "intan",
            "jamu",
            "kopi",
            "mawar",
            "oven",
        )
    ]
    assert all("sekolah" not in theme.words for theme in written(*many))


def test_ids_last_and_differ():
    """T005: the same input gives the same ids, and each theme one of its own."""
    groups = (group(*TOILETS), group(*RUBBISH, prefix="r"), group(*TOILETS, prefix="x"))
    first, second = written(*groups), written(*groups)
    assert [theme.id for theme in first] == [theme.id for theme in second]
    assert len({theme.id for theme in first}) == 3
    sizes = [len(theme.comment_ids) for theme in first]
    assert sizes == sorted(sizes, reverse=True)


def test_no_groups_no_themes():
    """T005: an empty round has no themes and no error."""
    assert written() == []
    with pytest.raises(AttributeError):
        ThemeWriter().transform([group(*RUBBISH)])
