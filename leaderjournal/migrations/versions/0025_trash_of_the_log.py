"""A deleted entry of the log stays in the trash for a time, so that deleting can be undone.

Revision ID: 0025
Revises: 0024
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("log_entries", sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(op.f("ix_log_entries_deleted_at"), "log_entries", ["deleted_at"])


def downgrade() -> None:
    # Without the column, what was deleted would be back.
    op.execute("DELETE FROM log_entries WHERE deleted_at IS NOT NULL")
    op.drop_index(op.f("ix_log_entries_deleted_at"), table_name="log_entries")
    op.drop_column("log_entries", "deleted_at")
