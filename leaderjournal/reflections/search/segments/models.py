"""The table of search segments."""

from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from leaderjournal.kernel.database import Base
from leaderjournal.kernel.days import LocalDate

IS_OPEN = text("words_encrypted IS NULL")


class SearchSegment(Base):
    """A calendar month that has days; `first_date` is its first.

    While the month is open, the rest is NULL, and its days are searched in their own rows. Once it
    is closed, it holds all of them, packed and encrypted. The words are before the days: SQLite
    reads a row from its beginning to the last column that is asked for.
    """

    __tablename__ = "search_segments"
    __table_args__ = (
        Index(
            "ix_search_segments_open",
            "account_id",
            "first_date",
            postgresql_where=IS_OPEN,
            sqlite_where=IS_OPEN,
        ),
    )
    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True
    )
    first_date: Mapped[LocalDate] = mapped_column(primary_key=True)
    words_encrypted: Mapped[bytes | None]
    days_encrypted: Mapped[bytes | None]
