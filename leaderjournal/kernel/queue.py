"""Background work: tasks are put in a queue that the worker empties, kept in SQLite beside the
database, in PostgreSQL or in Redis, as QUEUE_URL says. No task carries a word of a leader."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, current_app
from huey import PostgresHuey, RedisHuey, SqliteHuey
from huey.api import Huey
from huey.serializer import SignedSerializer

from leaderjournal.kernel.settings import SettingsError

Task = Callable[..., Any]
_tasks: dict[str, Task] = {}


def task(function: Task) -> Task:
    """Register a function that the worker may be asked to run; it returns as it is."""
    _tasks[function.__name__] = function
    return function


def open_queue(url: str, secret: str) -> Huey:
    """Return the queue at `url`. Raises SettingsError for one that is of no known kind."""
    scheme = urlsplit(url).scheme
    options = {"results": False, "serializer": SignedSerializer(secret=secret)}
    if scheme == "sqlite":
        return SqliteHuey(filename=url.removeprefix("sqlite:///"), **options)
    if scheme == "postgresql":
        return PostgresHuey(dsn=url, **options)
    if scheme in {"redis", "rediss"}:
        return RedisHuey(url=url, **options)
    raise SettingsError("QUEUE_URL must begin with sqlite:///, postgresql:// or redis://.")


def init_queue(app: Flask, url: str, secret: str) -> None:
    """Give `app` its queue; every task runs inside the application's context."""
    queue = open_queue(url, secret)

    def run(name: str, *arguments: Any) -> None:
        with app.app_context():
            _tasks[name](*arguments)

    app.extensions["queue"] = queue
    app.extensions["run_task"] = queue.task(retries=5, retry_delay=60, name="run")(run)


def enqueue(function: Task, *arguments: Any) -> None:
    """Ask the worker to run a registered task with plain arguments."""
    current_app.extensions["run_task"](function.__name__, *arguments)
