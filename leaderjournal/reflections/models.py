"""The tables of reflections: a day is one encrypted document; its figures are plain.

Every version that a day had is kept whole.
"""

from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from leaderjournal.kernel.database import Base, new_id
from leaderjournal.kernel.days import Instant, LocalDate


class Reflection(Base):
    """A leader's local day. `written_at` is when it was first written, in `time_zone`.

    `change_id` is the id that a device gave to the change that made this version. Only a search
    reads `search_encrypted`, and the packing of a month for it.
    """

    __tablename__ = "reflections"
    __table_args__ = (UniqueConstraint("account_id", "local_date"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    local_date: Mapped[LocalDate]
    time_zone: Mapped[str]
    written_at: Mapped[Instant]
    saved_at: Mapped[Instant]
    in_time: Mapped[bool]
    version: Mapped[int]
    document: Mapped[bytes]
    completed: Mapped[bool]
    word_count: Mapped[int]
    has_commitment: Mapped[bool]
    deleted_at: Mapped[Instant | None] = mapped_column(index=True)
    change_id: Mapped[UUID | None]
    search_encrypted: Mapped[bytes | None] = mapped_column(deferred=True)


class AnswerFigures(Base):
    """The figures of one answer of a day."""

    __tablename__ = "answers"
    reflection_id: Mapped[UUID] = mapped_column(
        ForeignKey("reflections.id", ondelete="CASCADE"), primary_key=True
    )
    key: Mapped[str] = mapped_column(primary_key=True)
    behaviour: Mapped[str | None]
    question: Mapped[str | None]
    score: Mapped[int | None]
    answered: Mapped[bool]
    in_time: Mapped[bool]


class Revision(Base):
    """A version of a day that a later save replaced.

    `superseded` marks text that another device wrote and that lost against newer words.
    """

    __tablename__ = "revisions"
    __table_args__ = (UniqueConstraint("reflection_id", "version"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    reflection_id: Mapped[UUID] = mapped_column(ForeignKey("reflections.id", ondelete="CASCADE"))
    version: Mapped[int]
    saved_at: Mapped[Instant]
    document: Mapped[bytes]
    change_id: Mapped[UUID | None]
    superseded: Mapped[bool]
