"""Accounts: since when a role is held, codes for a lost telephone, sign-ins half done"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0004_accounts"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "recovery_codes",
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_recovery_codes_staff_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("staff_id", "code_hash", name=op.f("pk_recovery_codes")),
    )
    op.create_table(
        "half_sign_ins",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("sign_in_id", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_half_sign_ins_staff_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["sign_in_id"],
            ["sign_ins.id"],
            name=op.f("fk_half_sign_ins_sign_in_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_half_sign_ins")),
    )
    op.create_index(op.f("ix_half_sign_ins_staff_id"), "half_sign_ins", ["staff_id"], unique=False)
    # Plain columns, added in place: SQLite would make the table anew for a constraint, and
    # deleting the old one would take every sign-in with it.
    op.add_column(
        "staff",
        sa.Column("wrong_codes", sa.Integer(), server_default=sa.text("0"), nullable=False),
    )
    op.add_column("staff", sa.Column("codes_wait_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("staff", sa.Column("role_since", sa.DateTime(timezone=True), nullable=True))
    # The time to set up the second step begins now for accounts there are: nobody is shut out by
    # an update.
    staff = sa.table("staff", sa.column("role_since", sa.DateTime(timezone=True)))
    op.execute(sa.update(staff).values(role_since=datetime.now(UTC)))


def downgrade() -> None:
    for column in ("role_since", "codes_wait_until", "wrong_codes"):
        op.drop_column("staff", column)
    op.drop_table("half_sign_ins")
    op.drop_table("recovery_codes")
