"""Decides from the probabilities: which clusters, outside all of them, or not yet clear."""

import re
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from analysis.comments import ClusterShare, Outcome, Shares
from analysis.corrections import Correction
from analysis.mapping import OUTSIDE, RightsMapper, cluster_of
from analysis.rights import Cluster, IndicatorKey
from analysis.words import lexicon, words

Matrix = npt.NDArray[np.float64]

_ASKED_FACTOR = 1.5  # a question's cluster is a weak hint: it decides only near-ties
# Below 0.4 the first cluster of held-out examples was wrong more often than right.
_UNSURE_BELOW = 0.4
# A second cluster counts when nearly a third of the comment speaks for it, when it is likely
# enough whatever the first is, or when a clause of its own speaks for it clearly. On hands not
# read both of two labels are marked in 0.47, and 0.47 of the seconds marked are right.
# A clause needs two words that are no stop words to say anything.
_SECOND_CLUSTER = 0.3
_LIKELY_ALONE = 0.4
_CLAUSE_CLUSTER = 0.9
_CLAUSE_WORDS = 2
_CLUSTERS: tuple[Cluster | None, ...] = (*Cluster, None)
_FIVE = tuple(Cluster)
_INDICATORS = tuple(IndicatorKey)
# Where the numbers of a comment stand: clusters first, then indicators.
_CLUSTER_PLACES = {cluster: place for place, cluster in enumerate(_CLUSTERS)}
_INDICATOR_PLACES = {key: place for place, key in enumerate(_INDICATORS, len(_CLUSTERS))}
_MAIN = 0.7  # of a comment that a reviewer put into several clusters goes to the first
_CLAUSES = re.compile(
    r"[,.;!?\n]+|\b(?:terus|trus|dan|sama|tapi|karo|lan|mbek|ambek|soale)\b", re.I
)


@dataclass(frozen=True, slots=True)
class Placed:
    """Where one comment goes; ``label`` is the indicator, cluster or "outside" it is grouped in."""

    outcome: Outcome
    clusters: tuple[ClusterShare, ...]
    probabilities: Mapping[Cluster | None, float]
    indicators: Mapping[IndicatorKey, float]
    label: str

    @property
    def indicator(self) -> IndicatorKey | None:
        """That of the main cluster; outside the clusters one that stands in none, or nothing."""
        if self.outcome is Outcome.OUTSIDE:
            return cluster_of(self.label)[1]
        return self.clusters[0].indicator if self.clusters else None


_NOWHERE = Placed(
    Outcome.OUTSIDE,
    (),
    {**dict.fromkeys(Cluster, 0.0), None: 1.0},
    dict.fromkeys(IndicatorKey, 0.0),
    OUTSIDE,
)


def place_comments(
    mapper: RightsMapper,
    texts: Sequence[str],
    *,
    written: Sequence[str],
    asked_about: Sequence[IndicatorKey | Cluster | None],
) -> list[Placed]:
    """Decide outcome and clusters; ``written`` are the masked texts, for their clauses."""
    likely, alone = mapper.judged(texts)
    whole = _Opinions(mapper, _with_hint(mapper, likely, asked_about), alone)
    clauses = [_clauses(text) for text in written]
    different = list(dict.fromkeys(clause for parts in clauses for clause in parts))
    parts = _Opinions(mapper, *(mapper.judged(different) if different else (likely[:0],) * 2))
    place_of = {clause: place for place, clause in enumerate(different)}
    numbers = whole.numbers()
    return [
        _placed(
            mapper,
            text,
            whole,
            place,
            parts,
            [place_of[clause] for clause in clauses[place]],
            numbers[place],
        )
        for place, text in enumerate(texts)
    ]


def as_reviewed(placed: Placed, said: Correction, *, label: str) -> Placed:
    """What a person said in place of what the mapping thought; ``label`` is its place there."""
    clusters = tuple(dict.fromkeys(said.clusters or ()))
    shares = [1.0] if len(clusters) < 2 else [_MAIN, *_rest(len(clusters) - 1)]
    words_of = {share.cluster: share.words for share in placed.clusters}
    overall: dict[Cluster | None, float] = {**dict.fromkeys(Cluster, 0.0), None: 0.0}
    overall.update(zip(clusters or (None,), shares, strict=True))
    indicators = dict.fromkeys(IndicatorKey, 0.0)
    if said.indicator:
        indicators[said.indicator] = shares[0]
    return Placed(
        Outcome.MAPPED if clusters else Outcome.OUTSIDE,
        tuple(
            ClusterShare(
                cluster, said.indicator if place == 0 else None, share, words_of.get(cluster, ())
            )
            for place, (cluster, share) in enumerate(zip(clusters, shares, strict=False))
        ),
        overall,
        indicators,
        label,
    )


