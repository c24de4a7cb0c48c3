"""The SQL of locks on accounts. A lock lasts until the caller's transaction ends."""

from collections.abc import Collection
from datetime import time
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from leaderjournal.accounts.models import Account


def lock_account(session: Session, account_id: UUID) -> None:
    """Make others that lock the account wait until the caller's transaction ends.

    What only refers to the account, such as a day written meanwhile, does not wait.
    """
    account = sa.select(Account.id).where(Account.id == account_id)
    session.execute(account.with_for_update(key_share=True))


def lock_against_erasing(session: Session, accounts: Collection[UUID]) -> set[UUID]:
    """Return which of these accounts exist, and keep them from being erased.

    Rows may then be added to many accounts at once while one of them is being erased. On SQLite
    the transaction itself keeps every other writer out.
    """
    rows = session.scalars(
        sa.select(Account.id)
        .where(Account.id.in_(accounts))
        .order_by(Account.id)
        .with_for_update(read=True, key_share=True)
    )
    return set(rows)


def lock_day_settings(session: Session, accounts: Collection[UUID]) -> dict[UUID, tuple[str, time]]:
    """Return the IANA zone of each of these accounts and the time at which its days start.

    The accounts are kept from being erased; one that is being erased already is left out, so
    that rows can be added to many accounts at once without waiting for any.
    """
    rows = session.execute(
        sa.select(Account.id, Account.time_zone, Account.day_starts_at)
        .where(Account.id.in_(accounts))
        .with_for_update(read=True, key_share=True, skip_locked=True)
    )
    return {account: (zone, day_starts_at) for account, zone, day_starts_at in rows}
