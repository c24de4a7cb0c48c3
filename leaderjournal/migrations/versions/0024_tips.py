"""Which tips a leader has closed; and streaks remember the days that a freeze bridged.

Checkpoints of streaks are computed anew from the days, so that they know the bridged days.

Revision ID: 0024
Revises: 0023
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # In place: SQLite would otherwise make the table anew, and what belongs to its rows would go.
    tips = sa.Column("closed_tips", sa.Integer(), nullable=False, server_default=sa.text("0"))
    op.add_column("accounts", tips)
    op.execute("DELETE FROM streak_checkpoints")


def downgrade() -> None:
    op.execute("DELETE FROM streak_checkpoints")
    op.drop_column("accounts", "closed_tips")
