"""What teaches: words counted by topic, regressions, and the comments of a round that are sure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.special import expit
from sklearn.base import BaseEstimator
from sklearn.linear_model import LogisticRegression

from analysis.colleagues import Asked, Colleagues

Matrix = npt.NDArray[np.float64]

_SMOOTHING = 0.3  # a word never seen in any other topic counts as much as this
_SURE = 0.75  # a comment of the round teaches only when the seeds and examples agree this much
_CLOSENESS, _STEPS = 5.0, 1000  # fifty times as close is no better on hands not read
_NOTHING_YET = -6.0  # log-odds
_NINE_DIGITS = 1e9  # to which columns that go together keep their proportion
_TAUGHT_AT_MOST = 60  # per topic and round, so that a loud complaint does not drown the others


@dataclass(frozen=True)
class ComplementBayes:
    """Complement naive Bayes (Rennie et al., ICML 2003): a topic is what the others do not say.

    scikit-learn's ``ComplementNB`` gives the same probabilities from a dense weight for every
    word and topic. What all topics share cancels out, so only the words a topic has are kept.
    """

    words: sparse.csr_matrix  # word x topic: how much rarer without this topic's own texts
    lengths: Matrix  # topic: logarithm of all that the other topics say

    @classmethod
    def of(cls, counts: sparse.csr_matrix) -> Self:
        """Learn from ``counts``: topic x word, in how many of its texts each word stands."""
        own = counts.tocoo()
        every = np.asarray(counts.sum(axis=0)).ravel() + _SMOOTHING
        others = every.sum() - np.asarray(counts.sum(axis=1)).ravel()
        rarer = np.log(every[own.col]) - np.log(every[own.col] - own.data)
        return cls(
            sparse.csr_matrix((rarer, (own.col, own.row)), shape=counts.shape[::-1]),
            np.log(others),
        )

    def predict_proba(self, counts: sparse.csr_matrix) -> Matrix:
        """Probabilities, text x topic, for ``counts``: text x word."""
        length = np.asarray(counts.sum(axis=1))
        return softmax((counts @ self.words).toarray() + length * self.lengths)


@dataclass(frozen=True)
class ColumnGroups:
    """Which columns of a matrix always go together, each a multiple of the others.

    The letters of a rare word do, and all that only one text says. A regression sees rows by
    their products, to which such columns are one column as long as all of them: the coefficients
    are the same to thirteen digits, with half the columns and a seventh less to read.
    """

    first: npt.NDArray[np.intp]  # group: one of its columns
    group: npt.NDArray[np.intp]  # column: its group
    share: Matrix  # column: how long it is, where its group is of length 1

    @classmethod
    def of(cls, rows: sparse.csr_matrix) -> Self:
        """Groups columns whose numbers are the same but for a factor, by a hash of 64 bits."""
        columns = rows.tocsc()
        sizes = np.diff(columns.indptr)
        own = np.zeros(len(sizes))  # the first number of each column
        filled = sizes > 0
        starts = columns.indptr[:-1][filled]
        own[filled] = columns.data[starts]
        digits = np.rint(columns.data / np.repeat(own, sizes) * _NINE_DIGITS).astype(np.int64)
        dice = np.random.default_rng(0).integers(1, 2**62, rows.shape[0], dtype=np.uint64)
        hashes = np.zeros(len(sizes), np.uint64)  # columns without a number go together, too
        hashes[filled] = np.add.reduceat(dice[columns.indices] * digits.view(np.uint64), starts)
        _, first, group = np.unique(hashes, return_index=True, return_inverse=True)
        lengths = np.sqrt(np.bincount(group, own**2))[group]
        return cls(first, group, np.divide(own, lengths, out=np.zeros_like(own), where=filled))

    def merged(self, rows: sparse.csr_matrix) -> sparse.csr_matrix:
        """Row x group."""
        merged = rows[:, self.first]
        merged.data /= self.share[self.first][merged.indices]
        merged.sort_indices()
        return merged

    def spread(self, coefficients: Matrix) -> Matrix:
        """The coefficients of groups -> those of columns."""
        spread: Matrix = coefficients[self.group] * self.share
        return spread


_Learnt = tuple[Matrix, float]  # coefficients and intercept of a label


class Regressions(BaseEstimator):  # type: ignore[misc]
    """Rows of features -> of each label, several of which may hold, how likely it is.

    One logistic regression a label, solved in the dual: there are several times as many features
    as examples, and the primal takes eight times as long for the same log-loss on hands not read.
    ``coefficients_`` is feature x label and ``intercepts_`` one number a label: a batch is one
    product in place of many.
    """

    def __init__(self, *, trust: float, balanced: bool = False) -> None:
        self.trust = trust  # inverse regularisation
        self.balanced = balanced  # whether a rare label weighs as much as all the others

    def fit(self, rows: sparse.csr_matrix, wanted: npt.NDArray[np.bool_]) -> Self:
        """``wanted``: row x label. Of a label that no row has, the regressions say nothing."""
        return self._know(self._one(rows, right) for right in wanted.T)

    def begin(
        self, rows: sparse.csr_matrix, wanted: npt.NDArray[np.bool_], *, colleagues: Colleagues
    ) -> Self:
        """``fit`` for many labels, which colleagues begin to learn; ``finish`` ends it."""
        self._groups = ColumnGroups.of(rows)
        lesson = self._groups.merged(rows)
        alone = Regressions(**self.get_params())
        self._asked: Asked[_Learnt] = colleagues.ask(alone._one, lesson, list(wanted.T))
        return self

    def finish(self) -> Self:
        """Learn the labels that nobody has begun; the same numbers whoever learnt which."""
        learnt = self._asked.answers()
        self._know((self._groups.spread(merged), bias) for merged, bias in learnt)
        del self._asked, self._groups
        return self

    def _know(self, learnt: Iterable[_Learnt]) -> Self:
        by_label = [(coefficients.astype(np.float32), bias) for coefficients, bias in learnt]
        self.coefficients_ = np.array([one for one, _ in by_label]).T.copy()
        self.intercepts_ = np.array([bias for _, bias in by_label], dtype=np.float32)
        return self

    def predict_proba(self, rows: sparse.csr_matrix) -> Matrix:
        """Row x label; each number stands for itself."""
        scores = rows.astype(np.float32) @ self.coefficients_ + self.intercepts_
        likely: Matrix = expit(scores.astype(np.float64))
        return likely

    def _one(self, rows: sparse.csr_matrix, right: npt.NDArray[np.bool_]) -> _Learnt:
        if not right.any():
            return np.zeros(rows.shape[1]), _NOTHING_YET
        model = LogisticRegression(
            C=self.trust, class_weight="balanced" if self.balanced else None,
            solver="liblinear", dual=True, tol=_CLOSENESS, max_iter=_STEPS, random_state=0,
        )  # fmt: skip
        model.fit(rows, right)
        return model.coef_[0], float(model.intercept_[0])


@dataclass(frozen=True)
class SureOnes:
    """The surest comments of each topic; those of two batches are added with ``+``.

    It holds at most 60 comments a topic, however many were read.
    """

    by_topic: Mapping[str, tuple[tuple[float, str], ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, found: Iterable[tuple[str, str, float]]) -> Self:
        """From text, its topic and how sure that is (0-1)."""
        by_topic: dict[str, list[tuple[float, str]]] = {}
        for text, topic, sure in found:
            if sure >= _SURE:
                by_topic.setdefault(topic, []).append((sure, text))
        return cls({topic: _surest(ones) for topic, ones in by_topic.items()})

    def __add__(self, other: "SureOnes") -> "SureOnes":
        both = {**self.by_topic, **other.by_topic}
        return SureOnes(
            {
                topic: _surest([*self.by_topic.get(topic, ()), *other.by_topic.get(topic, ())])
                for topic in both
            }
        )

    def pairs(self) -> list[tuple[str, str]]:
        """Each text with its topic."""
        return [(text, topic) for topic, ones in self.by_topic.items() for _, text in ones]


def _surest(ones: Sequence[tuple[float, str]]) -> tuple[tuple[float, str], ...]:
    """Of equally sure ones the first read stays."""
    return tuple(sorted(ones, key=lambda one: -one[0])[:_TAUGHT_AT_MOST])


def softmax(scores: Matrix) -> Matrix:
    """Each row of scores as shares that sum to one."""
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: Matrix = raised / raised.sum(axis=1, keepdims=True)
    return shares
