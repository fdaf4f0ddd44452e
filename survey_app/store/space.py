"""Giving the disk back what was deleted, a little at a time, and leaving no copy of it behind."""

import time

from survey_app.store.database import Store

_PAGES = 256  # of 4 KiB in one transaction: some 10 ms


def give_back(store: Store, *, rest: bool = True) -> None:
    """Make the file of SQLite smaller while others go on; PostgreSQL does so by itself.

    The pages are zeros already (``secure_delete``). A file of an older version has to be written
    anew once before it can shrink in steps: `sealing.sweep`. The log beside the file is emptied
    where nobody reads from it.
    """
    if store.engine.dialect.name != "sqlite":
        return
    with store.alone() as connection:
        in_steps = connection.exec_driver_sql("PRAGMA auto_vacuum").scalar() == 2
        while in_steps and connection.exec_driver_sql("PRAGMA freelist_count").scalar():
            begin = time.perf_counter()
            # A script is stepped to its end; a single statement would free one page.
            driver = connection.connection.driver_connection
            assert driver is not None  # noqa: S101
            driver.executescript(f"PRAGMA incremental_vacuum({_PAGES})")
            if rest:
                time.sleep(time.perf_counter() - begin)
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
