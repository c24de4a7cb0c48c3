"""The tables of a leader's practice calendar."""

from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from leaderjournal.kernel.database import Base, new_id
from leaderjournal.kernel.days import LocalDate


class PracticeDaysChange(Base):
    """The practice weekdays from a local date on, as digits from 1 (Monday) to 7 (Sunday)."""

    __tablename__ = "practice_days_changes"
    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True
    )
    effective_from: Mapped[LocalDate] = mapped_column(primary_key=True)
    weekdays: Mapped[str]


class PauseRow(Base):
    """A pause: local days, both ends included, on which nothing is expected."""

    __tablename__ = "pauses"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), index=True
    )
    first_date: Mapped[LocalDate]
    last_date: Mapped[LocalDate | None]


class ShortDay(Base):
    """A local day that a change of zone cut short, so that nothing is expected on it."""

    __tablename__ = "short_days"
    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True
    )
    local_date: Mapped[LocalDate] = mapped_column(primary_key=True)
