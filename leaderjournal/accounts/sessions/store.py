"""The SQL of browser sessions: starting, extending, rotating and ending them."""

import hmac
from collections.abc import Sequence
from contextlib import suppress
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from leaderjournal.accounts.models import Account
from leaderjournal.accounts.quotas import select_excess_sessions
from leaderjournal.accounts.rules import (
    LONGEST_SESSION,
    SESSION_EXTENDED_AFTER,
    SESSION_LIFETIME,
)
from leaderjournal.accounts.sessions.models import BrowserSession, EndedSession
from leaderjournal.accounts.store import Leader, select_leaders
from leaderjournal.kernel.context import get_settings
from leaderjournal.kernel.database import count_changed_rows, db, upsert, write_transaction
from leaderjournal.kernel.days import Instant
from leaderjournal.kernel.tokens import create_token, hash_token

FIND_LEADER = (
    select_leaders()
    .add_columns(
        BrowserSession.id.label("session_id"),
        BrowserSession.created_at.label("session_created_at"),
        BrowserSession.last_seen_at.label("session_seen_at"),
    )
    .join(BrowserSession, BrowserSession.account_id == Account.id)
    .where(
        BrowserSession.token_hash == sa.bindparam("token_hash"),
        BrowserSession.expires_at > sa.bindparam("now"),
        BrowserSession.created_at > sa.bindparam("created_after"),
        Account.suspended_at.is_(None),
    )
)


def start_session(account_id: UUID, *, device: str, now: Instant) -> str:
    """Start a session; return its token, which only the browser keeps.

    Where the account then has too many sessions, the one used longest ago ends.
    """
    token = create_token()
    row = BrowserSession(
        account_id=account_id,
        token_hash=hash_token(token),
        device=device,
        created_at=now,
        last_seen_at=now,
        expires_at=Instant(now + SESSION_LIFETIME),
    )
    with write_transaction() as session:
        session.add(row)
        session.flush()
        if excess := list(session.scalars(select_excess_sessions(account_id))):
            _end_matching(session, [BrowserSession.id.in_(excess)], now)
    return token


def find_leader_by_session(token: str, *, now: Instant) -> Leader | None:
    """Return the leader whose session this is, unless it has ended."""
    found = (
        db.session.connection()
        .execute(
            FIND_LEADER,
            {
                "token_hash": hash_token(token),
                "now": now,
                "created_after": now - LONGEST_SESSION,
            },
        )
        .one_or_none()
    )
    if found is None:
        return None
    leader = Leader(found, session_id=found.session_id, session_token=token)
    if now - found.session_seen_at > SESSION_EXTENDED_AFTER:
        # Pages stay readable while the database takes no writes.
        with suppress(OperationalError), write_transaction() as session:
            session.execute(
                sa.update(BrowserSession)
                .where(BrowserSession.id == found.session_id)
                .values(
                    last_seen_at=now,
                    expires_at=min(
                        now + SESSION_LIFETIME, found.session_created_at + LONGEST_SESSION
                    ),
                )
            )
        leader.is_session_extended = True
    return leader


def rotate_session_token(leader: Leader, *, now: Instant) -> str | None:
    """Give the leader's session a new token; return it, or None if the session has ended.

    The earlier token is not recorded as ended on purpose: a request still under way with it
    would make the device clear what it keeps.
    """
    token = create_token()
    renewed = {
        "token_hash": hash_token(token),
        "created_at": now,
        "last_seen_at": now,
        "expires_at": Instant(now + SESSION_LIFETIME),
    }
    is_current = (
        BrowserSession.id == leader.session_id,
        BrowserSession.token_hash == hash_token(leader.session_token),
    )
    with write_transaction() as session:
        update = sa.update(BrowserSession).where(*is_current).values(renewed)
        changed = count_changed_rows(session, update)
    return token if changed else None


def list_sessions(account_id: UUID) -> list[BrowserSession]:
    """Return the account's sessions, the most recently used first."""
    query = sa.select(BrowserSession).where(BrowserSession.account_id == account_id)
    return list(db.session.scalars(query.order_by(BrowserSession.last_seen_at.desc())))


def count_sessions(account_id: UUID) -> int:
    """Return how many sessions the account has."""
    query = sa.select(sa.func.count()).where(BrowserSession.account_id == account_id)
    return db.session.scalar(query.select_from(BrowserSession)) or 0


def end_sessions(
    account_id: UUID, *, now: Instant, only: UUID | None = None, but: UUID | None = None
) -> int:
    """End sessions of the account: one, all, or all but one; return how many."""
    conditions = [BrowserSession.account_id == account_id]
    if only is not None:
        conditions.append(BrowserSession.id == only)
    if but is not None:
        conditions.append(BrowserSession.id != but)
    with write_transaction() as session:
        return _end_matching(session, conditions, now)


def end_all_sessions(
    session: Session, account_id: UUID, *, keep: UUID | None = None, now: Instant
) -> None:
    """End every session of the account but `keep`, inside the caller's transaction."""
    conditions = [BrowserSession.account_id == account_id]
    if keep is not None:
        conditions.append(BrowserSession.id != keep)
    _end_matching(session, conditions, now)


def was_ended(token: str) -> bool:
    """Tell whether the session of this token was ended on purpose rather than by time."""
    token_hash = hash_token(token)
    hashes = _hash_ended_token(token_hash), token_hash  # the second is how it used to be stored
    query = sa.select(EndedSession.token_hash).where(EndedSession.token_hash.in_(hashes))
    return db.session.scalar(query) is not None


def _end_matching(
    session: Session, conditions: Sequence[sa.ColumnElement[bool]], now: Instant
) -> int:
    """End sessions inside the caller's transaction, and record that they were ended."""
    ended = session.scalars(sa.select(BrowserSession.token_hash).where(*conditions)).all()
    if ended:
        rows = [{"token_hash": _hash_ended_token(hash_), "ended_at": now} for hash_ in ended]
        session.execute(upsert(session, EndedSession).on_conflict_do_nothing(), rows)
    return count_changed_rows(session, sa.delete(BrowserSession).where(*conditions))


def _hash_ended_token(token_hash: bytes) -> bytes:
    """Return what is stored of an ended session; it cannot be traced back to the session."""
    secret = get_settings().secret_key.encode()
    return hmac.digest(secret, b"ended session" + token_hash, "sha256")
