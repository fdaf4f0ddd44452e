"""A regression from words and letters to topics, solved for all topics at once.

Least squares with a penalty (ridge) in its dual form: one matrix of how alike two examples are
serves every topic, and what the regression would say of examples whose writer it had not read
follows from the same factors, without learning again (the block form of leave-one-out;
Rifkin & Lippert, MIT-CSAIL-TR-2007-025).
"""

from collections.abc import Sequence
from typing import Self

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.linalg import cho_factor, cho_solve, solve
from scipy.linalg.lapack import spotri
from sklearn.base import BaseEstimator

Matrix = npt.NDArray[np.float64]

_ROWS_AT_ONCE = 1_000  # of the matrix of likenesses, so that its sparse form never stands whole


class TopicRegression(BaseEstimator):  # type: ignore[misc]
    """Rows of features -> scores, one column for each topic; about 1 for the topic, 0 for others.

    ``coefficients_``: feature x topic. ``held_out_``: the scores of the examples themselves, each
    by a regression that has learnt from the other groups only.
    """

    def __init__(self, *, penalty: float = 0.1) -> None:
        self.penalty = penalty

    def fit(self, rows: sparse.csr_matrix, targets: Matrix, *, groups: Sequence[str]) -> Self:
        """Learn ``targets``: example x topic; ``groups`` says who wrote each example."""
        alike = _likeness(rows.astype(np.float32))
        alike[np.diag_indices_from(alike)] += np.float32(self.penalty)
        wanted = targets.astype(np.float32)
        factor, _ = cho_factor(alike, lower=True, overwrite_a=True, check_finite=False)
        dual = cho_solve((factor, True), wanted, check_finite=False)
        self.coefficients_ = np.asarray(rows.T.astype(np.float32) @ dual)
        inverse, failed = spotri(factor, lower=True, overwrite_c=True)
        assert not failed  # noqa: S101  the factor above was of full rank
        self.held_out_ = np.empty_like(wanted)
        for group in dict.fromkeys(groups):
            places = np.flatnonzero(np.asarray(groups) == group)
            block = inverse[np.ix_(places, places)]  # its lower half, the only one written
            left = solve(block, dual[places], lower=True, assume_a="pos")
            self.held_out_[places] = wanted[places] - left
        return self

    def predict(self, rows: sparse.csr_matrix) -> Matrix:
        """The scores of ``rows``."""
        scores: Matrix = rows @ self.coefficients_
        return scores


def _likeness(rows: sparse.csr_matrix) -> npt.NDArray[np.float32]:
    alike = np.empty((rows.shape[0], rows.shape[0]), dtype=np.float32, order="F")
    others = rows.T.tocsr()
    for start in range(0, rows.shape[0], _ROWS_AT_ONCE):
        some = slice(start, start + _ROWS_AT_ONCE)
        alike[some] = (rows[some] @ others).toarray()
    return alike
