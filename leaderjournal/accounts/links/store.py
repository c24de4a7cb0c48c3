"""The SQL that links of every kind share: a newer one replaces the earlier one of its owner."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from leaderjournal.accounts.invitations.models import Invitation
from leaderjournal.accounts.resets.models import PasswordReset
from leaderjournal.accounts.verification.models import EmailVerification
from leaderjournal.kernel.database import upsert, write_transaction
from leaderjournal.kernel.days import Instant
from leaderjournal.kernel.tokens import hash_token

Link = type[Invitation | PasswordReset | EmailVerification]


def replace_link(
    table: Link,
    link_id: UUID,
    token: str,
    *,
    owner: dict[str, Any],
    now: Instant,
    lifetime: timedelta,
    **details: Any,
) -> None:
    """Store a link in place of its owner's earlier one, which no longer works.

    `owner` holds the unique column by which links of this kind belong to somebody.
    """
    fresh = {
        "id": link_id,
        "token_hash": hash_token(token),
        "expires_at": Instant(now + lifetime),
        **details,
    }
    with write_transaction() as session:
        session.execute(
            upsert(session, table)
            .values(fresh | owner)
            .on_conflict_do_update(index_elements=list(owner), set_=fresh)
        )


def end_links(session: Session, account_id: UUID) -> None:
    """End every link that was sent to the account, inside the caller's transaction."""
    for table in (PasswordReset, EmailVerification):
        session.execute(sa.delete(table).where(table.account_id == account_id))
