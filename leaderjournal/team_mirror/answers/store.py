"""The SQL of the team's answers."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from leaderjournal.accounts import store as accounts_store
from leaderjournal.accounts.store import Leader
from leaderjournal.kernel.database import db, write_transaction
from leaderjournal.kernel.days import Instant
from leaderjournal.team_mirror.models import TeamMirror
from leaderjournal.team_mirror.rules import (
    Answer,
    Tally,
    format_month,
    has_all_answers,
    record_answer,
)
from leaderjournal.team_mirror.store import close_row, decrypt_tally, encrypt_tally
from leaderjournal.team_mirror.tokens.rules import InvalidToken, parse_token


@dataclass(frozen=True, slots=True)
class Invitation:
    """What someone sees who opens a link that can still answer."""

    leader: str
    month: str
    issued: int

    @property
    def month_name(self) -> str:
        """The month in words."""
        return format_month(self.month)


@dataclass(frozen=True, slots=True)
class _OpenMirror:
    """A mirror that a token may still answer, with its tally."""

    row: TeamMirror
    leader: Leader
    token_hash: str
    tally: Tally


def find_invitation(token: str, *, now: Instant) -> Invitation | None:
    """Return what a token may answer; None if it is used, closed or was never issued."""
    mirror = _find_open_mirror(db.session, token, now)
    if mirror is None:
        return None
    return Invitation(mirror.leader.name, mirror.row.month, mirror.tally.issued)


def save_answer(token: str, answer: Answer, *, now: Instant) -> None:
    """Save the answer of a token; the last one closes the mirror. Raises InvalidToken."""
    with write_transaction() as session:
        mirror = _find_open_mirror(session, token, now, lock=True)
        if mirror is None:
            raise InvalidToken
        tally = record_answer(mirror.tally, mirror.token_hash, answer)
        mirror.row.document = encrypt_tally(mirror.leader.cipher, mirror.row.id, tally)
        if has_all_answers(tally):
            session.flush()
            close_row(session, mirror.leader.cipher, mirror.row)


def _find_open_mirror(
    session: Session, token: str, now: Instant, *, lock: bool = False
) -> _OpenMirror | None:
    parsed = parse_token(token)
    if parsed is None:
        return None
    mirror_id, token_hash = parsed
    query = sa.select(TeamMirror).where(TeamMirror.id == mirror_id)
    if lock:
        query = query.with_for_update()
    row = session.scalar(query.execution_options(populate_existing=True))
    leader = accounts_store.find_active_leader(row.account_id) if row else None
    if row is None or leader is None or row.closed or leader.today(now) > row.last_date:
        return None
    tally = decrypt_tally(leader.cipher, row)
    return _OpenMirror(row, leader, token_hash, tally) if token_hash in tally.unused else None
