"""A text as words, with the places where a name is announced or a person spoken of."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Self

from analysis.name_words import is_common, is_listed, may_be_capital, name_tables, strange
from analysis.naming import callings, introductions, likely_places, mentions, nicknames
from analysis.persons import persons

WORD = re.compile(r"[^\W\d_][\w']*")
_BETWEEN = re.compile(r"(?:\s|\.\s?|\s?:\s)\Z")  # "Bu Ani", "Bu. Ani", "nama : Ani"
_VOWELS = re.compile(r"[aiueo]")
_LONGEST_SHORTENED = 4  # letters of "Bpk.", "ust."


class Token(NamedTuple):
    start: int
    end: int
    word: str
    capital: bool
    shouted: bool  # BPJS, OSIS: an abbreviation among ordinary words
    joined: bool  # only a space (or "Bu." "nama :") parts it from the word before


@dataclass(frozen=True)
class Reading:
    """A text as words, with the places where a name is announced."""

    folded: str
    tokens: Sequence[Token]
    introduced: frozenset[int]
    spoken_of: frozenset[int]
    called: frozenset[int]
    likely: frozenset[int]
    persons: frozenset[int]
    perhaps: frozenset[int]
    nicknamed: frozenset[int]
    named_last: frozenset[int]
    announced: frozenset[int]  # introduced, likely or nicknamed
    told: frozenset[int]  # introduced or called

    @classmethod
    def of(cls, folded: str, tokens: Sequence[Token]) -> Self:
        """Read the text once; ``tokens`` are its words."""
        sure, perhaps, last = persons(
            [token.word for token in tokens], [token.joined for token in tokens]
        )
        introduced, called = frozenset(introductions(folded)), frozenset(callings(folded))
        likely, nicknamed = frozenset(likely_places(folded)), frozenset(nicknames(folded))
        return cls(
            folded=folded,
            tokens=tokens,
            introduced=introduced,
            spoken_of=frozenset(mentions(folded)),
            called=called,
            likely=likely,
            persons=sure,
            perhaps=perhaps,
            nicknamed=nicknamed,
            named_last=last,
            announced=introduced | likely | nicknamed,
            told=introduced | called,
        )


def tokens_of(folded: str, text: str, positions: Sequence[int]) -> list[Token]:
    """The words of a text in its order."""
    matches = list(WORD.finditer(folded))
    capitals = [text[positions[match.start()]].isupper() for match in matches]
    # A text written all in capitals, or With Every Word So, says nothing about names.
    everyday = sum(
        capital and is_common(match.group()) and not may_be_capital(match.group())
        for match, capital in zip(matches[1:], capitals[1:], strict=True)
    )
    telling = everyday <= max(1, len(capitals) * 0.3) and not text.isupper()
    tokens: list[Token] = []
    for match, capital in zip(matches, capitals, strict=True):
        gap = folded[tokens[-1].end : match.start()] if tokens else ""
        joined = bool(tokens) and _BETWEEN.match(gap) is not None
        # "Bu. Ani" is one name; "... lapangan. Ani" are two sentences.
        joined = joined and ("." not in gap or len(tokens[-1].word) <= _LONGEST_SHORTENED)
        written = text[positions[match.start()] : positions[match.end() - 1] + 1]
        shouted = telling and len(written) > 1 and written.isupper()
        tokens.append(
            Token(match.start(), match.end(), match.group(), capital and telling, shouted, joined)
        )
    return tokens


def is_doubled(tokens: Sequence[Token], place: int) -> bool:
    """ "wira wiri", "bola bali": one word said twice with other vowels."""
    frames = [
        _VOWELS.sub("", tokens[at].word) if 0 <= at < len(tokens) else ""
        for at in (place - 1, place, place + 1)
    ]
    back = tokens[place].joined and frames[0] == frames[1]
    on = place + 1 < len(tokens) and tokens[place + 1].joined and frames[1] == frames[2]
    return len(frames[1]) > 1 and (back or on)


def honours_a_place(tokens: Sequence[Token], place: int) -> bool:
    """ "jalan kh wachid hasyim", "masjid kh ahmad dahlan": a man whom a place is named after."""
    honours, first = name_tables().honours, place
    while first > 0 and tokens[first].joined:
        before = tokens[first - 1].word
        if before in honours:
            return (
                first > 1 and tokens[first - 1].joined
                and tokens[first - 2].word in name_tables().places
            )  # fmt: skip
        if not (is_listed(before) or strange(before)):
            return False
        first -= 1
    return False


def names_a_place(tokens: Sequence[Token], place: int) -> bool:
    """Jalan Ahmad Yani, SMP Kartini: places, not people."""
    places = name_tables().places
    if place == 0 or not tokens[place].joined:
        return False
    before = tokens[place - 1]
    if before.word in places or honours_a_place(tokens, place):
        return True
    # The word between belongs to the place's name: "Ahmad" does, "kotor" does not.
    between = before.capital or is_listed(before.word)
    return place > 1 and before.joined and between and tokens[place - 2].word in places
