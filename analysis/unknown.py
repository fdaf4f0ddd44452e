"""Which words of the children the tables do not know yet, so that people can add them."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import astuple
from functools import cache

from analysis.name_words import name_tables
from analysis.words import is_known, spoken

# A word of fewer comments may be one child's own: a nickname, a misspelt name.
SMALLEST = 5
_SHORTEST = 2  # letters; "d" and "k" say nothing, and `words` leaves them out too


def unknown_words(texts: Iterable[str], *, smallest: int = SMALLEST) -> list[tuple[str, int]]:
    """The words of masked texts no table knows, and in how many texts each stands.

    Only those of at least ``smallest`` texts, the most frequent first; without digits, masks and
    the names of people and places.
    """
    counts: Counter[str] = Counter()
    for text, times in Counter(texts).items():
        for word in {_letters(token) for token in _tokens(text) if not _is_known(token)}:
            counts[word] += times
    often = [(word, count) for word, count in counts.items() if count >= smallest]
    return sorted(often, key=lambda pair: (-pair[1], pair[0]))


def unknown_share(texts: Iterable[str]) -> float:
    """The share (0-1) of all words of masked texts that no table knows; 0 where there are none."""
    every = unknown = 0
    for text, times in Counter(texts).items():
        known = [_is_known(token) for token in _tokens(text)]
        every += times * len(known)
        unknown += times * known.count(False)
    return unknown / every if every else 0.0


def _tokens(text: str) -> Iterator[str]:
    return (token for token in spoken(text) if len(_letters(token)) >= _SHORTEST)


def _letters(token: str) -> str:
    return "".join(letter for letter in token if letter.isalpha())


def _is_known(token: str) -> bool:
    return _letters(token) in _names() or is_known(token)


@cache
def _names() -> frozenset[str]:
    """People and places: no gap of the tables, and nothing to print."""
    return frozenset[str]().union(*astuple(name_tables()))
