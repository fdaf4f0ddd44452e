"""A theme leads back to what was written.

T001  the phrase is what a child wrote, short
T002  quotes are exact substrings of masked comments, at most three, and differ
T003  a comment that may not be quoted lends neither quote nor phrase
T004  the words of a theme are its own, not the words of every theme
T005  ids come from label and key words: the same groups get the same ids, two themes never one
T006  a label says nothing that nobody said, and is not cut so that it says something else
T007  a label that an earlier run gave stays while it is right
T008  of three quotes one is the newest, where days are known
"""

from dataclasses import replace
from datetime import date

import pytest
from scipy import sparse

from analysis.rights import Cluster, IndicatorKey
from analysis.standing import StandingTheme
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


def guarded(*texts, said=(), title=""):
    """A theme of ``texts`` that may not be quoted beside ``said`` that may."""
    both = group(*texts, *said, title=title)
    voices = tuple(
        replace(voice, quotable=place >= len(texts)) for place, voice in enumerate(both.voices)
    )
    return replace(both, voices=voices)


def label_of(*texts, **given):
    [theme] = written(group(*texts, **given))
    return theme.phrase


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


def test_a_title_needs_the_words():
    """T006: a room calls a theme "kekerasan" though its children tell of electricity."""
    [theme] = written(guarded("listrik rumah sering mati", "listrik mati", title="kekerasan"))
    assert set(words(theme.phrase)) == {"listrik", "mati", "rumah"}
    [theme] = written(guarded("aku dipalak kakak kelas", "kakak kelas malak", title="geng"))
    assert "geng" not in theme.phrase
    assert "kakak kelas" in theme.phrase


def test_a_no_stays_with_its_word():
    """T006: where words name a theme, "jangan pukul" is not "pukul"."""
    [theme] = written(guarded("guru jangan pukul", "jangan pukul murid", "jangan pukul"))
    assert "jangan pukul" in theme.phrase


def test_few_do_not_name_what_others_suffer():
    """T006: the one text that may be quoted speaks of something else."""
    mocked = ("aku diejek gendut", "diejek teman", "temanku ngejek gendut", "suka diejek")
    [theme] = written(guarded(*mocked, said=["desa tiron ramai"]))
    assert "tiron" not in theme.phrase
    assert "ejek" in theme.phrase


@pytest.mark.parametrize(
    ("said", "never"),
    [
        (("makan siang enak tapi sedikit", "makan siang enak tp kurang"), "makan siang enak"),
        (("makanannya enak, tapi sedikit", "makanan enak, tapi kurang"), "makanannya enak"),
        (("pengen ngobrol tapi mama main hp", "mau cerita tapi mama main hp"), "tapi mama main hp"),
        (("dikasih lampu biar tidak gelap", "gang gelap"), "biar tidak gelap"),
        (("kalau hujan, jalan banjir", "kalau hujan, banjir"), "jalan banjir"),
        (("terus kak", "terus kak toilet bau"), "terus kak"),
        (("jajan rp 15.000", "harganya rp 15.000"), "jajan rp 15"),
    ],
)
def test_a_phrase_is_whole(said, never):
    """T006: no half of a sentence, of a number, or of nothing."""
    assert label_of(*said) != never
    assert "tapi" not in said[0] or "tapi" in words(label_of(*said))


@pytest.mark.parametrize(
    "said",
    [
        "menurutku toilet sekolah bau",
        "kalau aku toilet sekolah bau dong",
        "tolong ya toilet sekolah bau kak",
        "nek aku toilet sekolah bau huhu :(",
        "toilet sekolah bauuu",
    ],
)
def test_openers_and_calls_are_left_out(said):
    """T006: what children say before and after what they say."""
    [theme] = written(group(said, said.upper() + "!"))
    assert theme.phrase == "toilet sekolah bau"
    assert set(theme.words) == {"toilet", "sekolah", "bau"}


def test_a_phrase_is_typical():
    """T006: what only one child says is not what many say."""
    said = ("lampu jalan mati", "lampu gang mati", "lampu jalan dekat kuburan mati", "lampu mati")
    assert "kuburan" not in label_of(*said)


def standing(phrase, *, texts=TOILETS, quotable=True, title=""):
    theme = StandingTheme("t", "air_sanitasi", phrase, 3, {})
    [found] = written(replace(group(*texts, quotable=quotable, title=title), standing=theme))
    return found.phrase


def test_a_label_stays_while_it_is_right():
    """T007: a phrase while somebody says it; words while they tell most, and there is no phrase."""
    assert standing("keran toilet rusak") == "keran toilet rusak"
    assert standing("lampu jalan mati") != "lampu jalan mati"
    assert standing("bau, toilet", quotable=False) == "bau, toilet"
    assert standing("lampu, mati", quotable=False) != "lampu, mati"
    assert standing("bau, toilet") in " / ".join(TOILETS)
    assert standing("kekerasan", quotable=False, title="kekerasan") != "kekerasan"


def test_the_newest_is_quoted():
    """T008: what was said on the last day, by the one who said it then."""
    said = group(*TOILETS, *RUBBISH)
    new = replace(said.voices[3], ids=("c3", "z"), newest=(date(2026, 2, 1), "z"))
    old = [replace(one, newest=(date(2026, 1, 9), one.ids[0])) for one in said.voices]
    voices = (*old[:3], new, *old[4:])
    [theme] = written(replace(said, voices=voices))
    assert "z" in {quote.comment_id for quote in theme.quotes}
    [without] = written(said)
    assert len(theme.quotes) == len(without.quotes) == 3
    assert theme.quotes[0] == without.quotes[0]
