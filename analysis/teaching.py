"""What teaches: words counted by topic, regressions, and the comments of a round that are sure."""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import BrokenExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain
from multiprocessing import current_process
from typing import Self

import numpy as np
import numpy.typing as npt
from joblib import Parallel, cpu_count, delayed  # type: ignore[import-untyped]
from scipy import sparse
from scipy.special import expit
from sklearn.base import BaseEstimator
from sklearn.linear_model import LogisticRegression

Matrix = npt.NDArray[np.float64]

_SMOOTHING = 0.3  # a word never seen in any other topic counts as much as this
_SURE = 0.75  # a comment of the round teaches only when the seeds and examples agree this much
_CLOSENESS, _STEPS = 5.0, 1000  # fifty times as close is no better on hands not read
_NOTHING_YET = -6.0  # log-odds
_WORTH_A_PROCESS = 500_000  # answers of rows and labels: about 2 s of work, as long as one starts
_MOST_PROCESSES = 4  # each holds rows of its own, 100 MB in all
_IDLE = 30  # seconds until they end: as long as what is learnt next may take to begin
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


_Learnt = list[tuple[npt.NDArray[np.float32], float]]  # coefficients and intercepts, label by label


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
        learnt = list(chain.from_iterable(self._learnt(rows, wanted)))
        self.coefficients_ = np.array([one for one, _ in learnt], dtype=np.float32).T.copy()
        self.intercepts_ = np.array([bias for _, bias in learnt], dtype=np.float32)
        return self

    def _learnt(self, rows: sparse.csr_matrix, wanted: npt.NDArray[np.bool_]) -> list[_Learnt]:
        """The labels shared among the cores where there are many; the same numbers on any.

        Never in threads: they would share liblinear's dice, and no two fits be the same.
        """
        cores = 1 if current_process().daemon else cpu_count()  # a daemon may start no other
        workers = min(cores, max(1, wanted.size // _WORTH_A_PROCESS), _MOST_PROCESSES)
        parts = np.array_split(wanted, workers, axis=1)
        # A worker without room, or a machine that lets none start, costs time, never a result.
        with suppress(BrokenExecutor, OSError):
            # Sent, not mapped from a file: there may be no folder to write to.
            pool = Parallel(workers, max_nbytes=None, idle_worker_timeout=_IDLE)
            found: list[_Learnt] = pool(delayed(self._several)(rows, part) for part in parts)
            return found
        return [self._several(rows, wanted)]

    def _several(self, rows: sparse.csr_matrix, wanted: npt.NDArray[np.bool_]) -> _Learnt:
        return [self._one(rows, right) for right in wanted.T]

    def predict_proba(self, rows: sparse.csr_matrix) -> Matrix:
        """Row x label; each number stands for itself."""
        scores = rows.astype(np.float32) @ self.coefficients_ + self.intercepts_
        likely: Matrix = expit(scores.astype(np.float64))
        return likely

    def _one(
        self, rows: sparse.csr_matrix, right: npt.NDArray[np.bool_]
    ) -> tuple[npt.NDArray[np.float32], float]:
        if not right.any():
            return np.zeros(rows.shape[1], np.float32), _NOTHING_YET
        model = LogisticRegression(
            C=self.trust, class_weight="balanced" if self.balanced else None,
            solver="liblinear", dual=True, tol=_CLOSENESS, max_iter=_STEPS, random_state=0,
        )  # fmt: skip
        model.fit(rows, right)
        return model.coef_[0].astype(np.float32), float(model.intercept_[0])


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
