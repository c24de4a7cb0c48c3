"""Which tables a database has, and how their values are written to a backup.

Values are written the same whichever database they come from, so that a backup of one can be
restored to the other and compared there.
"""

import base64
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from leaderjournal.backups.rules import BackupFailed, UnreadableBackup
from leaderjournal.kernel.database import Base, InstantColumn
from leaderjournal.kernel.schema import is_current

ACCOUNTS = "accounts"
VERSION_TABLE = "alembic_version"
QUEUE_PREFIX = "huey_"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of values: their type in a database, and their form in a backup."""

    type: Callable[[], sa.types.TypeEngine[Any]]
    encode: Callable[[Any], Any]
    decode: Callable[[Any], Any]


def _keep(value: Any) -> Any:
    return value


KINDS: Mapping[str, Kind] = {
    "uuid": Kind(sa.Uuid, lambda value: value.hex, UUID),
    "instant": Kind(
        InstantColumn,
        lambda value: value.astimezone(UTC).replace(tzinfo=None).isoformat(),
        lambda text: datetime.fromisoformat(text).replace(tzinfo=UTC),
    ),
    "date": Kind(sa.Date, date.isoformat, date.fromisoformat),
    "time": Kind(sa.Time, time.isoformat, time.fromisoformat),
    "bytes": Kind(
        sa.LargeBinary,
        lambda value: base64.b64encode(value).decode(),
        lambda text: base64.b64decode(text, validate=True),
    ),
    "text": Kind(sa.Text, _keep, _keep),
    "integer": Kind(sa.BigInteger, _keep, _keep),
    "float": Kind(sa.Double, float, float),
    "boolean": Kind(sa.Boolean, bool, bool),
}


@dataclass(frozen=True, slots=True)
class Reference:
    """A column that refers to another table's `id`."""

    column: str
    table: str


@dataclass(frozen=True, slots=True)
class Shape:
    """A table: its columns with their kinds, and the references that lead to an account.

    `path` is empty for the accounts themselves, and None for what belongs to no account.
    """

    name: str
    columns: tuple[tuple[str, str], ...]
    path: tuple[Reference, ...] | None = None

    def build_table(self) -> sa.TableClause:
        """Return the table for statements."""
        columns = [sa.column(name, KINDS[kind].type()) for name, kind in self.columns]
        return sa.table(self.name, *columns)

    def encode_row(self, values: Iterable[Any]) -> list[Any]:
        """Return a row of the database as a record."""
        return [
            None if value is None else KINDS[kind].encode(value)
            for value, (_, kind) in zip(values, self.columns, strict=True)
        ]

    def decode_row(self, record: Sequence[Any]) -> dict[str, Any]:
        """Return a record as a row, by column. Raises UnreadableBackup."""
        try:
            return {
                name: None if value is None else KINDS[kind].decode(value)
                for value, (name, kind) in zip(record, self.columns, strict=True)
            }
        except (TypeError, ValueError) as error:
            raise UnreadableBackup(f"The backup has a strange row of {self.name}.") from error


def parse_shapes(record: Any) -> dict[str, Shape]:
    """Return the tables of a backup by their names. Raises UnreadableBackup."""
    try:
        shapes = {
            name: Shape(name, tuple((str(column), str(kind)) for column, kind in columns))
            for name, columns in record
        }
    except (TypeError, ValueError) as error:
        raise UnreadableBackup("The backup's list of tables is not readable.") from error
    if any(kind not in KINDS for shape in shapes.values() for _, kind in shape.columns):
        raise UnreadableBackup("The backup has values of a kind that this release does not know.")
    return shapes


def describe_tables(connection: sa.Connection) -> list[Shape]:
    """Return the journal's tables, those that others refer to first.

    What is stored beside them in the same database, such as the queue, is left out.
    """
    inspector = sa.inspect(connection)
    names = [
        name
        for name, _ in inspector.get_sorted_table_and_fkc_names()
        if name and name != VERSION_TABLE and not name.startswith(QUEUE_PREFIX)
    ]
    if is_current(connection):
        names = [name for name in names if name in Base.metadata.tables]
    paths: dict[str, tuple[Reference, ...] | None] = {ACCOUNTS: ()}
    shapes = []
    for name in names:
        columns = inspector.get_columns(name)
        required = {column["name"] for column in columns if not column["nullable"]}
        if name != ACCOUNTS:
            references = [
                Reference(key["constrained_columns"][0], key["referred_table"])
                for key in inspector.get_foreign_keys(name)
                if key["constrained_columns"][0] in required
            ]
            paths[name] = _find_path(references, paths)
        kinds = tuple((column["name"], _get_kind(name, column["type"])) for column in columns)
        shapes.append(Shape(name, kinds, paths[name]))
    return shapes


_KINDS_BY_TYPE: tuple[tuple[type[sa.types.TypeEngine[Any]], str], ...] = (
    (sa.Uuid, "uuid"),
    (sa.DateTime, "instant"),
    (sa.Date, "date"),
    (sa.Time, "time"),
    (sa.LargeBinary, "bytes"),
    (sa.Boolean, "boolean"),
    (sa.Integer, "integer"),
    (sa.Float, "float"),
    (sa.String, "text"),
)


def _find_path(
    references: list[Reference], paths: Mapping[str, tuple[Reference, ...] | None]
) -> tuple[Reference, ...] | None:
    """Return the shortest way to the accounts; None if there is none."""
    ways = []
    for reference in references:
        onward = paths.get(reference.table)
        if onward is not None:
            ways.append((reference, *onward))
    return min(ways, key=len, default=None)


def _get_kind(table: str, stored: sa.types.TypeEngine[Any]) -> str:
    """Return the kind of a column's values, by its type in SQLite or PostgreSQL."""
    if isinstance(stored, sa.CHAR) and stored.length == 32:  # how SQLite stores a UUID
        return "uuid"
    for type_, kind in _KINDS_BY_TYPE:
        if isinstance(stored, type_):
            return kind
    raise BackupFailed(f"{table} has a column of a type that backups do not know: {stored}.")
