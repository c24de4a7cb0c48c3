"""The table of letters: the leaders who get one, and when the next is due."""

from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from leaderjournal.kernel.database import Base
from leaderjournal.kernel.days import Instant, LocalDate


class FortnightlyLetter(Base):
    """A leader who gets the letter; `with_words` adds a line of their own to it."""

    __tablename__ = "fortnightly_letters"
    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True
    )
    with_words: Mapped[bool]
    next_date: Mapped[LocalDate]
    next_due_at: Mapped[Instant] = mapped_column(index=True)
