"""The SQL of push subscriptions: which devices a leader is reached on."""

import hashlib
import hmac
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from leaderjournal.accounts import store as accounts_store
from leaderjournal.accounts.lookup.store import hash_for_lookup
from leaderjournal.kernel.context import get_settings
from leaderjournal.kernel.database import count_changed_rows, db, new_id, upsert, write_transaction
from leaderjournal.kernel.days import Instant
from leaderjournal.kernel.encryption import Cipher
from leaderjournal.prompts.push.encryption import decrypt_device, encrypt_device
from leaderjournal.prompts.push.messages import derive_public_key
from leaderjournal.prompts.push.models import (
    LostSubscription,
    PushSubscription,
    RemovedSubscription,
)
from leaderjournal.prompts.push.rules import Device, Outcome

REMOVED_RETENTION = timedelta(days=365)
ENCRYPT_BATCH = 200
LOST_RETENTION = timedelta(days=30)
"""How long a leader is told of a device that its push service ended."""
MAX_DEVICES = 20
"""How many devices an account may have; one more takes the place of the oldest."""


@dataclass(frozen=True, slots=True)
class DeviceStatus:
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
class LostDevice:
    """A device that its push service ended, and when that was noticed."""

    name: str
    lost_at: Instant


@dataclass(frozen=True, slots=True)
class AttemptResult:
    """What came of one message to a subscription."""

    subscription_id: UUID
    tried_at: Instant
    outcome: Outcome
    status: int | None


class EndpointTaken(Exception):
    """Another account has this endpoint, with keys that the caller did not give."""


def get_vapid_public_key() -> str:
    """Return the key that browsers subscribe with: base64url of 65 bytes (RFC 8292, 3.2)."""
    return derive_public_key(get_settings().vapid_private_key)


def list_devices(account_id: UUID) -> list[DeviceStatus]:
    """Return the account's devices, the newest first."""
    query = sa.select(PushSubscription).where(PushSubscription.account_id == account_id)
    return [
        _read_status(row) for row in db.session.scalars(query.order_by(PushSubscription.id.desc()))
    ]


def count_devices_with_other_keys() -> int:
    """Return how many devices subscribed under another key than the one that signs now."""
    query = sa.select(sa.func.count()).where(
        PushSubscription.vapid_public_key != get_vapid_public_key()
    )
    return db.session.scalar(query.select_from(PushSubscription)) or 0


def get_device(account_id: UUID, subscription_id: UUID) -> Device | None:
    """Return where one of the account's devices is reached."""
    row = db.session.get(PushSubscription, subscription_id)
    if row is None or row.account_id != account_id:
        return None
    return read_device(row, accounts_store.find_ciphers(db.session, [account_id]))


def subscribe(
    account_id: UUID, device: Device, *, name: str, now: Instant
) -> tuple[DeviceStatus, bool]:
    """Keep a device; return it and whether it is new to the account.

    A browser has one subscription, whoever is signed in: it belongs to who subscribed last. Raises
    EndpointTaken where another account has this endpoint with other keys: who holds the browser
    has its keys, and who has merely learned the endpoint has not.
    """
    endpoint_hash = hash_endpoint(device.endpoint)
    with write_transaction() as session:
        whose = PushSubscription.endpoint_hash == endpoint_hash
        earlier = PushSubscription.endpoint_hash == _hash_without_key(device.endpoint)
        session.execute(
            sa.update(PushSubscription).where(earlier).values(endpoint_hash=endpoint_hash)
        )
        _take_from_others(session, account_id, endpoint_hash, device)
        cipher = accounts_store.find_ciphers(session, [account_id])[account_id]
        chosen = {
            **_build_encrypted_columns(cipher, endpoint_hash, device),
            "device_name": name,
            "vapid_public_key": get_vapid_public_key(),
        }
        fresh = {
            "id": new_id(),
            "account_id": account_id,
            "endpoint_hash": endpoint_hash,
            "created_at": now,
        }
        session.execute(
            upsert(session, PushSubscription)
            .values(fresh | chosen)
            .on_conflict_do_update(
                index_elements=["endpoint_hash"],
                set_=chosen,
                where=PushSubscription.account_id == account_id,
            )
        )
        row = session.scalars(
            sa.select(PushSubscription).where(whose).execution_options(populate_existing=True)
        ).one()
        if row.account_id != account_id:  # another account took it at the same moment
            raise EndpointTaken
        created = row.id == fresh["id"]
        # It is back: nothing is left to tell.
        session.execute(
            sa.delete(LostSubscription).where(
                LostSubscription.account_id == account_id, LostSubscription.device_name == name
            )
        )
        if created:
            _delete_oldest(session, account_id)
    return _read_status(row), created


def _take_from_others(
    session: Session, account_id: UUID, endpoint_hash: bytes, device: Device
) -> None:
    """Remove the device from another account. Raises EndpointTaken where its keys are others."""
    query = sa.select(PushSubscription).where(
        PushSubscription.endpoint_hash == endpoint_hash, PushSubscription.account_id != account_id
    )
    row = session.scalar(query.with_for_update().execution_options(populate_existing=True))
    if row is None:
        return
    stored = read_device(row, accounts_store.find_ciphers(session, [row.account_id]))
    if stored is None or not _have_same_keys(stored, device):
        raise EndpointTaken
    session.delete(row)
    session.flush()


def _have_same_keys(one: Device, other: Device) -> bool:
    keys = one.p256dh + one.auth, other.p256dh + other.auth  # of fixed lengths
    return hmac.compare_digest(*keys)


