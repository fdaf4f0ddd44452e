"""The officer's queue: what lies in quarantine is screened, a child may let the facilitator know"""

import sqlalchemy as sa
from alembic import op

revision = "0005_queue"
down_revision = "0004_accounts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Plain columns, added in place: see 0003. What lay in quarantine before waits to be screened.
    for table, column in (
        ("responses", "facilitator_may_know"),
        ("quarantine", "facilitator_may_know"),
        ("quarantine", "screened"),
        ("alerts", "announced"),
    ):
        op.add_column(
            table, sa.Column(column, sa.Boolean(), server_default=sa.false(), nullable=False)
        )
    op.create_index(
        "ix_quarantine_unscreened",
        "quarantine",
        ["id"],
        sqlite_where=sa.text("screened = 0"),
        postgresql_where=sa.text("NOT screened"),
    )
    op.create_index("ix_quarantine_response_id", "quarantine", ["response_id"])
    _let_places_be_unknown(nullable=True)


def _let_places_be_unknown(*, nullable: bool) -> None:
    """SQLite makes `alerts` anew for it, which would take the steps along: they wait beside it."""
    aside = op.get_bind().dialect.name == "sqlite"
    if aside:
        op.execute("CREATE TEMPORARY TABLE steps_meanwhile AS SELECT * FROM alert_steps")
        op.execute("DELETE FROM alert_steps")
    with op.batch_alter_table("alerts") as batch_op:
        for column in ("round_id", "gathering_id"):
            batch_op.alter_column(column, existing_type=sa.Integer(), nullable=nullable)
    if aside:
        op.execute("INSERT INTO alert_steps SELECT * FROM steps_meanwhile")
        op.execute("DROP TABLE steps_meanwhile")


def downgrade() -> None:
    # What the older tables cannot hold.
    op.execute("DELETE FROM alerts WHERE gathering_id IS NULL OR question_key = '*'")
    _let_places_be_unknown(nullable=False)
    op.drop_index("ix_quarantine_response_id", "quarantine")
    op.drop_index("ix_quarantine_unscreened", "quarantine")
    for table, column in (
        ("alerts", "announced"),
        ("quarantine", "screened"),
        ("quarantine", "facilitator_may_know"),
        ("responses", "facilitator_may_know"),
    ):
        op.drop_column(table, column)
