"""The database: one engine per process, SQLite or PostgreSQL, and short write transactions."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from inspect import iscoroutinefunction
from pathlib import Path
from typing import Any, ClassVar, cast
from uuid import UUID

import psycopg
import sqlalchemy as sa
from flask import Flask
from flask_sqlalchemy_lite import SQLAlchemy
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Session
from uuid6 import uuid7

from leaderjournal.kernel.days import Instant, LocalDate
from leaderjournal.kernel.private_files import make_private

BUSY_MILLISECONDS = 5_000
"""How long a writer waits for another before its request is answered with 503.

Threads are few: one that waits longer keeps others from being answered at all. A write takes
milliseconds, so that who waited this long waits for something that hangs.
"""
STATEMENT_MILLISECONDS = 60_000
"""How long PostgreSQL may work on one statement of a request or a task."""


class InstantColumn(sa.TypeDecorator[Instant]):
    """A UTC instant; SQLite keeps no zone, so UTC is put back on the way out."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: Instant | None, dialect: sa.Dialect) -> datetime | None:
        """Return the instant as an aware UTC datetime."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> Instant | None:
        """Return the stored datetime as a UTC instant."""
        if value is None:
            return None
        aware = value.replace(tzinfo=UTC) if value.tzinfo is None else value
        return Instant(aware.astimezone(UTC))


class LocalDateColumn(sa.TypeDecorator[LocalDate]):
    """A local date."""

    impl = sa.Date
    cache_ok = True

    def process_result_value(self, value: date | None, dialect: sa.Dialect) -> LocalDate | None:
        """Return the stored date as a local date."""
        return None if value is None else LocalDate(value)


class Base(DeclarativeBase):
    """The base of every table: constraints have fixed names, which migrations refer to."""

    metadata: ClassVar[sa.MetaData] = sa.MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        Instant: InstantColumn,
        LocalDate: LocalDateColumn,
        UUID: sa.Uuid(),
        bytes: sa.LargeBinary,
        str: sa.Text,
    }


db = SQLAlchemy(session_options={"expire_on_commit": False, "autoflush": False})


class BinaryCursor(psycopg.Cursor[Any]):
    """A cursor that fetches binary values from PostgreSQL rather than text.

    As text, encrypted values have twice the size and take long to parse.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.format = psycopg.pq.Format.BINARY


def new_id() -> UUID:
    """Return a UUID of version 7 (RFC 9562): ordered by time, so that indexes stay compact."""
    return uuid7()


def init_database(app: Flask, database_url: str) -> None:
    """Give `app` its engine."""
    # The parameters of a statement stay out of errors, and so out of every log.
    options: dict[str, Any] = {"url": database_url, "hide_parameters": True}
    if not database_url.startswith("sqlite"):
        options |= {"pool_pre_ping": True, "pool_size": 10, "max_overflow": 10}
        options["connect_args"] = {"cursor_factory": BinaryCursor, **_get_timeouts(database_url)}
    app.config["SQLALCHEMY_ENGINES"] = {"default": options}
    db.init_app(app)
    _drop_async_teardown(app)
    with app.app_context():
        prepare_engine(db.engine)


def _drop_async_teardown(app: Flask) -> None:
    """Spare each request a thread: the extension closes async sessions in one, and we have none."""
    app.teardown_appcontext_funcs = [
        close for close in app.teardown_appcontext_funcs if not iscoroutinefunction(close)
    ]


def _get_timeouts(database_url: str) -> dict[str, Any]:
    """Return the timeouts of a PostgreSQL connection that the URL does not set itself."""
    chosen = sa.make_url(database_url).query
    defaults: dict[str, Any] = {
        "connect_timeout": 5,
        "tcp_user_timeout": 10_000,
        "options": f"-c lock_timeout={BUSY_MILLISECONDS}"
        f" -c statement_timeout={STATEMENT_MILLISECONDS}",
    }
    return {name: value for name, value in defaults.items() if name not in chosen}


def prepare_engine(engine: sa.Engine) -> None:
    """Set up every SQLite connection, and make the files private.

    A confirmed save survives a power failure: with WAL, only `synchronous = FULL` syncs at each
    commit. macOS syncs to the disk itself only with `fullfsync`.
    """
    if engine.dialect.name != "sqlite":
        return
    file = engine.url.database or ""
    if file:
        make_private(Path(file))

    @sa.event.listens_for(engine, "connect")
    def on_connect(connection: Any, record: Any) -> None:
        connection.isolation_level = None  # the driver would begin transactions itself
        cursor = connection.cursor()
        for pragma in (
            "journal_mode = WAL",
            "synchronous = FULL",
            "fullfsync = ON",
            "checkpoint_fullfsync = ON",
            "foreign_keys = ON",
            f"busy_timeout = {BUSY_MILLISECONDS}",
            "secure_delete = ON",  # an erased data key leaves no bytes behind in the file
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()
        record.info["file"] = _get_file_id(file)

    @sa.event.listens_for(engine, "checkout")
    def on_checkout(_connection: Any, record: Any, _proxy: Any) -> None:
        # Saves to a file that was removed or replaced would be lost.
        if record.info["file"] != _get_file_id(file):
            raise sa.exc.DisconnectionError("the database's file is another one now")

    @sa.event.listens_for(engine, "begin")
    def on_begin(connection: sa.Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _get_file_id(file: str) -> tuple[int, int] | None:
    """Return the device and inode of a file; None if it does not exist."""
    try:
        found = Path(file).stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def count_changed_rows(session: Session, statement: sa.Executable) -> int:
    """Run an INSERT, UPDATE or DELETE; return how many rows it touched."""
    return cast("sa.CursorResult[Any]", session.execute(statement)).rowcount


def upsert(session: Session, table: type[Base]) -> Any:
    """Return the dialect's INSERT, which knows ON CONFLICT on SQLite and PostgreSQL alike."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    return insert(table)


@contextmanager
def write_transaction(session: Session | None = None) -> Iterator[Session]:
    """Run a short write transaction; commit at its end, undo all of it on any error.

    The session's current transaction is rolled back first: on SQLite a reader cannot always become
    a writer, so a writer begins as one (BEGIN IMMEDIATE).
    """
    session = session or db.session
    session.rollback()
    session.connection(execution_options={"writes": True})
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
