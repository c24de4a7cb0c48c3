"""The SQL of suspending accounts, and of which accounts may be mailed."""

from collections.abc import Collection
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from leaderjournal.accounts.links.store import end_links
from leaderjournal.accounts.models import Account
from leaderjournal.accounts.sessions.store import end_all_sessions
from leaderjournal.kernel.database import count_changed_rows, write_transaction
from leaderjournal.kernel.days import Instant


def suspend(account_id: UUID, *, now: Instant) -> bool:
    """Suspend an account; tell whether it was not suspended already.

    Every session and link ends. Tokens, devices and settings are unused until `resume`.
    """
    with write_transaction() as session:
        changed = count_changed_rows(
            session,
            sa.update(Account)
            .where(Account.id == account_id, Account.suspended_at.is_(None))
            .values(suspended_at=now),
        )
        end_all_sessions(session, account_id, now=now)
        end_links(session, account_id)
    return bool(changed)


def resume(account_id: UUID) -> bool:
    """End a suspension; tell whether there was one."""
    with write_transaction() as session:
        return bool(
            count_changed_rows(
                session,
                sa.update(Account)
                .where(Account.id == account_id, Account.suspended_at.is_not(None))
                .values(suspended_at=None),
            )
        )


def find_suspended_accounts(session: Session, accounts: Collection[UUID]) -> set[UUID]:
    """Return which of these accounts are suspended."""
    return set(
        session.scalars(
            sa.select(Account.id).where(Account.id.in_(accounts), Account.suspended_at.is_not(None))
        )
    )


def find_mailable_accounts(session: Session, accounts: Collection[UUID]) -> set[UUID]:
    """Return which of these accounts may be mailed: verified and not suspended."""
    return set(
        session.scalars(
            sa.select(Account.id).where(
                Account.id.in_(accounts),
                Account.email_verified_at.is_not(None),
                Account.suspended_at.is_(None),
            )
        )
    )
