"""Invents a round of any size that repeats itself as children's answers do.

    python -m benchmarks.corpus COUNT FILE.jsonl

Every text comes from the project's own examples; no child wrote one. Of seven answers six are a
whole example, drawn as words are in a language (the k-th most frequent about 1/k as often, short
ones first: "gak ada", "toilet bau"), sometimes shouted or with another sign at the end. The others
are new: clauses of two examples put together, every second one with a slip of the thumb. So the
share of different texts falls from about two thirds of 1,000 answers to a sixth of 1,000,000. The
same count gives the same file, and a smaller round is the beginning of a larger one.
"""

import json
import random
import re
import sys
from collections.abc import Iterator
from functools import cache
from itertools import accumulate, islice
from pathlib import Path

from analysis.resources import examples

_WHOLE = 0.86  # of all answers; the rest are put together
_AS_WRITTEN = 0.93  # of those that are whole
_SLIP = 0.5
_ENDS = ("!", "!!", ".", "...", " ya", " min", " kak", " 🙏")
_JOINTS = (", ", " dan ", " terus ", ". ", " karo ", " sama ")
_CLAUSES = re.compile(r"[,.;!?]+\s*|\s(?:dan|terus|tapi|karo|sama|lan)\s")
_LETTERS = "abdegiklmnoprstuwy"
_DRAWN_AT_ONCE = 1_000


def answers(count: int) -> Iterator[str]:
    """``count`` answers, one after the other, without holding them."""
    return islice(_endless(), count)


def write(path: Path, count: int) -> None:
    """The answers as JSONL with ids, ages and places, a line each."""
    chance = random.Random(1)
    bands, places = ("6-9", "10-12", "13-15", "16-17"), ("Mojoroto", "Kota", "Pesantren")
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for number, text in enumerate(answers(count)):
            row = {"id": f"k{number}", "text": text, "age_band": chance.choice(bands)}
            row["place"] = chance.choice(places)
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def _endless() -> Iterator[str]:
    chance = random.Random(0)
    texts = _ranked(chance)
    often = list(accumulate(1 / (rank + 5) for rank in range(len(texts))))
    while True:
        for text in chance.choices(texts, cum_weights=often, k=_DRAWN_AT_ONCE):
            yield _varied(text, chance) if chance.random() < _WHOLE else _new(chance)


def _ranked(chance: random.Random) -> list[str]:
    """The examples, the short ones mostly first."""
    texts = list(dict.fromkeys(row["text"] for row in examples()))
    return sorted(texts, key=lambda text: len(text.split()) * chance.uniform(0.2, 4))


def _varied(text: str, chance: random.Random) -> str:
    if chance.random() < _AS_WRITTEN:
        return text
    return chance.choice((text.upper(), text.capitalize(), text + chance.choice(_ENDS)))


def _new(chance: random.Random) -> str:
    first, second = chance.choice(_clauses()), chance.choice(_clauses())
    text = f"{first}{chance.choice(_JOINTS)}{second}"
    return _slipped(text, chance) if chance.random() < _SLIP else text


def _slipped(text: str, chance: random.Random) -> str:
    """One letter left out, typed twice, or another in its place."""
    place = chance.randrange(len(text))
    letter = chance.choice(("", text[place] * 2, chance.choice(_LETTERS)))
    return text[:place] + letter + text[place + 1 :]


@cache
def _clauses() -> list[str]:
    every = (part.strip() for row in examples() for part in _CLAUSES.split(row["text"]))
    return sorted({part for part in every if 2 <= len(part.split()) <= 12})


if __name__ == "__main__":
    write(Path(sys.argv[2]), int(sys.argv[1]))
