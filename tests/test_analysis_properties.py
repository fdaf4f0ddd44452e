"""What holds for every text, whatever a tablet sends: tried on hundreds of invented texts.

H001  the masks, put into the text as written, give the masked text; offsets count code points
H002  masking what is masked changes nothing
H003  no run of eight digits survives, but the number of a help line
H004  reading words again gives the same words
H005  any Unicode text goes through every step, also 10,000 characters of it
H006  comments with the same words are in one theme, or in none
H007  a quote is an exact piece of a masked comment that carries no alert

The texts mix what children write (words of our own tables, names, numbers, masks, emoji) with
characters nobody thinks of. They are the same in every run; ``SUARA_EXAMPLES=5000`` looks for
others, and as many.
"""

import os
import re
import sys
import unicodedata
from random import Random

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from analysis import AlertLevel, Analysis, Comment, Language, analyse
from analysis.languages import language_of
from analysis.mapping import RightsMapper
from analysis.name_words import name_tables
from analysis.placing import place_comments
from analysis.privacy import MaskedText, mask
from analysis.resources import examples, table
from analysis.rights import help_lines
from analysis.safety import AlertDetector
from analysis.words import lexicon, words

_EXAMPLES = int(os.environ.get("SUARA_EXAMPLES", "0"))


def promised(number: int) -> settings:
    """So many texts, the same ones every time; the first text loads the tables, so no deadline."""
    return settings(
        max_examples=_EXAMPLES or number,
        derandomize=not _EXAMPLES,
        database=None,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )


# What children write, and what nobody expects ----------------------------------------------------

SENTENCES = [row["text"] for row in (*examples(), *table("safety_examples"))]
KNOWN = sorted({*lexicon().known, *lexicon().bridge, *lexicon().slang, *lexicon().emoji})
NAMED = sorted(name_tables().names | name_tables().titles | name_tables().place_names)
# fmt: off
SAID = [
    "pak", "Bu", "mbak", "namaku", "jenengku", "Zhafran", "SUKIRMAN", "rini'e", "pakbudi",
    "- Kirana 5A", "kelas 7C SMPN 99", "xi ipa", "RT 03 RW 01", "Gang Kenanga no 12",
    "rumahku no 5", "jl", "blok C2/11", "AG 1234 XYZ", "081200001234", "0812-0000-1234",
    "+62 812 0000", "nol lapan nol satu dua", "129", "2024-2025", "17-08-2026", "1.000.000",
    "1 2 3 4 5 6 7 8", "3571014507110003", "08111129129", "pin 1234", "lahir 1-2-2015",
    "@bocah_kdr07", "ig ku bocah.kdr07", "a.b@surat.id", "https://contoh.id/x", "id ml",
    "[nama]", "[nomor]", "[kelas dan sekolah]", "[", "]", "2", "sing2", "'", "nik", "ttd",
    "dan", "sama", "aku dipukul bapak", "gak pernah dipukul", "bangetttt", "10 tahun",
]
STRANGE = [
    "\0", "\t", "\r\n", "\u200b", "\u200d", "\u202e", "\u2066", "\u0301", "\u20e3", "\ufe0f",
    "\xa0", "İ", "ß", "ﬁ", "㋉", "²", "８", "٣", "𝟗", "ꦲ", "😭", "👨‍👩‍👧", "🏽", "🇮🇩", "\U000e0041",
    "\U0010ffff", "\ud800", "\udfff",
]
# fmt: on
EVERY_CHARACTER = range(sys.maxunicode + 1)
characters = st.characters(exclude_categories=[])  # also halves of surrogate pairs
numbers = st.lists(st.sampled_from("0123456789oOlI .-/()+,–\u200b\x00"), min_size=4, max_size=14)
pieces = st.one_of(
    st.sampled_from(SENTENCES),
    st.sampled_from(KNOWN),
    st.sampled_from(NAMED).flatmap(
        lambda name: st.sampled_from([name, name.title(), name.upper()])
    ),
    st.sampled_from(SAID),
    st.sampled_from(STRANGE),
    numbers.map("".join),
    st.text(characters, max_size=12),
)
between = st.sampled_from(["", " ", " ", " ", ", ", ". ", "\n", "-", "\u200b"])
texts = st.lists(st.tuples(pieces, between), max_size=8).map(
    lambda parts: "".join(piece + gap for piece, gap in parts)
)


# Masks -------------------------------------------------------------------------------------------


def seen(text: str) -> str:
    """A text without what no reader sees: control and direction characters; spaces are plain."""
    plain = (" " if one.isspace() or unicodedata.category(one) == "Cc" else one for one in text)
    return "".join(one for one in plain if one == "\u200d" or unicodedata.category(one) != "Cf")


