"""An account says which edition of its texts devices may keep copies of.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # In place: SQLite would otherwise make the table anew, and what belongs to its rows would go.
    edition = sa.Column("edition", sa.Integer(), nullable=False, server_default=sa.text("0"))
    op.add_column("accounts", edition)


def downgrade() -> None:
    op.drop_column("accounts", "edition")
