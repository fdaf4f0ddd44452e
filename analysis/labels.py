"""What a theme is called: a short whole phrase that a child used, else the theme's own words.

A label stands above what many said, so it never says what nobody said.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.answers import (
    LONGEST,
    NEGATIONS,
    SHORTEST,
    Token,
    core,
    pieces,
    telling_words,
    tokens_of,
)
from analysis.words import lexicon, words

_LABEL_WORDS, _TELLING = 3, 5  # names of a label made of words, and words they are made of
_PART = 0.85  # what a piece of a longer answer counts beside a whole one
_COMMON = 0.1  # of the texts of a theme; a word said by fewer lengthens a phrase
# A phrase or a title stands for a theme when this share of its comments say one of its words. Where
# most may not be quoted, the few who may only speak for them when this share of those say half of
# its words and theirs is as ``_TYPICAL``: else one stray comment names what sixteen others suffer.
_REACH, _REACH_OF_GUARDED, _TYPICAL = 0.15, 0.5, 0.6
_NEARLY = 3  # signs at the ends of a whole answer
_DIGITS = 9  # sums of the same numbers in another order differ in the fifteenth
_TIE = 10.0**-_DIGITS


@dataclass(frozen=True, slots=True)
class Told:
    """A text of a theme: ``times`` it was said, how ``typical`` it is, whether it may be quoted."""

    masked: str
    times: int
    typical: float
    quotable: bool


def label(
    told: Sequence[Told], weights: Mapping[str, float], *, title: str = "", before: str = ""
) -> str:
    """The best phrase that may be quoted, or the ``title`` of the topic, or the telling words.

    ``weights`` say how much each word tells of the theme, the most telling first. ``before`` is
    what an earlier run called it: that stays as long as somebody says it, or while it is made of
    the most telling words and there is still no phrase.
    """
    if before and any(before in one.masked for one in told if one.quotable):
        return before
    whole = _Whole(told, weights)
    if phrase := whole.phrase():
        return phrase
    if before and ((before == title and whole.says(title)) or made_of(before, whole.telling)):
        return before
    return (title if whole.says(title) else "") or whole.words()


def made_of(phrase: str, ranked: Collection[str]) -> bool:
    """Whether a label is no phrase but the words of its theme."""
    parts = phrase.replace(", ", " ").split()
    return bool(parts) and all(part in ranked or part in NEGATIONS for part in parts)


class _Whole:
    """All texts of a theme together."""

    def __init__(self, told: Sequence[Told], weights: Mapping[str, float]) -> None:
        self._told = told
        self._weights = weights
        self.telling = list(weights)[:_TELLING]
        self._times = np.array([one.times for one in told])
        self._guards = np.array([not one.quotable for one in told])
        self._texts: dict[str, list[int]] = {}  # word -> the numbers of the texts that say it
        for number, one in enumerate(told):
            for word in telling_words(one.masked):
                self._texts.setdefault(word, []).append(number)
        self._number = int(self._times.sum())
        self._guarded = int(self._times[self._guards].sum())
        self._mostly_guarded = 2 * self._guarded > self._number
        self._enough = max(1.0, _COMMON * len(told))
        self._negated = sum(
            one.times for one in told if not NEGATIONS.isdisjoint(words(one.masked))
        )

    def phrase(self) -> str:
        """The piece that says most of the theme in the fewest words."""
        best, best_score = "", 0.0
        for one in self._told:
            if not self._may_name(one):
                continue
            for piece in pieces(one.masked):
                score = self._score(piece) * (0.25 + 0.75 * one.typical)
                score *= 1 + np.log(one.times)
                score *= 1.0 if len(piece) >= len(core(one.masked)) - _NEARLY else _PART
                if score > best_score + _TIE:
                    best, best_score = piece, score
        return best or self._short_answer()

    def _may_name(self, one: Told) -> bool:
        return one.quotable and not (self._mostly_guarded and one.typical < _TYPICAL)

    def says(self, title: str) -> bool:
        """Whether children said all that a title says, and enough of them some of it."""
        said = telling_words(title) if title else []
        return bool(said) and all(word in self._texts for word in said) and self._reaches(said)

    def words(self) -> str:
        """The most telling words, those said side by side together: "kakak kelas, uang jajan"."""
        top = self.telling
        before = {word: self._before(word, top) for word in top}
        free, named = list(top), []
        while free:
            chain = [free.pop(0)]
            while (earlier := before.get(chain[0])) in {*free, *NEGATIONS}:
                chain.insert(0, earlier)
                free = [word for word in free if word != earlier]
            while later := [word for word in free if before[word] == chain[-1]]:
                chain.append(later[0])
                free.remove(later[0])
            named.append(" ".join(chain))
        return ", ".join(named[:_LABEL_WORDS])

    def _before(self, word: str, top: Collection[str]) -> str:
        """What most who say a word put before it: another of these words, or "tidak"."""
        before: Counter[str] = Counter()
        for one in self._told:
            said = words(one.masked)
            if word in said[1:]:
                place = said.index(word)
                near = [other for other in said[max(0, place - 2) : place] if other in NEGATIONS]
                beside = said[place - 1] in top
                before[said[place - 1] if beside else "".join(near[-1:])] += one.times
            elif word in said:
                before[""] += one.times
        most = before.most_common(1)
        return most[0][0] if most else ""

    def _score(self, piece: str) -> float:
        tokens = tokens_of(piece)
        said = _said(tokens, self._weights)
        if not self._reaches(said) or (self._mostly_guarded and len(said) < SHORTEST):
            return 0.0
        spelt = sum(_well_spelt(token.spoken) for token in tokens) / len(tokens)
        # What hardly anybody else says tells of a child, not of the theme.
        alone = sum(max(0.0, 1 - (len(self._texts[word]) - 1) / self._enough) for word in said)
        negated = any(token.is_in(NEGATIONS) for token in tokens)
        agree = self._negated if negated else self._number - self._negated
        return (
            sum(said.values())
            * (1 + spelt)
            * (0.5 + 0.5 * agree / self._number)
            / float(np.sqrt(2 + len(tokens) + 2 * alone))
        )

    def _reaches(self, said: Collection[str]) -> bool:
        shared = np.zeros(len(self._told))
        for word in said:
            shared[self._texts.get(word, [])] += 1
        guarded = self._times[self._guards & (2 * shared >= len(said))].sum()
        if self._mostly_guarded and guarded < _REACH_OF_GUARDED * self._guarded:
            return False
        return bool(self._times[shared > 0].sum() >= _REACH * self._number)

    def _short_answer(self) -> str:
        """The most frequent answer of a word or two: "toilet"."""
        common: Counter[str] = Counter()
        for one in self._told:
            text = core(one.masked)
            short = len(text.split()) <= LONGEST and any(map(str.isalpha, text)) and "[" not in text
            if short and self._may_name(one) and self._reaches(telling_words(one.masked)):
                common[text] += one.times
        return common.most_common(1)[0][0] if common else ""


def _said(tokens: Sequence[Token], weights: Mapping[str, float]) -> dict[str, float]:
    """How much of the theme each word says; one not written as in the tables says half."""
    said: dict[str, float] = {}
    for token in tokens:
        for word in token.words:
            if word in weights:
                part = weights[word] * (1.0 if _well_spelt(token.spoken) else 0.5)
                said[word] = max(part, said.get(word, 0.0))
    return said


def _well_spelt(word: str) -> bool:
    return word in lexicon().known or word in lexicon().bridge
