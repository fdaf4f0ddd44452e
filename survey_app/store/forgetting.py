"""Taking a child's words away: answers, comments, alerts, quarantine, and what themes kept of them.

A theme is more than one child, but its phrase was said by one. When that one's words go, the phrase
goes with them.
"""

import json
from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from survey_app.store.counting import SMALLEST_QUOTED
from survey_app.store.envelopes import ResponseId
from survey_app.store.tables import Alerts, Answers, Comments, Quarantine, ThemeComments, Themes

PHRASE_WORDS = 3  # of a theme that has no phrase somebody said


def forget(connection: Connection, ids: Collection[ResponseId]) -> None:
    """Take away every trace of what these children wrote; the responses' own rows stay."""
    if not ids:
        return
    forget_answers(connection, ids)
    for table in (Alerts, Quarantine):
        connection.execute(sa.delete(table).where(table.response_id.in_(ids)))


def forget_answers(connection: Connection, ids: Collection[ResponseId]) -> None:
    """Answers, and what an earlier analysis made of them."""
    if not ids:
        return
    connection.execute(sa.delete(Answers).where(Answers.response_id.in_(ids)))
    mine = Comments.response_id.in_(ids)
    themes = connection.scalars(
        sa.select(ThemeComments.theme_id).join(Comments).where(mine).distinct()
    ).all()
    connection.execute(sa.delete(Comments).where(mine))
    for theme in themes:
        _look_again(connection, theme)


def phrase_of(words: Collection[str]) -> str:
    """What a theme is called where nobody's own words may be shown."""
    return ", ".join(list(words)[:PHRASE_WORDS])


def _look_again(connection: Connection, theme: int) -> None:
    """A theme nobody stands behind goes; a phrase nobody who is left has said goes."""
    left = connection.execute(
        sa.select(Comments.response_id, Comments.masked)
        .join_from(ThemeComments, Comments)
        .where(ThemeComments.theme_id == theme)
    ).all()
    if not left:
        connection.execute(sa.delete(Themes).where(Themes.id == theme))
        return
    phrase, words = connection.execute(
        sa.select(Themes.phrase, Themes.words).where(Themes.id == theme)
    ).one()
    said = any(phrase.casefold() in masked.casefold() for _, masked in left)
    if not said or len({response for response, _ in left}) < SMALLEST_QUOTED:
        renamed = sa.update(Themes).where(Themes.id == theme)
        connection.execute(renamed.values(phrase=phrase_of(json.loads(words))))
