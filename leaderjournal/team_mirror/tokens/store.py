"""The SQL of tokens: issuing, adding and withdrawing them."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy.orm import Session

from leaderjournal.accounts.store import Leader
from leaderjournal.kernel.database import new_id, write_transaction
from leaderjournal.kernel.days import Instant, LocalDate
from leaderjournal.kernel.encryption import Cipher
from leaderjournal.team_mirror.rules import allow_tokens, create_tally, revoke_tokens
from leaderjournal.team_mirror.store import (
    decrypt_tally,
    encrypt_tally,
    lock_row,
    open_mirror,
    select_month,
)
from leaderjournal.team_mirror.tokens.rules import create_tokens


def issue_tokens(
    leader: Leader, month: str, number: int, *, last_date: LocalDate, now: Instant
) -> tuple[UUID, list[str]]:
    """Open the mirror of a month; return its id and `number` tokens, which are not stored.

    Raises MirrorExists or AllowanceExceeded.
    """
    mirror_id = new_id()
    tokens = create_tokens(mirror_id, number)
    tally = create_tally(tokens)
    with write_transaction() as session:
        open_mirror(session, leader, month, mirror_id, tally, last_date=last_date, now=now)
    return mirror_id, tokens


def lock_month(session: Session, account: UUID, month: str) -> UUID | None:
    """Lock the mirror of a month until the caller's transaction ends; return its id."""
    row = session.scalar(select_month(account, month))
    return row.id if row else None


def lock_by_id(session: Session, mirror_id: UUID) -> str | None:
    """Lock a mirror until the caller's transaction ends; return its month."""
    row = lock_row(session, mirror_id)
    return row.month if row else None


def add_tokens(
    session: Session, leader: Leader, mirror_id: UUID, number: int, *, now: Instant
) -> list[str]:
    """Return new tokens of an open mirror, in the caller's transaction; none if it is closed.

    They count as issued only after `update_issued`.
    """
    row = lock_row(session, mirror_id)
    if row is None or row.closed or leader.today(now) > row.last_date:
        return []
    tokens = create_tokens(mirror_id, number)
    tally = allow_tokens(decrypt_tally(leader.cipher, row), tokens)
    row.document = encrypt_tally(leader.cipher, row.id, tally)
    session.flush()
    return tokens


def withdraw_tokens(
    session: Session, cipher: Cipher, mirror_id: UUID, tokens: Sequence[str]
) -> None:
    """Withdraw tokens that nobody has received, in the caller's transaction."""
    row = lock_row(session, mirror_id)
    if row is not None and not row.closed:
        tally = revoke_tokens(decrypt_tally(cipher, row), tokens)
        row.document = encrypt_tally(cipher, row.id, tally)
        session.flush()


def update_issued(session: Session, cipher: Cipher, mirror_id: UUID, issued: int) -> None:
    """Save how many people have a link, in the caller's transaction."""
    row = lock_row(session, mirror_id)
    if row is not None and not row.closed:
        tally = replace(decrypt_tally(cipher, row), issued=issued)
        row.document = encrypt_tally(cipher, row.id, tally)
        session.flush()
