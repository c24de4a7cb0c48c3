"""The tables of a leader's questions. The texts of own questions are encrypted."""

from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from leaderjournal.kernel.database import Base, new_id
from leaderjournal.kernel.days import Instant, LocalDate


class OwnQuestion(Base):
    """A question that the leader wrote."""

    __tablename__ = "own_questions"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), index=True
    )
    key: Mapped[str]
    behaviour: Mapped[str | None]
    text_encrypted: Mapped[bytes]
    every_days: Mapped[int | None]
    retired: Mapped[bool]
    created_at: Mapped[Instant]


class HiddenQuestion(Base):
    """A question of the catalogue that the leader does not want to be asked."""

    __tablename__ = "hidden_questions"
    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True
    )
    question: Mapped[str] = mapped_column(primary_key=True)


class ServedQuestion(Base):
    """The question of a key on a local day, stored so that it stays the same all day."""

    __tablename__ = "served_questions"
    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True
    )
    local_date: Mapped[LocalDate] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    question: Mapped[str]
    behaviour: Mapped[str | None]


class FocusKey(Base):
    """The key that a month's questions ask about more often; `first_date` is its first day."""

    __tablename__ = "focus_keys"
    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True
    )
    first_date: Mapped[LocalDate] = mapped_column(primary_key=True)
    key: Mapped[str]
