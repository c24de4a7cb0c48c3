"""The SQL of importing closed mirrors of another journal, and of undoing that."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from leaderjournal.kernel.database import new_id
from leaderjournal.kernel.days import LocalDate
from leaderjournal.kernel.encryption import Cipher
from leaderjournal.team_mirror.models import TeamMirror
from leaderjournal.team_mirror.rules import Tally
from leaderjournal.team_mirror.store import encrypt_tally


@dataclass(frozen=True, slots=True)
class ClosedMirror:
    """A closed mirror, as an export holds it."""

    month: str
    last_date: LocalDate
    tally: Tally


def import_mirrors(session: Session, cipher: Cipher, mirrors: Iterable[ClosedMirror]) -> list[UUID]:
    """Add closed mirrors of months without one, in the caller's transaction; return their ids."""
    months = set(
        session.scalars(sa.select(TeamMirror.month).where(TeamMirror.account_id == cipher.account))
    )
    added = []
    for mirror in mirrors:
        if mirror.month in months:
            continue
        months.add(mirror.month)
        mirror_id = new_id()
        added.append(mirror_id)
        session.add(
            TeamMirror(
                id=mirror_id,
                account_id=cipher.account,
                month=mirror.month,
                last_date=mirror.last_date,
                closed=True,
                document=encrypt_tally(cipher, mirror_id, mirror.tally),
            )
        )
    session.flush()
    return added


def undo_import(session: Session, account: UUID, mirrors: Iterable[UUID]) -> None:
    """Delete imported mirrors, in the caller's transaction."""
    session.execute(
        sa.delete(TeamMirror).where(
            TeamMirror.account_id == account, TeamMirror.id.in_(list(mirrors))
        )
    )
