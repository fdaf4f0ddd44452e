"""Puts comments that say the same into one group; a slider chooses few broad or many fine ones."""

from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform
from sklearn.base import BaseEstimator, ClusterMixin
from sklearn.cluster import MiniBatchKMeans
from sklearn.preprocessing import normalize

Labels = npt.NDArray[np.int64]

OUTLIER = -1
# Cosine distance at which groups stop merging, for granularity 0 and 1; linear in between.
# Steered by a development set (see journey.py): groups come closest to people's at 0.8.
_BROADEST, _FINEST = 1.0, 0.6
# Average linkage needs every pair; above this many different texts k-means thins them first.
_MOST_PAIRED = 1_500


class Groups(ClusterMixin, BaseEstimator):  # type: ignore[misc]
    """Rows of length one -> group numbers, ``OUTLIER`` for texts like no other.

    Average linkage on cosine distance. Groups smaller than ``smallest`` are dissolved: their
    rows join the nearest group, except the farthest, which stay outliers (at most the share
    ``outliers`` of the comments).
    """

    def __init__(
        self,
        *,
        granularity: float = 0.5,
        smallest: int = 2,
        outliers: float = 0.1,
        random_state: int = 0,
    ) -> None:
        self.granularity = granularity
        self.smallest = smallest
        self.outliers = outliers
        self.random_state = random_state

    def fit(
        self, rows: sparse.csr_matrix, labels: Any = None, *, counts: Labels | None = None
    ) -> Self:
        """Group ``rows``; ``counts`` says how many identical comments each row stands for."""
        counts = np.ones(rows.shape[0], dtype=np.int64) if counts is None else counts
        merged = _merged(rows, self._distance(), self.random_state)
        self.labels_ = _settled(rows, merged, counts, self.smallest, self.outliers)
        return self

    def _distance(self) -> float:
        return _BROADEST + (_FINEST - _BROADEST) * min(max(self.granularity, 0.0), 1.0)


def _merged(rows: sparse.csr_matrix, distance: float, seed: int) -> Labels:
    if rows.shape[0] < 2:
        return np.zeros(rows.shape[0], dtype=np.int64)
    if rows.shape[0] > _MOST_PAIRED:
        thinned = MiniBatchKMeans(
            n_clusters=_MOST_PAIRED // 3, random_state=seed, n_init=1, batch_size=2_048
        ).fit(rows)
        centres = normalize(sparse.csr_matrix(thinned.cluster_centers_))
        parents = _merged(centres, distance, seed)
        return np.asarray(parents[thinned.labels_], dtype=np.int64)
    apart = 1.0 - _likeness(rows)
    np.fill_diagonal(apart, 0.0)
    tree = linkage(squareform(np.clip(apart, 0.0, None), checks=False), method="average")
    return np.asarray(fcluster(tree, t=distance, criterion="distance"), dtype=np.int64)


def _likeness(rows: sparse.csr_matrix) -> npt.NDArray[np.float64]:
    """Each row times each other; columns that most rows fill are multiplied as full ones."""
    full = np.bincount(rows.indices, minlength=rows.shape[1]) > rows.shape[0] / 2
    dense, thin = rows[:, full].toarray(), rows[:, ~full]
    likeness: npt.NDArray[np.float64] = dense @ dense.T + (thin @ thin.T).toarray()
    return likeness


def _settled(
    rows: sparse.csr_matrix, merged: Labels, counts: Labels, smallest: int, outliers: float
) -> Labels:
    """Number the groups from 0 by first appearance; dissolve those that are too small."""
    sizes = np.bincount(merged, weights=counts)
    kept = [group for group in dict.fromkeys(merged.tolist()) if sizes[group] >= smallest]
    numbers = {group: number for number, group in enumerate(kept)}
    settled = np.array([numbers.get(group, OUTLIER) for group in merged.tolist()], dtype=np.int64)
    loose = np.flatnonzero(settled == OUTLIER)
    if not len(loose) or not kept:
        return settled
    inside = np.flatnonzero(settled != OUTLIER)
    members = sparse.csr_matrix(
        (np.ones(len(inside)), (settled[inside], inside)), shape=(len(kept), rows.shape[0])
    )
    likeness = (rows[loose] @ normalize(members @ rows).T).toarray()
    nearest, closeness = likeness.argmax(axis=1), likeness.max(axis=1)
    allowed = int(outliers * counts.sum())
    for place in np.argsort(closeness, kind="stable").tolist():
        if counts[loose[place]] <= allowed:
            allowed -= int(counts[loose[place]])  # the least alike stay outside
        else:
            settled[loose[place]] = nearest[place]
    return settled
