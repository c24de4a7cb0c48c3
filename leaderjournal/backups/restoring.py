"""Restoring a backup, in one transaction: into the journal's database, or a scratch one."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from huey.api import Huey

from leaderjournal.backups import store
from leaderjournal.backups.backup_file import BackupFile
from leaderjournal.backups.queues import store as queues_store
from leaderjournal.backups.reading import SUMMARIES, DatabaseReader
from leaderjournal.backups.rules import BackupFailed
from leaderjournal.backups.tables import Shape, describe_tables
from leaderjournal.kernel.encryption import KeyEncryption
from leaderjournal.kernel.schema import get_newest_revision, is_known_revision, migrate

ROWS_AT_ONCE = 500
CHARACTERS_AT_ONCE = 1 << 20
"""How much is sent to the database at once; a single row may have more."""
DIFFERENCES_NAMED = 10


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored, and what comparing it showed."""

    accounts: int
    rows: int
    tables: int
    revision: str
    """The revision of the backup's schema."""
    upgraded: bool
    """Whether the schema was upgraded to this release's after the rows were back."""
    keys: store.KeyCheck


def fill_database(connection: sa.Connection, backup: BackupFile, keys: KeyEncryption) -> Restored:
    """Replace the database by a backup and compare it, in the caller's transaction.

    Raises BackupFailed if the backup is newer than this release, or differs from what is restored.
    """
    revision = backup.beginning.revision
    if not is_known_revision(revision):
        raise BackupFailed(
            f"The backup was made by a newer release: this one does not know its schema"
            f" ({revision}). Install that release, or a newer one."
        )
    store.create_schema(connection, revision)
    _insert_rows(connection, backup)
    reader = DatabaseReader(connection, describe_tables(connection))
    if differences := _find_differences(backup, reader):
        raise BackupFailed(f"What is restored differs from the backup: {'; '.join(differences)}.")
    upgraded = revision != get_newest_revision()
    if upgraded:
        migrate(connection)
    check = store.check_keys(connection, keys)
    return Restored(reader.accounts, reader.rows, len(reader.shapes), revision, upgraded, check)


def restore_backup(
    backup: BackupFile,
    engine: sa.Engine,
    queue: Huey | None,
    keys: KeyEncryption,
    *,
    replace: str | None,
) -> tuple[Restored, int]:
    """Replace database and queue by a backup; return what is restored, and how many tasks.

    Until all of it is compared, nothing changes for anybody else, and an error undoes it. Without
    a `queue`, tasks are left out. Raises BackupFailed if the configured keys open no account, and
    if the database has accounts and `replace` is not its name.
    """
    with store.open_replacement(engine) as connection:
        name = store.get_database_name(connection)
        if store.has_accounts(connection) and replace != name:
            raise BackupFailed(
                "The database has accounts, and a restore removes them. If they are to go, name"
                f" the database: --replace {name}"
            )
        restored = fill_database(connection, backup, keys)
        if restored.accounts and not restored.keys.opened:
            raise BackupFailed(
                f"DATA_KEYS opens none of the {restored.accounts} accounts in this backup. Restore"
                " the keys that belong to it first; without them no word can be read."
            )
        if queue is None:
            connection.commit()
            return restored, 0
        tasks = 0
        with queues_store.replace_tasks(queue) as put:
            for task in backup.iter_tasks():
                put(task)
                tasks += 1
            connection.commit()
        return restored, tasks


def _insert_rows(connection: sa.Connection, backup: BackupFile) -> None:
    shapes = backup.beginning.shapes
    shape: Shape | None = None
    rows: list[dict[str, Any]] = []
    size = 0
    for table, record in backup.iter_rows():
        if shape is not None and (
            shape.name != table or len(rows) >= ROWS_AT_ONCE or size > CHARACTERS_AT_ONCE
        ):
            store.insert_rows(connection, shape, rows)
            rows, size = [], 0
        shape = shapes[table]
        rows.append(shape.decode_row(record))
        size += sum(len(value) for value in record if isinstance(value, str))
    if shape is not None:
        store.insert_rows(connection, shape, rows)


def _find_differences(backup: BackupFile, reader: DatabaseReader) -> list[str]:
    """Return the first differences between a backup's counts and digests and a database's."""
    differences = []
    if {shape.name for shape in reader.shapes} != set(backup.beginning.shapes):
        differences.append("the tables")
    stored = (line for line in reader.iter_lines() if line.startswith(_BEGINNINGS))
    count = 0
    for before, after in _pair_up(backup.iter_summaries(), stored):
        if before != after:
            count += 1
            if count <= DIFFERENCES_NAMED:
                differences.append(_explain(before or {}, after or {}))
    if count > DIFFERENCES_NAMED:
        differences.append(f"and {count - DIFFERENCES_NAMED} more")
    return differences


def _pair_up(expected: Iterator[str], stored: Iterator[str]) -> Iterator[tuple[Any, Any]]:
    """Yield the counts and digests of both by account, in whose order they are; None for none."""
    before, after = next(expected, None), next(stored, None)
    while before or after:
        keys = [_get_order(line) for line in (before, after) if line]
        first = before if before and _get_order(before) == min(keys) else None
        second = after if after and _get_order(after) == min(keys) else None
        yield first and json.loads(first), second and json.loads(second)
        before = next(expected, None) if first else before
        after = next(stored, None) if second else after


def _get_order(line: str) -> tuple[int, str]:
    record = json.loads(line)
    if "account" in record:
        return 1, record["account"]
    return (0 if "shared" in record else 2), ""


def _explain(before: dict[str, Any], after: dict[str, Any]) -> str:
    account = before.get("account") or after.get("account")
    if account is None:
        named = "shared" in before or "shared" in after
        return "the rows that belong to no account" if named else "the totals"
    rows = before.get("rows", 0), after.get("rows", 0)
    if rows[0] != rows[1]:
        return f"account {account} ({rows[0]} rows in the backup, {rows[1]} restored)"
    return f"account {account} (its digest)"


_BEGINNINGS = tuple(beginning.decode() for beginning in SUMMARIES)
