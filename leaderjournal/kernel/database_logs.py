"""Clearing the write-ahead logs of SQLite, so that deleted data leaves the disk.

SQLite overwrites deleted data (`secure_delete`), but earlier pages stay in the write-ahead log
until a checkpoint truncates it. PostgreSQL has no such call: see docs/erasure.md.
"""

import logging
import sqlite3
from pathlib import Path

import sqlalchemy as sa
from flask import current_app

from leaderjournal.kernel.database import BUSY_MILLISECONDS, db
from leaderjournal.kernel.queue import QueueFile

log = logging.getLogger("leaderjournal.erasing")
ATTEMPTS = 5
ATTEMPT_MILLISECONDS = 200
"""How long an attempt waits for readers; nobody else can write meanwhile."""


def clear_logs() -> bool:
    """Clear the logs of the database and of the queue; tell whether both are empty.

    A reader that began before the deletion, such as a backup, keeps the log: the result is False
    then, and the worker tries again every minute. The caller must have no open transaction.
    """
    db.session.rollback()
    return all([_clear_database_log(), _clear_queue_log()])


def _clear_database_log() -> bool:
    if db.engine.dialect.name != "sqlite" or not _has_log(db.engine.url.database):
        return True
    try:
        connection = db.engine.raw_connection()
    except sa.exc.SQLAlchemyError:
        return False
    try:
        return _truncate_log(connection.driver_connection)  # type: ignore[arg-type]
    finally:
        connection.close()


def _clear_queue_log() -> bool:
    storage = current_app.extensions["queue"].storage
    if not isinstance(storage, QueueFile) or not _has_log(storage.filename):
        return True
    with storage.lock:
        try:
            return _truncate_log(storage.conn)
        except sqlite3.Error as error:  # as on a full disk; the erasure itself is done
            log.warning("the queue's log cannot be emptied now: %s", error)
            return False


def _has_log(database: str | None) -> bool:
    if not database:
        return False
    wal = Path(f"{database}-wal")
    return wal.exists() and wal.stat().st_size > 0


def _truncate_log(connection: sqlite3.Connection) -> bool:
    """Truncate the log of `connection`; tell whether it is empty now."""
    connection.execute(f"PRAGMA busy_timeout = {ATTEMPT_MILLISECONDS}")
    try:
        for _ in range(ATTEMPTS):
            [busy, _frames, _moved] = connection.execute(
                "PRAGMA wal_checkpoint(TRUNCATE)"
            ).fetchone()
            if not busy:
                return True
    except sqlite3.OperationalError as error:
        log.warning("the log cannot be emptied now: %s", error)
    finally:
        connection.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
    return False
