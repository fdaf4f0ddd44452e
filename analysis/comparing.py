"""What children said more or less often than in the round before, as far as numbers can tell."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from analysis.comments import Comment, day
from analysis.counting import Heard, Section, Spread, ToldTheme, share_in, withheld
from analysis.quality.differences import Difference, differences
from analysis.quality.shares import Share
from analysis.quality.withholding import SMALLEST_GROUP
from analysis.rights import Cluster

SURE = 0.05  # Holm-corrected, see quality.differences
# More comparisons make each less likely to be sure, and an exact test takes up to 0.1 s.
LARGEST_THEMES = 20


@dataclass(frozen=True, slots=True)
class Compared:
    """A cluster (``theme`` is None) or a theme in two rounds."""

    section: Section
    theme: ToldTheme | None
    difference: Difference

    @property
    def sure(self) -> bool:
        """Whether chance alone would hardly make such a difference."""
        return self.difference.corrected < SURE


@dataclass(frozen=True, slots=True)
class SinceLastRound:
    """The last round beside the one before; the clusters in the order I-V.

    ``alone`` names the rounds held in one gathering only: what such a round has of its own cannot
    be told from what its class has, so nothing is compared; nor where a round has few comments.
    """

    before: str
    after: str
    asked: tuple[int, int]
    alone: tuple[str, ...]
    clusters: tuple[Compared, ...] = ()
    themes: tuple[Compared, ...] = ()

    @property
    def few(self) -> bool:
        """Whether a round has so few comments that it is not taken apart."""
        return min(self.asked) < SMALLEST_GROUP


def since_last_round(heard: Heard, found: Sequence[Section]) -> SinceLastRound | None:
    """Clusters and the largest themes of the last two rounds; None where there is one round.

    A theme is compared where no number of it is withheld, by itself or to protect another
    (``counting.withheld``), and neither is its cluster's.
    """
    rounds = in_order(heard.rows)
    if len(rounds) < 2:
        return None
    whole = _Rounds(rounds, heard.spread)
    told = SinceLastRound(*whole.last, whole.asked, whole.alone)
    if told.few or told.alone:
        return told
    hidden = withheld({one.home: whole.counts(one.spread) for one in found})
    shown = [
        one
        for one in found
        if isinstance(one.home, Cluster) and one.home not in hidden and whole.spoke(one.spread)
    ]
    spoken: list[tuple[Section, ToldTheme | None]] = [(one, None) for one in shown]
    largest = sorted(
        ((one, theme) for one in shown for theme in _told_apart(one, whole)),
        key=lambda pair: -pair[1].count,
    )
    spoken += largest[:LARGEST_THEMES]
    compared = _compared(spoken, whole)
    return replace(
        told,
        clusters=tuple(one for one in compared if one.theme is None),
        themes=tuple(one for one in compared if one.theme is not None),
    )


def in_order(rows: Iterable[Comment]) -> list[str]:
    """The rounds from first to last: by their first day if each has one, else as they stand."""
    written: dict[str, set[str]] = {}
    for row in rows:
        if row.round:
            written.setdefault(row.round, set()).add(row.date)
    first = {
        name: min((found for one in dates if (found := day(one))), default=None)
        for name, dates in written.items()
    }
    known = {name: found for name, found in first.items() if found}
    return sorted(known, key=lambda name: known[name]) if len(known) == len(first) else [*first]


class _Rounds:
    """The last two of several rounds, and what each comes to."""

    def __init__(self, names: Sequence[str], spread: Spread) -> None:
        self.earlier = len(names) > 2
        self.last = names[-2], names[-1]
        self.spreads = self._taken_apart(spread)
        self.asked = sum(self.spreads[0].values()), sum(self.spreads[1].values())
        self.alone = tuple(
            name
            for name, asked in zip(self.last, self.spreads, strict=True)
            if len(asked) == 1 and all(gathering for _, gathering in asked)
        )

    def _taken_apart(self, spread: Spread) -> tuple[Spread, Spread]:
        before, after = (
            {sitting: count for sitting, count in spread.items() if sitting[0] == name}
            for name in self.last
        )
        return before, after

    def counts(self, spread: Spread) -> tuple[int, ...]:
        """Before, after and, since the total is known too, the rounds before these two."""
        of_round = Counter[str]()
        for (name, _), count in spread.items():
            of_round[name] += count
        two = tuple(of_round[name] for name in self.last)
        return (*two, of_round.total() - sum(two)) if self.earlier else two

    def spoke(self, spread: Spread) -> bool:
        """Whether one of these comments is of the last two rounds."""
        return any(name in self.last for name, _ in spread)

    def shares(self, spread: Spread) -> tuple[Share, Share]:
        """The share of these comments in either round."""
        said = self._taken_apart(spread)
        return share_in(said[0], self.spreads[0]), share_in(said[1], self.spreads[1])


def _told_apart(one: Section, whole: _Rounds) -> list[ToldTheme]:
    """A cluster's themes of which no number is withheld; those in no theme are one more group."""
    groups: dict[int | None, tuple[int, ...]] = {
        place: whole.counts(theme.spread) for place, theme in enumerate(one.themes)
    }
    sums = zip(whole.counts(one.spread), *groups.values(), strict=True)
    groups[None] = tuple(max(0, all_ - sum(in_themes)) for all_, *in_themes in sums)
    hidden = withheld(groups)
    return [
        theme
        for place, theme in enumerate(one.themes)
        if place not in hidden and whole.spoke(theme.spread)
    ]


def _compared(spoken: Sequence[tuple[Section, ToldTheme | None]], whole: _Rounds) -> list[Compared]:
    shares = [whole.shares((theme or section).spread) for section, theme in spoken]
    found = differences(
        dict(enumerate(before for before, _ in shares)),
        dict(enumerate(after for _, after in shares)),
    )
    return [Compared(*pair, found[place]) for place, pair in enumerate(spoken)]
