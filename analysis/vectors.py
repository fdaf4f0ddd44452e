"""Turns words into numbers: how alike two comments are, learnt from the comments themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
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
# Begun from the company of the background, two steps are enough for the few texts beside it:
# likenesses of words are off by 0.004 in a round of 600, by 0.02 in one of 10,000.
_STEPS = 2
_SPARE = 30  # directions more than wanted, for what the round makes large


@dataclass(frozen=True)
class Company:
    """The directions in which words keep company: word -> row, and one column per direction."""

    places: dict[str, int]
    directions: npt.NDArray[np.float32]

    @classmethod
    def of(cls, texts: Sequence[str], *, dimensions: int = 100, random_state: int = 0) -> Self:
        """That of these strings of words, to begin from when others come to them."""
        counter = WordCounter().fit(texts)
        ppmi = _ppmi(counter.transform(texts).sign())
        _, directions = _largest(ppmi, dimensions + _SPARE, random_state)
        return cls(counter.vocabulary_, directions)

    def begun(self, places: dict[str, int]) -> npt.NDArray[np.float32]:
        """These directions with the rows of other words; a word not known has none yet."""
        start = np.zeros((len(places), self.directions.shape[1]), np.float32)
        both = [(places[word], row) for word, row in self.places.items() if word in places]
        here, there = np.array(both).T
        start[here] = self.directions[there]
        return start


class CommentVectors(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Strings of words -> rows of length one: the words themselves beside their company.

    The company of a word is its row of positive pointwise mutual information (PPMI), reduced to
    ``dimensions``; on short texts this beats LSA (DESIGN.md, section 5). ``background`` are
    more strings to learn it from, which helps small rounds most; with ``known``, their own
    company, that takes a quarter of the time. With ``word_dimensions`` the words too are reduced
    (latent semantic analysis), for thousands of texts on many subjects.
    """

    def __init__(
        self,
        *,
        dimensions: int = 100,
        word_dimensions: int | None = None,
        company_weight: float = 0.7,
        background: Sequence[str] = (),
        known: Company | None = None,
        random_state: int = 0,
    ) -> None:
        self.dimensions = dimensions
        self.word_dimensions = word_dimensions
        self.company_weight = company_weight
        self.background = background
        self.known = known
        self.random_state = random_state

    def fit(self, texts: Sequence[str], labels: Any = None) -> Self:
        """Learn word weights and word company from ``texts`` and the background."""
        body = [*texts, *self.background]
        self.counter_ = WordCounter().fit(body)
        counts = self.counter_.transform(body)
        self.tfidf_ = TfidfTransformer(sublinear_tf=True).fit(counts)
        ppmi = _ppmi(counts.sign())
        if self.known:
            start = self.known.begun(self.counter_.vocabulary_)
            values, vectors = _refined(ppmi, start, self.dimensions)
        else:
            values, vectors = _largest(ppmi, self.dimensions, self.random_state)
        self.company_: Matrix = normalize(vectors * np.sqrt(np.abs(values))).astype(np.float64)
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


def _ppmi(present: sparse.csr_matrix) -> sparse.csr_matrix:
    """Positive pointwise mutual information of words sharing a text, word x word."""
    together = (present.T @ present).tocoo()
    totals = np.asarray(present.sum(axis=0)).ravel()
    with np.errstate(divide="ignore"):
        information = np.log(
            together.data * present.shape[0] / (totals[together.row] * totals[together.col])
        )
    kept = (information > 0) & (together.row != together.col)
    placed = (information[kept].astype(np.float32), (together.row[kept], together.col[kept]))
    return sparse.csr_matrix(placed, shape=together.shape)


_Eigen = tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]


def _largest(ppmi: sparse.csr_matrix, dimensions: int, seed: int) -> _Eigen:
    """The largest values of a symmetric matrix and their vectors."""
    rank = min(dimensions, ppmi.shape[0] - 2)
    if rank < 2 or ppmi.nnz == 0:
        return np.zeros(1, np.float32), np.zeros((ppmi.shape[0], 1), np.float32)
    start = np.random.default_rng(seed).normal(size=ppmi.shape[0]).astype(np.float32)
    # Symmetric, so singular vectors are eigenvectors, in half the time. Seven digits take two
    # thirds of that; likenesses of words are off by 0.0001 (0.001 with sixteen).
    found: _Eigen = eigsh(ppmi, k=rank, v0=start, tol=_EXACT_TO)
    return found


def _refined(ppmi: sparse.csr_matrix, start: npt.NDArray[np.float32], dimensions: int) -> _Eigen:
    """As ``_largest``, from vectors that are nearly right: subspace iteration, Rayleigh-Ritz."""
    for _ in range(_STEPS):
        start, _ = np.linalg.qr(ppmi @ start)
    values, turned = np.linalg.eigh(start.T @ (ppmi @ start))
    largest = np.argsort(-np.abs(values), kind="stable")[:dimensions]
    return values[largest], start @ turned[:, largest]
