"""Which words of the children the tables do not know yet, so that people can add them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import astuple
from functools import cache, lru_cache

from analysis.name_words import name_tables
from analysis.words import is_known, spoken

# A word of fewer comments may be one child's own: a nickname, a misspelt name.
SMALLEST = 5
_SHORTEST = 2  # letters; "d" and "k" say nothing, and `words` leaves them out too
_REMEMBERED = 50_000  # different words, about 8 MB


def unknown_words(
    texts: Iterable[str] | Mapping[str, int], *, smallest: int = SMALLEST
) -> list[tuple[str, int]]:
    """The words of masked texts no table knows, and in how many texts each stands.

    Only those of at least ``smallest`` texts, the most frequent first; without digits, masks and
    the names of people and places. ``texts`` may come with how many comments say each.
    """
    counts: Counter[str] = Counter()
    for text, times in Counter(texts).items():
        for word in {letters for letters, known in _read(text) if not known}:
            counts[word] += times
    often = [(word, count) for word, count in counts.items() if count >= smallest]
    return sorted(often, key=lambda pair: (-pair[1], pair[0]))


def unknown_share(texts: Iterable[str] | Mapping[str, int]) -> float:
    """The share (0-1) of all words of masked texts that no table knows; 0 where there are none."""
    every = unknown = 0
    for text, times in Counter(texts).items():
        known = [known for _, known in _read(text)]
        every += times * len(known)
        unknown += times * known.count(False)
    return unknown / every if every else 0.0


def _read(text: str) -> list[tuple[str, bool]]:
    """The letters of each word and whether it is known."""
    return [word for word in map(_word, spoken(text)) if len(word[0]) >= _SHORTEST]


@lru_cache(maxsize=_REMEMBERED)
def _word(token: str) -> tuple[str, bool]:
    letters = "".join(letter for letter in token if letter.isalpha())
    return letters, letters in _names() or is_known(token)


@cache
def _names() -> frozenset[str]:
    """People and places: no gap of the tables, and nothing to print."""
    return frozenset[str]().union(*astuple(name_tables()))
