"""The smallest pieces of a report: bars with whiskers, tables, numbers as Indonesian has them."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Self

from analysis.quality.shares import wilson_interval

WITHHELD = "–"
COUNT = "Komentar"  # the column of numbers, on the right of every table
_GRID_STEPS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2)
_GRID_LINES = 6  # more lines on a bar are no longer counted at a glance


@dataclass(frozen=True, slots=True)
class Scale:
    """What a whole bar means, the same for all bars that are to be compared."""

    of: int
    step: float
    steps: int

    @classmethod
    def up_to(cls, largest: int, *, of: int) -> Self:
        """A scale on which the whisker of the largest number still fits."""
        high = wilson_interval(largest / of, asked=of)[1]
        step = next((step for step in _GRID_STEPS if high <= step * _GRID_LINES), _GRID_STEPS[-1])
        return cls(of, step, math.ceil(high / step - 1e-9))  # 0.6 / 0.1 is a little more than 6

    def bar(self, count: int) -> str:
        """A share as a bar and its interval as a whisker, named for who cannot see them."""
        low, high = self._range(count)
        left, right, end = (self._at(share) for share in (low, high, count / self.of))
        named = f"{percent(count / self.of)}, rentang 95%: {_interval(low, high)}"
        grid = "".join(_upright("scale", self._at(self.step * i)) for i in range(1, self.steps))
        return (
            f'<svg role="img" aria-label="{named}"><title>{named}</title>{grid}'
            f'<rect class="bar" x="0" y="18%" width="{end:.2f}%" height="64%"/>'
            f'<line class="range" x1="{left:.2f}%" x2="{right:.2f}%" y1="50%" y2="50%"/>'
            f"{_upright('range', left)}{_upright('range', right)}</svg>"
        )

    def said(self, count: int) -> str:
        """Share and interval in words."""
        interval = _interval(*self._range(count))
        return f'{percent(count / self.of)} <span class="interval">({interval})</span>'

    @property
    def explained(self) -> str:
        """What the faint lines mean."""
        return f"Garis tegak tipis: setiap {f'{100 * self.step:g}'.replace('.', ',')}%."

    def _range(self, count: int) -> tuple[float, float]:
        return wilson_interval(count / self.of, asked=self.of)

    def _at(self, share: float) -> float:
        """Per cent of the width; a little is left on both sides for the ends of the whisker."""
        return 0.5 + 99 * share / (self.step * self.steps)


def _upright(kind: str, at: float) -> str:
    top, bottom = ("22%", "78%") if kind == "range" else ("0%", "100%")
    return f'<line class="{kind}" x1="{at:.2f}%" x2="{at:.2f}%" y1="{top}" y2="{bottom}"/>'


def table(
    caption: str,
    names: Sequence[str],
    rows: Iterable[Sequence[str | int]],
    *,
    kind: str = "",
    remark: str = "",
) -> str:
    """A table of short texts and numbers; the first cell of a row names it."""
    body = "".join(
        f'<tr><th scope="row">{escape(str(first))}</th>{"".join(map(_cell, rest))}</tr>'
        for first, *rest in rows
    )
    below = f"<span>{escape(remark)}</span>" if remark else ""
    return (
        f'<table class="{kind}"><caption>{escape(caption)}{below}</caption>'
        f"{heads(names)}<tbody>{body}</tbody></table>"
    )


def heads(names: Sequence[str]) -> str:
    """The first row of a table."""
    cells = "".join(
        f'<th scope="col"{_NUMBER if name == COUNT else ""}>{escape(name)}</th>' for name in names
    )
    return f"<thead><tr>{cells}</tr></thead>"


def number(count: int) -> str:
    """A whole number as Indonesian writes it: 1.204."""
    return f"{count:,}".replace(",", ".")


def percent(share: float) -> str:
    """A share of 0-1 as Indonesian writes it: 3,4%."""
    return f"{100 * share:.1f}%".replace(".", ",")


_NUMBER = ' class="number"'
_UNSEEN = '<span class="unseen">tidak ditampilkan</span>'


def _cell(value: str | int) -> str:
    if value == WITHHELD:
        return f'<td{_NUMBER}><span aria-hidden="true">{WITHHELD}</span>{_UNSEEN}</td>'
    if isinstance(value, int):
        return f"<td{_NUMBER}>{number(value)}</td>"
    return f"<td>{escape(value)}</td>"


def _interval(low: float, high: float) -> str:
    return f"{percent(low).removesuffix('%')}–{percent(high)}"
