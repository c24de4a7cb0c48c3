"""The table of password resets. Tokens are stored as hashes only."""

from uuid import UUID

from sqlalchemy import ForeignKey, false
from sqlalchemy.orm import Mapped, mapped_column

from leaderjournal.kernel.database import Base, new_id
from leaderjournal.kernel.days import Instant


class PasswordReset(Base):
    """A link to set a new password. It works once, and a newer one of the account replaces it."""

    __tablename__ = "password_resets"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), index=True, unique=True
    )
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    mailed: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether it was sent to the account's address and shown to nobody else."""
    expires_at: Mapped[Instant] = mapped_column(index=True)
