"""The five clusters counted without the machine's bias, where people reviewed comments by lot."""

from dataclasses import dataclass

from analysis.comments import AlikeComments, Analysis
from analysis.counting import Heard
from analysis.quality.corrected import CorrectedCount, Reviewed, corrected_count
from analysis.rights import Cluster, clusters


@dataclass(frozen=True, slots=True)
class WithoutBias:
    """A cluster as the machine alone counts it, 0-1, and without its errors.

    ``count`` is None where too few comments of the cluster were drawn, or the machine is no better
    than chance.
    """

    title: str
    machine: float
    count: CorrectedCount | None


@dataclass(frozen=True, slots=True)
class SliceTold:
    """What a random slice of ``reviewed`` comments says of the ``comments`` of a round."""

    reviewed: int
    comments: int
    clusters: tuple[WithoutBias, ...]


def without_bias(heard: Heard, analysed: Analysis) -> SliceTold | None:
    """Cluster by cluster, urgent comments left out; None where nobody reviewed any by lot."""
    drawn = analysed.random_slice
    if drawn is None:
        return None
    alike = AlikeComments.of(analysed.comments)
    machine = {
        id: drawn.machine[number]
        for id, number in zip(alike.ids, alike.number_of, strict=True)
        if id in heard.kind_of
    }
    pairs = [(machine[id], said) for id, said in drawn.people.items() if id in machine]
    if not pairs:
        return None
    found = list(machine.values())
    told = (
        WithoutBias(
            one.title,
            found.count(one.key) / len(found),
            _count(found.count(one.key), len(found), pairs, one.key),
        )
        for one in clusters()
    )
    return SliceTold(len(pairs), len(found), tuple(told))


def _count(
    found: int,
    comments: int,
    pairs: list[tuple[Cluster | None, Cluster | None]],
    cluster: Cluster,
) -> CorrectedCount | None:
    reviewed = [Reviewed(machine is cluster, person is cluster) for machine, person in pairs]
    try:
        return corrected_count(found, comments=comments, reviewed=reviewed)
    except ValueError:  # see there: what was drawn does not say enough
        return None
