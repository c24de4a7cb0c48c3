"""The days of a month are packed into one row for searching.

Revision ID: 0021
Revises: 0020
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

FIRST_DATES = {
    "sqlite": "date(local_date, 'start of month')",
    "postgresql": "date_trunc('month', local_date)::date",
}


def upgrade() -> None:
    op.create_table(
        "search_segments",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("first_date", sa.Date(), nullable=False),
        sa.Column("words_encrypted", sa.LargeBinary(), nullable=True),
        sa.Column("days_encrypted", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_search_segments_account_id_accounts"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "first_date", name=op.f("pk_search_segments")),
    )
    op.create_index(
        op.f("ix_search_segments_open"),
        "search_segments",
        ["account_id", "first_date"],
        postgresql_where=sa.text("words_encrypted IS NULL"),
        sqlite_where=sa.text("words_encrypted IS NULL"),
    )
    # There are no keys here: the months are open until the worker packs them.
    first_date = FIRST_DATES[op.get_bind().dialect.name]
    op.execute(
        "INSERT INTO search_segments (account_id, first_date)"  # noqa: S608
        f" SELECT DISTINCT account_id, {first_date} FROM reflections"
    )


def downgrade() -> None:
    op.drop_table("search_segments")
