"""The SQL of the commitments that days contain. What became of them is in the log."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from blinker import Signal

from leaderjournal.kernel.database import db
from leaderjournal.kernel.days import Instant, LocalDate
from leaderjournal.kernel.encryption import Cipher
from leaderjournal.kernel.readings import Reading
from leaderjournal.reflections.models import Reflection
from leaderjournal.reflections.rows import decrypt_day
from leaderjournal.reflections.rules import StoredDay
from leaderjournal.reflections.store import list_days_on

commitments_removed = Signal("commitments were removed, by themselves or with their day")
"""Sent with the session of the transaction; `days` are (account, id) of the days."""


COMMITMENT_DAYS = Reading(
    sa.select(Reflection.id, Reflection.local_date).where(
        Reflection.account_id == sa.bindparam("account"),
        Reflection.local_date.between(
            sa.bindparam("commitments_from"), sa.bindparam("commitments_until")
        ),
        Reflection.deleted_at.is_(None),
        Reflection.has_commitment.is_(True),
    )
)


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
    return [_to_commitment(decrypt_day(cipher, row)) for row in db.session.scalars(query)]


def list_commitments_on(cipher: Cipher, dates: Collection[LocalDate]) -> list[WrittenCommitment]:
    """Return the commitments written on these local dates, the latest first."""
    written = map(_to_commitment, list_days_on(cipher, dates)) if dates else ()
    return [commitment for commitment in written if commitment.text]


def get_commitment(cipher: Cipher, day_id: UUID) -> WrittenCommitment | None:
    """Return the commitment of a day by the day's id; None if there is none."""
    query = sa.select(Reflection).where(
        *_filter_commitments(cipher.account), Reflection.id == day_id
    )
    row = db.session.scalar(query)
    return _to_commitment(decrypt_day(cipher, row)) if row else None


def list_commitment_days(
    account: UUID, *, first: LocalDate | None = None, last: LocalDate | None = None
) -> Sequence[tuple[UUID, LocalDate]]:
    """Return the id and date of each day from `first` to `last` that has a commitment."""
    rows = COMMITMENT_DAYS.read(
        db.session,
        account=account,
        commitments_from=first or date.min,
        commitments_until=last or date.max,
    )
    return [(day_id, day) for day_id, day in rows]


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


def _to_commitment(day: StoredDay) -> WrittenCommitment:
    return WrittenCommitment(day.id, day.local_date, day.content.commitment.strip(), day.saved_at)
