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
from leaderjournal.accounts.mail_opt_outs.rules import normalize_mailbox
from leaderjournal.accounts.models import Account
from leaderjournal.kernel.context import get_settings
from leaderjournal.kernel.database import db, upsert, write_transaction
from leaderjournal.kernel.encryption import Cipher, DecryptionFailed

HASH_PURPOSE, TOKEN_PURPOSE = "mail-opt-out", "mail-opt-out-token"
"""What the derived keys are for: the hash that is stored, and the token in a mail."""
TOKEN_PLACE = {"table": "mail_opt_outs", "column": "token", "row": "address_hash"}


def build_opt_out_url(address: str) -> str:
    """Return the address of the page on which whoever has `address` ends all such mails.

    The token in it holds the keyed hash of the address, encrypted, another one each time: it says
    nothing to those who see it and needs no row. It does not expire, and outlives SECRET_KEY.
    """
    token = urlsafe_b64encode(
        _get_token_cipher().encrypt_bytes(_hash_address(address), **TOKEN_PLACE)
    )
    return f"{get_settings().public_url}/mail/never/{token.decode().rstrip('=')}"


def has_opted_out(address: str) -> bool:
    """Tell whether an address wants no mail that somebody else asks for."""
    query = sa.select(MailOptOut.address_hash).where(
        MailOptOut.address_hash == _hash_address(address)
    )
    return db.session.scalar(query) is not None


def is_valid_token(token: str) -> bool:
    """Tell whether a token was made here."""
    return _decrypt_token(token) is not None


def record_opt_out(token: str) -> bool:
    """Send no more such mail to the address that a token is of; False where it is no token."""
    address_hash = _decrypt_token(token)
    if address_hash is None:
        return False
    with write_transaction() as session:
        row = upsert(session, MailOptOut).values(address_hash=address_hash)
        session.execute(row.on_conflict_do_nothing())
    return True


def delete_opt_out(token: str) -> bool:
    """Undo `opt_out`; False where it is no token."""
    address_hash = _decrypt_token(token)
    if address_hash is None:
        return False
    with write_transaction() as session:
        session.execute(sa.delete(MailOptOut).where(MailOptOut.address_hash == address_hash))
    return True


def select_permitted_senders(account_id: UUID | None = None) -> sa.Select[UUID]:
    """Return a query of the accounts that may have mail sent to others, or of one of them.

    Their own address is proven, and they are not suspended.
    """
    query = sa.select(Account.id).where(
        Account.email_verified_at.is_not(None), Account.suspended_at.is_(None)
    )
    return query if account_id is None else query.where(Account.id == account_id)


def _hash_address(address: str) -> bytes:
    key = accounts_store.derive_lookup_key(HASH_PURPOSE)
    return hmac.digest(key, normalize_mailbox(address).encode(), "sha256")


def _decrypt_token(token: str) -> bytes | None:
    try:
        encrypted = urlsafe_b64decode(token + "=" * (-len(token) % 4))
        return _get_token_cipher().decrypt_bytes(encrypted, **TOKEN_PLACE)
    except (Error, ValueError, DecryptionFailed):
        return None


def _get_token_cipher() -> Cipher:
    return Cipher(accounts_store.LOOKUP_OWNER, accounts_store.derive_lookup_key(TOKEN_PURPOSE))
