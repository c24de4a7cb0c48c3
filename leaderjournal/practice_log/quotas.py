"""How many entries of each kind an account may keep: far more than ten years of daily use."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from leaderjournal.kernel.quotas import check_quota
from leaderjournal.practice_log.entries.rules import Kind
from leaderjournal.practice_log.models import LogEntry

MAX_ENTRIES = {
    Kind.PERSON: 500,
    Kind.ACTS: 100_000,
    Kind.COMMITMENT: 20_000,
    Kind.HAND_OFF: 20_000,
    Kind.WIN: 20_000,
    Kind.NUMBER: 5_000,
}
MAX_DELETED = 500
"""How many entries the trash of an account keeps; the oldest are erased before their 30 days."""

KIND_NAMES = {
    Kind.PERSON: "people",
    Kind.ACTS: "days with people",
    Kind.COMMITMENT: "commitments",
    Kind.HAND_OFF: "hand-offs",
    Kind.WIN: "wins",
    Kind.NUMBER: "numbers",
}


def check_entry_quota(session: Session, account: UUID, kind: Kind) -> None:
    """Raise QuotaReached if the account has as many entries of a kind as it may keep.

    The caller has locked the account.
    """
    rows = sa.select(LogEntry.id).where(
        LogEntry.account_id == account,
        LogEntry.kind == kind.value,
        LogEntry.deleted_at.is_(None),
    )
    most = MAX_ENTRIES[kind]
    sentence = f"You may keep {most:,} {KIND_NAMES[kind]}. Delete some, then add more."
    check_quota(session, rows, most=most, sentence=sentence)


def has_room(number: int, kind: Kind) -> bool:
    """Tell whether an account with `number` entries of a kind may have one more."""
    return number < MAX_ENTRIES[kind]
