"""Counts the statements that something sends to the database."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from leaderjournal.kernel.database import db


@contextmanager
def count_statements(app) -> Iterator[list[str]]:
    """Yield the list that each statement is added to; the beginning of a transaction is none."""
    with app.app_context():
        engine = db.engine
    seen: list[str] = []

    def add(_connection, _cursor, statement, *_rest):
        if not statement.startswith("BEGIN"):
            seen.append(statement)

    sa.event.listen(engine, "before_cursor_execute", add)
    try:
        yield seen
    finally:
        sa.event.remove(engine, "before_cursor_execute", add)
