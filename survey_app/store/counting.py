"""How many children: shown only where the number is too large to point at somebody.

Domain rule (DESIGN.md section 5): below city level no number under ten children is shown; a theme
of fewer than five children shows no quote. Where a breakdown would hide a single group, the next
smallest is hidden with it, or the total would give it away.
"""

from collections.abc import Mapping
from typing import TypeVar

SMALLEST_GROUP = 10  # children in a group below city level
SMALLEST_QUOTED = 5  # children in a theme that is quoted

Group = TypeVar("Group")


def shown(children: int, *, below_city: bool) -> int | None:
    """The number as staff see it: None stands for "fewer than ten"."""
    return None if below_city and 0 < children < SMALLEST_GROUP else children


def breakdown(counts: Mapping[Group, int]) -> dict[Group, int | None]:
    """A total taken apart by age band or kelurahan, small groups hidden (None), largest first."""
    ordered = sorted(counts.items(), key=lambda item: -item[1])
    hidden = {group for group, children in ordered if 0 < children < SMALLEST_GROUP}
    # One alone is the rest of the total; and where all are 1, their sum gives each of them away.
    alone = len(hidden) == 1 or (hidden and all(counts[group] == 1 for group in hidden))
    if alone and (visible := [group for group, n in ordered if n >= SMALLEST_GROUP]):
        hidden.add(visible[-1])
    parts = {group: None if group in hidden else children for group, children in ordered}
    # Hidden groups stand at the end in the order of their names: their place must not tell more.
    last = sorted((group for group in parts if group in hidden), key=str)
    return {g: n for g, n in parts.items() if g not in hidden} | dict.fromkeys(last)
