"""The shape of the database, and how an older one is brought to it without losing a row."""

from functools import cache
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection, Engine

from survey_app.errors import StoreError

_MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK = 5_283_001  # any fixed number: two servers that start together migrate one after the other


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the database to ``revision``; raise ``StoreError`` where it is newer than this code."""
    with engine.execution_options(suara_writing=True).begin() as connection:
        refuse_unknown(current(connection))
        if current(connection) == _scripts().get_current_head():
            return
        _take_turns(connection)
        command.upgrade(_config(connection), revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Take the database back to ``revision``; ``base`` empties it."""
    with engine.execution_options(suara_writing=True).begin() as connection:
        _take_turns(connection)
        command.downgrade(_config(connection), revision)


def current(connection: Connection) -> str | None:
    """The revision the database stands at, or None for an empty one."""
    return MigrationContext.configure(connection).get_current_revision()


def refuse_unknown(revision: str | None) -> None:
    """Raise ``StoreError`` for a shape that only a newer program knows."""
    known = {script.revision for script in _scripts().walk_revisions()}
    if revision is not None and revision not in known:
        raise StoreError(
            f"Basis data dibuat oleh Suara Anak yang lebih baru (skema {revision}).",
            remedy="Pasang versi Suara Anak yang terbaru, atau pakai cadangan basis data lama.",
        )


def _take_turns(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))


@cache
def _scripts() -> ScriptDirectory:
    """The steps there are: Alembic compiles each file anew whenever it is asked, 15 ms in all."""
    return ScriptDirectory.from_config(_config())


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
