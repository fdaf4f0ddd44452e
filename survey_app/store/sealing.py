"""Which columns are sealed, and under which place: the raw words of children, and notes on them.

``VALUE.seal(vault, text, response_id, question)`` seals for one row, ``open`` reads it again. What
is empty stays empty: nothing was said.
"""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from survey_app.store.database import INTAKE_LOCK, Store
from survey_app.store.tables import Alerts, AlertSteps, Answers, Quarantine, Responses, Staff, Table
from survey_app.store.vault import DamagedError, Vault, is_sealed, sealed_with

BATCH = 500  # rows in one transaction: some 20 ms, then the tablets have their turn


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """A column that holds sealed texts; ``place`` names the columns that say whose text it is."""

    table: type[Table]
    column: str
    place: tuple[str, ...]

    def seal(self, vault: Vault, text: str, *where: object) -> str:
        """``text`` as it is stored in the row that ``where`` (the values of ``place``) names."""
        return vault.seal(text, self._place(where)) if text else text

    def seal_all(self, vault: Vault, texts: Sequence[tuple[str, *tuple[object, ...]]]) -> list[str]:
        """Several texts that are not empty, each with the row it is for."""
        return vault.seal_all([(text, self._place(where)) for text, *where in texts])

    def open(self, vault: Vault, stored: str | None, *where: object) -> str:
        """The text that a row holds; empty where it holds none."""
        return vault.open(stored, self._place(where)) if stored else ""

    def sealed_again(self, vault: Vault, stored: str, *where: object) -> str:
        """A stored text, sealed with the newest key; one of an older version is plain."""
        plain = self.open(vault, stored, *where) if is_sealed(stored) else stored
        return self.seal(vault, plain, *where)

    def stale(self, vault: Vault) -> sa.ColumnElement[bool]:
        """The condition of rows that are not sealed with the newest key."""
        stored = self.table.__table__.c[self.column]
        begin = sealed_with(vault.current)
        return sa.and_(stored != "", sa.func.substr(stored, 1, len(begin)) != begin)

    def _place(self, where: Sequence[object]) -> str:
        return "/".join((self.table.__tablename__, *map(str, where)))


VALUE = SealedColumn(Answers, "value", ("response_id", "question_key"))
DRAFT = SealedColumn(Responses, "content", ("id",))
KEPT_ASIDE = SealedColumn(Quarantine, "content", ("response_id", "content_hash", "reason"))
REASON = SealedColumn(Alerts, "reason", ("response_id", "question_key"))
NOTE = SealedColumn(AlertSteps, "note", ("alert_id",))
TOTP_SECRET = SealedColumn(Staff, "totp_secret", ("id",))
SEALED = (VALUE, DRAFT, KEPT_ASIDE, REASON, NOTE, TOTP_SECRET)


def free_text(vault: Vault, stored: str, response_id: str, question: str) -> str:
    """An answer in the child's own words; empty where another kind of answer stands there."""
    text = json.loads(VALUE.open(vault, stored, response_id, question))
    return text if isinstance(text, str) else ""


def legible_text(vault: Vault, stored: str | None, response_id: str, question: str) -> str:
    """The same where many are looked at; empty, and no error, where it is damaged or gone."""
    try:
        return free_text(vault, stored, response_id, question) if stored else ""
    except DamagedError:
        return ""


def seal_again(
    store: Store, *, progress: Callable[[int], None] | None = None, pause: bool = True
) -> int:
    """Seal with the newest key whatever is not; return how many texts that were.

    Works in small transactions, so that children can go on answering meanwhile; with ``pause``
    it rests as long as it works. What another process writes between is found in a second pass.
    """
    sealed = 0
    while found := sum(_pass(store, column, pause=pause) for column in SEALED):
        sealed += found
        if progress:
            progress(sealed)
    return sealed


def count_stale(connection: Connection, vault: Vault) -> int:
    """How many texts are not sealed with the newest key."""
    return sum(
        connection.scalar(sa.select(sa.func.count()).select_from(one.table).where(one.stale(vault)))
        or 0
        for one in SEALED
    )


def sweep(store: Store) -> None:
    """Overwrite what deleted or changed rows left behind in the database's files.

    SQLite writes its file anew and empties the log beside it; PostgreSQL writes the tables anew.
    Rows are as they were. Needs the database for itself for a moment, and as much room again.
    """
    tables = ", ".join(dict.fromkeys(one.table.__tablename__ for one in SEALED))
    with store.alone() as connection:
        if connection.dialect.name == "sqlite":
            # From then on the file can shrink in steps (`space`).
            connection.exec_driver_sql("PRAGMA auto_vacuum=INCREMENTAL")
            connection.exec_driver_sql("VACUUM")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        else:
            connection.exec_driver_sql(f"VACUUM FULL {tables}")


def _pass(store: Store, column: SealedColumn, *, pause: bool) -> int:
    """Once through a table in the order of its key."""
    key = [*sa.inspect(column.table).primary_key]
    after: tuple[Any, ...] | None = None
    sealed = 0
    while True:
        begin = time.perf_counter()
        with store.writing(lock=INTAKE_LOCK) as connection:
            rows = connection.execute(_next(column, store.vault, key, after)).mappings().all()
            _write(connection, column, store.vault, key, rows)
        sealed += len(rows)
        if len(rows) < BATCH:
            return sealed
        after = tuple(rows[-1][one.name] for one in key)
        if pause:
            time.sleep(time.perf_counter() - begin)


def _next(
    column: SealedColumn, vault: Vault, key: list[Any], after: tuple[Any, ...] | None
) -> sa.Select[*tuple[Any, ...]]:
    table = column.table.__table__
    wanted = dict.fromkeys([*(one.name for one in key), *column.place, column.column])
    statement = sa.select(*(table.c[name] for name in wanted)).where(column.stale(vault))
    if after is not None:
        statement = statement.where(sa.tuple_(*key) > sa.tuple_(*after))
    return statement.order_by(*key).limit(BATCH)


def _write(
    connection: Connection, column: SealedColumn, vault: Vault, key: list[Any], rows: Sequence[Any]
) -> None:
    if not rows:
        return
    statement = sa.update(column.table).values({column.column: sa.bindparam("sealed")})
    for one in key:
        statement = statement.where(one == sa.bindparam(f"key_{one.name}"))
    connection.execute(
        statement,
        [
            {
                "sealed": column.sealed_again(
                    vault, row[column.column], *(row[name] for name in column.place)
                ),
                **{f"key_{one.name}": row[one.name] for one in key},
            }
            for row in rows
        ],
    )
