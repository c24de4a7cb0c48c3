"""How much an account may write in monthly reviews: far more than ten years of them."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from leaderjournal.kernel.quotas import QuotaReached
from leaderjournal.reviews.monthly.models import MonthlyReview, MonthlyReviewRevision

MOST_BYTES = 100_000_000
"""Of reviews and their versions, encrypted. A review of 4 kB with fifty versions takes 200 kB."""


def check_space(session: Session, account: UUID) -> None:
    """Raise QuotaReached (413) where the account has written as much as it may."""
    reviews = sa.select(sa.func.sum(sa.func.length(MonthlyReview.document))).where(
        MonthlyReview.account_id == account
    )
    versions = (
        sa.select(sa.func.sum(sa.func.length(MonthlyReviewRevision.document)))
        .join(MonthlyReview, MonthlyReview.id == MonthlyReviewRevision.review_id)
        .where(MonthlyReview.account_id == account)
    )
    kept = int(session.scalar(reviews) or 0) + int(session.scalar(versions) or 0)
    if kept > MOST_BYTES:
        raise QuotaReached(
            f"Your reviews hold {MOST_BYTES // 1_000_000} MB, the most they may.", status=413
        )
