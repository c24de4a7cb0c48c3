"""The SQL of addresses that want no mail, and the token by which one says so.

Every mail that a leader has sent to somebody else asks `has_opted_out` first and carries
`opt_out_url`. Mails about an account of one's own, or from the operator, are no such mails.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from uuid import UUID

import sqlalchemy as sa

from leaderjournal.accounts import store as accounts_store
from leaderjournal.accounts.mail_opt_outs.models import MailOptOut
from leaderjournal.accounts.mail_opt_outs.rules import receiver_of
from leaderjournal.accounts.models import Account
from leaderjournal.kernel.context import settings
from leaderjournal.kernel.database import db, upsert, write_transaction
from leaderjournal.kernel.encryption import Cipher, DecryptionFailed

HASH, TOKEN = "mail-opt-out", "mail-opt-out-token"
"""What the derived keys are for: the hash that is stored, and the token in a mail."""
PLACE = {"table": "mail_opt_outs", "column": "token", "row": "address_hash"}


def opt_out_url(address: str) -> str:
    """Return the address of the page on which whoever has `address` ends all such mails.

    The token in it holds the keyed hash of the address, encrypted, another one each time: it says
    nothing to those who see it and needs no row. It does not expire, and outlives SECRET_KEY.
    """
    token = urlsafe_b64encode(_cipher().encrypt_bytes(_hash_of(address), **PLACE))
    return f"{settings().public_url}/mail/never/{token.decode().rstrip('=')}"


def has_opted_out(address: str) -> bool:
    """Tell whether an address wants no mail that somebody else asks for."""
    query = sa.select(MailOptOut.address_hash).where(MailOptOut.address_hash == _hash_of(address))
    return db.session.scalar(query) is not None


def is_token(token: str) -> bool:
    """Tell whether a token was made here."""
    return _read(token) is not None


def opt_out(token: str) -> bool:
    """Send no more such mail to the address that a token is of; False where it is no token."""
    address_hash = _read(token)
    if address_hash is None:
        return False
    with write_transaction() as session:
        row = upsert(session, MailOptOut).values(address_hash=address_hash)
        session.execute(row.on_conflict_do_nothing())
    return True


def opt_in(token: str) -> bool:
    """Undo `opt_out`; False where it is no token."""
    address_hash = _read(token)
    if address_hash is None:
        return False
    with write_transaction() as session:
        session.execute(sa.delete(MailOptOut).where(MailOptOut.address_hash == address_hash))
    return True


def may_write_to_others(account_id: UUID | None = None) -> sa.Select[UUID]:
    """Return a query of the accounts that may have mail sent to others, or of one of them.

    Their own address is proven, and they are not suspended.
    """
    query = sa.select(Account.id).where(
        Account.email_verified_at.is_not(None), Account.suspended_at.is_(None)
    )
    return query if account_id is None else query.where(Account.id == account_id)


def _hash_of(address: str) -> bytes:
    key = accounts_store.derive_lookup_key(HASH)
    return hmac.digest(key, receiver_of(address).encode(), "sha256")


def _read(token: str) -> bytes | None:
    try:
        encrypted = urlsafe_b64decode(token + "=" * (-len(token) % 4))
        return _cipher().decrypt_bytes(encrypted, **PLACE)
    except (Error, ValueError, DecryptionFailed):
        return None


def _cipher() -> Cipher:
    return Cipher(accounts_store.LOOKUP_OWNER, accounts_store.derive_lookup_key(TOKEN))
