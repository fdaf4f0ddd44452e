"""Turns words into numbers: how alike two comments are, learnt from the comments themselves."""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.linalg import svds
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.preprocessing import normalize

from analysis.pieces import WordCounter

Matrix = npt.NDArray[np.float64]


class CommentVectors(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Strings of words -> rows of length one: the words themselves beside their company.

    The company of a word is its row of positive pointwise mutual information (PPMI), reduced to
    ``dimensions``; on short texts this beats LSA (DESIGN.md, section 5). ``background`` are
    more strings to learn it from, which helps small rounds most.
    """

    def __init__(
        self,
        *,
        dimensions: int = 100,
        company_weight: float = 0.7,
        background: Sequence[str] = (),
        random_state: int = 0,
    ) -> None:
        self.dimensions = dimensions
        self.company_weight = company_weight
        self.background = background
        self.random_state = random_state

    def fit(self, texts: Sequence[str], labels: Any = None) -> Self:
        """Learn word weights and word company from ``texts`` and the background."""
        body = [*texts, *self.background]
        self.counter_ = WordCounter().fit(body)
        counts = self.counter_.transform(body)
        self.tfidf_ = TfidfTransformer(sublinear_tf=True).fit(counts)
        self.company_ = _company(counts.sign(), self.dimensions, self.random_state)
        return self

    def transform(self, texts: Sequence[str]) -> sparse.csr_matrix:
        """One sparse row per text: TF-IDF beside the mean company of its words."""
        weights = self.tfidf_.transform(self.counter_.transform(texts))
        company = normalize(weights @ self.company_)
        return sparse.hstack(
            [weights, sparse.csr_matrix(company * self.company_weight)], format="csr"
        )


def _company(present: sparse.csr_matrix, dimensions: int, seed: int) -> Matrix:
    """PPMI of words sharing a text, reduced by a singular value decomposition."""
    together = (present.T @ present).tocoo()
    totals = np.asarray(present.sum(axis=0)).ravel()
    with np.errstate(divide="ignore"):
        information = np.log(
            together.data * present.shape[0] / (totals[together.row] * totals[together.col])
        )
    kept = (information > 0) & (together.row != together.col)
    shape = together.shape
    ppmi = sparse.csr_matrix(
        (information[kept], (together.row[kept], together.col[kept])), shape=shape
    )
    rank = min(dimensions, min(shape) - 2)
    if rank < 2 or ppmi.nnz == 0:
        return np.zeros((shape[0], 1))
    start = np.random.default_rng(seed).normal(size=shape[0])
    left, values, _ = svds(ppmi, k=rank, v0=start, solver="arpack")
    reduced: Matrix = normalize(left * np.sqrt(values))
    return reduced