def _rest(count: int) -> list[float]:
    return [(1.0 - _MAIN) / count] * count


class _Opinions:
    """The probabilities of some texts, added up by cluster; columns are those of ``_CLUSTERS``."""

    def __init__(self, mapper: RightsMapper, rows: Matrix, alone: Matrix) -> None:
        self._rows = rows
        self._labels = mapper.classes_.tolist()
        inside = np.array([[one is cluster for one in mapper.clusters_] for cluster in _CLUSTERS])
        self._best = [np.where(one, rows, -1.0).argmax(axis=1).tolist() for one in inside]
        # Label after label, so that a text gets the same sums in whichever batch it is.
        totals = np.zeros((len(rows), len(_CLUSTERS)))
        for label, column in enumerate(inside.argmax(axis=0).tolist()):
            totals[:, column] += rows[:, label]
        self.by_cluster: list[list[float]] = totals.tolist()
        # How likely each cluster is whatever the others are.
        self.alone: list[list[float]] = np.stack(
            [alone[:, one].max(axis=1, initial=0.0) for one in inside], axis=1
        ).tolist()
        self._totals = totals
        self.first: list[int] = totals.argmax(axis=1).tolist()

    def label(self, place: int, column: int) -> str:
        """The most probable label inside a cluster."""
        label: str = self._labels[self._best[column][place]]
        return label

    def numbers(self) -> "list[array[float]]":
        """The probabilities of all clusters, then of all indicators, text by text."""
        known = {label: place for place, label in enumerate(self._labels)}
        numbers = np.zeros((len(self._totals), len(_CLUSTERS) + len(_INDICATORS)))
        numbers[:, : len(_CLUSTERS)] = self._totals
        for key, column in _INDICATOR_PLACES.items():
            if key in known:
                numbers[:, column] = self._rows[:, known[key]]
        return [array("d", row.tobytes()) for row in numbers]


def _placed(
    mapper: RightsMapper,
    text: str,
    whole: _Opinions,
    place: int,
    parts: _Opinions,
    clauses: Sequence[int],
    numbers: "array[float]",
) -> Placed:
    if not text:
        return _NOWHERE
    likely, first = whole.by_cluster[place], whole.first[place]
    overall = Shares(_CLUSTER_PLACES, numbers)
    indicators = Shares(_INDICATOR_PLACES, numbers)
    label = whole.label(place, first)
    if likely[first] < _UNSURE_BELOW:
        return Placed(Outcome.UNSURE, (), overall, indicators, label)
    if _CLUSTERS[first] is None:
        return Placed(Outcome.OUTSIDE, (), overall, indicators, label)
    shares = _shares(whole, place, parts, clauses)
    if len(shares) > 1:
        shares.sort(key=lambda share: (share.cluster is not _CLUSTERS[first], -share.likely))
    decided = tuple(_share(mapper, text, share) for share in shares)
    return Placed(Outcome.MAPPED, decided, overall, indicators, label)


class _Share(NamedTuple):
    cluster: Cluster
    likely: float
    label: str


def _shares(whole: _Opinions, place: int, parts: _Opinions, clauses: Sequence[int]) -> list[_Share]:
    """The clusters of a comment with their probabilities and their most probable labels.

    The whole comment decides; a clause of its own may add a cluster the whole drowned. What is
    added so has at most half, for the first to stay the first.
    """
    shares: list[_Share] = []
    likely, alone, first = whole.by_cluster[place], whole.alone[place], whole.first[place]
    for column, cluster in enumerate(_FIVE):
        if likely[column] >= _SECOND_CLUSTER or column == first:
            shares.append(_Share(cluster, likely[column], whole.label(place, column)))
        elif alone[column] >= _LIKELY_ALONE:
            share = max(likely[column], alone[column] / 2)
            shares.append(_Share(cluster, share, whole.label(place, column)))
        elif clauses:
            clearest = max(clauses, key=lambda clause: parts.by_cluster[clause][column])
            strongest = parts.by_cluster[clearest][column]
            if strongest >= _CLAUSE_CLUSTER:
                label = parts.label(clearest, column)
                shares.append(_Share(cluster, max(likely[column], strongest / 2), label))
    return shares


def _share(mapper: RightsMapper, text: str, share: _Share) -> ClusterShare:
    _, indicator = cluster_of(share.label)
    return ClusterShare(
        share.cluster,
        indicator,
        round(share.likely, 4),
        mapper.deciding_words(text, share.label),
    )


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
    written = _CLAUSES.split(text)
    if len(written) < 2:
        return []
    parts = [" ".join(words(part)) for part in written]
    stop = lexicon().stop
    full = [p for p in parts if sum(word not in stop for word in p.split()) >= _CLAUSE_WORDS]
    return full if len(full) > 1 else []
