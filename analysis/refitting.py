"""Themes made anew: which new group goes on as which standing theme, and what people hold fast."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import chain

from analysis.members import Members, Texts
from analysis.standing import StandingTheme, ThemeState

# A group goes on as a theme when they share half of the smaller of the two: less, and a reader of
# the theme would not know it again.
_SHARED = 0.5


def carry_on(
    texts: Texts,
    groups: Sequence[Members],
    stood: Sequence[Members],
    pool: Collection[int],
    state: ThemeState,
    pinned: Mapping[int, str],
) -> list[Members]:
    """New groups as the standing themes they come from, beside the themes that people hold fast.

    ``stood`` and ``pool`` say where the same texts would go in an ordinary run; what is in neither
    is forbidden. ``pinned`` comments (place -> theme) are no reason to call a group by a theme:
    they are in theirs wherever the words go.
    """
    fast = state.held
    home = {n: one.theme for one in stood if one.theme not in fast for n in one.numbers}
    free = home.keys() | pool
    made = [replace(one, numbers=[n for n in one.numbers if n in free]) for one in groups]
    made = [one for one in made if one.numbers]
    came = [_came_from(texts, one, home, pinned) for one in made]
    ids = carried_on(came, put_together=state.put_together)
    held = [one for one in stood if one.theme in fast]
    return [*held, *_named(texts, made, ids, state)]


def carried_on(came: Sequence[Mapping[str, int]], *, put_together: Collection[str]) -> list[str]:
    """For each new group the id of the theme it goes on as, or nothing.

    ``came`` says for each group how many of its comments come from which theme. One theme, one
    group, the largest share first; only a theme that people ``put_together`` goes on in every
    group that comes mostly from it, so that a merge is not undone.
    """
    sizes: Counter[str] = Counter()
    for shares in came:
        sizes.update(shares)
    known = [sum(shares.values()) for shares in came]
    pairs = sorted(
        (-share, id, group)
        for group, shares in enumerate(came)
        for id, share in shares.items()
        if share >= _SHARED * min(sizes[id], known[group])
    )
    ids = [""] * len(came)
    for _, id, group in pairs:
        if not ids[group] and id not in ids:
            ids[group] = id
    for negative, id, group in pairs:
        if not ids[group] and id in put_together and -negative >= _SHARED * known[group]:
            ids[group] = id
    return ids


def _came_from(
    texts: Texts, group: Members, home: Mapping[int, str], pinned: Mapping[int, str]
) -> Counter[str]:
    """How many comments of the group come from which theme."""
    shares: Counter[str] = Counter()
    for number in group.numbers:
        if number in home:
            shares[home[number]] += sum(place not in pinned for place in texts.places[number])
    return +shares


def _named(
    texts: Texts, made: Sequence[Members], ids: Sequence[str], state: ThemeState
) -> list[Members]:
    """The groups with their themes; those of one theme are one."""
    going_on: dict[str, list[Members]] = {id: [] for id in ids if id}
    for one, id in zip(made, ids, strict=True):
        if id:
            going_on[id].append(one)
    by_id = {theme.id: theme for theme in state.themes}
    new = [one for one, id in zip(made, ids, strict=True) if not id]
    return [*(_together(texts, parts, by_id[id]) for id, parts in going_on.items()), *new]


def _together(texts: Texts, parts: Sequence[Members], theme: StandingTheme) -> Members:
    """A theme stays in its room while a part of it lies there, else it goes where most of it is."""
    largest = max(parts, key=lambda one: int(texts.counts(one.numbers).sum()))
    room = theme.room if any(one.room == theme.room for one in parts) else largest.room
    return Members(room, list(chain.from_iterable(one.numbers for one in parts)), theme)
