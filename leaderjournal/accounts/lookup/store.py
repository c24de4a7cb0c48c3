"""The SQL of the key for look-ups, and the hashes made with it."""

import hmac
from uuid import UUID

from leaderjournal.accounts.lookup.models import LookupKey
from leaderjournal.accounts.rules import normalize_email
from leaderjournal.kernel.context import get_key_encryption
from leaderjournal.kernel.database import db, upsert, write_transaction
from leaderjournal.kernel.encryption import WrappedKey

LOOKUP_OWNER = UUID(int=0)


def hash_email(email: str) -> bytes:
    """Return the keyed hash under which an address is looked up."""
    return hmac.digest(_load_lookup_key(), normalize_email(email).encode(), "sha256")


def hash_for_lookup(kind: str, value: str) -> bytes:
    """Return a hash of `value` for look-ups that nobody can compute without the keys."""
    return hmac.digest(_load_lookup_key(), f"{kind}\0{value}".encode(), "sha256")


def derive_lookup_key(purpose: str) -> bytes:
    """Return a key of the service for one purpose; hashes made with it match no other hash."""
    return hmac.digest(_load_lookup_key(), purpose.encode(), "sha256")


def _load_lookup_key() -> bytes:
    row = db.session.get(LookupKey, 1) or _create_lookup_key()
    return get_key_encryption().unwrap(WrappedKey(row.wrapped_by, row.wrapped), LOOKUP_OWNER)


def _create_lookup_key() -> LookupKey:
    key = get_key_encryption().create_key(LOOKUP_OWNER)
    with write_transaction() as session:
        values = {"id": 1, "wrapped_by": key.wrapped_by, "wrapped": key.wrapped}
        session.execute(upsert(session, LookupKey).values(values).on_conflict_do_nothing())
    return db.session.get_one(LookupKey, 1)
