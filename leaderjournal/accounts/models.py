"""The tables of accounts. What a leader typed is encrypted; tokens are kept as hashes only."""

from datetime import time
from uuid import UUID

from sqlalchemy import ForeignKey, Time, false, text
from sqlalchemy.orm import Mapped, mapped_column

from leaderjournal.kernel.database import Base, new_id
from leaderjournal.kernel.days import Instant, LocalDate


class LookupKey(Base):
    """The one key with which e-mail addresses are hashed for look-up, wrapped."""

    __tablename__ = "lookup_keys"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    wrapped_by: Mapped[str]
    wrapped: Mapped[bytes]


class Account(Base):
    """A leader's account and its data key."""

    __tablename__ = "accounts"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    email_lookup: Mapped[bytes] = mapped_column(unique=True)
    email_encrypted: Mapped[bytes]
    email_verified_at: Mapped[Instant | None]
    """When its owner followed a link that was sent to the present address."""
    name_encrypted: Mapped[bytes]
    password_hash: Mapped[str]
    time_zone: Mapped[str]
    day_starts_at: Mapped[time] = mapped_column(Time)
    language: Mapped[str]
    joined_on: Mapped[LocalDate]
    cache_version: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    """Goes up when a name goes from every text: devices drop copies of an earlier version."""
    created_at: Mapped[Instant]
    suspended_at: Mapped[Instant | None]
    """Since when the operator lets nobody in; nothing of the account is lost."""
    key_wrapped_by: Mapped[str]
    key_wrapped: Mapped[bytes]


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
    """A session that was ended on purpose, not by time. Nothing says whose it was."""

    __tablename__ = "ended_sessions"
    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    ended_at: Mapped[Instant] = mapped_column(index=True)


class ApiToken(Base):
    """A token with which another program acts for the leader."""

    __tablename__ = "api_tokens"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), index=True
    )
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    label_encrypted: Mapped[bytes]
    created_at: Mapped[Instant]
    expires_at: Mapped[Instant] = mapped_column(index=True)


class PasswordReset(Base):
    """A way back in; it works once, and a newer one of the account takes its place."""

    __tablename__ = "password_resets"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), index=True, unique=True
    )
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    mailed: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether it went to the account's address and nowhere else."""
    expires_at: Mapped[Instant] = mapped_column(index=True)
