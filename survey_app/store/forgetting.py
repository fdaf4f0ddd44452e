"""Taking a child's words away: answers, comments, alerts, quarantine, and what themes kept of them.

A theme is more than one child, but its phrase was said by one. When that one's words go, the phrase
goes with them. What people changed in themes is looked at as well: a name may quote a child.
"""

import json
from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from survey_app.store import layer
from survey_app.store.cases import WORKED_ON
from survey_app.store.counting import SMALLEST_QUOTED
from survey_app.store.envelopes import ResponseId
from survey_app.store.tables import (
    Alerts,
    Answers,
    Comments,
    Quarantine,
    SampledComments,
    ThemeComments,
    Themes,
)

PHRASE_WORDS = 3  # of a theme that has no phrase somebody said


def forget(connection: Connection, ids: Collection[ResponseId]) -> None:
    """Take away every trace of what these children wrote; the responses' own rows stay.

    A case somebody works on stays, without a word of the child: help that was begun goes on.
    """
    if not ids:
        return
    forget_answers(connection, ids)
    for table in (SampledComments, Quarantine):
        connection.execute(sa.delete(table).where(table.response_id.in_(ids)))
    mine, worked_on = Alerts.response_id.in_(ids), Alerts.state.in_(WORKED_ON)
    connection.execute(sa.delete(Alerts).where(mine, sa.not_(worked_on)))
    connection.execute(sa.update(Alerts).where(mine).values(reason=""))


def forget_answers(connection: Connection, ids: Collection[ResponseId]) -> None:
    """Answers, what an earlier analysis made of them, and what staff called after them."""
    if not ids:
        return
    connection.execute(sa.delete(Answers).where(Answers.response_id.in_(ids)))
    forget_comments(connection, Comments.response_id.in_(ids))


def forget_comments(connection: Connection, mine: sa.ColumnElement[bool]) -> None:
    """What an analysis made of some answers, and what themes and staff took from it."""
    read = connection.execute(
        sa.select(Comments.round_id, Comments.masked, ThemeComments.theme_id)
        .join_from(Comments, ThemeComments, isouter=True)
        .where(mine)
    ).all()
    connection.execute(sa.delete(Comments).where(mine))
    taken_away = {one.masked for one in read}
    for theme in {one.theme_id for one in read if one.theme_id is not None}:
        _look_again(connection, theme, taken_away)
    for round_id in {one.round_id for one in read}:
        look_again_at_changes(connection, round_id, taken_away)


def look_again_at_changes(
    connection: Connection, round_id: int, taken_away: Collection[str]
) -> None:
    """What people changed, now that these texts are gone."""
    layer.forget_themes(connection, round_id)
    layer.forget_names(connection, round_id, taken_away)
    layer.lay_over(connection, round_id)


def phrase_of(words: Collection[str]) -> str:
    """What a theme is called where nobody's own words may be shown."""
    return ", ".join(list(words)[:PHRASE_WORDS]) or "tema tanpa nama"


def still_said(
    words: Collection[str], taken_away: Collection[str], left: Collection[str]
) -> tuple[str, ...]:
    """Words of a theme without those that only texts taken away had.

    A word that stands in neither is the Indonesian one for what a child wrote; it stays.
    """
    gone = {word for text in taken_away for word in layer.words_in(text)}
    here = {word for text in left for word in layer.words_in(text)} if gone else set()
    return tuple(word for word in words if word not in gone or word in here)


def _look_again(connection: Connection, theme: int, taken_away: Collection[str]) -> None:
    """A theme nobody stands behind goes; a phrase or word nobody who is left has said goes."""
    left = connection.execute(
        sa.select(Comments.response_id, Comments.masked)
        .join_from(ThemeComments, Comments)
        .where(ThemeComments.theme_id == theme)
    ).all()
    if not left:
        connection.execute(sa.delete(Themes).where(Themes.id == theme))
        return
    phrase, stored = connection.execute(
        sa.select(Themes.phrase, Themes.words).where(Themes.id == theme)
    ).one()
    words = still_said(json.loads(stored), taken_away, [masked for _, masked in left])
    said = any(phrase.casefold() in masked.casefold() for _, masked in left)
    if not said or len({response for response, _ in left}) < SMALLEST_QUOTED:
        phrase = phrase_of(words)
    renamed = sa.update(Themes).where(Themes.id == theme)
    values = {"phrase": phrase, "words": json.dumps(words, ensure_ascii=False)}
    connection.execute(renamed.values(values))
