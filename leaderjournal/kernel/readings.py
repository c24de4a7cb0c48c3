"""Statements that are built once, run once in a transaction, and can be sent together.

Building a SELECT takes three times as long as running it, and a page of many parts asks for twenty
small things. Each part has a `Reading` of its own; a page that knows which ones it needs has them
read in one statement first, a UNION ALL, and each part then finds its rows.
"""

from collections import defaultdict, namedtuple
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
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

    def is_remembered(self, session: Session, **values: Any) -> bool:
        """Tell whether `read` has its rows already."""
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


@dataclass(eq=False)
class JoinedReading:
    """Several readings in one statement. A parameter of one name has one value in all of them."""

    readings: Sequence[Reading]
    _parts: list[_Part] = field(init=False)
    _statement: sa.CompoundSelect[Any] = field(init=False)

    def __post_init__(self) -> None:
        slots: dict[tuple[type[Any], int], int] = {}
        types: list[Any] = []
        self._parts = []
        for reading in self.readings:
            used: defaultdict[type[Any], int] = defaultdict(int)
            places = []
            for column in reading.statement.selected_columns:
                kind = type(column.type)
                slot = kind, used[kind]
                used[kind] += 1
                if slot not in slots:
                    slots[slot] = len(types)
                    types.append(column.type)
                places.append(slots[slot])
            names = [column.key or "" for column in reading.statement.selected_columns]
            parameters = reading.statement.compile().params
            self._parts.append(
                _Part(reading, namedtuple("Row", names), tuple(places), frozenset(parameters))
            )
        self._statement = sa.union_all(
            *(_fill_columns(number, part, types) for number, part in enumerate(self._parts))
        )

    def read(self, session: Session, values: Values) -> None:
        """Run the statement, so that each reading has its rows until the transaction ends."""
        rows: list[list[Any]] = [[] for _ in self._parts]
        for row in session.connection().execute(self._statement, values):
            part = self._parts[row[0]]
            rows[row[0]].append(part.row_class(*(row[1 + place] for place in part.places)))
        for part, found in zip(self._parts, rows, strict=True):
            own = {name: value for name, value in values.items() if name in part.names}
            part.reading.remember(session, own, found)


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
