"""What a run changes, told to the person who signs it off: a line, and a table of themes."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from rich.markup import escape
from rich.table import Table

from analysis.comments import Analysis
from analysis.standing import ThemeDiff, ThemeState

_ROWS = 10  # of each kind: what somebody reads before saying yes


def in_a_line(change: ThemeDiff) -> str:
    """How many themes are new, grown, shrunk and gone."""
    return (
        f"{len(change.new)} tema baru, {len(change.grown)} tumbuh,"
        f" {len(change.shrunk)} menyusut, {len(change.vanished)} hilang"
    )


def as_table(change: ThemeDiff, before: ThemeState, after: ThemeState) -> Table:
    """The themes that change, most comments first, with their sizes before and after."""
    old = {theme.id: theme for theme in before.themes}
    known = old | {theme.id: theme for theme in after.themes}
    shown = Table("perubahan", "id", "tema", title="Yang berubah bila tema disusun ulang")
    for column in ("sebelum", "sesudah"):
        shown.add_column(column, justify="right")
    kinds: dict[str, Mapping[str, tuple[int, int]]] = {
        "tema baru": {id: (0, known[id].size) for id in change.new},
        "tumbuh": change.grown,
        "menyusut": change.shrunk,
        "hilang": {id: (old[id].size, 0) for id in change.vanished},
    }
    for kind, sizes in kinds.items():
        ranked = sorted(sizes.items(), key=lambda pair: (-abs(pair[1][1] - pair[1][0]), pair[0]))
        for id, (was, now) in ranked[:_ROWS]:
            shown.add_row(kind, id, escape(known[id].phrase), str(was), str(now))
        if len(ranked) > _ROWS:
            shown.add_row(kind, "", f"... dan {len(ranked) - _ROWS} tema lagi", "", "")
    return shown


def with_sizes(state: ThemeState, stood: Mapping[str, str]) -> ThemeState:
    """The themes with as many comments as stood in each (comment id -> theme id)."""
    sizes = Counter(stood.values())
    return replace(
        state, themes=tuple(replace(theme, size=sizes[theme.id]) for theme in state.themes)
    )


def share_moved(stood: Mapping[str, str], after: Analysis) -> float:
    """The share (0-1) of the comments that stood in a theme and now stand in another or in none."""
    now = {id: theme.id for theme in after.themes for id in theme.comment_ids}
    return sum(now.get(id) != theme for id, theme in stood.items()) / max(1, len(stood))
