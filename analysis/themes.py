"""From groups to themes: a phrase a child used, the words behind it, and quotes that prove it."""

import hashlib
import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.base import BaseEstimator

from analysis.answers import telling_words
from analysis.comments import Quote, Theme
from analysis.labels import Told, label
from analysis.rights import Cluster, IndicatorKey
from analysis.standing import StandingTheme
from analysis.words import lexicon

_QUOTES = 3
_LONGEST_QUOTE = 200  # characters; what fits on a card without scrolling
_WORDS = 5
_EVEN_FROM = 12  # themes needed before evenness says anything about a word
_EVEN_ABOVE = 0.85  # share of the largest possible entropy
_SAME = 0.999  # how like one another the same words are
_DIGITS = 9  # sums of the same numbers in another order differ in the fifteenth

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Voice:
    """One text on its way into a theme and the comments that say exactly this.

    ``quotable`` is False when they carry an alert; ``newest`` is the day and id of the last of
    them, where days are known.
    """

    ids: tuple[str, ...]
    masked: str
    words: str
    quotable: bool
    newest: tuple[date, str] | None = None


@dataclass(frozen=True)
class Group:
    """Voices that say the same, with a row each for choosing quotes.

    ``others`` are comments that belong to them and lend neither words nor quotes.
    """

    label: str
    cluster: Cluster | None
    indicator: IndicatorKey | None
    title: str  # the topic's name in the project's own words, when no child may be quoted
    voices: tuple[Voice, ...]
    rows: sparse.csr_matrix
    standing: StandingTheme | None = None
    others: tuple[str, ...] = ()

    @property
    def comment_ids(self) -> tuple[str, ...]:
        """Everybody who says this."""
        return (*chain.from_iterable(voice.ids for voice in self.voices), *self.others)


class ThemeWriter(BaseEstimator):  # type: ignore[misc]
    """Groups of one round -> themes; learns which words say nothing because all groups use them.

    ``taken`` are ids that new themes must not get.
    ``even_words_``: words spread so evenly over the groups that they name none of them.
    """

    def __init__(self, *, taken: Collection[str] = (), even_above: float = _EVEN_ABOVE) -> None:
        self.taken = taken
        self.even_above = even_above

    def fit(self, groups: Sequence[Group], labels: Any = None) -> Self:
        """Count the words of every group (c-TF-IDF after Grootendorst, arXiv 2203.05794)."""
        self.counts_ = [_word_counts(group) for group in groups]
        self.totals_: Counter[str] = Counter()
        for counts in self.counts_:
            self.totals_.update(counts)
        self.even_words_ = frozenset(self._even_words())
        self.mean_length_ = sum(self.totals_.values()) / max(1, len(groups))
        return self

    def transform(self, groups: Sequence[Group]) -> list[Theme]:
        """One theme per group, the largest first."""
        themes = [
            self._theme(group, counts) for group, counts in zip(groups, self.counts_, strict=True)
        ]
        standing = [group.standing is not None for group in groups]
        ranked = sorted(
            zip(themes, standing, strict=True),
            key=lambda pair: (-len(pair[0].comment_ids), pair[0].id),
        )
        return _with_different_ids(ranked, self.taken)

    def _even_words(self) -> list[str]:
        """Words whose spread over the groups has nearly the largest entropy there could be."""
        if len(self.counts_) < _EVEN_FROM:
            return []
        logs: dict[str, float] = dict.fromkeys(self.totals_, 0.0)
        for counts in self.counts_:
            for word, count in counts.items():
                logs[word] += count * math.log(count)
        most = math.log(len(self.counts_))
        return [
            word
            for word, total in self.totals_.items()
            if (math.log(total) - logs[word] / total) / most > self.even_above
        ]

    def _theme(self, group: Group, counts: Counter[str]) -> Theme:
        weights = self._weights(counts)
        ranked = sorted(weights, key=lambda word: (-weights[word], word))
        key = ",".join([group.label, *sorted(ranked[:_WORDS])])
        standing = group.standing
        return Theme(
            id=standing.id if standing else hashlib.sha256(key.encode()).hexdigest()[:12],
            cluster=group.cluster,
            indicator=group.indicator,
            phrase=_label(group, {word: weights[word] for word in ranked}),
            words=tuple(ranked[:_WORDS]),
            comment_ids=group.comment_ids,
            quotes=_quotes(group),
        )

    def _weights(self, counts: Counter[str]) -> dict[str, float]:
        length = sum(counts.values()) or 1
        return {
            word: count / length * float(np.log1p(self.mean_length_ / self.totals_[word]))
            for word, count in counts.items()
            if word not in self.even_words_
        }


