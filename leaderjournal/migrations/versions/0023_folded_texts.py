"""Searchable texts are folded anew.

How words are compared has changed, and what is stored for searching is folded by the old rules. A
day without a searchable form is folded when it is searched, and a month without words is open until
the worker packs it.

Revision ID: 0023
Revises: 0022
"""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    forget_folded_texts()


def downgrade() -> None:
    forget_folded_texts()


def forget_folded_texts() -> None:
    # There are no keys here, with which the texts could be folded at once.
    op.execute("UPDATE search_segments SET words_encrypted = NULL, days_encrypted = NULL")
    op.execute("UPDATE reflections SET search_encrypted = NULL")
