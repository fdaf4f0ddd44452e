"""Which numbers of children may be shown: none that points at a child, alone or with the others.

Domain rule (DESIGN.md section 5): below city level no number under ten children is shown, nor one
that would give such a number away; a theme of fewer than five children shows no quote.

One rule holds it: *whatever can be cut out of what is shown, by age and by kelurahan together, is
nobody or at least ten children.* An age band or kelurahan is shown only where it, its crossings
and what is left of the city without it are so; what is not shown is one group without a name. And
below city level numbers are told by tens ("20-29"), so that two of different things, a theme and
its cluster or two themes and their merger, leave no exact difference (docs/decisions.md).
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from survey_app.places import KelurahanCode
from survey_app.questionnaire import AgeBand

SMALLEST_GROUP = 10  # children in a group below city level
SMALLEST_QUOTED = 5  # children in a theme that is quoted

Place: TypeAlias = KelurahanCode | None  # None: of a gathering without a kelurahan
Cell: TypeAlias = tuple[Place, AgeBand]
Cells: TypeAlias = Mapping[Cell, int]  # children by where they sat and how old they are
Group = TypeVar("Group")


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a round: a kelurahan, an age band, their crossing, or (neither) the whole city."""

    kelurahan: KelurahanCode | None = None
    age_band: AgeBand | None = None

    @property
    def whole(self) -> bool:
        """Whether this is the whole city."""
        return self.kelurahan is None and self.age_band is None

    def holds(self, cell: Cell) -> bool:
        """Whether the children of this cell are in the part."""
        return self.kelurahan in (None, cell[0]) and self.age_band in (None, cell[1])


@dataclass(frozen=True, slots=True)
class Parts:
    """Of one number, such as that of a theme, the age bands and places it may be shown in."""

    cells: Cells
    ages: frozenset[AgeBand]
    places: frozenset[Place]

    def shown(self, part: Part) -> int | None:
        """How many children: exactly in the whole city, else in tens; None where it is hidden."""
        children = sum(count for cell, count in self.cells.items() if part.holds(cell))
        if part.whole:
            return children
        age_hidden = part.age_band is not None and part.age_band not in self.ages
        place_hidden = part.kelurahan is not None and part.kelurahan not in self.places
        return None if age_hidden or place_hidden else by_tens(children)

    def by_age(self, part: Part) -> dict[AgeBand, int | None]:
        """The part by age band, in tens, the youngest first; None where it is hidden."""
        here = {cell[1] for cell in self.cells if part.holds(cell)}
        return {age: self.shown(Part(part.kelurahan, age)) for age in AgeBand if age in here}

    def by_place(self, part: Part) -> dict[Place, int | None]:
        """The part by kelurahan, in tens, in the order of their codes; None where it is hidden.

        Children of a gathering without a kelurahan are never shown as a place of their own.
        """
        here = _in_order({cell[0] for cell in self.cells if part.holds(cell)})
        return {place: self.shown(Part(place, part.age_band)) if place else None for place in here}


def parts_of(said: Cells, *, asked: Cells, by_few: bool = False) -> Parts:
    """Where the number of children who ``said`` something may be shown; ``asked`` are all of them.

    ``by_few``: it must also not be nearly all who were asked there, who would each be known to have
    said it.
    """
    cells = {cell: said.get(cell, 0) for cell in {*asked, *said}}

    def large(ages: Collection[AgeBand], places: Collection[Place], *, some: bool = False) -> bool:
        within = [cell for cell in cells if cell[0] in places and cell[1] in ages]
        children = sum(cells[cell] for cell in within)
        others = sum(asked.get(cell, 0) for cell in within) - children
        if children < SMALLEST_GROUP:
            return children == 0 and not some
        return not by_few or others >= SMALLEST_GROUP

    everywhere = _in_order({place for place, _ in cells})
    bands = [age for age in AgeBand if any(cell[1] is age for cell in cells)]
    few = _hidden(
        bands,
        alone=lambda age: large([age], everywhere, some=True),
        together=lambda ages: large(ages, everywhere),
    )
    blocks = [[age] for age in bands if age not in few] + ([list(few)] if few else [])
    small = _hidden(
        everywhere,
        alone=lambda place: (
            place is not None
            and large(bands, [place], some=True)
            and all(large(block, [place]) for block in blocks)
        ),
        together=lambda places: all(large(block, places) for block in blocks),
    )
    return Parts(cells, frozenset(bands) - few, frozenset(everywhere) - small)


def by_tens(children: int) -> int:
    """The lowest number of the ten it is told in: 20 for 20 to 29."""
    return children - children % SMALLEST_GROUP


def _hidden(
    groups: Sequence[Group],
    *,
    alone: Callable[[Group], bool],
    together: Callable[[Collection[Group]], bool],
) -> set[Group]:
    """The groups that are not shown: those too small alone, and neighbours until they hide them.

    Neighbours in a fixed order, for the smallest of the others would be known to be no larger than
    those still shown.
    """
    hidden = {group for group in groups if not alone(group)}
    if not hidden:
        return hidden
    last = max(groups.index(group) for group in hidden)
    for neighbour in [*groups[last + 1 :], *groups[:last][::-1]]:
        if together(hidden):
            break
        hidden.add(neighbour)
    return hidden


def _in_order(places: Collection[Place]) -> list[Place]:
    return sorted(places, key=lambda place: place or "")
