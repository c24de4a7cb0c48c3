"""The SQL of erasing accounts and of deleting what has expired."""

from uuid import UUID

import sqlalchemy as sa

from leaderjournal.accounts.api_tokens.models import ApiToken
from leaderjournal.accounts.invitations.models import Invitation
from leaderjournal.accounts.models import Account
from leaderjournal.accounts.resets.models import PasswordReset
from leaderjournal.accounts.rules import SESSION_LIFETIME
from leaderjournal.accounts.sessions.models import BrowserSession, EndedSession
from leaderjournal.accounts.sessions.store import end_all_sessions
from leaderjournal.accounts.verification.models import EmailNotice, EmailVerification
from leaderjournal.kernel.database import count_changed_rows, write_transaction
from leaderjournal.kernel.days import Instant

EXPIRING = (
    BrowserSession,
    ApiToken,
    PasswordReset,
    EmailVerification,
    EmailNotice,
    Invitation,
)


def erase_account(account_id: UUID, *, now: Instant) -> None:
    """Erase the account, its data key and everything it wrote, in every package."""
    with write_transaction() as session:
        end_all_sessions(session, account_id, now=now)
        session.execute(sa.delete(Account).where(Account.id == account_id))


def delete_expired(*, now: Instant) -> int:
    """Delete sessions, tokens, links and invitations that have expired; return how many.

    That a session was ended on purpose is remembered as long as a browser may keep its cookie.
    """
    expired = [sa.delete(table).where(table.expires_at <= now) for table in EXPIRING]
    expired.append(sa.delete(EndedSession).where(EndedSession.ended_at <= now - SESSION_LIFETIME))
    deleted = 0
    for statement in expired:
        with write_transaction() as session:
            deleted += count_changed_rows(session, statement)
    return deleted
