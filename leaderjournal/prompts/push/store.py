"""The SQL of push subscriptions: which devices a leader is reached on."""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from leaderjournal.kernel.context import settings
from leaderjournal.kernel.database import db, new_id, rows_changed, upsert, write_transaction
from leaderjournal.kernel.days import Instant
from leaderjournal.prompts.push.messages import public_key
from leaderjournal.prompts.push.models import PushSubscription, RemovedSubscription
from leaderjournal.prompts.push.rules import Device, Outcome

REMEMBERED_FOR = timedelta(days=365)
MOST_DEVICES = 20
"""How many devices an account may have; one more takes the place of the oldest."""


@dataclass(frozen=True, slots=True)
class KeptDevice:
    """A device as its owner sees it: what was tried last, and what came of it.

    `current_key` tells whether it was made with the key that messages are signed with now.
    """

    id: UUID
    name: str
    current_key: bool
    created_at: Instant
    last_tried_at: Instant | None
    last_outcome: str | None
    last_status: int | None


@dataclass(frozen=True, slots=True)
class Try:
    """What came of one message to a subscription."""

    subscription_id: UUID
    tried_at: Instant
    outcome: Outcome
    status: int | None


def vapid_public_key() -> str:
    """Return the key that browsers subscribe with: base64url of 65 bytes (RFC 8292, 3.2)."""
    return public_key(settings().vapid_private_key)


def devices_of(account_id: UUID) -> list[KeptDevice]:
    """Return the account's devices, the newest first."""
    query = sa.select(PushSubscription).where(PushSubscription.account_id == account_id)
    return [_kept(row) for row in db.session.scalars(query.order_by(PushSubscription.id.desc()))]


def devices_of_other_keys() -> int:
    """Return how many devices subscribed under another key than the one that signs now."""
    query = sa.select(sa.func.count()).where(
        PushSubscription.vapid_public_key != vapid_public_key()
    )
    return db.session.scalar(query.select_from(PushSubscription)) or 0


def device_of(account_id: UUID, subscription_id: UUID) -> Device | None:
    """Return where one of the account's devices is reached."""
    row = db.session.get(PushSubscription, subscription_id)
    return device_in(row) if row is not None and row.account_id == account_id else None


def subscribe(
    account_id: UUID, device: Device, *, name: str, now: Instant
) -> tuple[KeptDevice, bool]:
    """Keep a device; return it and whether it is new to the account.

    A browser has one subscription, whoever is signed in: it belongs to who subscribed last.
    """
    with write_transaction() as session:
        whose = PushSubscription.endpoint_hash == _hash(device.endpoint)
        session.execute(
            sa.delete(PushSubscription).where(whose, PushSubscription.account_id != account_id)
        )
        chosen = {
            "p256dh": device.p256dh,
            "auth": device.auth,
            "device": name,
            "vapid_public_key": vapid_public_key(),
        }
        fresh = {
            "id": new_id(),
            "account_id": account_id,
            "endpoint_hash": _hash(device.endpoint),
            "endpoint": device.endpoint,
            "created_at": now,
        }
        session.execute(
            upsert(session, PushSubscription)
            .values(fresh | chosen)
            .on_conflict_do_update(index_elements=["endpoint_hash"], set_=chosen)
        )
        row = session.scalars(
            sa.select(PushSubscription).where(whose).execution_options(populate_existing=True)
        ).one()
        created = row.id == fresh["id"]
        if created:
            _keep_the_newest(session, account_id)
    return _kept(row), created


def unsubscribe(account_id: UUID, subscription_id: UUID, *, now: Instant) -> bool:
    """Forget one of the account's devices for good; tell whether there was such a one."""
    with write_transaction() as session:
        removed = rows_changed(
            session,
            sa.delete(PushSubscription).where(
                PushSubscription.account_id == account_id, PushSubscription.id == subscription_id
            ),
        )
        if removed:
            session.add(
                RemovedSubscription(id=subscription_id, account_id=account_id, removed_at=now)
            )
    return bool(removed)


def was_removed(account_id: UUID, subscription_id: UUID) -> bool:
    """Tell whether the leader removed this device, rather than its push service."""
    query = sa.select(RemovedSubscription.id).where(
        RemovedSubscription.account_id == account_id, RemovedSubscription.id == subscription_id
    )
    return db.session.scalar(query) is not None


def forget_removed(*, now: Instant) -> int:
    """Forget which devices were removed more than a year ago; return how many."""
    with write_transaction() as session:
        old = RemovedSubscription.removed_at < now - REMEMBERED_FOR
        return rows_changed(session, sa.delete(RemovedSubscription).where(old))


def subscriptions_by_account(
    session: Session, accounts: Collection[UUID]
) -> dict[UUID, list[UUID]]:
    """Return the ids of the subscriptions of each of these accounts.

    They stay until the caller's transaction ends; one that is being removed is left out.
    """
    found: defaultdict[UUID, list[UUID]] = defaultdict(list)
    query = sa.select(PushSubscription.account_id, PushSubscription.id)
    there = query.where(PushSubscription.account_id.in_(accounts)).with_for_update(
        read=True, key_share=True, skip_locked=True
    )
    for account, subscription in session.execute(there):
        found[account].append(subscription)
    return found


def note(session: Session, tries: Iterable[Try]) -> None:
    """Note what came of messages, inside the caller's transaction; forget devices that are gone."""
    # Two workers note in the same order, so that neither waits for a row that the other holds.
    tries = sorted(tries, key=lambda t: t.subscription_id)
    gone = [t.subscription_id for t in tries if t.outcome is Outcome.GONE]
    noted = [
        {
            "noted_id": t.subscription_id,
            "last_tried_at": t.tried_at,
            "last_outcome": t.outcome.value,
            "last_status": t.status,
        }
        for t in tries
        if t.outcome is not Outcome.GONE
    ]
    if noted:
        session.connection().execute(
            sa.update(PushSubscription).where(PushSubscription.id == sa.bindparam("noted_id")),
            noted,
        )
    if gone:
        session.execute(sa.delete(PushSubscription).where(PushSubscription.id.in_(gone)))


def device_in(row: PushSubscription) -> Device:
    """Return where the device of a row is reached."""
    return Device(row.endpoint, row.p256dh, row.auth)


def _keep_the_newest(session: Session, account_id: UUID) -> None:
    newest = (
        sa.select(PushSubscription.id)
        .where(PushSubscription.account_id == account_id)
        .order_by(PushSubscription.id.desc())
        .limit(MOST_DEVICES)
    )
    session.execute(
        sa.delete(PushSubscription).where(
            PushSubscription.account_id == account_id,
            PushSubscription.id.not_in(list(session.scalars(newest))),
        )
    )


def _kept(row: PushSubscription) -> KeptDevice:
    return KeptDevice(
        id=row.id,
        name=row.device,
        current_key=row.vapid_public_key == vapid_public_key(),
        created_at=row.created_at,
        last_tried_at=row.last_tried_at,
        last_outcome=row.last_outcome,
        last_status=row.last_status,
    )


def _hash(endpoint: str) -> bytes:
    return hashlib.sha256(endpoint.encode()).digest()
