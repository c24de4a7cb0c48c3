"""The table of accounts. What a leader typed is encrypted."""

from datetime import time
from uuid import UUID

from sqlalchemy import Time, text
from sqlalchemy.orm import Mapped, mapped_column

from leaderjournal.kernel.database import Base, new_id
from leaderjournal.kernel.days import Instant, LocalDate


class Account(Base):
    """A leader's account and its data key."""

    __tablename__ = "accounts"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    email_lookup: Mapped[bytes] = mapped_column(unique=True)
    email_encrypted: Mapped[bytes]
    email_verified_at: Mapped[Instant | None]
    """When its owner followed a link that was sent to the present address."""
    name_encrypted: Mapped[bytes]
    password_hash: Mapped[str]
    time_zone: Mapped[str]
    day_starts_at: Mapped[time] = mapped_column(Time)
    language: Mapped[str]
    joined_on: Mapped[LocalDate]
    cache_version: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    """Goes up when a name goes from every text: devices drop copies of an earlier version."""
    closed_tips: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    """The bits of `tips.rules.Tip` that the leader has closed."""
    created_at: Mapped[Instant]
    suspended_at: Mapped[Instant | None]
    """Since when the operator lets nobody in; nothing of the account is lost."""
    key_wrapped_by: Mapped[str]
    key_wrapped: Mapped[bytes]
