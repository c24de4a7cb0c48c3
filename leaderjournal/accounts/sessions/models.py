"""The tables of browser sessions. Tokens are stored as hashes only."""

from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from leaderjournal.kernel.database import Base, new_id
from leaderjournal.kernel.days import Instant


class BrowserSession(Base):
    """A session of a browser that is signed in."""

    __tablename__ = "browser_sessions"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), index=True
    )
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    device: Mapped[str]
    created_at: Mapped[Instant]
    last_seen_at: Mapped[Instant]
    expires_at: Mapped[Instant] = mapped_column(index=True)


class EndedSession(Base):
    """A session that was ended on purpose rather than by time. It does not say whose it was."""

    __tablename__ = "ended_sessions"
    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    ended_at: Mapped[Instant] = mapped_column(index=True)
