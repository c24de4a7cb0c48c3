"""The SQL of password resets: one link an account, the newest, which works once."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa

from leaderjournal.accounts import store
from leaderjournal.accounts.links import hash_token, make_token
from leaderjournal.accounts.models import Account, PasswordReset
from leaderjournal.accounts.rules import RESET_LIFETIME
from leaderjournal.kernel.database import count_changed_rows, db, new_id, upsert, write_transaction
from leaderjournal.kernel.days import Instant


@dataclass(frozen=True, slots=True)
class PendingReset:
    """A reset that was not used yet; `mailed` where it went to the account's own address."""

    account_id: UUID
    mailed: bool


def create_reset(
    account_id: UUID, *, now: Instant, mailed: bool, lasts: timedelta = RESET_LIFETIME
) -> UUID:
    """Let the account's owner set a new password by one link; return the reset's id.

    It takes the place of an earlier one. `mailed` says that it will be sent to the account's
    address and shown to nobody else.
    """
    reset_id = new_id()
    fresh = {
        "id": reset_id,
        "token_hash": hash_token(make_reset_token(reset_id)),
        "mailed": mailed,
        "expires_at": Instant(now + lasts),
    }
    with write_transaction() as session:
        session.execute(
            upsert(session, PasswordReset)
            .values(fresh | {"account_id": account_id})
            .on_conflict_do_update(index_elements=["account_id"], set_=fresh)
        )
    return reset_id


def make_reset_token(reset_id: UUID) -> str:
    """Return the token of a reset's link."""
    return make_token("reset", reset_id)


def find_leader_of_reset(reset_id: UUID, *, now: Instant) -> store.Leader | None:
    """Return the leader to whom this reset is sent; None once it is used, replaced or over."""
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
    return store.Leader(account) if account else None


def find_reset(token: str, *, now: Instant) -> PendingReset | None:
    """Return the reset of this token, unless it was used or its time is over."""
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
    """Use up a reset and set the new password; return whose, or None where it has ended.

    Who came by a mail to the account's address has verified it.
    """
    reset = find_reset(token, now=now)
    if reset is None or not _use_up(token):
        return None
    store.change_password(reset.account_id, password, keep=None, now=now)
    if reset.mailed:
        with write_transaction() as session:
            session.execute(
                sa.update(Account)
                .where(Account.id == reset.account_id, Account.email_verified_at.is_(None))
                .values(email_verified_at=now)
            )
    return reset.account_id


def _use_up(token: str) -> bool:
    """Let one of those who send the same token at once go on."""
    with write_transaction() as session:
        used = sa.delete(PasswordReset).where(PasswordReset.token_hash == hash_token(token))
        return bool(count_changed_rows(session, used))
