"""Which language a comment speaks: Javanese, Indonesian, or clearly both."""

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, Self

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator
from sklearn.linear_model import LogisticRegression

from analysis.comments import Language
from analysis.keeping import kept
from analysis.pieces import WordCounter
from analysis.resources import examples
from analysis.words import lexicon, owned, spoken, votes

# Log-odds, chosen on the development set; their neighbours there do much the same.
_HEARD_FROM = 1.0  # of a word: aku, sekolah, rusak stay below, they are of both languages
_STRONGEST = 4.0  # no word outweighs a few others
_CLAUSE = 4.0  # of all words of a language together: more than a loan or a particle
_LARGER_SHARE = 4  # a mixed text has at most so much of one language for each of the other

_BY_TABLE = 0.1  # how often the tables say a word: they know it, but not how common it is
_TRUST = 50_000.0  # what all words of one language weigh together, against the penalty
_CLOSENESS = 0.1  # of the solver: ten times as quick as its own 0.0001, and as good
_LEAST_WEIGHT = 0.01  # smaller ones change nothing and fill the disk
_GRAMS = (2, 3, 4)  # letters
_REMEMBERED = 200_000  # different spellings, as in ``words``


class WordLanguages(BaseEstimator):  # type: ignore[misc]
    """How Javanese a word is, by itself and by its letters: gurune is, aku is neither.

    It learns from texts nobody labelled: those in which the tables know enough words of one
    language and none or few of the other say in which company a word is found.
    """

    def __init__(self, *, trust: float = _TRUST) -> None:
        self.trust = trust

    def fit(self, texts: Iterable[str], labels: Any = None) -> Self:
        """``weights_``: log-odds of a word or of some letters; ``bias_``: of every word."""
        javanese = Counter[str]()
        indonesian = Counter[str]()
        for tokens in map(spoken, texts):
            speak_javanese, speak_indonesian = votes(tokens)
            if speak_javanese >= max(3, 4 * speak_indonesian, len(tokens) / 2):
                javanese.update(tokens)
            elif speak_indonesian >= 2 and not speak_javanese:
                indonesian.update(tokens)
        entries = lexicon()
        words = sorted({*javanese, *indonesian, *entries.javanese, *entries.indonesian})
        columns = WordCounter(read=_pieces)
        rows = columns.fit_transform(words).astype(np.float32)
        weights = self.trust * np.array(
            [
                _shares(javanese, entries.javanese, words),
                _shares(indonesian, entries.indonesian, words),
            ]
        )
        model = LogisticRegression(solver="liblinear", tol=_CLOSENESS, random_state=0).fit(
            sparse.vstack([rows, rows]).tocsr(),
            np.repeat([True, False], len(words)),
            sample_weight=weights.ravel(),
        )
        named = zip(columns.vocabulary_, model.coef_[0].tolist(), strict=True)
        self.weights_ = {piece: one for piece, one in named if abs(one) >= _LEAST_WEIGHT}
        self.bias_ = float(model.intercept_[0])
        return self

    def decision_function(self, words: Sequence[str]) -> list[float]:
        """Log-odds of each word: above 0 Javanese, below 0 Indonesian."""
        return [
            self.bias_ + sum(self.weights_.get(piece, 0.0) for piece in _pieces(word))
            for word in words
        ]


def language_of(text: str) -> Language:
    """Mixed where both languages have a clause or two words; one loan does not turn a text."""
    heard = list(map(_heard, spoken(text)))
    javanese = sum(one for one in heard if one > 0)
    indonesian = -sum(one for one in heard if one < 0)
    less, more = sorted((javanese, indonesian))
    if less >= _CLAUSE and _LARGER_SHARE * less >= more:
        return Language.MIXED
    return Language.JAVANESE if javanese > indonesian else Language.INDONESIAN


@lru_cache(maxsize=_REMEMBERED)
def _heard(token: str) -> float:
    """How much a word says: nothing where it is of both languages."""
    [leaning] = _learnt().decision_function([token])
    return max(-_STRONGEST, min(_STRONGEST, leaning)) if abs(leaning) > _HEARD_FROM else 0.0


@cache
def _learnt() -> WordLanguages:
    return kept("languages", lambda: WordLanguages().fit([row["text"] for row in examples()]))


def _pieces(token: str) -> tuple[str, ...]:
    """The word with its borders, and every two to four letters: <adike>, <a, ad, ... ke>."""
    word = f"<{owned(token)}>"
    places = ((at, at + size) for size in _GRAMS for at in range(len(word) - size + 1))
    return (f"={word}", *dict.fromkeys(word[start:end] for start, end in places))


def _shares(
    counts: Mapping[str, int], by_table: Container[str], words: Sequence[str]
) -> list[float]:
    """Of all words of one language, how many are each of these."""
    found = [counts.get(word, 0) + _BY_TABLE * (word in by_table) for word in words]
    together = sum(found)
    return [one / together for one in found]
