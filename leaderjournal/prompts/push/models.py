"""The tables of push subscriptions: the current, the removed and the lost ones."""

from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from leaderjournal.kernel.database import Base, new_id
from leaderjournal.kernel.days import Instant


class PushSubscription(Base):
    """A device's endpoint and keys, encrypted; `endpoint_hash` is a keyed hash of the endpoint.

    `endpoint`, `p256dh` and `auth` are empty, except in rows of earlier releases that are not yet
    encrypted. The `last_…` columns hold the time and result of the last message.
    """

    __tablename__ = "push_subscriptions"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), index=True
    )
    endpoint_hash: Mapped[bytes] = mapped_column(unique=True)
    device_encrypted: Mapped[bytes | None]
    endpoint: Mapped[str] = mapped_column(default="")
    p256dh: Mapped[bytes] = mapped_column(default=b"")
    auth: Mapped[bytes] = mapped_column(default=b"")
    device_name: Mapped[str]
    vapid_public_key: Mapped[str]
    created_at: Mapped[Instant]
    last_tried_at: Mapped[Instant | None]
    last_outcome: Mapped[str | None]
    last_status: Mapped[int | None]


class RemovedSubscription(Base):
    """A subscription that its leader removed, so that the device does not subscribe again."""

    __tablename__ = "removed_subscriptions"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), index=True
    )
    removed_at: Mapped[Instant] = mapped_column(index=True)


class LostSubscription(Base):
    """A subscription that its push service ended, so that its leader sees it."""

    __tablename__ = "lost_subscriptions"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), index=True
    )
    device_name: Mapped[str]
    lost_at: Mapped[Instant] = mapped_column(index=True)
