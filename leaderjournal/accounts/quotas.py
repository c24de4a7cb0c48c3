"""How much of its own an account may keep beside what a leader writes."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from leaderjournal.accounts.models import Account, ApiToken, BrowserSession
from leaderjournal.accounts.practice_calendar.models import PauseRow
from leaderjournal.kernel.quotas import check_quota

MOST_TOKENS = 50
MOST_PAUSES = 500
MOST_SESSIONS = 100
"""One more ends the one that was used longest ago: signing in is never refused for it."""


def check_tokens(session: Session, account: UUID) -> None:
    """Raise QuotaReached where the account has as many tokens as it may."""
    _lock_account(session, account)
    rows = sa.select(ApiToken.id).where(ApiToken.account_id == account)
    sentence = f"You may have {MOST_TOKENS} tokens. Revoke one, then make another."
    check_quota(session, rows, most=MOST_TOKENS, sentence=sentence)


def check_pauses(session: Session, account: UUID) -> None:
    """Raise QuotaReached where the account has as many pauses as it may."""
    _lock_account(session, account)
    rows = sa.select(PauseRow.id).where(PauseRow.account_id == account)
    sentence = f"You may keep {MOST_PAUSES} pauses. Remove one, then add another."
    check_quota(session, rows, most=MOST_PAUSES, sentence=sentence)


def select_excess_sessions(account: UUID) -> sa.Select[UUID]:
    """Select the sessions of an account beyond those that it may have, used longest ago."""
    newest = sa.select(BrowserSession.id).where(BrowserSession.account_id == account)
    return newest.order_by(BrowserSession.last_seen_at.desc(), BrowserSession.id.desc()).offset(
        MOST_SESSIONS
    )


def _lock_account(session: Session, account: UUID) -> None:
    """Let others that count the account's rows wait until the caller's transaction is over."""
    held = sa.select(Account.id).where(Account.id == account).with_for_update(key_share=True)
    session.execute(held)
