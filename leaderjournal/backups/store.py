"""The SQL of backups: reading a consistent snapshot, and filling a database from a backup."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from leaderjournal.accounts.models import Account
from leaderjournal.backups.rules import BackupFailed
from leaderjournal.backups.tables import ACCOUNTS, VERSION_TABLE, Shape
from leaderjournal.kernel.database import prepare_engine
from leaderjournal.kernel.encryption import Cipher, DecryptionFailed, KeyEncryption, WrappedKey
from leaderjournal.kernel.schema import (
    is_current,
    is_known_revision,
    migrate,
    read_revision,
)
from leaderjournal.models import Base
from leaderjournal.reflections.models import Reflection

ACCOUNTS_AT_ONCE = 200
ROWS_AT_ONCE = 20
"""Few, because a row may have an import of 50 MB."""
NO_TIMEOUTS = ("statement_timeout", "idle_in_transaction_session_timeout")

WrittenRow = tuple[UUID | None, list[Any]]
"""The account that a row belongs to, and its values."""


@contextmanager
def open_engine(database_url: str) -> Iterator[sa.Engine]:
    """Yield an engine for a backup or a restore alone.

    The application's fetches binary values from PostgreSQL, with which migrations cannot read a
    catalogue of indexes.
    """
    engine = sa.create_engine(database_url, hide_parameters=True)
    prepare_engine(engine)
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def open_snapshot(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Yield a connection that sees the database as it is now, whatever others write meanwhile.

    It holds no lock that a writer waits for. On SQLite the write-ahead log grows until it is
    closed; on PostgreSQL nothing is vacuumed that it still sees.
    """
    with engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
            _lift_timeouts(connection)
        read_revision(connection)  # the first statement that reads takes the snapshot
        try:
            yield connection
        finally:
            connection.rollback()


@contextmanager
def open_replacement(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Yield a connection that writes in one transaction, undone unless the caller commits it."""
    with engine.connect().execution_options(writes=True) as connection:
        if connection.dialect.name == "postgresql":
            _lift_timeouts(connection)
        try:
            yield connection
        finally:
            connection.rollback()


def _lift_timeouts(connection: sa.Connection) -> None:
    for setting in NO_TIMEOUTS:
        connection.execute(sa.text(f"SET LOCAL {setting} = 0"))


def iter_account_ranges(connection: sa.Connection) -> Iterator[tuple[UUID, UUID]]:
    """Yield the first and last id of each batch of accounts, in their order."""
    id_ = sa.column("id", sa.Uuid())
    query = sa.select(id_).select_from(sa.table(ACCOUNTS, id_)).order_by(id_)
    last = None
    while True:
        after = query if last is None else query.where(id_ > last)
        batch = connection.scalars(after.limit(ACCOUNTS_AT_ONCE)).all()
        if not batch:
            return
        last = batch[-1]
        yield batch[0], last


def iter_rows(
    connection: sa.Connection,
    shape: Shape,
    shapes: Mapping[str, Shape],
    accounts: tuple[UUID, UUID] | None,
) -> Iterator[WrittenRow]:
    """Yield a table's rows: those of a range of accounts, or all of a table without accounts."""
    table = shape.build_table()
    if shape.path is None or accounts is None:
        query = sa.select(sa.null(), *table.c)
    else:
        owner, source = _join_owner(table, shape, shapes)
        query = sa.select(owner, *table.c).select_from(source).where(owner.between(*accounts))
    options = {"stream_results": True, "yield_per": ROWS_AT_ONCE}
    with connection.execute(query, execution_options=options) as result:
        for owner_id, *values in result:
            yield owner_id, values


def _join_owner(
    table: sa.TableClause, shape: Shape, shapes: Mapping[str, Shape]
) -> tuple[sa.ColumnElement[Any], sa.FromClause]:
    """Return the column that names a row's account, and what to select it from."""
    if not shape.path:
        return table.c.id, table
    source: sa.FromClause = table
    current = table
    for reference, _following in pairwise(shape.path):
        parent = shapes[reference.table].build_table()
        source = source.join(parent, current.c[reference.column] == parent.c.id)
        current = parent
    return current.c[shape.path[-1].column], source


def count_rows(connection: sa.Connection, table: str) -> int:
    """Return how many rows a table has."""
    return connection.scalar(sa.select(sa.func.count()).select_from(sa.table(table))) or 0


def has_accounts(connection: sa.Connection) -> bool:
    """Tell whether anybody has an account in this database."""
    return sa.inspect(connection).has_table(ACCOUNTS) and count_rows(connection, ACCOUNTS) > 0


def get_database_name(connection: sa.Connection) -> str:
    """Return what operators call a database: the name of SQLite's file, or PostgreSQL's name."""
    if connection.dialect.name == "sqlite":
        return Path(connection.engine.url.database or "").name
    return str(connection.scalar(sa.text("SELECT current_database()")))


def create_schema(connection: sa.Connection, revision: str) -> None:
    """Replace whatever the journal has in a database by the empty schema of a revision.

    Raises BackupFailed if the database has a schema that this release does not know.
    """
    stored = read_revision(connection)
    if stored is not None and not is_known_revision(stored):
        raise BackupFailed(
            f"The database has a newer schema ({stored}) than this release. Restore with the"
            " release that made it, or into an empty database."
        )
    if stored is not None:
        if not is_current(connection):
            migrate(connection)  # so that its tables have the names that are dropped now
        for table in reversed(Base.metadata.sorted_tables):
            connection.execute(sa.schema.DropTable(table, if_exists=True))
        connection.execute(sa.text(f"DROP TABLE {VERSION_TABLE}"))
    migrate(connection, revision)


def insert_rows(connection: sa.Connection, shape: Shape, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows of a table."""
    if rows:
        connection.execute(sa.insert(shape.build_table()), rows)


@dataclass(slots=True)
class KeyCheck:
    """How many accounts' data keys open, and how many of their texts could be decrypted."""

    accounts: int = 0
    opened: int = 0
    texts: int = 0
    broken: int = 0

    @property
    def locked(self) -> int:
        """How many accounts' data keys no configured key opens."""
        return self.accounts - self.opened


def check_keys(connection: sa.Connection, keys: KeyEncryption) -> KeyCheck:
    """Open each account's data key, and decrypt its name and its latest day.

    The schema must be current. Nothing that is decrypted leaves this function.
    """
    check = KeyCheck()
    columns = (Account.id, Account.key_wrapped_by, Account.key_wrapped, Account.name_encrypted)
    for first, last in iter_account_ranges(connection):
        query = sa.select(*columns).where(Account.id.between(first, last))
        for account, wrapped_by, wrapped, name in connection.execute(query).all():
            check.accounts += 1
            try:
                cipher = Cipher(account, keys.unwrap(WrappedKey(wrapped_by, wrapped), account))
            except DecryptionFailed:
                continue
            check.opened += 1
            places = [("accounts", "name_encrypted", account, name)]
            places += _find_latest_day(connection, account)
            for table, column, row, encrypted in places:
                try:
                    cipher.decrypt_bytes(encrypted, table=table, column=column, row=row)
                    check.texts += 1
                except DecryptionFailed:
                    check.broken += 1
    return check


def _find_latest_day(
    connection: sa.Connection, account: UUID
) -> list[tuple[str, str, UUID, bytes]]:
    query = (
        sa.select(Reflection.id, Reflection.document)
        .where(Reflection.account_id == account, Reflection.version > 0)
        .order_by(Reflection.local_date.desc())
        .limit(1)
    )
    return [("reflections", "document", *row) for row in connection.execute(query)]
