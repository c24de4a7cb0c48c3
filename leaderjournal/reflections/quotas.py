"""How much an account may write: ten years of daily use come to a tenth of it."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from leaderjournal.kernel.quotas import QuotaReached
from leaderjournal.reflections.models import Reflection, Revision

MOST_BYTES = 500_000_000
"""Of days and their versions, encrypted. A day of 2 kB with ten versions takes 30 kB."""
MOST_VERSIONS = 1_000
"""Of one day; the oldest goes for the newest. A long evening's typing makes some hundred."""
LARGE = 8_000
LOOK_EVERY = 10


def check_space(session: Session, row: Reflection) -> None:
    """Raise QuotaReached (413) where the account has written as much as it may.

    Adding up ten years takes longer than a save should: it is done for new days, for long ones, and
    at every tenth version. What slips by is less than the longest save, ten times a day.
    """
    if row.version % LOOK_EVERY <= 1 or len(row.document) >= LARGE:
        check_bytes(session, row.account_id)


def check_bytes(session: Session, account: UUID) -> None:
    """Raise QuotaReached (413) where the account has written as much as it may."""
    if bytes_of(session, account) > MOST_BYTES:
        raise QuotaReached(
            f"Your journal holds {MOST_BYTES // 1_000_000} MB, the most it may. "
            "Export it, and delete days that you no longer need.",
            status=413,
        )


def bytes_of(session: Session, account: UUID) -> int:
    """Return how many bytes the days of an account and their versions take."""
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
    """Let the oldest versions of a day go where it has more than it may."""
    if row.version <= MOST_VERSIONS:
        return
    session.flush()
    oldest_kept = (
        sa.select(Revision.version)
        .where(Revision.reflection_id == row.id)
        .order_by(Revision.version.desc())
        .offset(MOST_VERSIONS - 1)
        .limit(1)
        .scalar_subquery()
    )
    session.execute(
        sa.delete(Revision)
        .where(Revision.reflection_id == row.id, Revision.version < oldest_kept)
        .execution_options(synchronize_session=False)
    )
