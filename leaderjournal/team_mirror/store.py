"""The SQL of team mirrors: opening, listing and closing them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from leaderjournal.accounts import store as accounts_store
from leaderjournal.accounts.locks.store import lock_account
from leaderjournal.accounts.store import Leader
from leaderjournal.kernel.database import db, write_transaction
from leaderjournal.kernel.days import Instant, LocalDate, to_local_date
from leaderjournal.kernel.encryption import Cipher
from leaderjournal.team_mirror import limits
from leaderjournal.team_mirror.mailing.models import TeamMirrorMailing
from leaderjournal.team_mirror.models import TeamMirror
from leaderjournal.team_mirror.rules import (
    MirrorResult,
    Tally,
    close_tally,
    format_month,
    get_result,
)

MAX_UTC_OFFSET = timedelta(hours=14)
FIND_MIRROR = sa.select(
    TeamMirror.id, TeamMirror.month, TeamMirror.last_date, TeamMirror.closed, TeamMirror.document
).where(TeamMirror.account_id == sa.bindparam("account"), TeamMirror.month == sa.bindparam("month"))
"""Built once: building it takes longer than running it."""


@dataclass(frozen=True, slots=True)
class Mirror:
    """The mirror of a month as its leader sees it; `shown` is None until it is closed."""

    id: UUID
    month: str
    last_date: LocalDate
    is_closed: bool
    issued: int
    has_enough: bool
    shown: MirrorResult | None

    @property
    def month_name(self) -> str:
        """The month in words."""
        return format_month(self.month)


class MirrorExists(Exception):
    """The month already has a mirror."""


def open_mirror(
    session: Session,
    leader: Leader,
    month: str,
    mirror_id: UUID,
    tally: Tally,
    *,
    last_date: LocalDate,
    now: Instant,
) -> None:
    """Add the mirror of a month, in the caller's transaction.

    It replaces a mirror that was closed with too few answers to show. Raises MirrorExists or
    AllowanceExceeded.
    """
    lock_account(session, leader.id)
    row = session.scalar(select_month(leader.id, month))
    if row is not None:
        if not row.closed or get_result(decrypt_tally(leader.cipher, row), is_closed=True):
            raise MirrorExists
        session.delete(row)
        session.flush()
    limits.use_opening(session, leader.id, now=now)
    session.add(
        TeamMirror(
            id=mirror_id,
            account_id=leader.id,
            month=month,
            last_date=last_date,
            closed=False,
            document=encrypt_tally(leader.cipher, mirror_id, tally),
        )
    )
    session.flush()


def find_mirror(leader: Leader, month: str, *, today: LocalDate) -> Mirror | None:
    """Return the mirror of a month as its leader may see it; None if there is none."""
    found = {"account": leader.id, "month": month}
    row = db.session.connection().execute(FIND_MIRROR, found).one_or_none()
    if row is None:
        return None
    if not row.closed and row.last_date < today:
        return _to_mirror(leader.cipher, list_rows(leader, today, TeamMirror.month == month)[0])
    return _to_mirror(leader.cipher, row)


def list_mirrors(leader: Leader, *, today: LocalDate) -> list[Mirror]:
    """Return all mirrors as their leader may see them, the latest month first."""
    return [_to_mirror(leader.cipher, row) for row in reversed(list_rows(leader, today))]


def list_rows(
    leader: Leader, today: LocalDate, *conditions: sa.ColumnElement[bool]
) -> list[TeamMirror]:
    """Return mirrors by month, after closing those that ended on the leader's local day."""
    query = sa.select(TeamMirror).where(TeamMirror.account_id == leader.id, *conditions)
    query = query.order_by(TeamMirror.month).execution_options(populate_existing=True)
    rows = list(db.session.scalars(query))
    if any(not row.closed and row.last_date < today for row in rows):
        _close_ended_mirrors(leader, today)
        rows = list(db.session.scalars(query))
    return rows


