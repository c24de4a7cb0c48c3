"""Tables and columns have the names that the glossary gives to what they hold.

Data stays where it is: everything is renamed in place. Only the constraints of the renamed tables
make SQLite copy these tables, none of which another table refers to, since it cannot rename them.

Encrypted values stay as they are. They are bound to the names that their tables and columns had
before: `kernel.encryption.FIRST_NAMES` keeps those.

Revision ID: 0019
Revises: 0018
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

TABLES = {
    "asked_questions": "served_questions",
    "brought_in": "imported_items",
    "email_proofs": "email_verifications",
    "leaning_keys": "focus_keys",
    "sign_ins": "browser_sessions",
}
COLUMNS = {
    "accounts": {
        "edition": "cache_version",
        "email_sealed": "email_encrypted",
        "name_sealed": "name_encrypted",
    },
    "answers": {"kept": "answered"},
    "api_tokens": {"label_sealed": "label_encrypted"},
    "documents": {"content_sealed": "content_encrypted", "wishes": "options_encrypted"},
    "email_notices": {"email_sealed": "email_encrypted", "says": "kind"},
    "email_verifications": {"email_sealed": "email_encrypted"},
    "imports": {"file_sealed": "file_encrypted"},
    "log_entries": {"asked_from": "follow_up_from"},
    "lost_subscriptions": {"device": "device_name"},
    "own_questions": {"text_sealed": "text_encrypted"},
    "prompt_deliveries": {"fate": "decision"},
    "prompt_schedules": {"calendar_sealed": "calendar_token_encrypted"},
    "push_subscriptions": {"device": "device_name", "device_sealed": "device_encrypted"},
    "rate_counters": {"free_at": "blocked_until", "tries": "attempts"},
    "reflections": {
        "kept": "completed",
        "search_sealed": "search_encrypted",
        "words": "word_count",
    },
    "revisions": {"set_aside": "superseded"},
}
"""By a table's new name: its columns' old and new names."""
FOLLOW_UPS = "ix_log_entries_account_id_asked_from", "ix_log_entries_account_id_follow_up_from"


def upgrade() -> None:
    for old, new in TABLES.items():
        _rename_table(old, new)
    for table, columns in COLUMNS.items():
        for old, new in columns.items():
            op.execute(f"ALTER TABLE {table} RENAME COLUMN {old} TO {new}")
    _rename_index("log_entries", *FOLLOW_UPS)


def downgrade() -> None:
    _rename_index("log_entries", *reversed(FOLLOW_UPS))
    for table, columns in COLUMNS.items():
        for old, new in columns.items():
            op.execute(f"ALTER TABLE {table} RENAME COLUMN {new} TO {old}")
    for old, new in TABLES.items():
        _rename_table(new, old)


def _rename_table(old: str, new: str) -> None:
    """Rename a table, with its indexes and constraints, which are named after it."""
    op.rename_table(old, new)
    found = sa.inspect(op.get_bind())
    unique = {constraint["name"] for constraint in found.get_unique_constraints(new)}
    for index in found.get_indexes(new):
        if index["name"] not in unique:
            _rename_index(new, index["name"], _renamed(index["name"], old, new))
    if op.get_context().dialect.name == "postgresql":
        names = [found.get_pk_constraint(new)["name"], *unique]
        names += [key["name"] for key in found.get_foreign_keys(new)]
        for name in names:
            to = _renamed(name, old, new)
            op.execute(f"ALTER TABLE {new} RENAME CONSTRAINT {name} TO {to}")
        return
    with op.batch_alter_table(new) as table:
        key = found.get_pk_constraint(new)
        table.drop_constraint(str(key["name"]), type_="primary")
        table.create_primary_key(_renamed(key["name"], old, new), key["constrained_columns"])
        for constraint in found.get_unique_constraints(new):
            table.drop_constraint(str(constraint["name"]), type_="unique")
            table.create_unique_constraint(
                _renamed(constraint["name"], old, new), constraint["column_names"]
            )
        for reference in found.get_foreign_keys(new):
            table.drop_constraint(str(reference["name"]), type_="foreignkey")
            table.create_foreign_key(
                _renamed(reference["name"], old, new),
                reference["referred_table"],
                reference["constrained_columns"],
                reference["referred_columns"],
                ondelete=reference["options"]["ondelete"],
            )


def _renamed(name: str | None, old: str, new: str) -> str:
    prefix, _, rest = str(name).partition(f"_{old}")
    return f"{prefix}_{new}{rest}"


def _rename_index(table: str, old: str | None, new: str) -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute(f"ALTER INDEX {old} RENAME TO {new}")
        return
    found = sa.inspect(op.get_bind()).get_indexes(table)
    [columns] = [index["column_names"] for index in found if index["name"] == old]
    op.drop_index(str(old), table_name=table)
    op.create_index(new, table, [str(column) for column in columns])
