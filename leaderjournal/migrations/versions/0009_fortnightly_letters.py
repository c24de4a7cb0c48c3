"""A letter may come every fortnight.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "fortnightly_letters",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("with_words", sa.Boolean(), nullable=False),
        sa.Column("next_date", sa.Date(), nullable=False),
        sa.Column("next_due_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_fortnightly_letters_account_id_accounts"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_fortnightly_letters")),
    )
    with op.batch_alter_table("fortnightly_letters", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_fortnightly_letters_next_due_at"), ["next_due_at"], unique=False
        )


def downgrade() -> None:
    op.drop_table("fortnightly_letters")
