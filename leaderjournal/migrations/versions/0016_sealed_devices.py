"""Where a device is reached is sealed with its account's data key.

The rows that are there are sealed by `db upgrade` after this, and by the worker, since that takes
DATA_KEYS. The plain columns stay, empty: to drop them, SQLite would rebuild the table, and with it
the messages that refer to it.

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("push_subscriptions", sa.Column("device_sealed", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("push_subscriptions", "device_sealed")
