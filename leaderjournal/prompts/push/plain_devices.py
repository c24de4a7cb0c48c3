"""Encrypts the devices that releases before encryption stored in plain."""

from uuid import UUID

import sqlalchemy as sa

from leaderjournal.accounts import store as accounts_store
from leaderjournal.kernel.database import db, write_transaction
from leaderjournal.prompts.push.models import PushSubscription
from leaderjournal.prompts.push.rules import Device
from leaderjournal.prompts.push.store import build_encrypted_columns, hash_endpoint

BATCH = 200


def encrypt_plain_devices() -> int:
    """Encrypt plain devices in small batches; return how many.

    It can be repeated. Devices whose account's key is not configured stay as they are.
    """
    plain = PushSubscription.device_encrypted.is_(None)
    if db.session.scalar(sa.select(PushSubscription.id).where(plain).limit(1)) is None:
        return 0
    hash_endpoint("")  # creates its key, where there is none yet, in a transaction of its own
    done, last = 0, UUID(int=0)
    while True:
        with write_transaction() as session:
            query = sa.select(PushSubscription).where(plain, PushSubscription.id > last)
            rows = session.scalars(
                query.order_by(PushSubscription.id)
                .limit(BATCH)
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
                encrypted = build_encrypted_columns(
                    ciphers[row.account_id], row.endpoint_hash, device
                )
                for column, value in encrypted.items():
                    setattr(row, column, value)
                done += 1
            session.flush()
            session.expunge_all()