def _word_counts(group: Group) -> Counter[str]:
    """Each comment counts a word once, so that one long answer does not name the theme."""
    stop = lexicon().stop
    counts: Counter[str] = Counter()
    for voice in group.voices:
        for word in telling_words(voice.masked):
            counts[word] += len(voice.ids)
    telling = Counter({word: count for word, count in counts.items() if word not in stop})
    return telling or counts  # "tidak ada" is all it says


def _label(group: Group, weights: Mapping[str, float]) -> str:
    """What the theme was called as long as that is right, else the best that can be found."""
    standing = group.standing
    if standing and standing.named_by_people and standing.phrase:
        return standing.phrase
    often = [len(voice.ids) for voice in group.voices]
    typical = _typical(group.rows, often)
    told = [
        Told(voice.masked, times, float(near), voice.quotable)
        for voice, times, near in zip(
            group.voices, often, typical / max(typical.max(initial=0.0), 1e-9), strict=True
        )
    ]
    before = standing.phrase if standing else ""
    return label(told, weights, title=group.title, before=before)


def _typical(rows: sparse.csr_matrix, often: Sequence[int]) -> Numbers:
    """How like all of them together each row is, where the first was said ``often[0]`` times."""
    share = np.asarray(often) / max(1, sum(often))
    # Rounded, so that of two equally typical ones the first is chosen on every machine.
    found: Numbers = (rows @ (rows.T @ share)).round(_DIGITS)
    return found


def _quotes(group: Group) -> tuple[Quote, ...]:
    """The most typical comment, one most unlike it, and the newest; else a third unlike both."""
    kept = [place for place, voice in enumerate(group.voices) if voice.quotable and voice.words]
    if not kept:
        return ()
    voices, rows = [group.voices[place] for place in kept], group.rows[kept]
    typical = _typical(rows, [len(voice.ids) for voice in voices])
    last = max((voice.newest[0] for voice in voices if voice.newest), default=None)
    new = np.array([last is not None and _day(voice) == last for voice in voices])
    chosen = [int(typical.argmax())]
    likeness = np.zeros(len(voices))
    while len(chosen) < _QUOTES:
        likeness = np.maximum(likeness, _like(rows, chosen[-1]))
        may = likeness <= _SAME  # the same words again prove nothing new
        may[chosen] = False
        # Different, yet still of the theme: half the weight stays on being typical.
        score = (0.5 * typical / max(typical.max(), 1e-9) - likeness).round(_DIGITS)
        if len(chosen) == _QUOTES - 1 and not new[chosen].any() and (may & new).any():
            may, score = may & new, typical
        if not may.any():
            break
        chosen.append(int(np.where(may, score, -np.inf).argmax()))
    return tuple(_quote(voices[place], last) for place in chosen)


def _day(voice: Voice) -> date | None:
    return voice.newest[0] if voice.newest else None


def _quote(voice: Voice, last: date | None) -> Quote:
    """What was said on the last day is shown as what was said then."""
    newest = voice.newest
    id = newest[1] if newest and newest[0] == last else voice.ids[0]
    return Quote(id, _cut(voice.masked))


def _like(rows: sparse.csr_matrix, place: int) -> Numbers:
    """How like one of the rows each of them is."""
    found: Numbers = (rows @ rows[[place]].toarray().ravel()).round(_DIGITS)
    return found


def _cut(text: str) -> str:
    """An exact substring that fits a card, ending at a word and never inside a mask."""
    text = text.strip()
    if len(text) <= _LONGEST_QUOTE:
        return text
    end = text.rfind(" ", 0, _LONGEST_QUOTE)
    end = end if end > 0 else _LONGEST_QUOTE
    opened = text.rfind("[", 0, end)
    if opened > text.rfind("]", 0, end) and "]" in text[opened : opened + 20]:
        end = text.index("]", opened) + 1
    return text[:end].rstrip()


def _with_different_ids(
    themes: Sequence[tuple[Theme, bool]], taken: Collection[str]
) -> list[Theme]:
    """Standing themes keep their ids; a new one never gets an id that is or was another's."""
    used = Counter(taken)
    result = []
    for theme, standing in themes:
        if not standing:
            used[theme.id] += 1
            if used[theme.id] > 1:
                key = f"{theme.id}/{used[theme.id]}"
                theme = replace(theme, id=hashlib.sha256(key.encode()).hexdigest()[:12])
        result.append(theme)
    return result
