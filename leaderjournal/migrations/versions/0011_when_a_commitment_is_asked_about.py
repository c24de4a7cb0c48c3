"""An open commitment is found by the day from which it is asked about.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("log_entries", sa.Column("asked_from", sa.Date(), nullable=True))
    op.create_index(
        op.f("ix_log_entries_account_id_asked_from"), "log_entries", ["account_id", "asked_from"]
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_log_entries_account_id_asked_from"), table_name="log_entries")
    op.drop_column("log_entries", "asked_from")
