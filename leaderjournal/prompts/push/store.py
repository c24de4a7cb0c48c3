"""The SQL of push subscriptions: the devices on which a leader gets prompts."""

import hashlib
import hmac
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
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
from leaderjournal.kernel.readings import Reading
from leaderjournal.prompts.push.encryption import decrypt_device, encrypt_device
from leaderjournal.prompts.push.messages import derive_public_key
from leaderjournal.prompts.push.models import (
    LostSubscription,
    PushSubscription,
    RemovedSubscription,
)
from leaderjournal.prompts.push.rules import Device

MAX_DEVICES = 20
"""How many devices an account can have; one more replaces the oldest."""


@dataclass(frozen=True, slots=True)
class DeviceStatus:
    """A device as its owner sees it, with the result of the last message.

    `current_key` tells whether it subscribed with the VAPID key that signs messages now.
    """

    id: UUID
    name: str
    current_key: bool
    created_at: Instant
    last_tried_at: Instant | None
    last_outcome: str | None
    last_status: int | None


class EndpointTaken(Exception):
    """Another account has this endpoint, with keys that the caller did not give."""


DEVICES = Reading(
    sa.select(
        PushSubscription.id,
        PushSubscription.device_name,
        PushSubscription.vapid_public_key,
        PushSubscription.created_at,
        PushSubscription.last_tried_at,
        PushSubscription.last_outcome,
        PushSubscription.last_status,
    )
    .where(PushSubscription.account_id == sa.bindparam("account"))
    .order_by(PushSubscription.id.desc())
)


def get_vapid_public_key() -> str:
    """Return the key that browsers subscribe with: base64url of 65 bytes (RFC 8292, 3.2)."""
    return derive_public_key(get_settings().vapid_private_key)


def list_devices(account_id: UUID) -> list[DeviceStatus]:
    """Return the account's devices, the newest first."""
    return [_read_status(row) for row in DEVICES.read(db.session, account=account_id)]


def count_devices_with_other_keys() -> int:
    """Return how many devices subscribed with another VAPID key than the one that signs now."""
    query = sa.select(sa.func.count()).where(
        PushSubscription.vapid_public_key != get_vapid_public_key()
    )
    return db.session.scalar(query.select_from(PushSubscription)) or 0


def get_device(account_id: UUID, subscription_id: UUID) -> Device | None:
    """Return the endpoint and keys of one of the account's devices."""
    row = db.session.get(PushSubscription, subscription_id)
    if row is None or row.account_id != account_id:
        return None
    return read_device(row, accounts_store.find_ciphers(db.session, [account_id]))


def lock_subscriptions(session: Session, accounts: Collection[UUID]) -> dict[UUID, list[UUID]]:
    """Return the ids of the subscriptions of each of these accounts.

    They stay until the caller's transaction ends. A subscription that is being removed is left out.
    """
    found: defaultdict[UUID, list[UUID]] = defaultdict(list)
    query = sa.select(PushSubscription.account_id, PushSubscription.id)
    rows = session.execute(
        query.where(PushSubscription.account_id.in_(accounts)).with_for_update(
            read=True, key_share=True, skip_locked=True
        )
    )
    for account, subscription in rows:
        found[account].append(subscription)
    return found


def subscribe(
    account_id: UUID, device: Device, *, name: str, now: Instant
) -> tuple[DeviceStatus, bool]:
    """Save a device; return it and whether it is new to the account.

    A browser has one subscription, whoever is signed in: it belongs to the account that subscribed
    last. Raises EndpointTaken where another account has this endpoint with other keys: the owner of
    the browser has its keys, and somebody who has merely learned the endpoint does not.
    """
    endpoint_hash = hash_endpoint(device.endpoint)
    with write_transaction() as session:
        unkeyed = PushSubscription.endpoint_hash == _hash_without_key(device.endpoint)
        session.execute(
            sa.update(PushSubscription).where(unkeyed).values(endpoint_hash=endpoint_hash)
        )
        _take_from_others(session, account_id, endpoint_hash, device)
        cipher = accounts_store.find_ciphers(session, [account_id])[account_id]
        row, created = _upsert(
            session,
            {
                "id": new_id(),
                "account_id": account_id,
                "endpoint_hash": endpoint_hash,
                "created_at": now,
            },
            {
                **build_encrypted_columns(cipher, endpoint_hash, device),
                "device_name": name,
                "vapid_public_key": get_vapid_public_key(),
            },
        )
        # A lost device of this name is back.
        session.execute(
            sa.delete(LostSubscription).where(
                LostSubscription.account_id == account_id, LostSubscription.device_name == name
            )
        )
        if created:
            _delete_oldest(session, account_id)
    return _read_status(row), created


def unsubscribe(account_id: UUID, subscription_id: UUID, *, now: Instant) -> bool:
    """Delete one of the account's devices and remember it as removed; return whether it existed."""
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


def read_device(row: PushSubscription, ciphers: Mapping[UUID, Cipher]) -> Device | None:
    """Return the endpoint and keys of a row; None where its account's key is not configured."""
    if row.device_encrypted is None:
        return Device(row.endpoint, row.p256dh, row.auth)
    cipher = ciphers.get(row.account_id)
    return decrypt_device(cipher, row.endpoint_hash, row.device_encrypted) if cipher else None


def hash_endpoint(endpoint: str) -> bytes:
    """Return the keyed hash by which a device is found; nobody can test endpoints against it."""
    return hash_for_lookup("push endpoint", endpoint)


def build_encrypted_columns(cipher: Cipher, endpoint_hash: bytes, device: Device) -> dict[str, Any]:
    """Return the columns of a device: all of it encrypted, and the plain ones empty."""
    return {
        "device_encrypted": encrypt_device(cipher, endpoint_hash, device),
        "endpoint": "",
        "p256dh": b"",
        "auth": b"",
    }


def _take_from_others(
    session: Session, account_id: UUID, endpoint_hash: bytes, device: Device
) -> None:
    """Remove the device from another account. Raises EndpointTaken where the keys differ."""
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


def _upsert(
    session: Session, new: dict[str, Any], changes: dict[str, Any]
) -> tuple[PushSubscription, bool]:
    """Insert a subscription, or change the account's own; return it and whether it was inserted.

    Raises EndpointTaken where another account has taken the endpoint at the same moment.
    """
    session.execute(
        upsert(session, PushSubscription)
        .values(new | changes)
        .on_conflict_do_update(
            index_elements=["endpoint_hash"],
            set_=changes,
            where=PushSubscription.account_id == new["account_id"],
        )
    )
    row = session.scalars(
        sa.select(PushSubscription)
        .where(PushSubscription.endpoint_hash == new["endpoint_hash"])
        .execution_options(populate_existing=True)
    ).one()
    if row.account_id != new["account_id"]:
        raise EndpointTaken
    return row, row.id == new["id"]


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


def _read_status(row: Any) -> DeviceStatus:
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
    """Return the hash by which releases before encryption found a device."""
    return hashlib.sha256(endpoint.encode()).digest()
