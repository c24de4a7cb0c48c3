"""The id of an entry in the log is unique within its account.

It was unique among all, so that an id of another account answered 409 and told that it is there.

Revision ID: 0017
Revises: 0016
"""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _set_primary_key("account_id", "id")


def downgrade() -> None:
    _set_primary_key("id")


def _set_primary_key(*columns: str) -> None:
    name = op.f("pk_log_entries")
    with op.batch_alter_table("log_entries", schema=None) as batch_op:
        batch_op.drop_constraint(name, type_="primary")
        batch_op.create_primary_key(name, list(columns))
