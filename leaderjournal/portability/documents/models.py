"""The table of PDFs that wait to be made or downloaded; their options and content are encrypted."""

from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from leaderjournal.kernel.database import Base, new_id
from leaderjournal.kernel.days import Instant


class Document(Base):
    """A PDF of a `period` that is at a `stage`; it is deleted a day after it was requested."""

    __tablename__ = "documents"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), index=True
    )
    period: Mapped[str]
    stage: Mapped[str]
    created_at: Mapped[Instant] = mapped_column(index=True)
    options_encrypted: Mapped[bytes]
    content_encrypted: Mapped[bytes | None] = mapped_column(deferred=True)
