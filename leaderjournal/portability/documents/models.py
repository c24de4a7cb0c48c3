"""The table of documents that are being typeset or wait to be fetched; all encrypted."""

from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from leaderjournal.kernel.database import Base, new_id
from leaderjournal.kernel.days import Instant


class Document(Base):
    """A PDF of a `period`; `stage` says how far it is. It goes a day after it was asked for."""

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
