"""What the installation knows about itself: a few values by name."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from survey_app.store.database import insert_for
from survey_app.store.database import now as this_moment
from survey_app.store.tables import Installation


@dataclass(frozen=True, slots=True)
class Remembered:
    """A value and when it was set."""

    value: str
    changed_at: datetime


def recall(connection: Connection, key: str) -> Remembered | None:
    """The value by this name, or None."""
    row = connection.execute(
        sa.select(Installation.value, Installation.changed_at).where(Installation.key == key)
    ).one_or_none()
    return Remembered(row.value, row.changed_at) if row else None


def recall_all(connection: Connection, prefix: str) -> dict[str, str]:
    """The values of all names that begin so, without that beginning."""
    rows = connection.execute(
        sa.select(Installation.key, Installation.value).where(
            Installation.key.startswith(prefix, autoescape=True)
        )
    )
    return {key.removeprefix(prefix): value for key, value in rows}


def remember(connection: Connection, key: str, value: str) -> None:
    """Set a value, in the place of an earlier one."""
    insert = insert_for(connection)(Installation)
    new = {"value": value, "changed_at": this_moment()}
    connection.execute(
        insert.values(key=key, **new).on_conflict_do_update(index_elements=["key"], set_=new)
    )


def forget(connection: Connection, key: str) -> None:
    """Remove a value."""
    connection.execute(sa.delete(Installation).where(Installation.key == key))
