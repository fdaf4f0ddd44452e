"""Learning from reviewers at once: comments like a corrected one are drawn to its label."""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import minimize
from sklearn.base import BaseEstimator
from sklearn.preprocessing import normalize

Matrix = npt.NDArray[np.float64]

_SHARPNESS = 3  # half as alike counts an eighth: only near neighbours are drawn along
# One correction never counts more than the whole opinion of the model, so that alone it overturns
# no comment of which the model is sure; several that agree are added up.
_STRONGEST = 1.0
# What a vote counts before corrections have told anything about each other, and how far they
# move that: a handful hardly, hundreds at will.
_AT_FIRST = 0.5
_GIVES_WAY = 0.25
# Corrections about different things are always a little alike: a loss this much greater per
# correction says nothing against them.
_HARDLY = 0.001


class ReviewedNeighbours(BaseEstimator):  # type: ignore[misc]
    """Adds to a model's probabilities the votes of corrected comments, by how alike they are.

    ``strength_`` holds one weight per label, 0 (its votes count nothing) to 1 (as much as the
    model): the log-loss of every correction judged by the others only, beside a prior, since few
    corrections tell little about each other. Where the votes would make that loss worse than the
    model's own, none counts.
    """

    def fit(self, rows: sparse.csr_matrix, labels: Sequence[int], *, given: Matrix) -> Self:
        """``rows`` are the corrected comments, ``labels`` columns of the opinion ``given``."""
        self.rows_ = normalize(rows)
        self.labels_ = np.asarray(labels, dtype=np.int64)
        votes = self._votes(self.rows_, columns=given.shape[1], without_itself=True)
        right = (np.arange(len(self.labels_)), self.labels_)

        def loss(strength: Matrix) -> float:
            return float(-np.log(_drawn(given, votes, strength)[right] + 1e-12).sum())

        def doubted(strength: Matrix) -> float:
            return loss(strength) + float((((strength - _AT_FIRST) / _GIVES_WAY) ** 2).sum() / 2)

        nothing = np.zeros(given.shape[1])
        found = minimize(
            doubted,
            nothing + _AT_FIRST,
            method="L-BFGS-B",
            bounds=[(0.0, _STRONGEST)] * given.shape[1],
        )
        hardly = _HARDLY * len(self.labels_)
        self.strength_ = found.x if loss(found.x) <= loss(nothing) + hardly else nothing
        return self

    def predict_proba(self, rows: sparse.csr_matrix, *, given: Matrix) -> Matrix:
        """The model's opinion ``given`` about ``rows``, drawn to what reviewers said."""
        votes = self._votes(normalize(rows), columns=given.shape[1])
        return _drawn(given, votes, self.strength_)

    def _votes(
        self, rows: sparse.csr_matrix, *, columns: int, without_itself: bool = False
    ) -> Matrix:
        likeness = (rows @ self.rows_.T).toarray()
        if without_itself:
            np.fill_diagonal(likeness, 0.0)
        said = np.zeros((len(self.labels_), columns))
        said[np.arange(len(self.labels_)), self.labels_] = 1.0
        votes: Matrix = likeness**_SHARPNESS @ said
        return votes


def _drawn(given: Matrix, votes: Matrix, strength: Any) -> Matrix:
    drawn = given + votes * strength
    shares: Matrix = drawn / drawn.sum(axis=1, keepdims=True)
    return shares
