"""The SQL of team mirrors."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from leaderjournal.accounts import store as accounts_store
from leaderjournal.accounts.locks.store import lock_account
from leaderjournal.accounts.store import Leader
from leaderjournal.kernel.database import db, new_id, write_transaction
from leaderjournal.kernel.days import Instant, LocalDate, to_local_date
from leaderjournal.kernel.encryption import Cipher
from leaderjournal.team_mirror import limits
from leaderjournal.team_mirror.mailing.models import TeamMirrorMailing
from leaderjournal.team_mirror.models import TeamMirror
from leaderjournal.team_mirror.rules import (
    Answer,
    InvalidToken,
    MirrorResult,
    Tally,
    allow_tokens,
    close_tally,
    create_tally,
    create_tokens,
    format_month,
    get_result,
    has_all_answers,
    parse_token,
    record_answer,
    revoke_tokens,
)

MAX_UTC_OFFSET = timedelta(hours=14)
"""How far local time is ahead of UTC at the most."""


@dataclass(frozen=True, slots=True)
class Mirror:
    """A month's mirror as its leader sees it: `shown` is there once it is closed."""

    id: UUID
    month: str
    last_date: LocalDate
    is_closed: bool
    issued: int
    has_enough: bool
    shown: MirrorResult | None

    @property
    def name(self) -> str:
        """The month as a page names it."""
        return format_month(self.month)


@dataclass(frozen=True, slots=True)
class Invitation:
    """What someone of the team sees who opens a link that can still answer."""

    leader: str
    month: str
    issued: int

    @property
    def name(self) -> str:
        """The month as a page names it."""
        return format_month(self.month)


class MirrorExists(Exception):
    """The month has its mirror already."""


def issue_tokens(
    leader: Leader, month: str, number: int, *, last_date: LocalDate, now: Instant
) -> tuple[UUID, list[str]]:
    """Open the mirror of a month; return its id and as many tokens. They are kept nowhere.

    Raises MirrorExists, or UsedUp where too many were opened.
    """
    mirror_id = new_id()
    tokens = create_tokens(mirror_id, number)
    with write_transaction() as session:
        open_mirror(
            session, leader, month, mirror_id, create_tally(tokens), last_date=last_date, now=now
        )
    return mirror_id, tokens


def open_mirror(
    session: Session,
    leader: Leader,
    month: str,
    mirror_id: UUID,
    heard: Tally,
    *,
    last_date: LocalDate,
    now: Instant,
) -> None:
    """Add the mirror of a month inside the caller's transaction.

    One that was closed with too few answers to be shown gives way. Raises MirrorExists, or UsedUp.
    """
    lock_account(session, leader.id)
    there = session.scalar(_select_month(leader.id, month))
    if there is not None:
        if not there.closed or get_result(_decrypt_tally(leader.cipher, there), is_closed=True):
            raise MirrorExists
        session.delete(there)
        session.flush()
    limits.use_opening(session, leader.id, now=now)
    session.add(
        TeamMirror(
            id=mirror_id,
            account_id=leader.id,
            month=month,
            last_date=last_date,
            closed=False,
            document=_encrypt_tally(leader.cipher, mirror_id, heard),
        )
    )
    session.flush()


def lock_month(session: Session, account: UUID, month: str) -> UUID | None:
    """Let others wait who change this mirror until the caller's transaction is over; return its
    id."""
    row = session.scalar(_select_month(account, month))
    return row.id if row else None


def lock_by_id(session: Session, mirror_id: UUID) -> str | None:
    """Do as `lock` does; return the month."""
    row = _lock_row(session, mirror_id)
    return row.month if row else None


def add_tokens(
    session: Session, leader: Leader, mirror_id: UUID, number: int, *, now: Instant
) -> list[str]:
    """Return new tokens of an open mirror, inside the caller's transaction; none where it is over.

    They count as issued once `update_issued` says so.
    """
    row = _lock_row(session, mirror_id)
    if row is None or row.closed or leader.today(now) > row.last_date:
        return []
    tokens = create_tokens(mirror_id, number)
    row.document = _encrypt_tally(
        leader.cipher, row.id, allow_tokens(_decrypt_tally(leader.cipher, row), tokens)
    )
    session.flush()
    return tokens


def withdraw_tokens(
    session: Session, cipher: Cipher, mirror_id: UUID, tokens: Sequence[str]
) -> None:
    """Make tokens void that nobody was given, inside the caller's transaction."""
    row = _lock_row(session, mirror_id)
    if row is not None and not row.closed:
        row.document = _encrypt_tally(
            cipher, row.id, revoke_tokens(_decrypt_tally(cipher, row), tokens)
        )
        session.flush()


