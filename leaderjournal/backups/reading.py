"""A database as the lines of a backup: tables, rows, and per account a count and a digest.

The digest of an account is the sum of its rows' SHA-256, modulo 2^256, so that it does not depend
on the order in which a database gives rows. It finds what a restore changes or loses; against
somebody who means harm stands the encryption of the file.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

import sqlalchemy as sa

from leaderjournal.backups import store
from leaderjournal.backups.records import format_record
from leaderjournal.backups.tables import Shape

SUMMARIES = (b'{"account"', b'{"shared"', b'{"totals"')
"""How the lines begin that a restored database is compared by."""


@dataclass(slots=True)
class Tally:
    """How many rows there are, and their digest."""

    rows: int = 0
    total: int = 0

    def add(self, table: str, line: str) -> None:
        """Add a row."""
        self.rows += 1
        digest = hashlib.sha256(f"{table} {line}".encode()).digest()
        self.total = (self.total + int.from_bytes(digest, "big")) % (1 << 256)

    def format_digest(self) -> str:
        """Return the digest as 64 hexadecimal digits."""
        return f"{self.total:064x}"


@dataclass(slots=True)
class DatabaseReader:
    """Reads all that a snapshot holds; counts what it has read."""

    connection: sa.Connection
    shapes: list[Shape]
    accounts: int = 0
    rows: int = 0
    by_table: dict[str, int] = field(default_factory=dict)

    def iter_lines(self) -> Iterator[str]:
        """Yield the lines of a backup: what belongs to no account, then account by account."""
        yield from self._iter_shared()
        named = {shape.name: shape for shape in self.shapes}
        for accounts in store.iter_account_ranges(self.connection):
            tallies: dict[UUID, Tally] = {}
            for shape in self.shapes:
                if shape.path is not None:
                    yield from self._iter_table(shape, named, accounts, tallies)
            for account in sorted(tallies):
                tally = tallies[account]
                self.accounts += 1
                yield format_record(
                    {"account": str(account), "rows": tally.rows, "digest": tally.format_digest()}
                )
        yield format_record({"totals": {"accounts": self.accounts, "rows": self.rows}})

    def count_left_out(self) -> int:
        """Return how many rows of the tables were not read, because they belong to no account."""
        stored = sum(store.count_rows(self.connection, shape.name) for shape in self.shapes)
        return stored - self.rows

    def _iter_shared(self) -> Iterator[str]:
        tally = Tally()
        for shape in self.shapes:
            if shape.path is not None:
                continue
            yield format_record({"table": shape.name})
            for _, values in store.iter_rows(self.connection, shape, {}, None):
                yield self._take(shape, values, tally)
        yield format_record({"shared": {"rows": tally.rows, "digest": tally.format_digest()}})

    def _iter_table(
        self,
        shape: Shape,
        named: dict[str, Shape],
        accounts: tuple[UUID, UUID],
        tallies: dict[UUID, Tally],
    ) -> Iterator[str]:
        heading: str | None = format_record({"table": shape.name})
        for owner, values in store.iter_rows(self.connection, shape, named, accounts):
            if owner is None:
                continue
            if heading:
                yield heading
                heading = None
            yield self._take(shape, values, tallies.setdefault(owner, Tally()))

    def _take(self, shape: Shape, values: list[object], tally: Tally) -> str:
        line = format_record(shape.encode_row(values))
        tally.add(shape.name, line)
        self.rows += 1
        self.by_table[shape.name] = self.by_table.get(shape.name, 0) + 1
        return line