def unsubscribe(account_id: UUID, subscription_id: UUID, *, now: Instant) -> bool:
    """Forget one of the account's devices for good; tell whether there was such a one."""
    with write_transaction() as session:
        removed = count_changed_rows(
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


def list_lost_devices(account_id: UUID) -> list[LostDevice]:
    """Return the account's devices that their push services ended, the latest first."""
    query = sa.select(LostSubscription).where(LostSubscription.account_id == account_id)
    rows = db.session.scalars(query.order_by(LostSubscription.lost_at.desc()))
    return [LostDevice(row.device_name, row.lost_at) for row in rows]


def delete_old_removals(*, now: Instant) -> int:
    """Forget devices removed more than a year ago, or lost a month ago; return how many removed."""
    with write_transaction() as session:
        session.execute(
            sa.delete(LostSubscription).where(LostSubscription.lost_at < now - LOST_RETENTION)
        )
        old = RemovedSubscription.removed_at < now - REMOVED_RETENTION
        return count_changed_rows(session, sa.delete(RemovedSubscription).where(old))


def lock_subscriptions(session: Session, accounts: Collection[UUID]) -> dict[UUID, list[UUID]]:
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


def record_attempts(session: Session, tries: Iterable[AttemptResult]) -> None:
    """Note what came of messages, inside the caller's transaction; forget devices that are gone."""
    # Two workers note in the same order, so that neither waits for a row that the other holds.
    tries = sorted(tries, key=lambda t: t.subscription_id)
    gone = {t.subscription_id: t.tried_at for t in tries if t.outcome is Outcome.GONE}
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
        lost = session.execute(
            sa.delete(PushSubscription)
            .where(PushSubscription.id.in_(list(gone)))
            .returning(
                PushSubscription.id, PushSubscription.account_id, PushSubscription.device_name
            )
        ).all()
        session.add_all(
            LostSubscription(id=id_, account_id=account, device_name=name, lost_at=gone[id_])
            for id_, account, name in lost
        )


def read_device(row: PushSubscription, ciphers: Mapping[UUID, Cipher]) -> Device | None:
    """Return where the device of a row is reached; None where its account's key is not here."""
    if row.device_encrypted is None:
        return Device(row.endpoint, row.p256dh, row.auth)
    cipher = ciphers.get(row.account_id)
    return decrypt_device(cipher, row.endpoint_hash, row.device_encrypted) if cipher else None


def encrypt_plain_devices() -> int:
    """Encrypt the devices that earlier releases kept in plain, in small batches; return how many.

    Harmless to repeat. Those whose account's key is not configured stay as they are.
    """
    plain = PushSubscription.device_encrypted.is_(None)
    if db.session.scalar(sa.select(PushSubscription.id).where(plain).limit(1)) is None:
        return 0
    hash_endpoint("")  # its key, where there is none yet, is made in a transaction of its own
    done, last = 0, UUID(int=0)
    while True:
        with write_transaction() as session:
            query = sa.select(PushSubscription).where(plain, PushSubscription.id > last)
            rows = session.scalars(
                query.order_by(PushSubscription.id)
                .limit(ENCRYPT_BATCH)
                .with_for_update(skip_locked=True)
                .execution_options(populate_existing=True)
            ).all()
            if not rows:
                return done
            last = rows[-1].id
            ciphers = accounts_store.find_ciphers(session, {row.account_id for row in rows})
            for row in rows:
                if row.account_id not in ciphers:
                    continue
                device = Device(row.endpoint, row.p256dh, row.auth)
                row.endpoint_hash = hash_endpoint(device.endpoint)
                encrypted = _build_encrypted_columns(
                    ciphers[row.account_id], row.endpoint_hash, device
                )
                for column, value in encrypted.items():
                    setattr(row, column, value)
                done += 1
            session.flush()
            session.expunge_all()


def hash_endpoint(endpoint: str) -> bytes:
    """Return the hash by which a device is found: without the key nobody can try addresses."""
    return hash_for_lookup("push endpoint", endpoint)


def _build_encrypted_columns(
    cipher: Cipher, endpoint_hash: bytes, device: Device
) -> dict[str, Any]:
    """Return the columns of a device: all of it encrypted, and nothing in the plain ones."""
    return {
        "device_encrypted": encrypt_device(cipher, endpoint_hash, device),
        "endpoint": "",
        "p256dh": b"",
        "auth": b"",
    }


def _delete_oldest(session: Session, account_id: UUID) -> None:
    newest = (
        sa.select(PushSubscription.id)
        .where(PushSubscription.account_id == account_id)
        .order_by(PushSubscription.id.desc())
        .limit(MAX_DEVICES)
    )
    session.execute(
        sa.delete(PushSubscription).where(
            PushSubscription.account_id == account_id,
            PushSubscription.id.not_in(list(session.scalars(newest))),
        )
    )


def _read_status(row: PushSubscription) -> DeviceStatus:
    return DeviceStatus(
        id=row.id,
        name=row.device_name,
        current_key=row.vapid_public_key == get_vapid_public_key(),
        created_at=row.created_at,
        last_tried_at=row.last_tried_at,
        last_outcome=row.last_outcome,
        last_status=row.last_status,
    )


def _hash_without_key(endpoint: str) -> bytes:
    """Return the hash by which earlier releases found a device."""
    return hashlib.sha256(endpoint.encode()).digest()