def update_issued(session: Session, cipher: Cipher, mirror_id: UUID, issued: int) -> None:
    """Write how many people have a link, inside the caller's transaction."""
    row = _lock_row(session, mirror_id)
    if row is not None and not row.closed:
        row.document = _encrypt_tally(
            cipher, row.id, replace(_decrypt_tally(cipher, row), issued=issued)
        )
        session.flush()


def _lock_row(session: Session, mirror_id: UUID) -> TeamMirror | None:
    query = sa.select(TeamMirror).where(TeamMirror.id == mirror_id)
    return session.scalar(query.with_for_update().execution_options(populate_existing=True))


def find_invitation(token: str, *, now: Instant) -> Invitation | None:
    """Return what a token may answer; None where it is used, closed, or was never issued."""
    found = _find_open_mirror(db.session, token, now)
    if found is None:
        return None
    return Invitation(found.leader.name, found.row.month, found.tally.issued)


def save_answer(token: str, given: Answer, *, now: Instant) -> None:
    """Take the answer of a token. Raises InvalidToken, where nothing is written."""
    with write_transaction() as session:
        found = _find_open_mirror(session, token, now, locked=True)
        if found is None:
            raise InvalidToken
        heard = record_answer(found.tally, found.token_hash, given)
        found.row.document = _encrypt_tally(found.leader.cipher, found.row.id, heard)
        if has_all_answers(heard):
            session.flush()
            _close_row(session, found.leader.cipher, found.row)


def close_mirror(leader: Leader, month: str) -> bool:
    """Let a mirror take no more answers; tell whether it was open."""
    with write_transaction() as session:
        row = session.scalar(_select_month(leader.id, month))
        if row is None or row.closed:
            return False
        _close_row(session, leader.cipher, row)
    return True


def close_ended_mirrors(*, now: Instant) -> int:
    """Close every mirror whose last date is over where its leader is; return how many."""
    last_anywhere = to_local_date((now + MAX_UTC_OFFSET).date())
    query = sa.select(TeamMirror.account_id).where(
        TeamMirror.closed.is_(False), TeamMirror.last_date < last_anywhere
    )
    leaders = [accounts_store.find_leader(account) for account in set(db.session.scalars(query))]
    return sum(_close_ended_mirrors(leader, leader.today(now)) for leader in leaders if leader)


def _close_ended_mirrors(leader: Leader, today: LocalDate) -> int:
    """Close what is over on the leader's local day; return how many mirrors.

    It is written down when it is seen first. From then on a mirror is closed wherever its leader
    travels, as what was looked at once must not grow any more.
    """
    over = (
        TeamMirror.account_id == leader.id,
        TeamMirror.closed.is_(False),
        TeamMirror.last_date < today,
    )
    with write_transaction() as session:
        rows = sa.select(TeamMirror).where(*over).order_by(TeamMirror.id).with_for_update()
        found = list(session.scalars(rows.execution_options(populate_existing=True)))
        for row in found:
            _close_row(session, leader.cipher, row)
    return len(found)


def _close_row(session: Session, cipher: Cipher, row: TeamMirror) -> None:
    """Let a mirror take no more answers; addresses that were still to be written to are deleted."""
    mailing = TeamMirrorMailing.mirror_id == row.id
    session.execute(sa.delete(TeamMirrorMailing).where(mailing))
    row.closed = True
    row.document = _encrypt_tally(cipher, row.id, close_tally(_decrypt_tally(cipher, row)))


def _select_month(account: UUID, month: str) -> sa.Select[TeamMirror]:
    query = sa.select(TeamMirror).where(TeamMirror.account_id == account, TeamMirror.month == month)
    return query.with_for_update().execution_options(populate_existing=True)


def find_mirror(leader: Leader, month: str, *, today: LocalDate) -> Mirror | None:
    """Return the mirror of a month as its leader may see it."""
    found = _list_rows(leader, today, TeamMirror.month == month)
    return _to_mirror(leader.cipher, found[0]) if found else None


def list_mirrors(leader: Leader, *, today: LocalDate) -> list[Mirror]:
    """Return every mirror as its leader may see it, the latest month first."""
    return [_to_mirror(leader.cipher, row) for row in reversed(_list_rows(leader, today))]


