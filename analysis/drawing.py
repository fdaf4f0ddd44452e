"""The smallest pieces of a report: bars with whiskers, tables, numbers as Indonesian has them."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Self

from analysis.quality.differences import Difference
from analysis.quality.shares import Share

WITHHELD = "–"
COUNT = "Komentar"  # the column of numbers, on the right of every table
_GRID_STEPS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2)
_GRID_LINES = 6  # more lines on a bar are no longer counted at a glance


@dataclass(frozen=True, slots=True)
class Scale:
    """What a whole bar means, the same for all bars that are to be compared."""

    step: float
    steps: int

    @classmethod
    def up_to(cls, shares: Iterable[Share]) -> Self:
        """A scale on which every whisker fits."""
        high = max((share.high for share in shares), default=0.0)
        step = next((step for step in _GRID_STEPS if high <= step * _GRID_LINES), _GRID_STEPS[-1])
        # 0.6 / 0.1 is a little more than 6
        return cls(step, max(1, math.ceil(high / step - 1e-9)))

    def bar(self, share: Share) -> str:
        """A share as a bar and its interval as a whisker, named for who cannot see them."""
        left, right, end = (self._at(at) for at in (share.low, share.high, share.value))
        named = f"{percent(share.value)}, rentang 95%: {_interval(share.low, share.high)}"
        grid = "".join(_upright("scale", self._at(self.step * i)) for i in range(1, self.steps))
        return (
            f'<svg role="img" aria-label="{named}"><title>{named}</title>{grid}'
            f'<rect class="bar" x="0" y="18%" width="{end:.2f}%" height="64%"/>'
            f'<line class="range" x1="{left:.2f}%" x2="{right:.2f}%" y1="50%" y2="50%"/>'
            f"{_upright('range', left)}{_upright('range', right)}</svg>"
        )

    @property
    def explained(self) -> str:
        """What the faint lines mean."""
        return f"Garis tegak tipis: setiap {f'{100 * self.step:g}'.replace('.', ',')}%."

    def _at(self, share: float) -> float:
        """Per cent of the width; a little is left on both sides for the ends of the whisker."""
        return 0.5 + 99 * share / (self.step * self.steps)


def _upright(kind: str, at: float) -> str:
    top, bottom = ("22%", "78%") if kind == "range" else ("0%", "100%")
    return f'<line class="{kind}" x1="{at:.2f}%" x2="{at:.2f}%" y1="{top}" y2="{bottom}"/>'


def said(share: Share) -> str:
    """Share and interval in words."""
    interval = _interval(share.low, share.high)
    return f'{percent(share.value)} <span class="interval">({interval})</span>'


def points(difference: Difference) -> str:
    """A difference and its interval in percentage points: +3,1 (−0,4 … +6,8)."""
    value, low, high = (
        f"{100 * one:+.1f}".replace("-", "−").replace(".", ",")
        for one in (difference.value, difference.low, difference.high)
    )
    return f"{value} ({low} … {high})"


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
