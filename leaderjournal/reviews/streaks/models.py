"""The table of streak checkpoints."""

from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from leaderjournal.kernel.database import Base
from leaderjournal.kernel.days import LocalDate


class StreakCheckpoint(Base):
    """The streaks and the steadiness of an account at the end of a month, encrypted."""

    __tablename__ = "streak_checkpoints"
    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True
    )
    through_date: Mapped[LocalDate] = mapped_column(primary_key=True)
    state_encrypted: Mapped[bytes]
