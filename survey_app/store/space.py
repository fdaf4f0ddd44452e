"""Giving the disk back what was deleted, a little at a time, and leaving no copy of it behind."""

import time

from sqlalchemy.engine import Connection

from survey_app.errors import StoreError
from survey_app.store import sealing
from survey_app.store.database import Store
from survey_app.store.tables import Table


def give_back(store: Store, *, rest: bool = True, anew: bool = False) -> None:
    """Make the file of SQLite smaller, or PostgreSQL forget dead rows, while others go on.

    SQLite's free pages are zeros already (``secure_delete``). A file of an older version cannot
    shrink in steps until it was written anew once: ``anew`` allows that, with everybody waiting.
    The log beside the file is emptied where nobody reads from it.
    """
    with store.alone() as connection:
        if connection.dialect.name != "sqlite":
            tables = ", ".join(Table.metadata.tables)
            connection.exec_driver_sql(f"VACUUM {tables}")
            return
        in_steps = connection.exec_driver_sql("PRAGMA auto_vacuum").scalar() == 2
        if in_steps:
            _shrink(connection, rest=rest)
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    if anew and not in_steps:
        _write_anew(store)


def _shrink(connection: Connection, *, rest: bool) -> None:
    driver = connection.connection.driver_connection
    assert driver is not None  # noqa: S101
    while connection.exec_driver_sql("PRAGMA freelist_count").scalar():
        begin = time.perf_counter()
        # A script is stepped to its end; a single statement would free one page. 256 pages of 4 KiB
        # take some 10 ms.
        driver.executescript("PRAGMA incremental_vacuum(256)")
        if rest:
            time.sleep(time.perf_counter() - begin)


def _write_anew(store: Store) -> None:
    """Where the app is using the file it stays as it is: what was deleted is zeros all the same."""
    try:
        sealing.sweep(store)
    except StoreError:
        return
