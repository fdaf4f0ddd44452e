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
_STRONGEST = 50.0  # of a neighbour's vote beside the whole opinion of the model


class ReviewedNeighbours(BaseEstimator):  # type: ignore[misc]
    """Adds to a model's probabilities the votes of corrected comments, by how alike they are.

    ``strength_`` holds one weight per label, chosen by the log-loss of every correction judged by
    the others only; 0 (the votes of this label count nothing) is always allowed, so more
    corrections never make that loss worse than the model's own.
    """

    def fit(self, rows: sparse.csr_matrix, labels: Sequence[int], *, given: Matrix) -> Self:
        """``rows`` are the corrected comments, ``labels`` columns of the opinion ``given``."""
        self.rows_ = normalize(rows)
        self.labels_ = np.asarray(labels, dtype=np.int64)
        votes = self._votes(self.rows_, columns=given.shape[1], without_itself=True)
        right = (np.arange(len(self.labels_)), self.labels_)

        def loss(strength: Matrix) -> float:
            return float(-np.log(_drawn(given, votes, strength)[right] + 1e-12).mean())

        nothing = np.zeros(given.shape[1])
        found = minimize(
            loss, nothing + 0.5, method="L-BFGS-B", bounds=[(0.0, _STRONGEST)] * given.shape[1]
        )
        self.strength_ = found.x if loss(found.x) < loss(nothing) else nothing
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
