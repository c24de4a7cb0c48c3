"""How many tokens, pauses and sessions an account may have."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from leaderjournal.accounts.api_tokens.models import ApiToken
from leaderjournal.accounts.locks.store import lock_account
from leaderjournal.accounts.practice_calendar.models import PauseRow
from leaderjournal.accounts.sessions.models import BrowserSession
from leaderjournal.kernel.quotas import check_quota

MOST_TOKENS = 50
MOST_PAUSES = 500
MOST_SESSIONS = 100
"""One more ends the session used longest ago: signing in is never refused for it."""


def check_tokens(session: Session, account: UUID) -> None:
    """Raise QuotaReached if the account has as many tokens as it may."""
    lock_account(session, account)
    rows = sa.select(ApiToken.id).where(ApiToken.account_id == account)
    sentence = f"You may have {MOST_TOKENS} tokens. Revoke one, then make another."
    check_quota(session, rows, most=MOST_TOKENS, sentence=sentence)


def check_pauses(session: Session, account: UUID) -> None:
    """Raise QuotaReached if the account has as many pauses as it may."""
    lock_account(session, account)
    rows = sa.select(PauseRow.id).where(PauseRow.account_id == account)
    sentence = f"You may keep {MOST_PAUSES} pauses. Remove one, then add another."
    check_quota(session, rows, most=MOST_PAUSES, sentence=sentence)


def select_excess_sessions(account: UUID) -> sa.Select[UUID]:
    """Select the sessions of an account beyond those it may have, the ones used longest ago."""
    newest = sa.select(BrowserSession.id).where(BrowserSession.account_id == account)
    newest = newest.order_by(BrowserSession.last_seen_at.desc(), BrowserSession.id.desc())
    return newest.offset(MOST_SESSIONS)
