"""The SQL of password resets: one link per account, the newest, which works once."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa

from leaderjournal.accounts.links.store import replace_link
from leaderjournal.accounts.links.tokens import make_token
from leaderjournal.accounts.models import Account
from leaderjournal.accounts.passwords.store import change_password
from leaderjournal.accounts.resets.models import PasswordReset
from leaderjournal.accounts.rules import RESET_LIFETIME
from leaderjournal.accounts.store import Leader
from leaderjournal.kernel.database import count_changed_rows, db, new_id, write_transaction
from leaderjournal.kernel.days import Instant
from leaderjournal.kernel.tokens import hash_token


@dataclass(frozen=True, slots=True)
class PendingReset:
    """A reset that has not been used; `mailed` if it was only sent to the account's address."""

    account_id: UUID
    mailed: bool


def create_reset(
    account_id: UUID, *, now: Instant, mailed: bool, lifetime: timedelta = RESET_LIFETIME
) -> UUID:
    """Create a link with which the account's owner sets a new password; return the reset's id.

    It replaces an earlier one. `mailed` says that it is sent to the account's address and shown
    to nobody else.
    """
    reset_id = new_id()
    replace_link(
        PasswordReset,
        reset_id,
        make_reset_token(reset_id),
        owner={"account_id": account_id},
        now=now,
        lifetime=lifetime,
        mailed=mailed,
    )
    return reset_id


def make_reset_token(reset_id: UUID) -> str:
    """Return the token of a reset's link."""
    return make_token("reset", reset_id)


def find_leader_of_reset(reset_id: UUID, *, now: Instant) -> Leader | None:
    """Return the leader to whom a reset is sent; None if it was used or replaced or has expired."""
    account = db.session.scalar(
        sa.select(Account)
        .join(PasswordReset, PasswordReset.account_id == Account.id)
        .where(
            PasswordReset.id == reset_id,
            PasswordReset.expires_at > now,
            Account.suspended_at.is_(None),
        )
        .execution_options(populate_existing=True)
    )
    return Leader(account) if account else None


def find_reset(token: str, *, now: Instant) -> PendingReset | None:
    """Return the reset of this token, unless it was used or has expired."""
    found = db.session.execute(
        sa.select(PasswordReset.account_id, PasswordReset.mailed)
        .join(Account, Account.id == PasswordReset.account_id)
        .where(
            PasswordReset.token_hash == hash_token(token),
            PasswordReset.expires_at > now,
            Account.suspended_at.is_(None),
        )
    ).one_or_none()
    return PendingReset(*found) if found else None


def use_reset(token: str, password: str, *, now: Instant) -> UUID | None:
    """Use up a reset and set the new password; return the account, or None if it has ended.

    Whoever uses a link that was mailed to the account's address has verified it.
    """
    reset = find_reset(token, now=now)
    if reset is None or not _use_up(token):
        return None
    change_password(reset.account_id, password, keep_session=None, now=now)
    if reset.mailed:
        with write_transaction() as session:
            session.execute(
                sa.update(Account)
                .where(Account.id == reset.account_id, Account.email_verified_at.is_(None))
                .values(email_verified_at=now)
            )
    return reset.account_id


def _use_up(token: str) -> bool:
    """Delete a reset; of several requests that send its token at once, only one gets True."""
    with write_transaction() as session:
        used = sa.delete(PasswordReset).where(PasswordReset.token_hash == hash_token(token))
        return bool(count_changed_rows(session, used))
