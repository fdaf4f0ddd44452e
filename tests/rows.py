"""What is really in the database: the tables read directly, past the store, and unsealed."""

import json
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from survey_app.store import Store
from survey_app.store.sealing import SEALED
from survey_app.store.tables import Answers, Quarantine, Responses, Table


def responses_in(store: Store) -> list[dict[str, Any]]:
    """Every row of responses."""
    return rows_in(store, Responses.__table__)


def quarantine_in(store: Store) -> list[dict[str, Any]]:
    """Everything that was kept aside."""
    return rows_in(store, Quarantine.__table__)


def answers_in(store: Store) -> dict[str, dict[str, Any]]:
    """The values by question, by response."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows_in(store, Answers.__table__):
        found.setdefault(row["response_id"], {})[row["question_key"]] = json.loads(row["value"])
    return found


def all_text(store: Store, *, without: Collection[str] = ()) -> str:
    """Everything the database holds, as one text; ``without`` names tables left out."""
    return "\n".join(
        str(tuple(row.values()))
        for table in Table.metadata.sorted_tables
        if table.name not in without
        for row in rows_in(store, table)
    )


def rows_in(store: Store, table: sa.FromClause) -> list[dict[str, Any]]:
    """Every row of a table, with its sealed texts opened."""
    with store.engine.connect() as connection:
        rows = [dict(row) for row in connection.execute(sa.select(table)).mappings()]
    for column in SEALED:
        if column.table.__table__ is table:
            for row in rows:
                where = (row[name] for name in column.place)
                if row[column.column]:
                    row[column.column] = column.open(store.vault, row[column.column], *where)
    return rows
