"""The tables of verified addresses. Addresses are encrypted; tokens are stored as hashes only."""

from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from leaderjournal.kernel.database import Base, new_id
from leaderjournal.kernel.days import Instant


class EmailVerification(Base):
    """A link that was sent to an address to verify it: the account's current or next one.

    There is one per account: a newer one replaces it.
    """

    __tablename__ = "email_verifications"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), unique=True
    )
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    email_lookup: Mapped[bytes]
    email_encrypted: Mapped[bytes]
    expires_at: Mapped[Instant] = mapped_column(index=True)


class EmailNotice(Base):
    """A mail to be sent to an address that may no longer be the account's by then."""

    __tablename__ = "email_notices"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[str]
    email_encrypted: Mapped[bytes]
    expires_at: Mapped[Instant] = mapped_column(index=True)
