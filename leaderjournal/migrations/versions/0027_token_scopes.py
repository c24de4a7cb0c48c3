"""API tokens have scopes and say when they were used; those that exist may do everything.

Revision ID: 0027
Revises: 0026
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    scopes = sa.Column(
        "scopes", sa.Text(), nullable=False, server_default=sa.text("'read write export'")
    )
    op.add_column("api_tokens", scopes)
    op.add_column("api_tokens", sa.Column("last_used_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    op.drop_column("api_tokens", "last_used_at")
    op.drop_column("api_tokens", "scopes")
