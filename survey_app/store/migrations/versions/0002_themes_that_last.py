"""Themes that last"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "standing_themes",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("room", sa.String(length=40), nullable=False),
        sa.Column("size_before", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("shown_in", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=True),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["round_id"], ["rounds.id"], name=op.f("fk_standing_themes_round_id")
        ),
        sa.PrimaryKeyConstraint("round_id", "key", name=op.f("pk_standing_themes")),
    )
    op.create_table(
        "theme_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("change", sa.String(length=12), nullable=False),
        sa.Column("theme", sa.String(length=80), nullable=False),
        sa.Column("into", sa.String(length=80), nullable=True),
        sa.Column("name", sa.String(length=80), nullable=True),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_back_by", sa.Integer(), nullable=True),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_theme_events_round_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_theme_events_staff_id")),
        sa.ForeignKeyConstraint(
            ["taken_back_by"], ["staff.id"], name=op.f("fk_theme_events_taken_back_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_theme_events")),
    )
    with op.batch_alter_table("theme_events", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_theme_events_round_id"), ["round_id"], unique=False)
    # Themes of an earlier version stand where they stood; which of the two rooms outside the
    # clusters it was is not known, and only says where new comments look for a theme.
    op.execute(
        "INSERT INTO standing_themes"
        " (round_id, key, room, size_before, size, shown_in, name, retired)"
        " SELECT round_id, key, COALESCE(indicator, cluster, 'di_luar_klaster'), 0,"
        " (SELECT COUNT(*) FROM theme_comments WHERE theme_id = themes.id), key, NULL, FALSE"
        " FROM themes"
    )


def downgrade() -> None:
    with op.batch_alter_table("theme_events", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_theme_events_round_id"))
    op.drop_table("theme_events")
    op.drop_table("standing_themes")
