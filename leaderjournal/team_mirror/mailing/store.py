"""The SQL of links that are sent by mail.

A worker creates all links of a round at once, in memory, and stores their hashes in the mirror
before it sends the first mail. Sending does not change the mirror. So no two states of the database
are one mail apart, which would reveal whose hash is whose.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from leaderjournal.accounts import store as accounts_store
from leaderjournal.accounts.mail_opt_outs.store import select_permitted_senders
from leaderjournal.accounts.store import Leader
from leaderjournal.kernel.database import count_changed_rows, db, new_id, write_transaction
from leaderjournal.kernel.days import Instant, LocalDate
from leaderjournal.kernel.encryption import Cipher, DecryptionFailed
from leaderjournal.team_mirror import limits
from leaderjournal.team_mirror.mailing.models import TeamMirrorMailing
from leaderjournal.team_mirror.mailing.rules import (
    LEASE,
    MailingProgress,
    get_retry_delay,
    is_given_up,
)
from leaderjournal.team_mirror.rules import Tally
from leaderjournal.team_mirror.store import open_mirror
from leaderjournal.team_mirror.tokens import store as tokens_store

UNREADABLE_DELAY = timedelta(hours=1)
"""How long a mailing waits if the data key of its account is not configured."""


@dataclass(slots=True)
class Round:
    """A worker's round of mails for a mirror.

    `waiting` changes with every mail, `links` exist only in memory, and `attempt` is the number of
    the round: a worker that writes after its lease has ended is recognized by it.
    """

    leader: Leader
    mirror_id: UUID
    month: str
    attempt: int
    waiting: list[str]
    links: dict[str, str]


def queue_links(
    leader: Leader, addresses: Sequence[str], month: str, *, last_date: LocalDate, now: Instant
) -> None:
    """Open the mirror of a month and let the worker send its links.

    Raises MirrorExists or AllowanceExceeded.
    """
    waiting = list(addresses)
    secrets.SystemRandom().shuffle(waiting)
    mirror_id, tally = new_id(), Tally(unused=(), issued=len(waiting))
    with write_transaction() as session:
        open_mirror(session, leader, month, mirror_id, tally, last_date=last_date, now=now)
        limits.use_addresses(session, leader, len(waiting), now=now)
        session.add(
            TeamMirrorMailing(
                mirror_id=mirror_id,
                account_id=leader.id,
                next_try_at=now,
                attempts=0,
                sent=0,
                unsent=0,
                in_doubt=0,
                by_hand=0,
                document=_encrypt(leader.cipher, mirror_id, waiting, ""),
            )
        )


def get_progress(leader: Leader, mirror_id: UUID) -> MailingProgress | None:
    """Return how many links of an open mirror are sent; None if they are not sent by mail."""
    row = db.session.scalar(
        sa.select(TeamMirrorMailing)
        .where(TeamMirrorMailing.mirror_id == mirror_id, TeamMirrorMailing.account_id == leader.id)
        .execution_options(populate_existing=True)
    )
    return _to_progress(row, _list_waiting(leader.cipher, row)) if row else None


def make_missing_links(leader: Leader, month: str, *, now: Instant) -> list[str]:
    """Return tokens for the people whom no mail reached, to hand out; they are not stored."""
    with write_transaction() as session:
        mirror_id = tokens_store.lock_month(session, leader.id, month)
        row = _lock_row(session, mirror_id) if mirror_id else None
        missing = row.unsent + row.in_doubt if row else 0
        if row is None or mirror_id is None or not missing:
            return []
        tokens = tokens_store.add_tokens(session, leader, mirror_id, missing, now=now)
        if tokens:
            row.by_hand, row.unsent, row.in_doubt = row.by_hand + missing, 0, 0
            _update_issued(session, leader, row, _list_waiting(leader.cipher, row))
    return tokens


def list_due_mirrors(*, now: Instant) -> list[UUID]:
    """Return the mirrors with mails to send or to give up."""
    query = sa.select(TeamMirrorMailing.mirror_id).where(
        TeamMirrorMailing.next_try_at.is_not(None), _is_due(now)
    )
    return list(db.session.scalars(query.order_by(TeamMirrorMailing.next_try_at)))


def begin_round(mirror_id: UUID, *, now: Instant) -> Round | None:
    """Claim the mails of a mirror for this worker; None if there is nothing to send.

    A worker that died leaves one address in doubt: the mail server may have accepted its mail. It
    gets no other mail, because one person must not have two links.
    """
    with write_transaction() as session:
        month = tokens_store.lock_by_id(session, mirror_id)
        row = _lock_row(session, mirror_id, _is_due(now))
        if row is None or month is None or row.next_try_at is None:
            return None
        try:
            leader = accounts_store.find_leader(row.account_id)
        except DecryptionFailed:
            row.next_try_at = Instant(now + UNREADABLE_DELAY)
            return None
        if leader is None:
            return None
        document = _decrypt(leader.cipher, row)
        waiting = list(document["waiting"])
        row.in_doubt += bool(document["trying"])
        allowed = session.scalar(select_permitted_senders(row.account_id)) is not None
        allowed = allowed and not is_given_up(row.attempts)
        row.attempts += 1
        row.next_try_at = Instant(now + LEASE)
        tokens = []
        if waiting and allowed:
            tokens = tokens_store.add_tokens(session, leader, mirror_id, len(waiting), now=now)
        if not tokens:
            row.unsent += len(waiting)
            waiting, row.next_try_at = [], None
            _update_issued(session, leader, row, waiting)
        row.document = _encrypt(leader.cipher, mirror_id, waiting, "")
        links = dict(zip(waiting, tokens, strict=True)) if tokens else {}
        return Round(leader, mirror_id, month, row.attempts, waiting, links) if links else None


def begin_mail(round_: Round, address: str, *, now: Instant) -> bool:
    """Record that a mail is being sent; return False if this round may send no more."""
    round_.waiting.remove(address)
    allowed = TeamMirrorMailing.account_id.in_(select_permitted_senders())
    return _write_progress(round_, address, {}, allowed, now=now)


def end_mail(round_: Round, *, was_sent: bool, now: Instant) -> bool:
    """Record that a mail was sent, or that its address was refused; forget the address."""
    column = TeamMirrorMailing.sent if was_sent else TeamMirrorMailing.unsent
    return _write_progress(round_, "", {column.key: column + 1}, now=now)


def defer_mail(round_: Round, address: str, *, now: Instant) -> bool:
    """Record that a mail could not be sent now."""
    round_.waiting.append(address)
    return _write_progress(round_, "", {}, now=now)


def end_round(round_: Round, unsent: Sequence[str], *, now: Instant) -> None:
    """End a round: withdraw unsent links; retry the remaining addresses later or give them up."""
    with write_transaction() as session:
        if tokens_store.lock_by_id(session, round_.mirror_id) is None:
            return
        row = _lock_row(session, round_.mirror_id, TeamMirrorMailing.attempts == round_.attempt)
        if row is None:
            return
        delay = get_retry_delay(row.attempts)
        if round_.waiting and delay is None:
            row.unsent += len(round_.waiting)
            round_.waiting.clear()
        row.next_try_at = Instant(now + delay) if round_.waiting and delay else None
        row.document = _encrypt(round_.leader.cipher, row.mirror_id, round_.waiting, "")
        tokens_store.withdraw_tokens(session, round_.leader.cipher, row.mirror_id, unsent)
        _update_issued(session, round_.leader, row, round_.waiting)


def _is_due(now: Instant) -> sa.ColumnElement[bool]:
    is_forbidden = TeamMirrorMailing.account_id.not_in(select_permitted_senders())
    return sa.or_(TeamMirrorMailing.next_try_at <= now, is_forbidden)


def _lock_row(
    session: Session, mirror_id: UUID, *conditions: sa.ColumnElement[bool]
) -> TeamMirrorMailing | None:
    query = sa.select(TeamMirrorMailing).where(
        TeamMirrorMailing.mirror_id == mirror_id, *conditions
    )
    query = query.with_for_update().execution_options(populate_existing=True)
    return session.scalar(query)


def _write_progress(
    round_: Round,
    trying: str,
    values: dict[str, Any],
    *conditions: sa.ColumnElement[bool],
    now: Instant,
) -> bool:
    """Save the progress of a round; return False if the mirror is closed or the round has ended."""
    document = _encrypt(round_.leader.cipher, round_.mirror_id, round_.waiting, trying)
    values = values | {"document": document, "next_try_at": Instant(now + LEASE)}
    is_current_round = (
        TeamMirrorMailing.mirror_id == round_.mirror_id,
        TeamMirrorMailing.attempts == round_.attempt,
    )
    with write_transaction() as session:
        changed = sa.update(TeamMirrorMailing).where(*is_current_round, *conditions).values(values)
        return bool(
            count_changed_rows(session, changed.execution_options(synchronize_session=False))
        )


def _update_issued(
    session: Session, leader: Leader, row: TeamMirrorMailing, waiting: Sequence[str]
) -> None:
    issued = _to_progress(row, waiting).issued
    tokens_store.update_issued(session, leader.cipher, row.mirror_id, issued)


def _to_progress(row: TeamMirrorMailing, waiting: Sequence[str]) -> MailingProgress:
    return MailingProgress(row.sent, len(waiting), row.unsent, row.in_doubt, row.by_hand)


def _list_waiting(cipher: Cipher, row: TeamMirrorMailing) -> list[str]:
    """Return the addresses still waiting for a mail, including the one being tried."""
    document = _decrypt(cipher, row)
    return [*document["waiting"], *filter(None, [document["trying"]])]


def _decrypt(cipher: Cipher, row: TeamMirrorMailing) -> dict[str, Any]:
    document: dict[str, Any] = cipher.decrypt_json(
        row.document, table="team_mirror_mailings", column="document", row=row.mirror_id
    )
    return document


def _encrypt(cipher: Cipher, mirror_id: UUID, waiting: Sequence[str], trying: str) -> bytes:
    document = {"waiting": list(waiting), "trying": trying}
    return cipher.encrypt_json(
        document, table="team_mirror_mailings", column="document", row=mirror_id
    )
