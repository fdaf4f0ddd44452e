"""What the mapping learns from: the project's seeds and examples, in one spelling."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from analysis.keeping import kept
from analysis.resources import examples, table, words_of
from analysis.words import words

_SAFETY = "safety"  # the hands that wrote for the alerts
_EVERY = 3  # every third hand is kept from the teachers while they are weighed


@dataclass(frozen=True)
class Lessons:
    """Examples and seeds, topic by topic."""

    topics: tuple[str, ...]
    label_of: dict[str, str]
    texts: tuple[str, ...]
    text_topics: tuple[str, ...]
    also: tuple[str, ...]  # a second label of the same text, or ""
    hands: tuple[str, ...]  # who wrote each text
    seeds: dict[str, dict[str, float]]

    def held_out(self) -> npt.NDArray[np.bool_]:
        """Which examples are of every third hand; those that teach the alerts are no round."""
        hands = [hand for hand in dict.fromkeys(self.hands) if hand != _SAFETY]
        return np.isin(self.hands, hands[::_EVERY])

    def seeded(self) -> list[tuple[str, str]]:
        """Each seed word that speaks for its topic, as a text of one word."""
        return [
            (word, topic)
            for topic, words in self.seeds.items()
            for word, weight in words.items()
            if weight > 0
        ]


@cache
def lessons() -> Lessons:
    """The seeds and examples of the project, in one spelling."""
    return kept("lessons", _read)


def _read() -> Lessons:
    seeds: dict[str, dict[str, float]] = {}
    label_of: dict[str, str] = {}
    for row in table("seeds"):
        topic = f"{row['label']}/{row['topic']}"
        label_of[topic] = row["label"]
        for word in words_of(row["words"]):
            key = " ".join(words(word))
            seeds.setdefault(topic, {})[key] = float(row["weight"])
    rows = [*examples(), *(row for row in table("safety_examples") if row["label"])]
    return Lessons(
        topics=tuple(label_of),
        label_of=label_of,
        texts=tuple(" ".join(words(row["text"])) for row in rows),
        text_topics=tuple(f"{row['label']}/{row['topic']}" for row in rows),
        also=tuple(row.get("also", "") for row in rows),
        hands=tuple(row.get("hand", _SAFETY) for row in rows),
        seeds=seeds,
    )
