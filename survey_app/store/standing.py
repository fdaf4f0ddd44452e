"""Themes as the last run left them: what the next one starts from, and what it changed.

Beside keys, rooms and numbers nothing is kept for it: the texts are the comments themselves, so
what a child took back is not in it (docs/decisions.md 16).
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from survey_app.gathering import RoundId
from survey_app.store.database import Store
from survey_app.store.envelopes import ResponseId
from survey_app.store.findings import CommentRef, ThemeKey
from survey_app.store.tables import Comments, StandingThemes, ThemeComments, ThemeEvents, Themes


@dataclass(frozen=True, slots=True)
class StandingTheme:
    """A theme between two runs, with the comments still in it and how they read, masked."""

    key: ThemeKey
    room: str
    phrase: str
    comments: Mapping[CommentRef, str]
    changed_by_people: bool


@dataclass(frozen=True, slots=True)
class Changes:
    """What the last run changed against the one before, in comments.

    Children cannot be added up where people merged themes; comments can. ``vanished`` is a number
    only: what such a theme was called may be the words of a child who took them back.
    """

    new: Mapping[ThemeKey, int]
    grown: Mapping[ThemeKey, tuple[int, int]]
    shrunk: Mapping[ThemeKey, tuple[int, int]]
    vanished: int


def standing_themes(store: Store, round_id: RoundId) -> tuple[StandingTheme, ...]:
    """Every theme of the last run as it was found, whatever people laid over it."""
    evidence: dict[str, dict[CommentRef, str]] = {}
    with store.reading() as connection:
        rows = connection.execute(
            sa.select(Themes.key, Comments.response_id, Comments.question_key, Comments.masked)
            .join_from(Themes, ThemeComments)
            .join(Comments, Comments.id == ThemeComments.comment_id)
            .where(Themes.round_id == round_id)
            .order_by(Comments.id)
        )
        for key, response, question, masked in rows:
            ref = CommentRef(ResponseId(response), question)
            evidence.setdefault(key, {})[ref] = masked
        known = connection.execute(
            sa.select(Themes.key, StandingThemes.room, Themes.phrase)
            .join(StandingThemes, _SAME)
            .where(Themes.round_id == round_id)
            .order_by(Themes.id)
        ).all()
        touched = set(
            connection.scalars(
                sa.select(ThemeEvents.theme)
                .where(ThemeEvents.round_id == round_id)
                .union(sa.select(ThemeEvents.into).where(ThemeEvents.round_id == round_id))
            )
        )
    return tuple(
        StandingTheme(ThemeKey(key), room, phrase, evidence[key], key in touched)
        for key, room, phrase in known
        if key in evidence
    )


def changes(store: Store, round_id: RoundId) -> Changes | None:
    """What the last run changed, as the themes are shown now; None where it was the first.

    A theme whose last child has withdrawn since then has vanished too.
    """
    with store.reading() as connection:
        rows = connection.execute(
            sa.select(
                StandingThemes.key,
                StandingThemes.shown_in,
                StandingThemes.retired,
                StandingThemes.size_before,
                sa.case((Themes.id.is_(None), 0), else_=StandingThemes.size).label("size"),
            )
            .join(Themes, _SAME, isouter=True)
            .where(StandingThemes.round_id == round_id)
            .order_by(StandingThemes.size.desc(), StandingThemes.key)
        ).all()
    before: Counter[ThemeKey] = Counter()
    now: Counter[ThemeKey] = Counter()
    for row in rows:
        if row.size and not row.retired:
            before[ThemeKey(row.shown_in)] += row.size_before
            now[ThemeKey(row.shown_in)] += row.size
    if not any(row.size_before for row in rows):
        return None
    pairs = {key: (before[key], size) for key, size in now.items()}
    return Changes(
        new={key: size for key, (old, size) in pairs.items() if not old},
        grown={key: pair for key, pair in pairs.items() if 0 < pair[0] < pair[1]},
        shrunk={key: pair for key, pair in pairs.items() if pair[0] > pair[1]},
        vanished=sum(row.size_before > 0 and not row.size for row in rows),
    )


_SAME = sa.and_(
    StandingThemes.round_id == Themes.round_id,
    StandingThemes.key == Themes.key,
)