def _list_rows(
    leader: Leader, today: LocalDate, *which: sa.ColumnElement[bool]
) -> list[TeamMirror]:
    """Return mirrors by month; what is over on the leader's local day is closed before."""
    query = sa.select(TeamMirror).where(TeamMirror.account_id == leader.id, *which)
    query = query.order_by(TeamMirror.month).execution_options(populate_existing=True)
    rows = list(db.session.scalars(query))
    if any(not row.closed and row.last_date < today for row in rows):
        _close_ended_mirrors(leader, today)
        rows = list(db.session.scalars(query))
    return rows


@dataclass(frozen=True, slots=True)
class ClosedMirror:
    """A closed mirror of another journal of ours, to be added."""

    month: str
    last_date: LocalDate
    tally: Tally


def list_closed_mirrors(leader: Leader, *, today: LocalDate) -> list[ClosedMirror]:
    """Return every mirror that takes no more answers, as it goes into an export, by month."""
    return [
        ClosedMirror(row.month, row.last_date, _decrypt_tally(leader.cipher, row))
        for row in _list_rows(leader, today)
        if row.closed
    ]


def import_mirrors(session: Session, cipher: Cipher, brought: Iterable[ClosedMirror]) -> list[UUID]:
    """Add closed mirrors inside the caller's transaction; leave what is there. Return the new."""
    there = set(
        session.scalars(sa.select(TeamMirror.month).where(TeamMirror.account_id == cipher.account))
    )
    added = []
    for given in brought:
        if given.month in there:
            continue
        there.add(given.month)
        mirror_id = new_id()
        added.append(mirror_id)
        session.add(
            TeamMirror(
                id=mirror_id,
                account_id=cipher.account,
                month=given.month,
                last_date=given.last_date,
                closed=True,
                document=_encrypt_tally(cipher, mirror_id, given.tally),
            )
        )
    session.flush()
    return added


def undo_import(session: Session, account: UUID, mirrors: Iterable[UUID]) -> None:
    """Remove mirrors that were brought in, inside the caller's transaction."""
    session.execute(
        sa.delete(TeamMirror).where(
            TeamMirror.account_id == account, TeamMirror.id.in_(list(mirrors))
        )
    )


def rewrite_lines(cipher: Cipher, *, without: Callable[[str], str], **_said: object) -> None:
    """Write every line anew as `without` has it: it takes a name out of a text."""
    with write_transaction() as session:
        rows = sa.select(TeamMirror).where(TeamMirror.account_id == cipher.account)
        rows = rows.order_by(TeamMirror.id).with_for_update()
        for row in session.scalars(rows.execution_options(populate_existing=True)):
            heard = _decrypt_tally(cipher, row)
            lines = {key: tuple(map(without, said)) for key, said in heard.lines.items()}
            row.document = _encrypt_tally(cipher, row.id, replace(heard, lines=lines))


@dataclass(frozen=True, slots=True)
class _OpenMirror:
    """A mirror that a token may still answer, and all that it has heard."""

    row: TeamMirror
    leader: Leader
    token_hash: str
    tally: Tally


def _find_open_mirror(
    session: Session, token: str, now: Instant, *, locked: bool = False
) -> _OpenMirror | None:
    read = parse_token(token)
    if read is None:
        return None
    mirror_id, token_hash = read
    query = sa.select(TeamMirror).where(TeamMirror.id == mirror_id)
    if locked:
        query = query.with_for_update()
    row = session.scalar(query.execution_options(populate_existing=True))
    leader = accounts_store.find_active_leader(row.account_id) if row else None
    if row is None or leader is None or row.closed or leader.today(now) > row.last_date:
        return None
    heard = _decrypt_tally(leader.cipher, row)
    return _OpenMirror(row, leader, token_hash, heard) if token_hash in heard.unused else None


def _to_mirror(cipher: Cipher, row: TeamMirror) -> Mirror:
    heard = _decrypt_tally(cipher, row)
    return Mirror(
        id=row.id,
        month=row.month,
        last_date=row.last_date,
        is_closed=row.closed,
        issued=heard.issued,
        has_enough=get_result(heard, is_closed=True) is not None,
        shown=get_result(heard, is_closed=row.closed),
    )


def _decrypt_tally(cipher: Cipher, row: TeamMirror) -> Tally:
    document = cipher.decrypt_json(
        row.document, table="team_mirrors", column="document", row=row.id
    )
    return Tally.from_document(document)


def _encrypt_tally(cipher: Cipher, mirror_id: UUID, heard: Tally) -> bytes:
    return cipher.encrypt_json(
        heard.to_document(), table="team_mirrors", column="document", row=mirror_id
    )
