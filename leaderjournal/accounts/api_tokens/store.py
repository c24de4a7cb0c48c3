"""The SQL of API tokens."""

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from leaderjournal.accounts.api_tokens.models import ApiToken
from leaderjournal.accounts.models import Account
from leaderjournal.accounts.quotas import check_tokens
from leaderjournal.accounts.rules import TOKEN_LIFETIME
from leaderjournal.accounts.store import Leader, select_leaders
from leaderjournal.kernel import tokens
from leaderjournal.kernel.database import count_changed_rows, db, new_id, write_transaction
from leaderjournal.kernel.days import Instant
from leaderjournal.kernel.encryption import Cipher

LABEL = {"table": "api_tokens", "column": "label_encrypted"}
"""The place that a label is encrypted for."""

FIND_LEADER = (
    select_leaders()
    .join(ApiToken, ApiToken.account_id == Account.id)
    .where(
        ApiToken.token_hash == sa.bindparam("token_hash"),
        ApiToken.expires_at > sa.bindparam("now"),
        Account.suspended_at.is_(None),
    )
)


@dataclass(frozen=True, slots=True)
class StoredToken:
    """An API token as its owner sees it in a list."""

    id: UUID
    label: str
    created_at: Instant
    expires_at: Instant


def create_token(cipher: Cipher, *, label: str, now: Instant) -> tuple[str, StoredToken]:
    """Create an API token; return it, this once, with what the list will show.

    Raises QuotaReached.
    """
    token = f"lj_{tokens.create_token()}"
    token_id = new_id()
    row = ApiToken(
        id=token_id,
        account_id=cipher.account,
        token_hash=tokens.hash_token(token),
        label_encrypted=cipher.encrypt_text(label, **LABEL, row=token_id),
        created_at=now,
        expires_at=Instant(now + TOKEN_LIFETIME),
    )
    with write_transaction() as session:
        check_tokens(session, cipher.account)
        session.add(row)
    return token, StoredToken(token_id, label, row.created_at, row.expires_at)


def find_leader_by_token(token: str, *, now: Instant) -> Leader | None:
    """Return the leader for whom this API token acts, unless it has expired."""
    account = (
        db.session.connection()
        .execute(FIND_LEADER, {"token_hash": tokens.hash_token(token), "now": now})
        .one_or_none()
    )
    return Leader(account) if account else None


def list_tokens(cipher: Cipher) -> list[StoredToken]:
    """Return the account's API tokens, newest first."""
    query = sa.select(ApiToken).where(ApiToken.account_id == cipher.account)
    return [
        StoredToken(
            row.id,
            cipher.decrypt_text(row.label_encrypted, **LABEL, row=row.id),
            row.created_at,
            row.expires_at,
        )
        for row in db.session.scalars(query.order_by(ApiToken.id.desc()))
    ]


def revoke_token(account_id: UUID, token_id: UUID) -> bool:
    """Revoke an API token of the account; tell whether there was one."""
    revoked = sa.delete(ApiToken).where(ApiToken.account_id == account_id, ApiToken.id == token_id)
    with write_transaction() as session:
        return bool(count_changed_rows(session, revoked))
