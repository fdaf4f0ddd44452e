"""Puts comments that say the same into one group; a slider chooses few broad or many fine ones."""

from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.cluster.hierarchy import cophenet, cut_tree, fcluster, linkage
from scipy.spatial.distance import squareform
from scipy.special import softmax
from sklearn.base import BaseEstimator, ClusterMixin
from sklearn.cluster import KMeans, MiniBatchKMeans
from sklearn.decomposition import TruncatedSVD
from sklearn.preprocessing import normalize
from sklearn.utils import check_random_state

Labels = npt.NDArray[np.int64]
Matrix = npt.NDArray[Any]

OUTLIER = -1
# In small rooms, the cosine distance at which groups stop merging for granularity 0 and 1; linear
# in between. Steered by a development set (see finding.py): closest to people's at 0.8.
_BROADEST, _FINEST = 1.0, 0.6
# Average linkage needs every pair, for every clustering of the consensus.
_MOST_PAIRED = 500
# A clustering sees this share of the columns (of words): the random subspaces of Ho (1998).
# 0.5, 0.7 and 0.85 came out alike on two labelled sets.
_SEEN = 0.7
# Large rooms: the square root of half the texts (Mardia, Kent and Bibby, 1979) at 0.5, four
# times fewer at 0, four times more at 1; more than 60 in the middle nobody reads.
_MOST_IN_THE_MIDDLE, _SPREAD = 60, 4
_FINER = (1.0, 1.2)  # every second clustering into more groups than wanted keeps small ones apart
_MOST_CELLS = 800  # texts that nearly all clusterings put together; a second of linkage
# Texts a k-means and a mixture learn from; the others are assigned.
_LEARNT_FROM, _MIXED_FROM = 10_000, 20_000
_DENSE = 300  # columns; more are reduced to 100 first
_SMOOTHING = 0.1  # of word counts in a group; 0.01 and 0.1 differ by 0.002 NMI
_MIXED_AT_MOST = 8  # rounds; labels hardly move after five


class Groups(ClusterMixin, BaseEstimator):  # type: ignore[misc]
    """Rows of length one -> group numbers, ``OUTLIER`` for texts like no other.

    A consensus of ``runs`` clusterings becomes one tree of merges, which ``granularity`` cuts, or
    ``n_groups`` where it is given. Up to 500 different rows the clusterings are average linkages
    that each see a part of the columns, and the tree joins texts where they did on average (mean
    cophenetic distance). Above, they are k-means with different seeds and numbers, each refined by
    a multinomial mixture of ``words`` (after Nigam et al., 2000), and the tree joins texts by the
    share of clusterings that part them (evidence accumulation, Fred and Jain, 2005), after
    k-means on the main directions of their labels has found the groups of the middle.

    Groups smaller than ``smallest`` are dissolved: their rows join the nearest group, except the
    farthest, which stay outliers (at most the share ``outliers`` of the comments). Identical rows
    are one. ``tree_`` is a linkage as scipy writes it, ``leaves_`` the leaf of each row.
    """

    def __init__(
        self,
        *,
        granularity: float = 0.5,
        n_groups: int | None = None,
        smallest: int = 2,
        outliers: float = 0.1,
        runs: int = 18,
        random_state: int = 0,
    ) -> None:
        self.granularity = granularity
        self.n_groups = n_groups
        self.smallest = smallest
        self.outliers = outliers
        self.runs = runs
        self.random_state = random_state

    def fit(
        self,
        rows: sparse.csr_matrix,
        labels: Any = None,
        *,
        words: sparse.csr_matrix | None = None,
        counts: Labels | None = None,
    ) -> Self:
        """Group ``rows``.

        ``words`` counts the words of each row, ``counts`` says how many identical comments it
        stands for.
        """
        rows = sparse.csr_matrix(rows)
        first, different = _different(rows)
        sizes = np.bincount(different, weights=counts, minlength=len(first)).astype(np.int64)
        cells = self._grow(rows[first], None if words is None else words[first])
        self.leaves_ = cells[different]
        merged, smallest = self._cut(self.granularity)[cells], self.smallest
        if self.outliers < 1 and 0 < np.bincount(merged, weights=sizes).max(initial=0) < smallest:
            merged = self._first_large(cells, sizes)
            smallest = min(smallest, int(sizes.sum()))
        self.labels_ = _settled(rows[first], merged, sizes, smallest, self.outliers)[different]
        return self

    def _grow(self, rows: sparse.csr_matrix, words: sparse.csr_matrix | None) -> Labels:
        """Make the tree of different rows; gives the leaf of each."""
        size, seed = rows.shape[0], self.random_state
        self._middle = 0
        if size <= _MOST_PAIRED:
            self.tree_ = _paired_tree(rows, self.runs, seed)
            return np.arange(size)
        self._middle = min(self.n_groups or _middle(size), _MOST_CELLS)
        cells, self.tree_ = _consensus_tree(rows, words, self._middle, self.runs, seed)
        return cells

    def cut(self, granularity: float) -> Labels:
        """Groups of all rows at another place of the slider, before small ones are dissolved.

        Groups at a lower granularity are unions of those at a higher one.
        """
        return self._cut(granularity)[self.leaves_]

    def _cut(self, granularity: float) -> Labels:
        granularity = min(max(granularity, 0.0), 1.0)
        if self.n_groups:
            return _into(self.tree_, self.n_groups)
        if self._middle:
            return _into(self.tree_, round(self._middle * _SPREAD ** (2 * granularity - 1)))
        return _below(self.tree_, _BROADEST + (_FINEST - _BROADEST) * granularity)

    def _first_large(self, cells: Labels, sizes: Labels) -> Labels:
        """Merge on until a group is large enough to stay, or all is one."""
        merged = np.zeros(len(cells), dtype=np.int64)
        for groups in range(len(self.tree_), 0, -1):
            merged = _into(self.tree_, groups)[cells]
            if np.bincount(merged, weights=sizes).max() >= self.smallest:
                break
        return merged


