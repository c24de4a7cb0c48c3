"""Streaks are kept at the end of each month.

Revision ID: 0020
Revises: 0019
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "streak_checkpoints",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("through_date", sa.Date(), nullable=False),
        sa.Column("state_encrypted", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_streak_checkpoints_account_id_accounts"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "through_date", name=op.f("pk_streak_checkpoints")),
    )


def downgrade() -> None:
    op.drop_table("streak_checkpoints")
