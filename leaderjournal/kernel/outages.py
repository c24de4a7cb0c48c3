"""Outages: errors because a database cannot be read or written at the moment.

A held lock, a stopped server, a full or read-only disk are no fault of the client, and temporary.
The codes of SQLite, PostgreSQL and the system tell them from programming errors.
"""

import errno
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
import redis
import sqlalchemy as sa

SYSTEM_ERRORS = (sqlite3.Error, psycopg.Error, redis.RedisError, sa.exc.SQLAlchemyError, OSError)
"""Every type of error that may be an outage."""


@dataclass(frozen=True, slots=True)
class Outage:
    """The reply: a status, a sentence, and after how many seconds to retry."""

    status: int
    detail: str
    retry_after: int


BUSY = Outage(503, "We can’t reach your journal right now. Try again in a moment.", 10)
FULL = Outage(
    507, "There’s no room left on the server, so nothing can be saved. Try again later.", 60
)

_SQLITE = {
    sqlite3.SQLITE_FULL: FULL,
    sqlite3.SQLITE_BUSY: BUSY,
    sqlite3.SQLITE_LOCKED: BUSY,
    sqlite3.SQLITE_PROTOCOL: BUSY,
    sqlite3.SQLITE_READONLY: BUSY,
    sqlite3.SQLITE_CANTOPEN: BUSY,
    sqlite3.SQLITE_IOERR: BUSY,
}
_POSTGRESQL = {
    "08": BUSY,  # the connection
    "25006": BUSY,  # a read-only transaction, as on a stand-by
    "40": BUSY,  # deadlocks and serialisation failures: rolled back, to be retried
    "53": BUSY,  # too many connections, no memory
    "53100": FULL,
    "55P03": BUSY,  # lock_timeout
    "57014": BUSY,  # statement_timeout
    "57P": BUSY,  # it stops or starts
    "58": BUSY,  # its files
}
_SYSTEM = {errno.ENOSPC: FULL, errno.EDQUOT: FULL, errno.EROFS: BUSY}


def find_outage(error: BaseException) -> Outage | None:
    """Return the outage behind `error` or one of its causes; None for any other error."""
    for each in _iter_causes(error):
        found = _get_outage(each)
        if found is not None:
            return found
    return None


def format_outage(error: BaseException) -> str:
    """Return the message of a database as one line for the log, without values and URLs."""
    for each in _iter_causes(error):
        if isinstance(each, sqlite3.OperationalError | psycopg.OperationalError):
            said = str(each).partition("\n")[0].rstrip(". ")
            return f"{type(error).__name__}: {said}."
    return f"{type(error).__name__}."


def is_schema_error(error: BaseException) -> bool:
    """Tell whether `error` misses a table or a column, as an outdated schema does."""
    return any(
        isinstance(each, psycopg.errors.UndefinedTable | psycopg.errors.UndefinedColumn)
        or (
            isinstance(each, sqlite3.OperationalError)
            and (
                "no such table" in str(each)
                or "no such column" in str(each)
                or "has no column named" in str(each)
            )
        )
        for each in _iter_causes(error)
    )


def _get_outage(error: BaseException) -> Outage | None:
    if isinstance(error, sqlite3.Error):
        return _SQLITE.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
    if isinstance(error, psycopg.Error):
        state = error.sqlstate
        if state is None:  # the server never answered
            return BUSY if isinstance(error, psycopg.OperationalError) else None
        return next(
            (_POSTGRESQL[s] for s in (state, state[:3], state[:2]) if s in _POSTGRESQL), None
        )
    if isinstance(error, sa.exc.TimeoutError | redis.ConnectionError | redis.TimeoutError):
        return BUSY
    if isinstance(error, OSError):
        return _SYSTEM.get(error.errno or 0)
    return None


def _iter_causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    following: BaseException | None = error
    while following is not None and id(following) not in seen:
        seen.add(id(following))
        yield following
        original = getattr(following, "orig", None)
        following = original if isinstance(original, BaseException) else following.__cause__
