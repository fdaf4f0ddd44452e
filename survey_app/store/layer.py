"""What people changed in themes, laid over what a run found.

A run never sees names, merges and what is not relevant: they lie on top of its themes and are
worked out again from the events, after every run and every change. So each run can be followed by
the same changes, and taking one back brings back exactly what was under it.
"""

import re
from collections.abc import Collection, Mapping
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from survey_app.store.tables import Comments, StandingThemes, ThemeEvents, Themes

_QUOTE = 3  # words in a row; two ("lampu jalan") are a thing, not what somebody said


class Change(StrEnum):
    """What an adult may do to a theme in the app."""

    RENAME = "rename"
    MERGE = "merge"
    RETIRE = "retire"


def lay_over(connection: Connection, round_id: int) -> None:
    """Work out what is shown of each theme of a round from the events that count."""
    events = connection.execute(
        sa.select(ThemeEvents.change, ThemeEvents.theme, ThemeEvents.into, ThemeEvents.name)
        .where(ThemeEvents.round_id == round_id, ThemeEvents.taken_back_at.is_(None))
        .order_by(ThemeEvents.id)
    ).all()
    merged = {one.theme: one.into for one in events if one.change == Change.MERGE}
    names = {one.theme: one.name for one in events if one.change == Change.RENAME}
    retired = {one.theme for one in events if one.change == Change.RETIRE}
    mine = StandingThemes.round_id == round_id
    bare = {"shown_in": StandingThemes.key, "name": None, "retired": False}
    connection.execute(sa.update(StandingThemes).where(mine).values(bare))
    for key in {*merged, *names, *retired}:
        shown = _followed(key, merged)
        values = {"shown_in": shown, "name": names.get(shown), "retired": shown in retired}
        touched = sa.update(StandingThemes).where(mine, StandingThemes.key == key)
        connection.execute(touched.values(values))


def _followed(key: str, merged: Mapping[str, str]) -> str:
    """The theme this one is shown in. There is no circle: only shown themes are merged."""
    while key in merged:
        key = merged[key]
    return key


def forget_themes(connection: Connection, round_id: int) -> None:
    """Changes of themes nobody stands behind any more go: their names may quote who has left."""
    here = sa.select(Themes.key).where(Themes.round_id == round_id)
    gone = sa.or_(ThemeEvents.theme.not_in(here), ThemeEvents.into.not_in(here))
    connection.execute(sa.delete(ThemeEvents).where(ThemeEvents.round_id == round_id, gone))


def forget_names(connection: Connection, round_id: int, taken_away: Collection[str]) -> None:
    """Names that quote words taken away go, unless somebody who is left wrote the same.

    To quote is to share three words in a row, or all of a shorter name or text.
    """
    named = connection.execute(
        sa.select(ThemeEvents.id, ThemeEvents.name).where(
            ThemeEvents.round_id == round_id, ThemeEvents.name.is_not(None)
        )
    ).all()
    quoted = {number: _quoted(name or "", taken_away) for number, name in named}
    if not any(quoted.values()):
        return
    left = connection.scalars(sa.select(Comments.masked).where(Comments.round_id == round_id)).all()
    gone = [
        number
        for number, runs in quoted.items()
        if any(not any(run in _runs(text, len(run)) for text in left) for run in runs)
    ]
    connection.execute(sa.delete(ThemeEvents).where(ThemeEvents.id.in_(gone)))


def _quoted(name: str, texts: Collection[str]) -> set[tuple[str, ...]]:
    found = set()
    for text in texts:
        length = min(_QUOTE, len(words_in(name)), len(words_in(text)))
        found |= _runs(name, length) & _runs(text, length) if length else set()
    return found


def _runs(text: str, length: int) -> set[tuple[str, ...]]:
    words = words_in(text)
    return {tuple(words[start : start + length]) for start in range(len(words) - length + 1)}


def words_in(text: str) -> list[str]:
    """The words of a text, for telling whether another one has them too."""
    return re.findall(r"\w+", text.casefold())
