"""The SQL of passwords: checking and changing them."""

from uuid import UUID

import sqlalchemy as sa

from leaderjournal.accounts.api_tokens.models import ApiToken
from leaderjournal.accounts.links.store import end_links
from leaderjournal.accounts.models import Account
from leaderjournal.accounts.passwords.hashing import hash_password, verify_password
from leaderjournal.accounts.sessions.store import end_all_sessions
from leaderjournal.accounts.store import derive_device_key
from leaderjournal.kernel.database import db, write_transaction
from leaderjournal.kernel.days import Instant


def has_password(account_id: UUID, password: str) -> bool:
    """Tell whether `password` is the account's."""
    account = db.session.get_one(Account, account_id)
    return verify_password(password, account.password_hash)


def change_password(
    account_id: UUID, password: str, *, keep_session: UUID | None, now: Instant
) -> bytes:
    """Set a new password; return the account's new key for known devices.

    Every session but `keep_session` ends, and with them every API token and mailed link.
    """
    password_hash = hash_password(password)
    with write_transaction() as session:
        session.execute(
            sa.update(Account).where(Account.id == account_id).values(password_hash=password_hash)
        )
        end_all_sessions(session, account_id, keep=keep_session, now=now)
        session.execute(sa.delete(ApiToken).where(ApiToken.account_id == account_id))
        end_links(session, account_id)
    return derive_device_key(account_id, password_hash)
