"""Statements that are built once, run once in a transaction, and can be sent together.

Building a SELECT takes three times as long as running it, and a page of many parts asks for twenty
small things. Each part has a `Reading` of its own; a page that knows which ones it needs has them
read in one statement first, a UNION ALL, and each part then finds its rows.
"""

from collections import namedtuple
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, SessionTransaction

READ = "read"
"""The name under which a session remembers what its transaction has read."""

Values = dict[str, Any]


@dataclass(frozen=True, eq=False, slots=True)
class Reading:
    """A SELECT of columns with bound parameters, and its rows."""

    statement: sa.Select[*tuple[Any, ...]]

    def read(self, session: Session, **values: Any) -> Sequence[Any]:
        """Return the rows for these values, read once in a transaction.

        What the transaction writes itself is seen only after `forget`.
        """
        remembered = _get_remembered(session)
        name = self._get_name(values)
        if name not in remembered:
            remembered[name] = session.connection().execute(self.statement, values).all()
        rows: Sequence[Any] = remembered[name]
        return rows

    def is_remembered(self, session: Session, values: Values) -> bool:
        """Tell whether `read` has its rows for these values already."""
        return self._get_name(values) in _get_remembered(session)

    def remember(self, session: Session, values: Values, rows: Sequence[Any]) -> None:
        """Let `read` return these rows for these values until the transaction ends."""
        _get_remembered(session)[self._get_name(values)] = rows

    def forget(self, session: Session) -> None:
        """Let `read` read again, as after a change in the same transaction."""
        remembered = _get_remembered(session)
        for name in [name for name in remembered if name[0] is self]:
            del remembered[name]

    def _get_name(self, values: Values) -> tuple["Reading", Hashable]:
        return self, tuple(sorted(values.items()))


@dataclass(frozen=True, slots=True)
class _Part:
    """A reading within a UNION: its rows' class, and which of the union's columns are its own."""

    reading: Reading
    row_class: Any
    places: tuple[int, ...]
    names: frozenset[str]


class JoinedReading:
    """Several readings in one statement. A parameter of one name has one value in all of them."""

    def __init__(self, *readings: Reading) -> None:
        types: list[Any] = []
        self.readings = readings
        self._parts = [_make_part(reading, types) for reading in readings]
        self._statement = sa.union_all(
            *(_fill_columns(number, part, types) for number, part in enumerate(self._parts))
        )

    def read(self, session: Session, values: Values) -> None:
        """Run the statement, so that each reading has its rows until the transaction ends.

        Nothing is run if each of them has its rows already.
        """
        own = [
            {name: value for name, value in values.items() if name in part.names}
            for part in self._parts
        ]
        parts = list(zip(self._parts, own, strict=True))
        if all(part.reading.is_remembered(session, given) for part, given in parts):
            return
        rows: list[list[Any]] = [[] for _ in parts]
        for row in session.connection().execute(self._statement, values):
            part = self._parts[row[0]]
            rows[row[0]].append(part.row_class(*(row[1 + place] for place in part.places)))
        for (part, given), found in zip(parts, rows, strict=True):
            part.reading.remember(session, given, found)


def _make_part(reading: Reading, types: list[Any]) -> _Part:
    """Return a reading as a part; `types` are the union's columns, which grow as it needs them."""
    places: list[int] = []
    columns = reading.statement.selected_columns
    for column in columns:
        of_type = (
            place
            for place, known in enumerate(types)
            if type(known) is type(column.type) and place not in places
        )
        place = next(of_type, len(types))
        if place == len(types):
            types.append(column.type)
        places.append(place)
    names = [column.key or "" for column in columns]
    return _Part(
        reading,
        namedtuple("Row", names),
        tuple(places),
        frozenset(reading.statement.compile().params),
    )


def _fill_columns(number: int, part: _Part, types: Sequence[Any]) -> sa.Select[Any]:
    """Return a part's SELECT with its number and a column for each of `types`."""
    inner = part.reading.statement.subquery()  # so that it may have an order and a limit
    columns: list[Any] = [sa.cast(sa.null(), kind) for kind in types]
    for place, column in zip(part.places, inner.c, strict=True):
        columns[place] = column
    return sa.select(
        sa.literal(number, literal_execute=True),
        *(column.label(f"c{place}") for place, column in enumerate(columns)),
    ).select_from(inner)


def _get_remembered(session: Session) -> dict[Any, Any]:
    remembered: dict[Any, Any] = session.info.setdefault(READ, {})
    return remembered


@sa.event.listens_for(Session, "after_transaction_end")
def _forget_everything(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        session.info.pop(READ, None)
