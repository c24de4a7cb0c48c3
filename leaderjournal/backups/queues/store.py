"""The queue's tasks: read for a backup, and put back, on SQLite, PostgreSQL and Redis alike.

Tasks hold no text of a leader. They are signed with SECRET_KEY, so only the same one runs them.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from huey.api import Huey
from huey.storage import PostgresStorage, RedisStorage, SqliteStorage

TASKS_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Waiting:
    """A task that waits in the queue, or for its time, in seconds since 1970."""

    content: bytes
    priority: float = 0
    scheduled_for: float | None = None


Put = Callable[[Waiting], None]


def iter_tasks(queue: Huey) -> Iterator[Waiting]:
    """Yield what waits in the queue, the next one first, then what waits for its time."""
    storage = queue.storage
    if isinstance(storage, RedisStorage):
        yield from _iter_redis_tasks(storage)
    elif isinstance(storage, PostgresStorage):
        yield from _iter_postgresql_tasks(storage)
    else:
        yield from _iter_file_tasks(storage)


@contextmanager
def replace_tasks(queue: Huey) -> Iterator[Put]:
    """Yield a function that adds a task; all of them replace what is in the queue at the end.

    After an error, or if the caller raises one, the queue is as it was.
    """
    storage = queue.storage
    if isinstance(storage, RedisStorage):
        with _replace_redis_tasks(storage) as put:
            yield put
    elif isinstance(storage, PostgresStorage):
        with _replace_postgresql_tasks(storage) as put:
            yield put
    else:
        with _replace_file_tasks(storage) as put:
            yield put


def _iter_file_tasks(storage: SqliteStorage) -> Iterator[Waiting]:
    # A connection of its own: a snapshot of both tables, beside what this process does.
    connection: sqlite3.Connection = storage._create_connection()
    try:
        connection.execute("BEGIN")
        yield from _read_tables(connection.execute, "task", "schedule", "?", storage.name)
    finally:
        connection.close()


def _iter_postgresql_tasks(storage: PostgresStorage) -> Iterator[Waiting]:
    connection = storage._create_connection()
    try:
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")

        def stream(statement: str, values: tuple[str]) -> Iterator[tuple[Any, ...]]:
            with connection.cursor("waiting") as cursor:
                cursor.itersize = TASKS_AT_ONCE
                yield from cursor.execute(statement, values)

        tables = storage.table_task, storage.table_schedule
        yield from _read_tables(stream, *tables, "%s", storage.name)
    finally:
        connection.close()


def _read_tables(
    execute: Callable[[str, tuple[str]], Iterable[tuple[Any, ...]]],
    task: str,
    schedule: str,
    mark: str,
    name: str,
) -> Iterator[Waiting]:
    tasks = f"SELECT data, priority FROM {task} WHERE queue = {mark} ORDER BY priority DESC, id"  # noqa: S608 - names of huey's
    for content, priority in execute(tasks, (name,)):
        yield Waiting(bytes(content), priority)
    later = f"SELECT data, timestamp FROM {schedule} WHERE queue = {mark} ORDER BY timestamp, id"  # noqa: S608
    for content, at in execute(later, (name,)):
        yield Waiting(bytes(content), scheduled_for=at)


def _iter_redis_tasks(storage: RedisStorage) -> Iterator[Waiting]:
    with storage.conn.pipeline(transaction=True) as both:
        both.lrange(storage.queue_key, 0, -1)
        both.zrange(storage.schedule_key, 0, -1, withscores=True)
        tasks, scheduled = both.execute()
    for content in reversed(tasks):
        yield Waiting(content)
    for content, at in scheduled:
        yield Waiting(content, scheduled_for=at)


@contextmanager
def _replace_file_tasks(storage: SqliteStorage) -> Iterator[Put]:
    connection: sqlite3.Connection = storage._create_connection()
    try:
        connection.execute("BEGIN IMMEDIATE")
        yield _fill_tables(connection.execute, "task", "schedule", "?", storage.name)
        connection.execute("COMMIT")
    finally:
        with suppress(sqlite3.Error):
            connection.rollback()
        connection.close()


@contextmanager
def _replace_postgresql_tasks(storage: PostgresStorage) -> Iterator[Put]:
    connection = storage._create_connection()
    try:
        with connection.transaction():
            tables = storage.table_task, storage.table_schedule
            yield _fill_tables(connection.execute, *tables, "%s", storage.name)
    finally:
        connection.close()


def _fill_tables(
    execute: Callable[..., Any], task: str, schedule: str, mark: str, name: str
) -> Put:
    for table in (task, schedule):
        execute(f"DELETE FROM {table} WHERE queue = {mark}", (name,))  # noqa: S608
    add = f"INSERT INTO {task} (queue, data, priority) VALUES ({mark}, {mark}, {mark})"  # noqa: S608
    add_later = f"INSERT INTO {schedule} (queue, data, timestamp) VALUES ({mark}, {mark}, {mark})"  # noqa: S608

    def put(waiting: Waiting) -> None:
        if waiting.scheduled_for is None:
            execute(add, (name, waiting.content, waiting.priority))
        else:
            execute(add_later, (name, waiting.content, waiting.scheduled_for))

    return put


@contextmanager
def _replace_redis_tasks(storage: RedisStorage) -> Iterator[Put]:
    with storage.conn.pipeline(transaction=True) as all_at_once:
        all_at_once.delete(storage.queue_key, storage.schedule_key)

        def put(waiting: Waiting) -> None:
            if waiting.scheduled_for is None:
                all_at_once.lpush(storage.queue_key, waiting.content)
            else:
                all_at_once.zadd(storage.schedule_key, {waiting.content: waiting.scheduled_for})

        yield put
        all_at_once.execute()
