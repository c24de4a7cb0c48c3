"""Links of a team mirror are sent by the worker, and an address can refuse such mail for good.

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mail_opt_outs",
        sa.Column("address_hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("address_hash", name=op.f("pk_mail_opt_outs")),
    )
    op.create_table(
        "team_mirror_mailings",
        sa.Column("mirror_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.Column("unsent", sa.Integer(), nullable=False),
        sa.Column("in_doubt", sa.Integer(), nullable=False),
        sa.Column("by_hand", sa.Integer(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_team_mirror_mailings_account_id_accounts"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["mirror_id"],
            ["team_mirrors.id"],
            name=op.f("fk_team_mirror_mailings_mirror_id_team_mirrors"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("mirror_id", name=op.f("pk_team_mirror_mailings")),
    )
    with op.batch_alter_table("team_mirror_mailings", schema=None) as batch_op:
        for column in ("account_id", "next_try_at"):
            batch_op.create_index(
                batch_op.f(f"ix_team_mirror_mailings_{column}"), [column], unique=False
            )


def downgrade() -> None:
    op.drop_table("team_mirror_mailings")
    op.drop_table("mail_opt_outs")
