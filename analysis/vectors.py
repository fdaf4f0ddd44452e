"""Turns words into numbers: how alike two comments are, learnt from the comments themselves."""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.linalg import eigsh
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.preprocessing import normalize

from analysis.pieces import WordCounter

Matrix = npt.NDArray[np.float64]

# Of the largest values; the vectors of words move by less than a thousandth.
_EXACT_TO = 1e-4


class CommentVectors(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Strings of words -> rows of length one: the words themselves beside their company.

    The company of a word is its row of positive pointwise mutual information (PPMI), reduced to
    ``dimensions``; on short texts this beats LSA (DESIGN.md, section 5). ``background`` are
    more strings to learn it from, which helps small rounds most. With ``word_dimensions`` the
    words too are reduced (latent semantic analysis), for thousands of texts on many subjects.
    """

    def __init__(
        self,
        *,
        dimensions: int = 100,
        word_dimensions: int | None = None,
        company_weight: float = 0.7,
        background: Sequence[str] = (),
        random_state: int = 0,
    ) -> None:
        self.dimensions = dimensions
        self.word_dimensions = word_dimensions
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
        self.latent_ = None
        if self.word_dimensions and self.word_dimensions < min(counts.shape):
            self.latent_ = TruncatedSVD(self.word_dimensions, random_state=self.random_state)
            self.latent_.fit(self.tfidf_.transform(counts))
        return self

    def transform(self, texts: Sequence[str]) -> sparse.csr_matrix:
        """One sparse row per text: TF-IDF beside the mean company of its words."""
        weights = self.tfidf_.transform(self.counts(texts))
        company = normalize(weights @ self.company_)
        if self.latent_ is not None:
            weights = sparse.csr_matrix(normalize(self.latent_.transform(weights)))
        return sparse.hstack(
            [weights, sparse.csr_matrix(company * self.company_weight)], format="csr"
        )

    def counts(self, texts: Sequence[str]) -> sparse.csr_matrix:
        """One sparse row per text: how often each word stands in it."""
        return self.counter_.transform(texts)


def _company(present: sparse.csr_matrix, dimensions: int, seed: int) -> Matrix:
    """PPMI of words sharing a text, reduced to its largest directions."""
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
    start = np.random.default_rng(seed).normal(size=shape[0]).astype(np.float32)
    # Symmetric, so its singular vectors are its eigenvectors, in half the time. Seven digits take
    # two thirds of that; likenesses of words are off by 0.0001 (0.001 with sixteen).
    values, vectors = eigsh(ppmi.astype(np.float32), k=rank, v0=start, tol=_EXACT_TO)
    reduced: Matrix = normalize(vectors * np.sqrt(np.abs(values))).astype(np.float64)
    return reduced
