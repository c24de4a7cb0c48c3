"""The SQL of subscriptions that ended: removed by their leader, or lost to their push service."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa

from leaderjournal.kernel.database import count_changed_rows, db, write_transaction
from leaderjournal.kernel.days import Instant
from leaderjournal.prompts.push.models import LostSubscription, RemovedSubscription

REMOVED_RETENTION = timedelta(days=365)
LOST_RETENTION = timedelta(days=30)
"""How long a lost device is shown to its leader."""


@dataclass(frozen=True, slots=True)
class LostDevice:
    """A device whose subscription its push service ended, and when that was noticed."""

    name: str
    lost_at: Instant


def was_removed(account_id: UUID, subscription_id: UUID) -> bool:
    """Return whether the leader removed this device, rather than its push service."""
    query = sa.select(RemovedSubscription.id).where(
        RemovedSubscription.account_id == account_id, RemovedSubscription.id == subscription_id
    )
    return db.session.scalar(query) is not None


def list_lost_devices(account_id: UUID) -> list[LostDevice]:
    """Return the account's lost devices, the latest first."""
    query = sa.select(LostSubscription).where(LostSubscription.account_id == account_id)
    rows = db.session.scalars(query.order_by(LostSubscription.lost_at.desc()))
    return [LostDevice(row.device_name, row.lost_at) for row in rows]


def delete_old(*, now: Instant) -> int:
    """Delete what is older than REMOVED_RETENTION and LOST_RETENTION; return how many removed."""
    with write_transaction() as session:
        session.execute(
            sa.delete(LostSubscription).where(LostSubscription.lost_at < now - LOST_RETENTION)
        )
        old = RemovedSubscription.removed_at < now - REMOVED_RETENTION
        return count_changed_rows(session, sa.delete(RemovedSubscription).where(old))
