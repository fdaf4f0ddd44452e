"""Which words of the children the tables do not know yet, so that people can add them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass
from functools import cache, lru_cache

from analysis.name_words import name_tables
from analysis.words import is_known, spoken

# A word of fewer comments may be one child's own: a nickname, a misspelt name.
SMALLEST = 5
_SHORTEST = 2  # letters; "d" and "k" say nothing, and `words` leaves them out too
_REMEMBERED = 50_000  # different words, about 8 MB


@dataclass(frozen=True, slots=True)
class Unknown:
    """The words no table knows, the most frequent first, and in how many texts each stands.

    ``share`` (0-1) is their share of all words; 0 where there are none.
    """

    words: tuple[tuple[str, int], ...]
    share: float


def unknown_in(texts: Iterable[str] | Mapping[str, int], *, smallest: int = SMALLEST) -> Unknown:
    """What no table knows of masked texts, which may come with how many comments say each.

    Words are listed from ``smallest`` texts on, without digits, masks and the names of people and
    places; the share counts every word.
    """
    counts: Counter[str] = Counter()
    every = unknown = 0
    for text, times in Counter(texts).items():
        read = _read(text)
        strange = [letters for letters, known in read if not known]
        every += times * len(read)
        unknown += times * len(strange)
        for word in set(strange):
            counts[word] += times
    often = [(word, count) for word, count in counts.items() if count >= smallest]
    ranked = sorted(often, key=lambda pair: (-pair[1], pair[0]))
    return Unknown(tuple(ranked), unknown / every if every else 0.0)


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