def _different(rows: sparse.csr_matrix) -> tuple[Labels, Labels]:
    """The first of each different row, and for each row which of them it is."""
    numbers: dict[bytes, int] = {}
    first: list[int] = []
    which: list[int] = []
    for place, (start, end) in enumerate(zip(rows.indptr[:-1], rows.indptr[1:], strict=True)):
        key = rows.indices[start:end].tobytes() + rows.data[start:end].tobytes()
        if key not in numbers:
            numbers[key] = len(first)
            first.append(place)
        which.append(numbers[key])
    return np.array(first, dtype=np.int64), np.array(which, dtype=np.int64)


def _middle(texts: int) -> int:
    return int(min(np.sqrt(texts / 2), _MOST_IN_THE_MIDDLE))


# Small rooms: every pair --------------------------------------------------------------------


def _paired_tree(rows: sparse.csr_matrix, runs: int, seed: int) -> Matrix:
    """Average linkage of the distances at which average linkages on parts of the columns join."""
    chance = np.random.default_rng(seed)
    # Columns that most rows fill are multiplied as full ones.
    full = np.bincount(rows.indices, minlength=rows.shape[1]) > rows.shape[0] / 2
    dense, thin = rows[:, full].toarray(), rows[:, ~full]
    joined = np.zeros(rows.shape[0] * (rows.shape[0] - 1) // 2)
    for _ in range(runs):
        seen = chance.random(rows.shape[1]) < _SEEN
        part = thin.copy()
        part.data = part.data * seen[~full][part.indices]
        if len(joined):
            joined += cophenet(_linked(_apart(dense * seen[full], part)))
    return _linked(joined / runs)


def _apart(dense: Matrix, thin: sparse.csr_matrix) -> Matrix:
    """Cosine distances of all pairs of rows whose columns are given in two parts."""
    alike = dense @ dense.T + (thin @ thin.T).toarray()
    lengths = np.sqrt(alike.diagonal())
    lengths[lengths == 0] = 1.0
    apart = np.clip(1.0 - alike / np.outer(lengths, lengths), 0.0, None)
    np.fill_diagonal(apart, 0.0)
    distances: Matrix = squareform(apart, checks=False)
    return distances


# Large rooms: cells on which all clusterings nearly agree -----------------------------------


def _consensus_tree(
    rows: sparse.csr_matrix, words: sparse.csr_matrix | None, middle: int, runs: int, seed: int
) -> tuple[Labels, Matrix]:
    """The cell of each text, and the tree of the cells, with ``middle`` groups on its way."""
    chance = check_random_state(seed)
    dense = _dense(rows, seed)
    clusterings = []
    for run in range(runs):
        groups = max(2, round(middle * _FINER[run % len(_FINER)]))  # of more texts than that
        found = _clustered(dense, groups, chance)
        clusterings.append(found if words is None else _mixed(words, found, groups, chance))
    cells, profiles, sizes = _cells(clusterings, seed)
    group_of = _grouped(profiles, sizes, middle, seed)
    apart = np.clip(1.0 - profiles @ profiles.T, 0.0, None)
    apart += group_of[:, None] != group_of  # cells of one group join before groups do
    np.fill_diagonal(apart, 0.0)
    return cells, _linked(squareform(apart, checks=False))


def _grouped(profiles: Matrix, sizes: Matrix, groups: int, seed: int) -> Labels:
    """Cells by their main directions, each cell as heavy as its texts."""
    groups = min(groups, len(profiles))
    _, _, directions = np.linalg.svd(profiles * np.sqrt(sizes)[:, None], full_matrices=False)
    placed = normalize(profiles @ directions[:groups].T)
    found = KMeans(groups, n_init=10, random_state=seed).fit(placed, sample_weight=sizes)
    return np.asarray(found.labels_, dtype=np.int64)


def _dense(rows: sparse.csr_matrix, seed: int) -> Matrix:
    """Few, full columns, in single precision: k-means spends its time on them."""
    if rows.shape[1] <= _DENSE:
        return np.asarray(rows.toarray(), dtype=np.float32)
    reduced = TruncatedSVD(100, random_state=seed).fit_transform(rows)
    return np.asarray(normalize(reduced), dtype=np.float32)


def _clustered(dense: Matrix, groups: int, chance: np.random.RandomState) -> Labels:
    learnt_from = dense[_drawn(len(dense), _LEARNT_FROM, chance)]
    centres = KMeans(groups, n_init=1, max_iter=60, random_state=chance.randint(2**31))
    return np.asarray(centres.fit(learnt_from).predict(dense), dtype=np.int64)


def _mixed(
    words: sparse.csr_matrix, found: Labels, groups: int, chance: np.random.RandomState
) -> Labels:
    """Expectation maximisation of a multinomial mixture, from ``found`` on."""
    words = words.astype(np.float32)  # seven digits, as in k-means: less to move
    chosen = _drawn(len(found), _MIXED_FROM, chance)
    learnt_from, found = words[chosen], found[chosen]
    belongs = _membership(found, groups)
    for _ in range(_MIXED_AT_MOST):
        spoken = (belongs @ learnt_from).toarray() + _SMOOTHING
        spoken = np.log(spoken / spoken.sum(axis=1, keepdims=True)).T
        share = np.log(np.asarray(belongs.sum(axis=1)).ravel() + 1.0)
        likely = softmax(learnt_from @ spoken + share, axis=1)
        before, found = found, likely.argmax(axis=1)
        if (before == found).mean() > 0.999:
            break
        likely[likely < 1e-3] = 0.0
        belongs = sparse.csr_matrix(likely).T.tocsr()
    return np.asarray((words @ spoken + share).argmax(axis=1), dtype=np.int64)


def _drawn(size: int, most: int, chance: np.random.RandomState) -> Any:
    """Which rows to learn from: all, or ``most`` of them."""
    return np.sort(chance.choice(size, most, replace=False)) if size > most else slice(None)


def _membership(labels: Labels, groups: int) -> sparse.csr_matrix:
    """Group x text."""
    places = np.arange(len(labels))
    ones = np.ones(len(labels), np.float32)
    return sparse.csr_matrix((ones, (labels, places)), shape=(groups, len(labels)))


def _cells(clusterings: list[Labels], seed: int) -> tuple[Labels, Matrix, Matrix]:
    """Cell of each text; cell x group: the share of its texts there, by clustering; cell sizes.

    The product of two profiles is the share of clusterings that put their texts together.
    """
    together = np.column_stack(clusterings)
    patterns, cells, sizes = np.unique(together, axis=0, return_inverse=True, return_counts=True)
    starts = np.cumsum([0, *(together.max(axis=0) + 1)])
    profiles = np.zeros((len(patterns), starts[-1]))
    profiles[np.arange(len(patterns))[:, None], patterns + starts[:-1]] = 1.0
    profiles /= np.sqrt(len(clusterings))
    if len(patterns) > _MOST_CELLS:
        thinned = MiniBatchKMeans(_MOST_CELLS, n_init=1, batch_size=4_096, random_state=seed)
        which = thinned.fit(profiles, sample_weight=sizes).labels_
        which = np.unique(which, return_inverse=True)[1]
        weighed = _membership(which, which.max() + 1) @ sparse.diags(sizes.astype(float))
        merged = np.asarray(weighed.sum(axis=1))
        cells, profiles, sizes = which[cells.ravel()], weighed @ profiles / merged, merged.ravel()
    return cells.ravel().astype(np.int64), profiles, sizes.astype(float)


def _linked(apart: Matrix) -> Matrix:
    """Average linkage, where there is a pair to link."""
    tree: Matrix = linkage(apart, method="average") if len(apart) else np.empty((0, 4))
    return tree


# The cut --------------------------------------------------------------------------------------


def _into(tree: Matrix, groups: int) -> Labels:
    """The leaves in so many groups, as far as there are leaves."""
    if not len(tree):
        return np.zeros(1, dtype=np.int64)
    groups = min(max(groups, 1), len(tree) + 1)
    return np.asarray(cut_tree(tree, n_clusters=[groups])[:, 0], dtype=np.int64)


def _below(tree: Matrix, distance: float) -> Labels:
    """The leaves in groups that join within ``distance``."""
    if not len(tree):
        return np.zeros(1, dtype=np.int64)
    return np.asarray(fcluster(tree, t=distance, criterion="distance"), dtype=np.int64) - 1


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
