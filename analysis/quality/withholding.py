"""Tables in which no small number of children can be read, nor worked out from the totals.

Every child stands in one cell. Numbers from 1 to ``smallest`` - 1 are withheld (None), totals
too; zeros are shown and never serve to hide another number.
Then further numbers are withheld, the smallest that will do, until no withheld number follows
from what is shown. The reader is taken to know that a withheld number is at least 1, but not
which ones are the small ones: give all withheld numbers the same sign. What the withheld numbers
of a row come to together still follows from its total, also where that is small.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse.csgraph import dijkstra

SMALLEST_GROUP = 10  # children in a group below city level (DESIGN.md, section 5)
SMALLEST_QUOTED = 5  # children in a theme that is quoted

Cell = tuple[int, int]
Counts = npt.NDArray[np.int64]
Costs = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A total taken apart, in the order given; None is a withheld number."""

    cells: tuple[int | None, ...]
    total: int | None


@dataclass(frozen=True, slots=True)
class ShownTable:
    """A two-way table with its totals, in the order given; None is a withheld number."""

    cells: tuple[tuple[int | None, ...], ...]
    row_totals: tuple[int | None, ...]
    column_totals: tuple[int | None, ...]
    total: int | None


def withhold_in_row(counts: Sequence[int], *, smallest: int = SMALLEST_GROUP) -> ShownRow:
    """A total taken apart by age band or kelurahan; the smallest other numbers are withheld.

    ValueError: a negative number, or ``smallest`` below 2.
    """
    row = _checked([counts], smallest)[0]
    total = int(row.sum())
    withheld = [place for place, count in enumerate(row) if 0 < count < smallest]
    large = [place for place, count in enumerate(row) if count >= smallest]
    others = sorted(large, key=lambda place: (row[place], -place))
    total_shown = not 0 < total < smallest
    # One alone is the rest of the total; and where all are 1, their sum gives them away.
    while total_shown and withheld and (len(withheld) == 1 or row[withheld].max() == 1):
        if others:
            withheld.append(others.pop(0))
        else:
            total_shown = False
    return ShownRow(
        tuple(None if place in withheld else int(count) for place, count in enumerate(row)),
        total if total_shown else None,
    )


def withhold_in_table(
    counts: Sequence[Sequence[int]], *, smallest: int = SMALLEST_GROUP
) -> ShownTable:
    """A two-way table, such as clusters by kelurahan: one inner sequence a row.

    The table with its totals is a network: totals flow from the sum of all to the rows, through
    the cells to the columns and back to the sum. What a reader cannot tell from the numbers shown
    are the flows that stay in balance; so a withheld cell is uncertain exactly if it lies on a
    cycle of withheld cells along which one child more, and one less, may pass (D. Gusfield, SIAM
    Journal on Computing 17 (1988) 552-571; L. Cox, Journal of the American Statistical Association
    90 (1995) 1453-1462). For every cell that lies on none, the cycle of fewest children is
    withheld. There always is one: the cell, both its totals and the sum of all.

    It follows that each row and each column with a withheld cell has at least two, counting the
    totals. ValueError: no cell, rows of different lengths, a negative number, ``smallest`` below 2.
    """
    inner = _checked(counts, smallest)
    table = np.vstack([inner, inner.sum(axis=0)])
    table = np.hstack([table, table.sum(axis=1, keepdims=True)])
    network = _Network(table, (table > 0) & (table < smallest))
    for row, column in np.argwhere(network.withheld).tolist():
        network.hide((row, column))
    shown = [
        [None if hidden else int(count) for count, hidden in zip(*line, strict=True)]
        for line in zip(table, network.withheld, strict=True)
    ]
    return ShownTable(
        cells=tuple(tuple(line[:-1]) for line in shown[:-1]),
        row_totals=tuple(line[-1] for line in shown[:-1]),
        column_totals=tuple(shown[-1][:-1]),
        total=shown[-1][-1],
    )


class _Network:
    """A table with totals in its last row and column; an edge for each number above zero."""

    def __init__(self, table: Counts, withheld: npt.NDArray[np.bool_]) -> None:
        self.table = table
        self.withheld = withheld
        self._cells: dict[tuple[int, int], Cell] = {}
        self._costs = np.zeros((sum(table.shape), sum(table.shape)))
        for row, column in np.argwhere(table > 0).tolist():
            cell = row, column
            self._cells[self._ends(cell)] = self._cells[self._ends(cell)[::-1]] = cell
            self._draw(cell)

    def hide(self, cell: Cell) -> None:
        """Withhold the cells of the cheapest cycle through ``cell``; at no cost if there is one.

        A child more on one edge of a cycle is one more or less on each of the others, so all
        cells of the cycle become uncertain at once.
        """
        tail, head = self._ends(cell)
        costs = self._costs.copy()
        costs[tail, head] = costs[head, tail] = 0  # not back the same way
        ways = [_cheapest(costs, head, tail)]
        if self.table[cell] > 1:
            ways.append(_cheapest(costs, tail, head))
        for edge in min(ways)[1]:
            self.withheld[self._cells[edge]] = True
            self._draw(self._cells[edge])

    def _ends(self, cell: Cell) -> tuple[int, int]:
        """Cells and the sum of all flow from their row to their column, totals the other way."""
        (row, column), (rows, columns) = cell, self.table.shape
        ends = row, rows + column
        return ends if (row == rows - 1) == (column == columns - 1) else ends[::-1]

    def _draw(self, cell: Cell) -> None:
        """The children a step over this cell would withhold; among equals the fewest cells."""
        tail, head = self._ends(cell)
        children = 0 if self.withheld[cell] else int(self.table[cell])
        cost = 1 + children * 2 * self.table.size
        self._costs[tail, head] = cost
        if self.table[cell] > 1:  # a withheld 1 cannot be less: a reader knows it is no zero
            self._costs[head, tail] = cost


def _cheapest(costs: Costs, start: int, end: int) -> tuple[float, list[tuple[int, int]]]:
    """The cheapest way from ``start`` to ``end``: cost (infinite if there is none) and edges."""
    distances, before = dijkstra(costs, indices=start, return_predecessors=True)
    cost, edges = float(distances[end]), []
    while math.isfinite(cost) and end != start:
        edges.append((int(before[end]), end))
        end = int(before[end])
    return cost, edges


def _checked(counts: Sequence[Sequence[int]], smallest: int) -> Counts:
    if smallest < 2:
        raise ValueError(f"smallest is {smallest}: give 2 or more, or show the table as it is")
    if len(counts) == 0 or len(counts[0]) == 0:
        raise ValueError("the table is empty: give at least one row with one number")
    for number, row in enumerate(counts):
        if len(row) != len(counts[0]):
            raise ValueError(
                f"row {number} has {len(row)} numbers, row 0 has {len(counts[0])}: fill with zeros"
            )
        if wrong := [count for count in row if count < 0 or count != int(count)]:
            raise ValueError(f"row {number} has {wrong[0]}: a number of children is 0, 1, 2 ...")
    return np.array(counts, dtype=np.int64)
