"""The table of invitations. The invited address is stored as a keyed hash, the token as a hash."""

from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from leaderjournal.kernel.database import Base, new_id
from leaderjournal.kernel.days import Instant


class Invitation(Base):
    """An invitation that has not been used. There is one per address, and it works once."""

    __tablename__ = "invitations"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    email_lookup: Mapped[bytes] = mapped_column(unique=True)
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    mailed: Mapped[bool]
    """Whether it was only mailed, so that whoever uses it reads that address."""
    created_at: Mapped[Instant]
    expires_at: Mapped[Instant] = mapped_column(index=True)
