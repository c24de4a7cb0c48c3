"""The tables of monthly reviews: each version is one encrypted document."""

from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from leaderjournal.kernel.database import Base, new_id
from leaderjournal.kernel.days import Instant


class MonthlyReview(Base):
    """A leader's review of a `month`, such as 2026-11. `written_at` is when it was first saved."""

    __tablename__ = "monthly_reviews"
    __table_args__ = (UniqueConstraint("account_id", "month"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    month: Mapped[str]
    written_at: Mapped[Instant]
    saved_at: Mapped[Instant]
    version: Mapped[int]
    document: Mapped[bytes]


class MonthlyReviewRevision(Base):
    """A version of a monthly review that a later save replaced."""

    __tablename__ = "monthly_review_revisions"
    __table_args__ = (UniqueConstraint("review_id", "version"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    review_id: Mapped[UUID] = mapped_column(ForeignKey("monthly_reviews.id", ondelete="CASCADE"))
    version: Mapped[int]
    saved_at: Mapped[Instant]
    document: Mapped[bytes]
