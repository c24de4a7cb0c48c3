"""PostgreSQL keeps what a search goes through in the row itself.

A search reads it of every day. It is a little longer than what PostgreSQL keeps in a row by itself,
and to gather it from the side table costs as much as all the rest of a search.

Revision ID: 0006
Revises: 0005
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    store("MAIN")


def downgrade() -> None:
    store("EXTENDED")


def store(way: str) -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE reflections ALTER COLUMN search_sealed SET STORAGE {way}")
