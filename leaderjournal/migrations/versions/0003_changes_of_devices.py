"""Changes that devices made have names, versions may be set aside, and ended sessions are known.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("reflections", schema=None) as batch_op:
        batch_op.add_column(sa.Column("change_id", sa.Uuid(), nullable=True))
    with op.batch_alter_table("revisions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("change_id", sa.Uuid(), nullable=True))
        batch_op.add_column(
            sa.Column("set_aside", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    with op.batch_alter_table("revisions", schema=None) as batch_op:
        batch_op.alter_column("set_aside", server_default=None)

    op.create_table(
        "ended_sessions",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_ended_sessions")),
    )
    with op.batch_alter_table("ended_sessions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ended_sessions_ended_at"), ["ended_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("ended_sessions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ended_sessions_ended_at"))

    op.drop_table("ended_sessions")
    with op.batch_alter_table("revisions", schema=None) as batch_op:
        batch_op.drop_column("set_aside")
        batch_op.drop_column("change_id")
    with op.batch_alter_table("reflections", schema=None) as batch_op:
        batch_op.drop_column("change_id")
