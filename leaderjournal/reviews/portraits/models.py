"""The table of portraits."""

from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from leaderjournal.kernel.database import Base


class PortraitRow(Base):
    """The portrait of an account's `period`, such as 2026-11 or 2026, as two encrypted documents.

    The words are many times as long as the passages, and not always needed.
    """

    __tablename__ = "portraits"
    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True
    )
    period: Mapped[str] = mapped_column(primary_key=True)
    passages_encrypted: Mapped[bytes]
    words_encrypted: Mapped[bytes]
