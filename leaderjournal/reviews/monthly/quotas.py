"""How much space the monthly reviews of an account may take: far more than ten years of them."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from leaderjournal.kernel.days import Instant
from leaderjournal.kernel.quotas import QuotaReached, SpaceWatch
from leaderjournal.reviews.monthly.models import MonthlyReview, MonthlyReviewRevision

MOST_BYTES = 100_000_000
"""Encrypted, versions included. A review of 4 kB with fifty versions takes 200 kB."""


space = SpaceWatch()


def check_space(session: Session, account: UUID, size: int, *, now: Instant) -> None:
    """Raise QuotaReached (413) where an account's reviews are full, before adding `size` bytes."""
    if space.was_refused(account, now=now):
        raise _build_refusal()
    if space.is_enough(account, size):
        return
    room = MOST_BYTES - count_bytes(session, account)
    if room < 0:
        space.note_refusal(account, now=now)
        raise _build_refusal()
    space.note_room(account, room)


def count_bytes(session: Session, account: UUID) -> int:
    """Return how many bytes the reviews of an account and their versions take."""
    reviews = sa.select(sa.func.sum(sa.func.length(MonthlyReview.document))).where(
        MonthlyReview.account_id == account
    )
    versions = (
        sa.select(sa.func.sum(sa.func.length(MonthlyReviewRevision.document)))
        .join(MonthlyReview, MonthlyReview.id == MonthlyReviewRevision.review_id)
        .where(MonthlyReview.account_id == account)
    )
    return int(session.scalar(reviews) or 0) + int(session.scalar(versions) or 0)


def _build_refusal() -> QuotaReached:
    return QuotaReached(
        f"Your reviews hold {MOST_BYTES // 1_000_000} MB, the most they may.", status=413
    )
