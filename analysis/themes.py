"""From groups to themes: a phrase a child used, the words behind it, and quotes that prove it."""

import hashlib
import math
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.base import BaseEstimator

from analysis.comments import Quote, Theme
from analysis.rights import Cluster, IndicatorKey
from analysis.standing import StandingTheme
from analysis.words import lexicon, words

_QUOTES = 3
_LONGEST_QUOTE = 200  # characters; what fits on a card without scrolling
_WORDS = 5
_PHRASE_WORDS = (2, 9)
_EVEN_FROM = 12  # themes needed before evenness says anything about a word
_EVEN_ABOVE = 0.85  # share of the largest possible entropy
_DIGITS = 9  # sums of the same numbers in another order differ in the fifteenth
_TIE = 10.0**-_DIGITS
# A pause, a picture or a joining word ends a piece.
_PIECES = re.compile(
    r"[,.;!?\n\u2190-\u2bff\ufe0f\U0001f000-\U0001faff]+"
    r"|\s(?=(?:terus|trus|tapi|soale|soalnya|karena|biar|supaya)\b)"
)


@dataclass(frozen=True, slots=True)
class Voice:
    """One text on its way into a theme and the comments that say exactly this.

    ``quotable`` is False when they carry an alert.
    """

    ids: tuple[str, ...]
    masked: str
    words: str
    quotable: bool


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
            phrase=_kept_phrase(group)
            or _phrase(group, weights)
            or group.title
            or " ".join(ranked[:3]),
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
        for word in dict.fromkeys(voice.words.split()):
            counts[word] += len(voice.ids)
    telling = Counter({word: count for word, count in counts.items() if word not in stop})
    return telling or counts  # "tidak ada" is all it says


def _kept_phrase(group: Group) -> str:
    """The phrase a theme had: given by people, or still the words of a child who may be quoted."""
    standing = group.standing
    if standing is None:
        return ""
    said = any(standing.phrase in voice.masked for voice in group.voices if voice.quotable)
    return standing.phrase if said or standing.named_by_people else ""


def _phrase(group: Group, weights: Mapping[str, float]) -> str:
    """The piece of a comment that says most of the theme's words in the fewest words.

    Words that stand in the tables as they are written count more: an office reads it.
    """
    best, best_score = "", 0.0
    seen: Counter[str] = Counter()
    for voice in group.voices:
        seen[voice.words] += len(voice.ids)
    for voice in _different(group.voices):
        if not voice.quotable:
            continue
        for piece in _PIECES.split(voice.masked):
            length = len(piece.split())
            if "[" in piece or not _PHRASE_WORDS[0] <= length <= _PHRASE_WORDS[1]:
                continue
            spelt = sum(map(_well_spelt, piece.split())) / length
            score = _covered(piece, weights) * (1 + spelt) / np.sqrt(2 + length)
            score *= 1 + np.log(seen[voice.words])
            if score > best_score + _TIE:
                best, best_score = piece.strip(" \"'-:"), score
    if best:
        return best
    # No piece had two words or more: the most frequent short answer names the theme.
    common: Counter[str] = Counter()
    for voice in group.voices:
        text = voice.masked.strip()
        short = len(text.split()) <= _PHRASE_WORDS[1]
        if voice.quotable and short and any(map(str.isalpha, text)):
            common[text] += len(voice.ids)
    return common.most_common(1)[0][0] if common else ""


def _covered(piece: str, weights: Mapping[str, float]) -> float:
    """How much of the theme a piece says; a word not written as in the tables says half."""
    said: dict[str, float] = {}
    for token in piece.split():
        for word in words(token):
            part = weights.get(word, 0.0) * (1.0 if _well_spelt(token) else 0.5)
            said[word] = max(part, said.get(word, 0.0))
    return sum(said.values())


def _well_spelt(token: str) -> bool:
    plain = token.lower().strip("\"'()-:")
    return plain in lexicon().known or plain in lexicon().bridge


def _quotes(group: Group) -> tuple[Quote, ...]:
    """The most typical comment, then those most unlike the ones chosen."""
    kept = [place for place, voice in enumerate(group.voices) if voice.quotable and voice.words]
    if not kept:
        return ()
    rows = group.rows[kept]
    # Rounded, so that of two equally typical ones the first is chosen on every machine.
    often = np.array([len(group.voices[place].ids) for place in kept])
    typical = (rows @ (rows.T @ (often / often.sum()))).round(_DIGITS)
    chosen = [int(typical.argmax())]
    likeness = np.zeros(len(kept))
    while len(chosen) < min(_QUOTES, len(kept)):
        likeness = np.maximum(likeness, _like(rows, chosen[-1]))
        # Different, yet still of the theme: half the weight stays on being typical.
        score = (0.5 * typical / max(typical.max(), 1e-9) - likeness).round(_DIGITS)
        score[chosen] = -np.inf
        following = int(score.argmax())
        if likeness[following] > 0.999:
            break  # the same words again prove nothing new
        chosen.append(following)
    return tuple(
        Quote(group.voices[kept[place]].ids[0], _cut(group.voices[kept[place]].masked))
        for place in chosen
    )


def _like(rows: sparse.csr_matrix, place: int) -> npt.NDArray[np.float64]:
    """How like one of the rows each of them is."""
    found: npt.NDArray[np.float64] = (rows @ rows[[place]].toarray().ravel()).round(_DIGITS)
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


def _different(voices: Sequence[Voice]) -> list[Voice]:
    return list({voice.words: voice for voice in reversed(voices)}.values())[::-1]


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
