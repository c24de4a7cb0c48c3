"""The SQL of addresses that want no mail, and the token with which an address opts out.

Before every mail that a leader has sent to somebody else, `has_opted_out` is asked, and the mail
carries the link of `build_opt_out_url`. Mails about one's own account or from the operator do not.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from uuid import UUID

import sqlalchemy as sa

from leaderjournal.accounts.lookup.store import LOOKUP_OWNER, derive_lookup_key
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
    """Return the URL of the page on which the owner of `address` opts out of all such mails.

    Its token is the keyed hash of the address, encrypted anew each time: it reveals nothing and
    needs no row. It does not expire, and outlives SECRET_KEY.
    """
    token = urlsafe_b64encode(
        _get_token_cipher().encrypt_bytes(_hash_address(address), **TOKEN_PLACE)
    )
    return f"{get_settings().public_url}/mail/never/{token.decode().rstrip('=')}"


def has_opted_out(address: str) -> bool:
    """Tell whether an address wants no mail that somebody else requests."""
    query = sa.select(MailOptOut.address_hash).where(
        MailOptOut.address_hash == _hash_address(address)
    )
    return db.session.scalar(query) is not None


def is_valid_token(token: str) -> bool:
    """Tell whether this service made the token."""
    return _decrypt_token(token) is not None


def record_opt_out(token: str) -> bool:
    """Opt the address of a token out; return False for an invalid token."""
    address_hash = _decrypt_token(token)
    if address_hash is None:
        return False
    with write_transaction() as session:
        row = upsert(session, MailOptOut).values(address_hash=address_hash)
        session.execute(row.on_conflict_do_nothing())
    return True


def delete_opt_out(token: str) -> bool:
    """Undo `record_opt_out`; return False for an invalid token."""
    address_hash = _decrypt_token(token)
    if address_hash is None:
        return False
    with write_transaction() as session:
        session.execute(sa.delete(MailOptOut).where(MailOptOut.address_hash == address_hash))
    return True


def select_permitted_senders(account_id: UUID | None = None) -> sa.Select[UUID]:
    """Select the accounts that may have mail sent to others, or only the given one if it may.

    Their own address is verified, and they are not suspended.
    """
    query = sa.select(Account.id).where(
        Account.email_verified_at.is_not(None), Account.suspended_at.is_(None)
    )
    return query if account_id is None else query.where(Account.id == account_id)


def _hash_address(address: str) -> bytes:
    key = derive_lookup_key(HASH_PURPOSE)
    return hmac.digest(key, normalize_mailbox(address).encode(), "sha256")


def _decrypt_token(token: str) -> bytes | None:
    try:
        encrypted = urlsafe_b64decode(token + "=" * (-len(token) % 4))
        return _get_token_cipher().decrypt_bytes(encrypted, **TOKEN_PLACE)
    except (Error, ValueError, DecryptionFailed):
        return None


def _get_token_cipher() -> Cipher:
    return Cipher(LOOKUP_OWNER, derive_lookup_key(TOKEN_PURPOSE))
