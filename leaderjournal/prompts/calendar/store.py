"""The SQL of the calendar feed's private address."""

from uuid import UUID

import sqlalchemy as sa

from leaderjournal.accounts import store as accounts_store
from leaderjournal.accounts.store import Leader
from leaderjournal.kernel import tokens
from leaderjournal.kernel.database import db, write_transaction
from leaderjournal.kernel.encryption import Cipher
from leaderjournal.prompts.schedule import store as schedule_store
from leaderjournal.prompts.schedule.models import PromptSchedule

TABLE, COLUMN = "prompt_schedules", "calendar_token_encrypted"


def get_token(cipher: Cipher) -> str | None:
    """Return the token in the address of the leader's feed, if it has one."""
    row = db.session.get(PromptSchedule, cipher.account)
    if row is None or row.calendar_token_encrypted is None:
        return None
    return cipher.decrypt_text(
        row.calendar_token_encrypted, table=TABLE, column=COLUMN, row=row.account_id
    )


def create_token(cipher: Cipher) -> str:
    """Give the leader's feed a new address and return its token; an earlier one is revoked."""
    token = tokens.create_token()
    with write_transaction() as session:
        row = schedule_store.lock_schedule(session, cipher.account)
        row.calendar_hash = tokens.hash_token(token)
        row.calendar_token_encrypted = cipher.encrypt_text(
            token, table=TABLE, column=COLUMN, row=cipher.account
        )
    return token


def revoke_token(account_id: UUID) -> None:
    """Revoke the address of the account's feed."""
    with write_transaction() as session:
        session.execute(
            sa.update(PromptSchedule)
            .where(PromptSchedule.account_id == account_id)
            .values(calendar_hash=None, calendar_token_encrypted=None)
        )


def find_leader(token: str) -> Leader | None:
    """Return the leader whose feed has this token, unless they are suspended."""
    account_id = db.session.scalar(
        sa.select(PromptSchedule.account_id).where(
            PromptSchedule.calendar_hash == tokens.hash_token(token)
        )
    )
    return accounts_store.find_active_leader(account_id) if account_id else None
