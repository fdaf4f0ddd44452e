"""Runs the steps on the connection that `survey_app.store.schema` hands over."""

from typing import Any, Literal

from alembic import context

from survey_app.store.columns import UtcDateTime
from survey_app.store.tables import Table


def _as_plain_type(kind: str, item: Any, _autogen: object) -> str | Literal[False]:
    """Steps name plain types: they must still run when our own types have moved."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Table.metadata,
    render_as_batch=True,  # SQLite changes a table by copying it
    render_item=_as_plain_type,
)
context.run_migrations()