def with_masks(text: str, masked: MaskedText) -> str:
    for hidden in reversed(masked.masks):
        text = f"{text[: hidden.start]}[{hidden.kind}]{text[hidden.end :]}"
    return text


@promised(250)
@given(texts)
def test_masks_give_the_masked_text(text: str) -> None:
    """H001: in their order, none inside another."""
    masked = mask(text)
    assert seen(with_masks(text, masked)) == masked.text
    ends = [place for hidden in masked.masks for place in (hidden.start, hidden.end)]
    assert ends == sorted(ends)
    assert all(0 <= hidden.start < hidden.end <= len(text) for hidden in masked.masks)


@promised(250)
@given(texts)
def test_masking_again_changes_nothing(text: str) -> None:
    """H002: a quote can be masked once more, for safety's sake."""
    once = mask(text).text
    assert mask(once) == MaskedText(once, ())


HELP_LINES = {re.sub(r"\D", "", line.whatsapp or line.phone) for line in help_lines()}


@promised(250)
@given(st.one_of(texts, numbers.map("".join)))
def test_no_long_number_survives(text: str) -> None:
    """H003: in the digits of any script."""
    assert set(re.findall(r"\d{8,}", mask(text).text)) <= HELP_LINES


# Words -------------------------------------------------------------------------------------------


@promised(400)
@given(texts)
def test_words_of_words_are_the_same(text: str) -> None:
    """H004: one spelling, not a way of spellings."""
    once = words(text)
    assert words(" ".join(once)) == once


# Every step --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def detector() -> AlertDetector:
    return AlertDetector().fit()


@pytest.fixture(scope="module")
def mapper() -> RightsMapper:
    return RightsMapper().fit([])


LONGEST = 10_000  # characters; a tablet sends at most 4,000, a spreadsheet may hold more
long_texts = st.lists(pieces, min_size=1, max_size=4).map(
    lambda parts: ("".join(parts) * LONGEST)[:LONGEST]
)
any_characters = st.integers(0, 2**32).map(
    lambda seed: "".join(map(chr, Random(seed).choices(EVERY_CHARACTER, k=LONGEST)))
)


@promised(80)
@given(text=st.one_of(texts, long_texts, any_characters))
@example(text="")
@example(text="@bocah_kdr07" * 833)  # each account was hidden in a round of its own: 11 seconds
def test_any_text_goes_through_every_step(
    text: str, detector: AlertDetector, mapper: RightsMapper
) -> None:
    """H005: alert, mask, words, language and clusters, one after the other."""
    [alert] = detector.predict([text])
    masked = mask(text).text
    read = " ".join(words(masked))
    [placed] = place_comments(mapper, [read], written=[masked], asked_about=[None])
    assert alert is None or alert.reason
    assert len(masked) <= len(text) * len("[kelas dan sekolah]")
    assert language_of(masked) in set(Language)
    assert sum(placed.probabilities.values()) == pytest.approx(1)


# Rounds ------------------------------------------------------------------------------------------


said_again = st.sampled_from(
    [str, str.upper, str.title, "{}!!".format, " {}\n".format, "{} 2".format]
)
rounds = st.lists(
    st.tuples(
        st.one_of(texts, st.sampled_from(SENTENCES), long_texts), st.lists(said_again, max_size=3)
    ),
    max_size=12,
).map(lambda parts: [one for text, ways in parts for one in (text, *(way(text) for way in ways))])


@promised(8)
@given(rounds)
def test_rounds_of_any_texts(said: list[str]) -> None:
    """H005, H006, H007: a first round, and the same one again beside what stands."""
    comments = [Comment(id=str(place), text=text) for place, text in enumerate(said)]
    first = analyse(comments)
    again = analyse([*comments, Comment(id="one more", text="lampu gang mati")], state=first.state)
    for analysis in (first, again):
        assert_same_words_share_a_theme(analysis)
        assert_quotes_are_exact_and_calm(analysis)


def assert_same_words_share_a_theme(analysis: Analysis) -> None:
    theme_of = {id: theme.id for theme in analysis.themes for id in theme.comment_ids}
    themes: dict[str, set[str | None]] = {}
    for one in analysis.comments:
        if one.alert and one.alert.level is AlertLevel.URGENT:
            assert one.id not in theme_of
        else:
            themes.setdefault(" ".join(words(one.masked)), set()).add(theme_of.get(one.id))
    assert [found for found in themes.values() if len(found) > 1] == []


def assert_quotes_are_exact_and_calm(analysis: Analysis) -> None:
    by_id = {one.id: one for one in analysis.comments}
    for quote in (quote for theme in analysis.themes for quote in theme.quotes):
        assert quote.text in by_id[quote.comment_id].masked
        assert by_id[quote.comment_id].alert is None
