"""The SQL of the commitments that days contain. What became of them is in the log."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from blinker import Signal

from leaderjournal.kernel.database import db
from leaderjournal.kernel.days import Instant, LocalDate
from leaderjournal.kernel.encryption import Cipher
from leaderjournal.reflections.models import Reflection
from leaderjournal.reflections.rows import decrypt_day

commitments_removed = Signal("commitments were removed, by themselves or with their day")
"""Sent with the session of the transaction; `days` are (account, id) of the days."""


@dataclass(frozen=True, slots=True)
class WrittenCommitment:
    """The commitment of a day; `id` is the day's."""

    id: UUID
    local_date: LocalDate
    text: str
    saved_at: Instant


def list_commitments(
    cipher: Cipher, *, first: LocalDate | None = None, last: LocalDate | None = None
) -> list[WrittenCommitment]:
    """Return the commitments written from `first` to `last`, the latest first."""
    query = sa.select(Reflection).where(*_filter_commitments(cipher.account, first, last))
    query = query.order_by(Reflection.local_date.desc())
    return [_to_commitment(cipher, row) for row in db.session.scalars(query)]


def get_commitment(cipher: Cipher, day_id: UUID) -> WrittenCommitment | None:
    """Return the commitment of a day by the day's id; None if there is none."""
    query = sa.select(Reflection).where(
        *_filter_commitments(cipher.account), Reflection.id == day_id
    )
    row = db.session.scalar(query)
    return _to_commitment(cipher, row) if row else None


def list_commitment_days(
    account: UUID, *, first: LocalDate | None = None, last: LocalDate | None = None
) -> Sequence[tuple[UUID, LocalDate]]:
    """Return the id and date of each day from `first` to `last` that has a commitment."""
    query = sa.select(Reflection.id, Reflection.local_date).where(
        *_filter_commitments(account, first, last)
    )
    return [(day_id, date) for day_id, date in db.session.connection().execute(query).all()]


def _filter_commitments(
    account: UUID, first: LocalDate | None = None, last: LocalDate | None = None
) -> list[sa.ColumnElement[bool]]:
    conditions = [
        Reflection.account_id == account,
        Reflection.deleted_at.is_(None),
        Reflection.has_commitment.is_(True),
    ]
    if first is not None:
        conditions.append(Reflection.local_date >= first)
    if last is not None:
        conditions.append(Reflection.local_date <= last)
    return conditions


def _to_commitment(cipher: Cipher, row: Reflection) -> WrittenCommitment:
    day = decrypt_day(cipher, row)
    return WrittenCommitment(row.id, row.local_date, day.content.commitment.strip(), row.saved_at)
