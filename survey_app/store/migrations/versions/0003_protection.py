"""Protection: roles, alerts with steps, screening, audit, sealed words"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("event", sa.String(length=40), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_table(
        "installation",
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_installation")),
    )
    op.create_table(
        "invitations",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("invited_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["invited_by"], ["staff.id"], name=op.f("fk_invitations_invited_by")
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_invitations")),
    )
    op.create_table(
        "sign_ins",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_sign_ins_staff_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_ins")),
    )
    with op.batch_alter_table("sign_ins", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_ins_staff_id"), ["staff_id"], unique=False)

    op.create_table(
        "sampled_comments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("response_id", sa.String(length=36), nullable=False),
        sa.Column("question_key", sa.String(length=40), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("drawn_from", sa.Integer(), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("judged", sa.String(length=12), nullable=True),
        sa.Column("read_by", sa.Integer(), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["read_by"], ["staff.id"], name=op.f("fk_sampled_comments_read_by")
        ),
        sa.ForeignKeyConstraint(
            ["response_id"],
            ["responses.id"],
            name=op.f("fk_sampled_comments_response_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["round_id"], ["rounds.id"], name=op.f("fk_sampled_comments_round_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sampled_comments")),
        sa.UniqueConstraint(
            "response_id", "question_key", name=op.f("uq_sampled_comments_response_id_question_key")
        ),
    )
    with op.batch_alter_table("sampled_comments", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_sampled_comments_round_id"), ["round_id"], unique=False
        )

    # Steps hang on alerts: SQLite makes that table anew, so they come after it.
    with op.batch_alter_table("alerts") as batch_op:
        batch_op.add_column(sa.Column("gathering_id", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column("state", sa.String(length=12), server_default="waiting", nullable=False)
        )
        batch_op.add_column(sa.Column("released", sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column("judged", sa.String(length=12), nullable=True))
    op.execute(
        "UPDATE alerts SET gathering_id ="
        " (SELECT gathering_id FROM responses WHERE responses.id = alerts.response_id)"
    )
    with op.batch_alter_table("alerts") as batch_op:
        batch_op.alter_column("gathering_id", existing_type=sa.Integer(), nullable=False)
        batch_op.create_index(batch_op.f("ix_alerts_gathering_id"), ["gathering_id"], unique=False)
        batch_op.drop_constraint(batch_op.f("fk_alerts_response_id"), type_="foreignkey")
        batch_op.create_foreign_key(
            batch_op.f("fk_alerts_gathering_id"), "gatherings", ["gathering_id"], ["id"]
        )
    op.create_table(
        "alert_steps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("alert_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(length=16), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("referred_to", sa.String(length=40), nullable=True),
        sa.Column("referred_on", sa.String(length=10), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["alerts.id"], name=op.f("fk_alert_steps_alert_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_alert_steps_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_steps")),
    )
    with op.batch_alter_table("alert_steps", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_alert_steps_alert_id"), ["alert_id"], unique=False)

    # Plain columns, added in place: SQLite would make these tables anew for a constraint, and
    # deleting the old ones would take every answer with them.
    op.add_column("gatherings", sa.Column("opened_by", sa.Integer(), nullable=True))
    op.create_index(op.f("ix_gatherings_opened_by"), "gatherings", ["opened_by"], unique=False)
    op.add_column(
        "responses",
        sa.Column("screened", sa.String(length=64), server_default=sa.text("''"), nullable=False),
    )
    op.create_index(
        "ix_responses_unscreened",
        "responses",
        ["heard_at"],
        unique=False,
        sqlite_where=sa.text("screened != content_hash"),
        postgresql_where=sa.text("screened != content_hash"),
    )
    op.add_column(
        "staff", sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False)
    )
    op.add_column("staff", sa.Column("totp_secret", sa.String(length=200), nullable=True))
    op.add_column("staff", sa.Column("totp_step", sa.Integer(), nullable=True))
    _let_the_log_only_grow()


def _let_the_log_only_grow() -> None:
    """Entries are added; none is changed, and none goes but the oldest that `audit` cut off."""
    cut = "(SELECT CAST(value AS INTEGER) FROM installation WHERE key = 'audit_cut')"
    kept = f"OLD.id > COALESCE({cut}, 0)"
    if op.get_bind().dialect.name == "sqlite":
        refused = "BEGIN SELECT RAISE(ABORT, 'audit only grows'); END"
        op.execute(f"CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit {refused}")
        op.execute(f"CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit WHEN {kept} {refused}")
        return
    op.execute(
        "CREATE FUNCTION audit_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF TG_OP = 'DELETE' THEN IF NOT ({kept}) THEN RETURN OLD; END IF; END IF;"
        " RAISE EXCEPTION 'audit only grows'; END $$"
    )
    refused = "EXECUTE FUNCTION audit_only_grows()"
    op.execute(
        f"CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON audit FOR EACH ROW {refused}"
    )
    op.execute(
        f"CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit FOR EACH STATEMENT {refused}"
    )


def downgrade() -> None:
    op.drop_table("alert_steps")
    op.drop_table("sampled_comments")
    op.drop_table("sign_ins")
    op.drop_table("invitations")
    op.drop_table("installation")
    op.drop_table("audit")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_only_grows()")
    for column in ("totp_step", "totp_secret", "active"):
        op.drop_column("staff", column)
    op.drop_index("ix_responses_unscreened", "responses")
    op.drop_column("responses", "screened")
    op.drop_index(op.f("ix_gatherings_opened_by"), "gatherings")
    op.drop_column("gatherings", "opened_by")
    # What the older tables cannot hold: a wish of a response that went to quarantine whole, and
    # what was not looked through.
    op.execute("DELETE FROM alerts WHERE level NOT IN ('urgent', 'concern')")
    with op.batch_alter_table("alerts") as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_alerts_gathering_id"), type_="foreignkey")
        batch_op.create_foreign_key(
            batch_op.f("fk_alerts_response_id"),
            "responses",
            ["response_id"],
            ["id"],
            ondelete="CASCADE",
        )
        batch_op.drop_index(batch_op.f("ix_alerts_gathering_id"))
        for column in ("judged", "released", "state", "gathering_id"):
            batch_op.drop_column(column)
