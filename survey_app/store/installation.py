"""What an installation remembers about itself, by name: its last backup, where its log begins."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from survey_app.store.database import insert_for, now
from survey_app.store.tables import Installation


def told(connection: Connection, key: str) -> str | None:
    """What stands under this name, or None."""
    return connection.scalar(sa.select(Installation.value).where(Installation.key == key))


def tell(connection: Connection, key: str, value: str) -> None:
    """Remember it, in the place of what stood there."""
    row = {"key": key, "value": value, "changed_at": now()}
    added = insert_for(connection)(Installation).values(row)
    connection.execute(added.on_conflict_do_update(index_elements=["key"], set_=row))
