"""The tables of the second factor. The secret is encrypted; recovery codes are stored as hashes."""

from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from leaderjournal.kernel.database import Base, new_id
from leaderjournal.kernel.days import Instant


class SecondFactor(Base):
    """The authenticator app of an account; it counts once its first code was entered."""

    __tablename__ = "second_factors"
    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True
    )
    secret_encrypted: Mapped[bytes]
    started_at: Mapped[Instant]
    confirmed_at: Mapped[Instant | None]
    last_step: Mapped[int | None] = mapped_column(BigInteger)
    """The time step of the code that was used last; no code of it or before works again."""


class RecoveryCode(Base):
    """A code that signs in once, where the app is not at hand."""

    __tablename__ = "recovery_codes"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), index=True
    )
    code_hash: Mapped[bytes] = mapped_column(unique=True)
