"""What is really in the database: the tables read directly, past the store."""

import json
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from survey_app.store import Store
from survey_app.store.tables import Answers, Quarantine, Responses, Table


def responses_in(store: Store) -> list[dict[str, Any]]:
    """Every row of responses."""
    return _rows(store, Responses)


def quarantine_in(store: Store) -> list[dict[str, Any]]:
    """Everything that was kept aside."""
    return _rows(store, Quarantine)


def answers_in(store: Store) -> dict[str, dict[str, Any]]:
    """The values by question, by response."""
    found: dict[str, dict[str, Any]] = {}
    for row in _rows(store, Answers):
        found.setdefault(row["response_id"], {})[row["question_key"]] = json.loads(row["value"])
    return found


def all_text(store: Store, *, without: Collection[str] = ()) -> str:
    """Everything the database holds, as one text; ``without`` names tables left out."""
    with store.reading() as connection:
        return "\n".join(
            str(tuple(row))
            for table in Table.metadata.sorted_tables
            if table.name not in without
            for row in connection.execute(sa.select(table))
        )


def _rows(store: Store, table: Any) -> list[dict[str, Any]]:
    with store.engine.connect() as connection:
        rows = connection.execute(sa.select(table.__table__)).mappings().all()
    return [dict(row) for row in rows]
