"""The queue of background tasks, which the worker runs.

QUEUE_URL chooses SQLite, PostgreSQL or Redis. No task holds any text of a leader.
"""

import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from flask import Flask, current_app
from huey import RedisHuey
from huey.api import Huey
from huey.serializer import SignedSerializer
from huey.storage import PostgresStorage, SqliteStorage
from redis.exceptions import RedisError

from leaderjournal.kernel.outages import SYSTEM_ERRORS, find_outage
from leaderjournal.kernel.private_files import make_private
from leaderjournal.kernel.queue_log import attach_queue_log
from leaderjournal.kernel.setting_values import SettingsError

log = logging.getLogger("leaderjournal.queue")

Task = Callable[..., Any]
QUEUE_ERRORS = (OSError, sqlite3.Error, psycopg.Error, RedisError)
"""What `enqueue` raises if the queue does not answer."""

_tasks: dict[str, Task] = {}


class QueueFile(SqliteStorage):  # type: ignore[misc]  # huey has no types
    """A queue in a file: tasks are synced to the disk, and leave no bytes behind when done."""

    _prepared = False

    def _create_connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection = super()._create_connection()
        for pragma in ("secure_delete", "fullfsync", "checkpoint_fullfsync"):
            connection.execute(f"PRAGMA {pragma} = ON")
        _prepare(self, connection)
        return connection

    @contextmanager
    def db(self, commit: bool = False, close: bool = False) -> Iterator[sqlite3.Cursor]:
        """Yield a cursor; a failed commit, as on a full disk, leaves no transaction open."""
        with self.lock:
            connection = self.conn
            cursor = connection.cursor()
            try:
                if commit:
                    cursor.execute(self.begin_sql)
                yield cursor
                if commit:
                    connection.commit()
            except BaseException:
                with suppress(sqlite3.Error):
                    connection.rollback()
                raise
            finally:
                cursor.close()
                if close:
                    connection.close()
                    self._conn = None

    def initialize_schema(self) -> None:
        """Create missing tables; a full disk raises only when the queue is used."""
        _prepare_if_it_answers(self)


class QueueTables(PostgresStorage):  # type: ignore[misc]  # huey has no types
    """A queue in PostgreSQL, which may still be down when a process starts."""

    _prepared = False

    def _create_connection(self) -> psycopg.Connection[Any]:
        connection: psycopg.Connection[Any] = super()._create_connection()
        _prepare(self, connection)
        return connection

    def initialize_schema(self) -> None:
        """Create missing tables; a server that is down raises only when the queue is used."""
        _prepare_if_it_answers(self)


def _prepare(storage: Any, connection: Any) -> None:
    """Create the tables over the first connection."""
    if storage._prepared:
        return
    try:
        for statement in storage.ddl:
            connection.execute(statement)
    except BaseException:
        connection.close()
        raise
    storage._prepared = True


def _prepare_if_it_answers(storage: Any) -> None:
    try:
        with storage.db(close=True):
            pass
    except (sqlite3.OperationalError, psycopg.OperationalError) as error:
        why = str(error).partition("\n")[0]
        log.warning("QUEUE_URL: the queue cannot be prepared: %s", why)


def register_task(function: Task) -> Task:
    """Register a function as a background task, by its name; return it unchanged."""
    _tasks[function.__name__] = function
    return function


def open_queue(url: str, secret: str) -> Huey:
    """Return the queue at `url`. Raises SettingsError for an unknown scheme."""
    scheme = urlsplit(url).scheme
    options = {"results": False, "serializer": SignedSerializer(secret=secret)}
    if scheme == "sqlite":
        path = Path(url.removeprefix("sqlite:///"))
        make_private(path)
        return Huey(storage_class=QueueFile, filename=str(path), fsync=True, **options)
    if scheme == "postgresql":
        return Huey(storage_class=QueueTables, dsn=url, **options)
    if scheme in {"redis", "rediss"}:
        return RedisHuey(url=url, **options)
    raise SettingsError("QUEUE_URL must begin with sqlite:///, postgresql:// or redis://.")


def init_queue(app: Flask, url: str, secret: str) -> None:
    """Attach the queue to `app`; every task runs in the context of the application."""
    attach_queue_log()
    queue = open_queue(url, secret)

    def run(name: str, *arguments: Any) -> None:
        with app.app_context():
            _tasks[name](*arguments)

    app.extensions["queue"] = queue
    app.extensions["run_task"] = queue.task(retries=5, retry_delay=60, name="run")(run)


def enqueue(function: Task, *arguments: Any) -> None:
    """Ask the worker to run a registered task with plain arguments."""
    current_app.extensions["run_task"](function.__name__, *arguments)


def enqueue_notice(function: Task, *arguments: Any) -> None:
    """Enqueue a task that notifies somebody of something done already, if the queue accepts it.

    A queue that is full or down undoes nothing: the loss is logged, and the request succeeds.
    """
    try:
        enqueue(function, *arguments)
    except SYSTEM_ERRORS as error:
        if find_outage(error) is None:
            raise
        log.warning("QUEUE_URL: %s is lost: %s", function.__name__, type(error).__name__)
