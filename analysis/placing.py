"""Decides from the probabilities: which clusters, outside all of them, or not yet clear."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.comments import ClusterShare, Outcome
from analysis.mapping import OUTSIDE, RightsMapper, cluster_of
from analysis.rights import Cluster, IndicatorKey
from analysis.words import lexicon, words

Matrix = npt.NDArray[np.float64]

_ASKED_FACTOR = 1.5  # a question's cluster is a weak hint: it decides only near-ties
# Below 0.4 the first cluster of held-out examples was wrong more often than right.
_UNSURE_BELOW = 0.4
# A second cluster counts when nearly a third of the comment speaks for it, or a clause of its
# own does so clearly; a clause needs two words that are no stop words to say anything.
_SECOND_CLUSTER = 0.3
_CLAUSE_CLUSTER = 0.6
_CLAUSE_WORDS = 2
_CLAUSES = re.compile(
    r"[,.;!?\n]+|\b(?:terus|trus|dan|sama|tapi|karo|lan|mbek|ambek|soale)\b", re.I
)


@dataclass(frozen=True)
class Placed:
    """Where one comment goes; ``label`` is the indicator, cluster or "outside" it is grouped in."""

    outcome: Outcome
    clusters: tuple[ClusterShare, ...]
    probabilities: Mapping[Cluster | None, float]
    label: str


def place_comments(
    mapper: RightsMapper,
    texts: Sequence[str],
    *,
    written: Sequence[str],
    asked_about: Sequence[IndicatorKey | Cluster | None],
) -> list[Placed]:
    """Decide outcome and clusters; ``written`` are the masked texts, for their clauses."""
    probabilities = _with_hint(mapper, mapper.predict_proba(texts), asked_about)
    clauses = [_clauses(text) for text in written]
    flat = [clause for parts in clauses for clause in parts]
    clause_rows = mapper.predict_proba(flat) if flat else probabilities[:0]
    ends = np.cumsum([len(parts) for parts in clauses]).tolist()
    return [
        _placed(mapper, text, row, clause_rows[end - len(parts) : end])
        for text, row, parts, end in zip(texts, probabilities, clauses, ends, strict=True)
    ]


def _placed(mapper: RightsMapper, text: str, row: Matrix, clause_rows: Matrix) -> Placed:
    overall = _by_cluster(mapper, row)
    first = max(overall, key=lambda cluster: overall[cluster])
    if not text:
        return Placed(Outcome.OUTSIDE, (), {**dict.fromkeys(Cluster, 0.0), None: 1.0}, OUTSIDE)
    label = _best_label(mapper, row, first)
    if overall[first] < _UNSURE_BELOW:
        return Placed(Outcome.UNSURE, (), overall, label)
    if first is None:
        return Placed(Outcome.OUTSIDE, (), overall, OUTSIDE)
    shares = _shares(mapper, row, clause_rows, overall, first)
    return Placed(
        Outcome.MAPPED,
        tuple(
            _share(mapper, text, cluster, probability, source)
            for cluster, (probability, source) in sorted(
                shares.items(), key=lambda item: (item[0] is not first, -item[1][0])
            )
        ),
        overall,
        label,
    )


def _shares(
    mapper: RightsMapper,
    row: Matrix,
    clause_rows: Matrix,
    overall: Mapping[Cluster | None, float],
    first: Cluster,
) -> dict[Cluster, tuple[float, Matrix]]:
    """Cluster -> its probability and the row that names its indicator.

    The whole comment decides; a clause of its own may add a cluster the whole drowned.
    """
    shares: dict[Cluster, tuple[float, Matrix]] = {}
    in_clauses = [_by_cluster(mapper, part) for part in clause_rows]
    for cluster in Cluster:
        if overall[cluster] >= _SECOND_CLUSTER or cluster is first:
            shares[cluster] = (overall[cluster], row)
            continue
        strongest = max((clause[cluster] for clause in in_clauses), default=0.0)
        if strongest >= _CLAUSE_CLUSTER:
            place = [clause[cluster] for clause in in_clauses].index(strongest)
            shares[cluster] = (max(overall[cluster], strongest / 2), clause_rows[place])
    return shares


def _share(
    mapper: RightsMapper, text: str, cluster: Cluster, probability: float, row: Matrix
) -> ClusterShare:
    label = _best_label(mapper, row, cluster)
    _, indicator = cluster_of(label)
    return ClusterShare(
        cluster, indicator, round(probability, 4), mapper.deciding_words(text, label)
    )


def _best_label(mapper: RightsMapper, row: Matrix, cluster: Cluster | None) -> str:
    inside = np.array([c is cluster for c in mapper.clusters_])
    return str(mapper.classes_[int(np.where(inside, row, -1.0).argmax())])


def _by_cluster(mapper: RightsMapper, row: Matrix) -> dict[Cluster | None, float]:
    totals: dict[Cluster | None, float] = {**dict.fromkeys(Cluster, 0.0), None: 0.0}
    for cluster, probability in zip(mapper.clusters_, row.tolist(), strict=True):
        totals[cluster] += probability
    return totals


def _with_hint(
    mapper: RightsMapper, rows: Matrix, asked_about: Sequence[IndicatorKey | Cluster | None]
) -> Matrix:
    hinted = rows.copy()
    for place, asked in enumerate(asked_about):
        if asked is None:
            continue
        meant = [asked in pair for pair in zip(mapper.classes_, mapper.clusters_, strict=True)]
        hinted[place, meant] *= _ASKED_FACTOR
    totals = hinted.sum(axis=1, keepdims=True)
    result: Matrix = hinted / np.where(totals == 0, 1, totals)
    return result


def _clauses(text: str) -> list[str]:
    parts = [" ".join(words(part)) for part in _CLAUSES.split(text)]
    stop = lexicon().stop
    full = [p for p in parts if sum(word not in stop for word in p.split()) >= _CLAUSE_WORDS]
    return full if len(full) > 1 else []
