"""The SQL of team mirrors."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from leaderjournal.accounts import store as accounts_store
from leaderjournal.accounts.store import Leader
from leaderjournal.kernel.database import db, new_id, write_transaction
from leaderjournal.kernel.days import Instant, LocalDate
from leaderjournal.kernel.sealing import Sealer
from leaderjournal.team_mirror.models import TeamMirror
from leaderjournal.team_mirror.rules import (
    Answer,
    Heard,
    Shown,
    TokenUsed,
    closed,
    hear,
    new_tokens,
    opened,
    read_token,
    shown,
)


@dataclass(frozen=True, slots=True)
class Mirror:
    """A month's mirror as its leader sees it: `shown` is there once it is closed."""

    id: UUID
    month: str
    last_date: LocalDate
    is_closed: bool
    issued: int
    enough: bool
    shown: Shown | None

    @property
    def name(self) -> str:
        """The month as a page names it."""
        return date.fromisoformat(f"{self.month}-01").strftime("%B %Y")


@dataclass(frozen=True, slots=True)
class Asked:
    """What someone of the team sees who opens a link that can still answer."""

    leader: str
    month: str
    issued: int


class MirrorThere(Exception):
    """The month has its mirror already."""


def issue(
    leader: Leader, month: str, number: int, *, last_date: LocalDate
) -> tuple[UUID, list[str]]:
    """Open the mirror of a month; return its id and as many tokens. They are kept nowhere.

    Raises MirrorThere.
    """
    mirror_id = new_id()
    tokens = new_tokens(mirror_id, number)
    with write_transaction() as session:
        there = sa.select(TeamMirror.id).where(
            TeamMirror.account_id == leader.id, TeamMirror.month == month
        )
        if session.scalar(there) is not None:
            raise MirrorThere
        session.add(
            TeamMirror(
                id=mirror_id,
                account_id=leader.id,
                month=month,
                last_date=last_date,
                closed=False,
                document=_sealed(leader.sealer, mirror_id, opened(tokens)),
            )
        )
    return mirror_id, tokens


def asked(token: str, *, now: Instant) -> Asked | None:
    """Return what a token may answer; None where it is used, closed, or was never issued."""
    found = _open(db.session, token, now)
    if found is None:
        return None
    return Asked(found.leader.name, found.row.month, found.heard.issued)


def answer(token: str, given: Answer, *, now: Instant) -> None:
    """Take the answer of a token. Raises TokenUsed, where nothing is written."""
    with write_transaction() as session:
        found = _open(session, token, now, locked=True)
        if found is None:
            raise TokenUsed
        heard = hear(found.heard, found.token_hash, given)
        if not heard.unused:
            found.row.closed, heard = True, closed(heard)
        found.row.document = _sealed(found.leader.sealer, found.row.id, heard)


def close(leader: Leader, month: str) -> bool:
    """Let a mirror take no more answers; tell whether it was open."""
    with write_transaction() as session:
        row = session.scalar(
            sa.select(TeamMirror)
            .where(TeamMirror.account_id == leader.id, TeamMirror.month == month)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        if row is None or row.closed:
            return False
        row.closed = True
        row.document = _sealed(leader.sealer, row.id, closed(_heard(leader.sealer, row)))
    return True


def mirror(leader: Leader, month: str, *, today: LocalDate) -> Mirror | None:
    """Return the mirror of a month as its leader may see it."""
    query = sa.select(TeamMirror).where(
        TeamMirror.account_id == leader.id, TeamMirror.month == month
    )
    row = db.session.scalar(query.execution_options(populate_existing=True))
    return _mirror(leader.sealer, row, today) if row else None


def mirrors(leader: Leader, *, today: LocalDate) -> list[Mirror]:
    """Return every mirror as its leader may see it, the latest month first."""
    query = sa.select(TeamMirror).where(TeamMirror.account_id == leader.id)
    rows = db.session.scalars(query.order_by(TeamMirror.month.desc()))
    return [_mirror(leader.sealer, row, today) for row in rows]


@dataclass(frozen=True, slots=True)
class BroughtMirror:
    """A closed mirror of another journal of ours, to be added."""

    month: str
    last_date: LocalDate
    heard: Heard


def closed_mirrors(leader: Leader, *, today: LocalDate) -> list[BroughtMirror]:
    """Return every mirror that takes no more answers, as it goes into an export, by month."""
    query = sa.select(TeamMirror).where(TeamMirror.account_id == leader.id)
    return [
        BroughtMirror(row.month, row.last_date, closed(_heard(leader.sealer, row)))
        for row in db.session.scalars(query.order_by(TeamMirror.month))
        if _is_closed(row, today)
    ]


def add_mirrors(session: Session, sealer: Sealer, brought: Iterable[BroughtMirror]) -> list[UUID]:
    """Add closed mirrors inside the caller's transaction; leave what is there. Return the new."""
    there = set(
        session.scalars(sa.select(TeamMirror.month).where(TeamMirror.account_id == sealer.account))
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
                account_id=sealer.account,
                month=given.month,
                last_date=given.last_date,
                closed=True,
                document=_sealed(sealer, mirror_id, given.heard),
            )
        )
    session.flush()
    return added


def take_back(session: Session, account: UUID, mirrors: Iterable[UUID]) -> None:
    """Remove mirrors that were brought in, inside the caller's transaction."""
    session.execute(
        sa.delete(TeamMirror).where(
            TeamMirror.account_id == account, TeamMirror.id.in_(list(mirrors))
        )
    )


@dataclass(frozen=True, slots=True)
class _Open:
    """A mirror that a token may still answer, and all that it has heard."""

    row: TeamMirror
    leader: Leader
    token_hash: str
    heard: Heard


def _open(session: Session, token: str, now: Instant, *, locked: bool = False) -> _Open | None:
    read = read_token(token)
    if read is None:
        return None
    mirror_id, token_hash = read
    query = sa.select(TeamMirror).where(TeamMirror.id == mirror_id)
    if locked:
        query = query.with_for_update()
    row = session.scalar(query.execution_options(populate_existing=True))
    leader = accounts_store.leader(row.account_id) if row else None
    if row is None or leader is None or _is_closed(row, leader.today(now)):
        return None
    heard = _heard(leader.sealer, row)
    return _Open(row, leader, token_hash, heard) if token_hash in heard.unused else None


def _is_closed(row: TeamMirror, today: LocalDate) -> bool:
    return row.closed or today > row.last_date


def _mirror(sealer: Sealer, row: TeamMirror, today: LocalDate) -> Mirror:
    heard, is_closed = _heard(sealer, row), _is_closed(row, today)
    return Mirror(
        id=row.id,
        month=row.month,
        last_date=row.last_date,
        is_closed=is_closed,
        issued=heard.issued,
        enough=shown(heard, is_closed=True) is not None,
        shown=shown(heard, is_closed=is_closed),
    )


def _heard(sealer: Sealer, row: TeamMirror) -> Heard:
    document = sealer.open_json(row.document, table="team_mirrors", column="document", row=row.id)
    return Heard.from_document(document)


def _sealed(sealer: Sealer, mirror_id: UUID, heard: Heard) -> bytes:
    return sealer.seal_json(
        heard.as_document(), table="team_mirrors", column="document", row=mirror_id
    )
