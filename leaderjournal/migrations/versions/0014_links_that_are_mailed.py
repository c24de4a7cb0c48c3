"""Invitations, links that verify an address, and mails that wait for an address.

A password reset is the account's only one from now on. Those that were sent, none older than an
hour, have to be asked for anew.

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "invitations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email_lookup", sa.LargeBinary(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("mailed", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("email_lookup", name=op.f("uq_invitations_email_lookup")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitations_token_hash")),
    )
    op.create_index(op.f("ix_invitations_expires_at"), "invitations", ["expires_at"])
    op.create_table(
        "email_proofs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("email_lookup", sa.LargeBinary(), nullable=False),
        sa.Column("email_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_email_proofs_account_id_accounts"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_email_proofs")),
        sa.UniqueConstraint("account_id", name=op.f("uq_email_proofs_account_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_email_proofs_token_hash")),
    )
    op.create_index(op.f("ix_email_proofs_expires_at"), "email_proofs", ["expires_at"])
    op.create_table(
        "email_notices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("says", sa.Text(), nullable=False),
        sa.Column("email_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_email_notices_account_id_accounts"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_email_notices")),
    )
    op.create_index(op.f("ix_email_notices_account_id"), "email_notices", ["account_id"])
    op.create_index(op.f("ix_email_notices_expires_at"), "email_notices", ["expires_at"])
    op.execute("DELETE FROM password_resets")
    op.drop_index(op.f("ix_password_resets_account_id"), table_name="password_resets")
    op.create_index(
        op.f("ix_password_resets_account_id"), "password_resets", ["account_id"], unique=True
    )
    op.add_column(
        "password_resets",
        sa.Column("mailed", sa.Boolean(), server_default=sa.false(), nullable=False),
    )


def downgrade() -> None:
    op.drop_column("password_resets", "mailed")
    op.drop_index(op.f("ix_password_resets_account_id"), table_name="password_resets")
    op.create_index(op.f("ix_password_resets_account_id"), "password_resets", ["account_id"])
    op.drop_table("email_notices")
    op.drop_table("email_proofs")
    op.drop_table("invitations")
