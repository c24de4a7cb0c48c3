"""The SQL of the operator's list of accounts."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from leaderjournal.accounts.models import Account
from leaderjournal.accounts.sessions.models import BrowserSession
from leaderjournal.accounts.store import Leader
from leaderjournal.kernel.database import db
from leaderjournal.kernel.days import Instant
from leaderjournal.kernel.encryption import DecryptionFailed

BATCH_SIZE = 200


@dataclass(frozen=True, slots=True)
class ListedAccount:
    """An account as the operator sees it; address and name are None if its key is missing."""

    id: UUID
    email: str | None
    name: str | None
    created_at: Instant
    last_seen_at: Instant | None
    verified: bool
    suspended_at: Instant | None


def list_accounts() -> Iterator[ListedAccount]:
    """Yield every account, oldest first."""
    last_seen = (
        sa.select(sa.func.max(BrowserSession.last_seen_at))
        .where(BrowserSession.account_id == Account.id)
        .correlate(Account)
        .scalar_subquery()
    )
    query = sa.select(Account, last_seen).order_by(Account.id).limit(BATCH_SIZE)
    last: UUID | None = None
    while True:
        page = query.where(Account.id > last) if last else query
        rows = db.session.execute(page).all()
        if not rows:
            return
        for account, seen in rows:
            yield _to_listed_account(account, seen)
        last = rows[-1][0].id
        db.session.rollback()  # no transaction stays open while the caller reads


def _to_listed_account(account: Account, last_seen_at: Instant | None) -> ListedAccount:
    email: str | None = None
    name: str | None = None
    with suppress(DecryptionFailed):
        leader = Leader(account)
        email, name = leader.email, leader.name
    return ListedAccount(
        id=account.id,
        email=email,
        name=name,
        created_at=account.created_at,
        last_seen_at=last_seen_at,
        verified=account.email_verified_at is not None,
        suspended_at=account.suspended_at,
    )
