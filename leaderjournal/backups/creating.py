"""Making a backup while the service runs."""

from dataclasses import dataclass
from typing import BinaryIO

import sqlalchemy as sa
from huey.api import Huey

from leaderjournal.backups import store
from leaderjournal.backups.backup_file import format_beginning, format_task, identify_signer
from leaderjournal.backups.queues import store as queues_store
from leaderjournal.backups.reading import DatabaseReader
from leaderjournal.backups.records import RecordWriter
from leaderjournal.backups.rules import BackupFailed
from leaderjournal.backups.tables import describe_tables
from leaderjournal.kernel.days import Instant, format_utc
from leaderjournal.kernel.schema import read_revision


@dataclass(frozen=True, slots=True)
class Written:
    """What a backup holds."""

    accounts: int
    rows: int
    tasks: int
    left_out: int
    """Rows whose account is gone, which no restore could put back."""


def write_backup(
    file: BinaryIO,
    engine: sa.Engine,
    queue: Huey,
    *,
    passphrase: str,
    secret_key: str,
    now: Instant,
) -> Written:
    """Write a consistent backup of the database and the queue to a binary file.

    Everything committed before the call is in it. Raises BackupFailed, and what the database, the
    queue and the disk raise.
    """
    with store.open_snapshot(engine) as connection:
        revision = read_revision(connection)
        if revision is None:
            raise BackupFailed("The database is empty: there is nothing to back up.")
        shapes = describe_tables(connection)
        writer = RecordWriter(file, passphrase)
        signer = identify_signer(secret_key)
        writer.write(format_beginning(format_utc(now), revision, signer, shapes))
        tasks = 0
        # First, so that hardly a task of what the snapshot holds is done meanwhile.
        for task in queues_store.iter_tasks(queue):
            writer.write(format_task(task))
            tasks += 1
        reader = DatabaseReader(connection, shapes)
        for line in reader.iter_lines():
            writer.write(line)
        left_out = reader.count_left_out()
        writer.finish()
    return Written(reader.accounts, reader.rows, tasks, left_out)
