"""Devices are encrypted in the database, and plain rows of earlier releases become so."""

import hashlib
import uuid

import sqlalchemy as sa
from factories import A_BROWSER, create_leader

from leaderjournal.accounts import store as accounts_store
from leaderjournal.kernel import clock
from leaderjournal.kernel.database import db, new_id, write_transaction
from leaderjournal.prompts.push import store
from leaderjournal.prompts.push.models import PushSubscription
from leaderjournal.prompts.push.plain_devices import encrypt_plain_devices
from leaderjournal.prompts.push.rules import parse_device

AT = parse_device(A_BROWSER["endpoint"], **A_BROWSER["keys"])
PLAIN_HASH = hashlib.sha256(AT.endpoint.encode()).digest()


def list_rows(app):
    with app.app_context(), db.engine.connect() as connection:
        return [dict(row) for row in connection.execute(sa.select(PushSubscription)).mappings()]


def insert_plain_row(app, leader):
    """Insert a device as earlier releases stored it."""
    with app.app_context(), write_transaction() as session:
        session.execute(
            sa.insert(PushSubscription).values(
                id=new_id(),
                account_id=uuid.UUID(leader.id),
                endpoint_hash=PLAIN_HASH,
                endpoint=AT.endpoint,
                p256dh=AT.p256dh,
                auth=AT.auth,
                device_name="Chrome on Android",
                vapid_public_key=store.get_vapid_public_key(),
                created_at=clock.now(),
            )
        )


def assert_encrypted(app):
    [row] = list_rows(app)
    raw = b"|".join(v if isinstance(v, bytes) else str(v).encode() for v in row.values())
    for secret in (AT.endpoint.encode(), AT.p256dh, AT.auth, PLAIN_HASH):
        assert secret not in raw
    with app.app_context():
        assert store.get_device(row["account_id"], row["id"]) == AT


def test_device_is_encrypted_and_found_by_its_endpoint(app, client):
    leader = create_leader(client)
    assert leader.call("POST", "/push/subscriptions", A_BROWSER).status_code == 201
    assert_encrypted(app)
    assert leader.call("POST", "/push/subscriptions", A_BROWSER).status_code == 200
    assert_encrypted(app)


def test_plain_device_is_encrypted_once_and_stays_reachable(app, client):
    leader = create_leader(client)
    insert_plain_row(app, leader)
    [before] = list_rows(app)
    with app.app_context():
        assert store.get_device(before["account_id"], before["id"]) == AT
        assert encrypt_plain_devices() == 1
        assert encrypt_plain_devices() == 0
    assert_encrypted(app)
    assert list_rows(app)[0]["id"] == before["id"]
    assert leader.call("POST", "/push/subscriptions", A_BROWSER).status_code == 200


def test_resubscribing_browser_keeps_its_plain_row(app, client):
    leader = create_leader(client)
    insert_plain_row(app, leader)
    assert leader.call("POST", "/push/subscriptions", A_BROWSER).status_code == 200
    assert_encrypted(app)


def test_device_decrypts_only_in_its_own_row_and_account(app, client):
    leader, other = create_leader(client), create_leader(client)
    leader.call("POST", "/push/subscriptions", A_BROWSER)
    with app.app_context():
        row = db.session.scalar(sa.select(PushSubscription))
        theirs = accounts_store.find_ciphers(db.session, [uuid.UUID(other.id)])
        assert store.read_device(row, theirs) is None
        own = accounts_store.find_ciphers(db.session, [uuid.UUID(leader.id)])
        assert store.read_device(row, own) == AT


def test_upgrade_encrypts_plain_devices(app, client):
    leader = create_leader(client)
    insert_plain_row(app, leader)
    assert app.test_cli_runner().invoke(args=["db", "upgrade"]).exit_code == 0
    assert_encrypted(app)
