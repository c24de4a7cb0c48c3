"""Devices that their push services ended are told of.

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lost_subscriptions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("lost_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_lost_subscriptions_account_id_accounts"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lost_subscriptions")),
    )
    with op.batch_alter_table("lost_subscriptions", schema=None) as batch_op:
        for column in ("account_id", "lost_at"):
            batch_op.create_index(
                batch_op.f(f"ix_lost_subscriptions_{column}"), [column], unique=False
            )


def downgrade() -> None:
    op.drop_table("lost_subscriptions")
