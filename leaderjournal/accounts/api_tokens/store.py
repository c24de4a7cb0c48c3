"""The SQL of API tokens."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from leaderjournal.accounts.api_tokens.models import ApiToken
from leaderjournal.accounts.api_tokens.scopes import (
    ALL_SCOPES,
    Scope,
    format_scopes,
    parse_scopes,
)
from leaderjournal.accounts.models import Account
from leaderjournal.accounts.quotas import check_tokens
from leaderjournal.accounts.rules import SESSION_EXTENDED_AFTER, TOKEN_LIFETIME
from leaderjournal.accounts.store import Leader, select_leaders
from leaderjournal.kernel import tokens
from leaderjournal.kernel.database import count_changed_rows, db, new_id, write_transaction
from leaderjournal.kernel.days import Instant
from leaderjournal.kernel.encryption import Cipher

LABEL = {"table": "api_tokens", "column": "label_encrypted"}
"""The place that a label is encrypted for."""

FIND_LEADER = (
    select_leaders()
    .add_columns(
        ApiToken.id.label("token_id"),
        ApiToken.scopes.label("token_scopes"),
        ApiToken.last_used_at.label("token_used_at"),
    )
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
    scope: list[Scope]
    created_at: Instant
    last_used_at: Instant | None
    """To within ten minutes."""
    expires_at: Instant


def create_token(
    cipher: Cipher,
    *,
    label: str,
    now: Instant,
    scopes: frozenset[Scope] = ALL_SCOPES,
    lifetime: timedelta = TOKEN_LIFETIME,
) -> tuple[str, StoredToken]:
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
        scopes=format_scopes(scopes),
        created_at=now,
        expires_at=Instant(now + lifetime),
    )
    with write_transaction() as session:
        check_tokens(session, cipher.account)
        session.add(row)
    return token, _describe(row, label)


def find_leader_by_token(token: str, *, now: Instant) -> Leader | None:
    """Return the leader for whom this API token acts, unless it has expired."""
    account = (
        db.session.connection()
        .execute(FIND_LEADER, {"token_hash": tokens.hash_token(token), "now": now})
        .one_or_none()
    )
    if account is None:
        return None
    used_at = account.token_used_at
    if used_at is None or now - used_at > SESSION_EXTENDED_AFTER:
        _record_use(account.token_id, now)
    return Leader(account, scopes=parse_scopes(account.token_scopes))


def list_tokens(cipher: Cipher) -> list[StoredToken]:
    """Return the account's API tokens, newest first."""
    query = sa.select(ApiToken).where(ApiToken.account_id == cipher.account)
    return [
        _describe(row, cipher.decrypt_text(row.label_encrypted, **LABEL, row=row.id))
        for row in db.session.scalars(query.order_by(ApiToken.id.desc()))
    ]


def revoke_token(account_id: UUID, token_id: UUID) -> bool:
    """Revoke an API token of the account; tell whether there was one."""
    revoked = sa.delete(ApiToken).where(ApiToken.account_id == account_id, ApiToken.id == token_id)
    with write_transaction() as session:
        return bool(count_changed_rows(session, revoked))


def _describe(row: ApiToken, label: str) -> StoredToken:
    scopes = parse_scopes(row.scopes)
    return StoredToken(
        row.id,
        label,
        [scope for scope in Scope if scope in scopes],
        row.created_at,
        row.last_used_at,
        row.expires_at,
    )


def _record_use(token_id: UUID, now: Instant) -> None:
    """Record when a token was used; calls that only read work while nothing can be written."""
    used = sa.update(ApiToken).where(ApiToken.id == token_id).values(last_used_at=now)
    with suppress(OperationalError), write_transaction() as session:
        session.execute(used)
