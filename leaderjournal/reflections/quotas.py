"""How much an account may store. Old versions are deleted before a save is refused."""

from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from leaderjournal.kernel.days import Instant
from leaderjournal.kernel.quotas import QuotaReached, SpaceWatch
from leaderjournal.reflections.models import Reflection, Revision

MAX_BYTES = 500_000_000
"""Of days and their versions, encrypted. A day of 3 kB with ten versions takes 33 kB. An evening
of two thousand words, saved at each pause, takes 1 MB."""
MAX_VERSIONS = 1_000
"""Of one day; the oldest is deleted for the newest. A long evening of typing makes about 100."""
VERSIONS_PROTECTED_FOR = timedelta(days=90)
"""Older versions are deleted when an account is full, the oldest first."""
BATCH_SIZE = 500

space = SpaceWatch()


def check_space(session: Session, row: Reflection) -> None:
    """Raise QuotaReached (413) if the account stores more than it may.

    Called once the next version of a day and the previous one are written.
    """
    account, now = row.account_id, row.saved_at
    if space.was_refused(account, now=now):
        raise _build_quota_error()
    if space.is_enough(account, 2 * len(row.document)):
        return
    room = MAX_BYTES - count_bytes(session, account)
    if room < 0:
        room += drop_old_versions(session, account, MAX_BYTES // 10 - room, now=now)
    if room < 0:
        space.note_refusal(account, now=now)
        raise _build_quota_error()
    space.note_room(account, room)


def check_bytes(session: Session, account: UUID) -> None:
    """Raise QuotaReached (413) if the account stores more than it may."""
    if count_bytes(session, account) > MAX_BYTES:
        raise _build_quota_error()


def _build_quota_error() -> QuotaReached:
    return QuotaReached(
        f"Your journal holds {MAX_BYTES // 1_000_000} MB, the most it may. "
        "Export it, and delete days that you no longer need.",
        status=413,
    )


def drop_old_versions(session: Session, account: UUID, wanted: int, *, now: Instant) -> int:
    """Delete old versions, the oldest first, until `wanted` bytes are free; return how many are.

    Superseded versions stay: their words are in no other version.
    """
    old = (
        sa.select(Revision.id, sa.func.length(Revision.document))
        .join(Reflection, Reflection.id == Revision.reflection_id)
        .where(
            Reflection.account_id == account,
            Revision.saved_at < now - VERSIONS_PROTECTED_FOR,
            Revision.superseded.is_(False),
        )
        .order_by(Revision.saved_at, Revision.id)
    )
    freed, ids = 0, []
    for version, size in session.execute(old):
        if freed >= wanted:
            break
        freed += size
        ids.append(version)
    for start in range(0, len(ids), BATCH_SIZE):
        session.execute(
            sa.delete(Revision)
            .where(Revision.id.in_(ids[start : start + BATCH_SIZE]))
            .execution_options(synchronize_session=False)
        )
    return freed


def count_bytes(session: Session, account: UUID) -> int:
    """Return how many bytes an account's days and versions take."""
    days = sa.select(sa.func.sum(sa.func.length(Reflection.document))).where(
        Reflection.account_id == account
    )
    versions = (
        sa.select(sa.func.sum(sa.func.length(Revision.document)))
        .join(Reflection, Reflection.id == Revision.reflection_id)
        .where(Reflection.account_id == account)
    )
    return int(session.scalar(days) or 0) + int(session.scalar(versions) or 0)


def drop_oldest_versions(session: Session, row: Reflection) -> None:
    """Delete the oldest versions of a day that has more than it may."""
    if row.version <= MAX_VERSIONS:
        return
    session.flush()
    oldest_kept = (
        sa.select(Revision.version)
        .where(Revision.reflection_id == row.id)
        .order_by(Revision.version.desc())
        .offset(MAX_VERSIONS - 1)
        .limit(1)
        .scalar_subquery()
    )
    session.execute(
        sa.delete(Revision)
        .where(Revision.reflection_id == row.id, Revision.version < oldest_kept)
        .execution_options(synchronize_session=False)
    )
