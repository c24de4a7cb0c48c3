"""The table of the practice log: contents are encrypted, kinds and days are plain."""

from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from leaderjournal.kernel.database import Base
from leaderjournal.kernel.days import Instant, LocalDate


class LogEntry(Base):
    """An entry of one of the kinds in `practice_log.entries.rules`.

    The client may have made its id, which is unique within the account only, so that nobody learns
    the ids of another account. The result of a commitment in a reflection has the reflection's id.
    """

    __tablename__ = "log_entries"
    __table_args__ = (
        Index("ix_log_entries_account_id_kind_local_date", "account_id", "kind", "local_date"),
        Index("ix_log_entries_account_id_follow_up_from", "account_id", "follow_up_from"),
    )
    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    local_date: Mapped[LocalDate]
    version: Mapped[int]
    saved_at: Mapped[Instant]
    document: Mapped[bytes]
    follow_up_from: Mapped[LocalDate | None]
    """The due day of an open commitment."""
    deleted_at: Mapped[Instant | None] = mapped_column(index=True)
    """When it was deleted; the trash keeps it for 30 days, hidden from everything else."""
