"""Prompt schedules, push subscriptions, deliveries and their messages.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "prompt_deliveries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("local_date", sa.Date(), nullable=False),
        sa.Column("slot", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fate", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_prompt_deliveries_account_id_accounts"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prompt_deliveries")),
        sa.UniqueConstraint(
            "account_id",
            "local_date",
            "slot",
            name=op.f("uq_prompt_deliveries_account_id_local_date_slot"),
        ),
    )
    with op.batch_alter_table("prompt_deliveries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_prompt_deliveries_due_at"), ["due_at"], unique=False)

    op.create_table(
        "prompt_schedules",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("chosen", sa.Boolean(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("times", sa.Text(), nullable=False),
        sa.Column("weekdays", sa.Text(), nullable=False),
        sa.Column("quiet_from", sa.Time(), nullable=True),
        sa.Column("quiet_to", sa.Time(), nullable=True),
        sa.Column("paused_until", sa.Date(), nullable=True),
        sa.Column("streak_at_risk", sa.Boolean(), nullable=False),
        sa.Column("by_mail", sa.Boolean(), nullable=False),
        sa.Column("snoozed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_local_date", sa.Date(), nullable=True),
        sa.Column("next_slot", sa.Text(), nullable=True),
        sa.Column("calendar_hash", sa.LargeBinary(), nullable=True),
        sa.Column("calendar_sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_prompt_schedules_account_id_accounts"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_prompt_schedules")),
        sa.UniqueConstraint("calendar_hash", name=op.f("uq_prompt_schedules_calendar_hash")),
    )
    with op.batch_alter_table("prompt_schedules", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_prompt_schedules_next_due_at"), ["next_due_at"], unique=False
        )

    op.create_table(
        "push_subscriptions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("endpoint_hash", sa.LargeBinary(), nullable=False),
        sa.Column("endpoint", sa.Text(), nullable=False),
        sa.Column("p256dh", sa.LargeBinary(), nullable=False),
        sa.Column("auth", sa.LargeBinary(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("vapid_public_key", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_outcome", sa.Text(), nullable=True),
        sa.Column("last_status", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_push_subscriptions_account_id_accounts"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_push_subscriptions")),
        sa.UniqueConstraint("endpoint_hash", name=op.f("uq_push_subscriptions_endpoint_hash")),
    )
    with op.batch_alter_table("push_subscriptions", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_push_subscriptions_account_id"), ["account_id"], unique=False
        )

    op.create_table(
        "removed_subscriptions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_removed_subscriptions_account_id_accounts"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_removed_subscriptions")),
    )
    with op.batch_alter_table("removed_subscriptions", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_removed_subscriptions_account_id"), ["account_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_removed_subscriptions_removed_at"), ["removed_at"], unique=False
        )

    op.create_table(
        "prompt_messages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("subscription_id", sa.Uuid(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["delivery_id"],
            ["prompt_deliveries.id"],
            name=op.f("fk_prompt_messages_delivery_id_prompt_deliveries"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["subscription_id"],
            ["push_subscriptions.id"],
            name=op.f("fk_prompt_messages_subscription_id_push_subscriptions"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prompt_messages")),
        sa.UniqueConstraint(
            "delivery_id",
            "subscription_id",
            name=op.f("uq_prompt_messages_delivery_id_subscription_id"),
        ),
    )
    with op.batch_alter_table("prompt_messages", schema=None) as batch_op:
        batch_op.create_index(
            "ix_prompt_messages_next_try_at",
            ["next_try_at"],
            unique=False,
            postgresql_where=sa.text("next_try_at IS NOT NULL"),
            sqlite_where=sa.text("next_try_at IS NOT NULL"),
        )
        batch_op.create_index(
            batch_op.f("ix_prompt_messages_subscription_id"), ["subscription_id"], unique=False
        )


def downgrade() -> None:
    op.drop_table("removed_subscriptions")
    with op.batch_alter_table("prompt_messages", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_prompt_messages_subscription_id"))
        batch_op.drop_index(
            "ix_prompt_messages_next_try_at",
            postgresql_where=sa.text("next_try_at IS NOT NULL"),
            sqlite_where=sa.text("next_try_at IS NOT NULL"),
        )

    op.drop_table("prompt_messages")
    with op.batch_alter_table("push_subscriptions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_push_subscriptions_account_id"))

    op.drop_table("push_subscriptions")
    with op.batch_alter_table("prompt_schedules", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_prompt_schedules_next_due_at"))

    op.drop_table("prompt_schedules")
    with op.batch_alter_table("prompt_deliveries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_prompt_deliveries_due_at"))

    op.drop_table("prompt_deliveries")
