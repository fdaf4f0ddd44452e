"""Renaming a theme, merging it into another, marking it as not relevant; and taking that back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.orm import aliased

from survey_app.answers import storable
from survey_app.errors import StoreError
from survey_app.gathering import RoundId
from survey_app.people import Action, StaffMember, demand
from survey_app.store.audit import Event, note
from survey_app.store.database import INTAKE_LOCK, Store, now
from survey_app.store.findings import ThemeKey
from survey_app.store.layer import Change, lay_over
from survey_app.store.tables import Staff, StandingThemes, ThemeEvents, Themes

LONGEST_NAME = 80  # letters; what stays on two lines of a card


@dataclass(frozen=True, slots=True)
class ThemeEvent:
    """One change that counts: of which theme, what, by whom and when.

    ``phrase`` is what that theme is or was called before a merge; ``name`` the new name.
    """

    id: int
    change: Change
    theme: ThemeKey
    phrase: str
    name: str
    by: str
    made_at: datetime


def rename(store: Store, round_id: RoundId, theme: ThemeKey, name: str, *, by: StaffMember) -> None:
    """Call a theme by this name from now on; raise ``StoreError`` for none or too long a one."""
    name = " ".join(storable(name).split())
    if not 1 <= len(name) <= LONGEST_NAME:
        raise StoreError(
            "Nama tema kosong atau terlalu panjang.", remedy=f"Isi 1-{LONGEST_NAME} huruf."
        )
    _add(store, round_id, theme, Change.RENAME, by, {"name": name})


def merge(
    store: Store, round_id: RoundId, theme: ThemeKey, *, into: ThemeKey, by: StaffMember
) -> None:
    """Count the comments of one theme in another from now on, also those that come later."""
    if theme == into:
        raise StoreError(
            "Tema tidak bisa digabung dengan dirinya sendiri.", remedy="Pilih tema lain."
        )
    _add(store, round_id, theme, Change.MERGE, by, {"into": into})


def retire(store: Store, round_id: RoundId, theme: ThemeKey, *, by: StaffMember) -> None:
    """Leave a theme out of every list; it goes on taking what belongs to it."""
    _add(store, round_id, theme, Change.RETIRE, by, {})


def take_back(store: Store, round_id: RoundId, event: int, *, by: StaffMember) -> None:
    """Undo one change; one that is undone already stays so."""
    demand(by, Action.CHANGE_THEMES)
    mine = sa.and_(ThemeEvents.id == event, ThemeEvents.round_id == round_id)
    with store.writing(lock=INTAKE_LOCK) as connection:
        undone = sa.update(ThemeEvents).where(mine, ThemeEvents.taken_back_at.is_(None))
        values = {"taken_back_by": by.id, "taken_back_at": now()}
        theme = connection.scalar(undone.values(values).returning(ThemeEvents.theme))
        if theme is not None:
            note(
                connection, by, Event.THEME_CHANGED,
                round=round_id, theme=theme, change="taken_back",
            )  # fmt: skip
        lay_over(connection, round_id)


def events_of(store: Store, round_id: RoundId, theme: ThemeKey) -> tuple[ThemeEvent, ...]:
    """The changes that made a theme what it is shown as, the newest first."""
    standing = aliased(StandingThemes)
    about = sa.or_(ThemeEvents.theme == theme, ThemeEvents.change == Change.MERGE.value)
    statement = (
        sa.select(
            ThemeEvents.id,
            ThemeEvents.change,
            ThemeEvents.theme,
            sa.func.coalesce(_last_name(), Themes.phrase).label("phrase"),
            ThemeEvents.name,
            Staff.name.label("by"),
            ThemeEvents.made_at,
        )
        .join(standing, _theme_of(standing))
        .join(Themes, _theme_of(Themes))
        .join(Staff, Staff.id == ThemeEvents.staff_id)
        .where(
            ThemeEvents.round_id == round_id,
            ThemeEvents.taken_back_at.is_(None),
            standing.shown_in == theme,
            about,
        )
        .order_by(ThemeEvents.id.desc())
    )
    with store.reading() as connection:
        rows = connection.execute(statement).all()
    return tuple(
        ThemeEvent(
            id=row.id,
            change=Change(row.change),
            theme=ThemeKey(row.theme),
            phrase=row.phrase,
            name=row.name or "",
            by=row.by,
            made_at=row.made_at,
        )
        for row in rows
    )


def _last_name() -> sa.ScalarSelect[str | None]:
    """The name people gave the theme of an event, also one that is shown in another now."""
    named = aliased(ThemeEvents)
    return (
        sa.select(named.name)
        .where(
            named.round_id == ThemeEvents.round_id,
            named.theme == ThemeEvents.theme,
            named.change == Change.RENAME.value,
            named.taken_back_at.is_(None),
        )
        .order_by(named.id.desc())
        .limit(1)
        .scalar_subquery()
    )


def _theme_of(table: Any) -> sa.ColumnElement[bool]:
    return sa.and_(table.round_id == ThemeEvents.round_id, table.key == ThemeEvents.theme)


def _add(
    store: Store,
    round_id: RoundId,
    theme: ThemeKey,
    change: Change,
    by: StaffMember,
    values: Mapping[str, str],
) -> None:
    demand(by, Action.CHANGE_THEMES)
    with store.writing(lock=INTAKE_LOCK) as connection:
        for key in (theme, *filter(None, [values.get("into")])):
            _check_shown(connection, round_id, key)
        row = {
            "round_id": round_id,
            "change": change.value,
            "theme": theme,
            "staff_id": by.id,
            "made_at": now(),
        }
        connection.execute(sa.insert(ThemeEvents).values(row | dict(values)))
        note(connection, by, Event.THEME_CHANGED, round=round_id, theme=theme, change=change.value)
        lay_over(connection, round_id)


def _check_shown(connection: Connection, round_id: RoundId, key: str) -> None:
    """A theme that is gone, merged or not relevant is not changed any more."""
    shown = sa.select(sa.literal(1)).select_from(Themes)
    shown = shown.join(
        StandingThemes,
        sa.and_(StandingThemes.round_id == Themes.round_id, StandingThemes.key == Themes.key),
    ).where(
        Themes.round_id == round_id,
        Themes.key == key,
        StandingThemes.shown_in == key,
        StandingThemes.retired.is_(False),
    )
    if connection.scalar(shown) is None:
        raise StoreError(
            "Tema ini sudah berubah sejak halaman dibuka.",
            remedy="Muat ulang halaman, lalu coba lagi.",
        )
