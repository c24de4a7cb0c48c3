"""The table of API tokens. Labels are encrypted; tokens are stored as hashes only."""

from uuid import UUID

from sqlalchemy import ForeignKey, text
from sqlalchemy.orm import Mapped, mapped_column

from leaderjournal.kernel.database import Base, new_id
from leaderjournal.kernel.days import Instant


class ApiToken(Base):
    """A token with which another program acts for the leader."""

    __tablename__ = "api_tokens"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), index=True
    )
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    label_encrypted: Mapped[bytes]
    scopes: Mapped[str] = mapped_column(server_default=text("'read write export'"))
    """What it may do: words of `scopes.Scope` with a space between."""
    created_at: Mapped[Instant]
    last_used_at: Mapped[Instant | None]
    expires_at: Mapped[Instant] = mapped_column(index=True)
