"""Is the database sound? What `suara check` asks it."""

import sqlalchemy as sa

from survey_app.store.database import Store


def integrity_fault(store: Store) -> str | None:
    """A sentence naming the first fault of the database file, or None when it is sound.

    PostgreSQL checks its own pages; there a question that is answered is all that can be asked.
    """
    with store.reading() as connection:
        if connection.dialect.name != "sqlite":
            connection.execute(sa.text("SELECT 1"))
            return None
        answer = str(connection.scalar(sa.text("PRAGMA quick_check(1)")))
    return None if answer == "ok" else "Berkas basis data rusak."