def close_mirror(leader: Leader, month: str) -> bool:
    """Close the mirror of a month for answers; return whether it was open."""
    with write_transaction() as session:
        row = session.scalar(select_month(leader.id, month))
        if row is None or row.closed:
            return False
        close_row(session, leader.cipher, row)
    return True


def close_ended_mirrors(*, now: Instant) -> int:
    """Close every mirror whose last date has passed where its leader is; return how many."""
    latest_date = to_local_date((now + MAX_UTC_OFFSET).date())
    query = sa.select(TeamMirror.account_id).where(
        TeamMirror.closed.is_(False), TeamMirror.last_date < latest_date
    )
    leaders = [accounts_store.find_leader(account) for account in set(db.session.scalars(query))]
    return sum(_close_ended_mirrors(leader, leader.today(now)) for leader in leaders if leader)


def _close_ended_mirrors(leader: Leader, today: LocalDate) -> int:
    """Close the mirrors that ended before the leader's local day; return how many.

    A mirror seen closed stays closed wherever its leader travels: what was seen once must not
    change any more.
    """
    has_ended = (
        TeamMirror.account_id == leader.id,
        TeamMirror.closed.is_(False),
        TeamMirror.last_date < today,
    )
    with write_transaction() as session:
        query = sa.select(TeamMirror).where(*has_ended).order_by(TeamMirror.id).with_for_update()
        rows = list(session.scalars(query.execution_options(populate_existing=True)))
        for row in rows:
            close_row(session, leader.cipher, row)
    return len(rows)


def close_row(session: Session, cipher: Cipher, row: TeamMirror) -> None:
    """Close a mirror for answers, and delete the addresses still waiting for a link."""
    mailing = TeamMirrorMailing.mirror_id == row.id
    session.execute(sa.delete(TeamMirrorMailing).where(mailing))
    row.closed = True
    row.document = encrypt_tally(cipher, row.id, close_tally(decrypt_tally(cipher, row)))


def rewrite_lines(cipher: Cipher, *, without: Callable[[str], str], **_signal: object) -> None:
    """Replace a forgotten name in every line; `without` returns a text without the name."""
    with write_transaction() as session:
        query = sa.select(TeamMirror).where(TeamMirror.account_id == cipher.account)
        query = query.order_by(TeamMirror.id).with_for_update()
        for row in session.scalars(query.execution_options(populate_existing=True)):
            tally = decrypt_tally(cipher, row)
            lines = {key: tuple(map(without, lines)) for key, lines in tally.lines.items()}
            row.document = encrypt_tally(cipher, row.id, replace(tally, lines=lines))


def lock_row(session: Session, mirror_id: UUID) -> TeamMirror | None:
    """Return a mirror's row, locked until the caller's transaction ends."""
    query = sa.select(TeamMirror).where(TeamMirror.id == mirror_id)
    return session.scalar(query.with_for_update().execution_options(populate_existing=True))


def select_month(account: UUID, month: str) -> sa.Select[TeamMirror]:
    """Return the query that locks the row of an account's month."""
    query = sa.select(TeamMirror).where(TeamMirror.account_id == account, TeamMirror.month == month)
    return query.with_for_update().execution_options(populate_existing=True)


def _to_mirror(cipher: Cipher, row: TeamMirror | Any) -> Mirror:
    tally = decrypt_tally(cipher, row)
    return Mirror(
        id=row.id,
        month=row.month,
        last_date=row.last_date,
        is_closed=row.closed,
        issued=tally.issued,
        has_enough=get_result(tally, is_closed=True) is not None,
        shown=get_result(tally, is_closed=row.closed),
    )


def decrypt_tally(cipher: Cipher, row: TeamMirror | Any) -> Tally:
    """Return the tally that a row holds."""
    document = cipher.decrypt_json(
        row.document, table="team_mirrors", column="document", row=row.id
    )
    return Tally.from_document(document)


def encrypt_tally(cipher: Cipher, mirror_id: UUID, tally: Tally) -> bytes:
    """Return a tally, encrypted for its row."""
    return cipher.encrypt_json(
        tally.to_document(), table="team_mirrors", column="document", row=mirror_id
    )
