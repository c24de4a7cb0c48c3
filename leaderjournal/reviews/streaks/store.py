"""Every streak of a leader, from the newest checkpoint on: ten years cost what a month does.

A checkpoint is stored, encrypted, for the end of each month. It falls away with the change of a day
before its end, or of the practice calendar, in the same transaction.
"""

from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from leaderjournal.accounts import store as accounts_store
from leaderjournal.accounts.locks.store import lock_account
from leaderjournal.accounts.practice_calendar import store as calendar_store
from leaderjournal.accounts.store import Leader
from leaderjournal.kernel.database import db, write_transaction
from leaderjournal.kernel.days import LocalDate
from leaderjournal.kernel.encryption import Cipher
from leaderjournal.kernel.readings import JoinedReading, Reading
from leaderjournal.practice import catalogue
from leaderjournal.reflections.figures import store as day_figures_store
from leaderjournal.reflections.rules import find_last_settled_day
from leaderjournal.reviews.streaks.checkpoints import (
    Checkpoint,
    CountedDays,
    compute_checkpoints,
)
from leaderjournal.reviews.streaks.models import StreakCheckpoint
from leaderjournal.reviews.streaks.rules import (
    Streak,
    StreakState,
    compute_steadiness,
    compute_streak,
)

NEWEST_CHECKPOINT = Reading(
    sa.select(StreakCheckpoint.through_date, StreakCheckpoint.state_encrypted)
    .where(
        StreakCheckpoint.account_id == sa.bindparam("account"),
        StreakCheckpoint.through_date < sa.bindparam("before"),
    )
    .order_by(StreakCheckpoint.through_date.desc())
    .limit(1)
)

STREAKS = JoinedReading(*calendar_store.CALENDARS.readings, NEWEST_CHECKPOINT)


@dataclass(frozen=True, slots=True)
class Streaks:
    """Every streak of a leader, and their steadiness from 0 to 100."""

    overall: Streak
    by_key: dict[str, Streak]
    steadiness: int

    def as_summary(self) -> dict[str, Any]:
        """Return the streaks as `GET /streak` and the pages show them."""
        return {
            **asdict(self.overall),
            "steadiness": self.steadiness,
            "by_key": {
                key: {"current": of_key.current, "longest": of_key.longest}
                for key, of_key in self.by_key.items()
            },
        }


def get_streaks(leader: Leader, *, today: LocalDate) -> Streaks:
    """Return the leader's streaks as of their local day `today`."""
    whose = {"account": leader.id, "accounts": (leader.id,), "before": today}
    STREAKS.read(db.session, whose)
    calendar = calendar_store.load_calendar(leader.id)
    before = _load_checkpoint(db.session, leader.cipher, before=today)
    days = _list_counted_days(db.session, leader.id, after=before.through)
    return Streaks(
        overall=compute_streak(days.in_time, calendar=calendar, today=today, before=before.overall),
        by_key={
            key: compute_streak(answered, calendar=calendar, today=today, before=before.by_key[key])
            for key, answered in days.answered_by_key.items()
        },
        steadiness=compute_steadiness(
            days.written,
            calendar=calendar,
            joined=leader.joined_on,
            today=today,
            before=before.steadiness,
        ),
    )


def get_streak_before(cipher: Cipher, first: LocalDate) -> tuple[StreakState, list[LocalDate]]:
    """Return a streak from before the local day `first`, and the days in time from there to it."""
    checkpoint = _load_checkpoint(db.session, cipher, before=first)
    days = day_figures_store.list_completed_days(
        db.session, cipher.account, after=checkpoint.through, before=first
    )
    return checkpoint.overall, [day for day, is_in_time in days if is_in_time]


def update_checkpoints(
    session: Session, *, account: UUID, first: LocalDate, cipher: Cipher | None = None
) -> None:
    """Remove what a change of local days from `first` on makes wrong; add what is settled by then.

    Runs inside the caller's transaction. Nothing is added without `cipher`.
    """
    lock_account(session, account)
    newest = _find_newest_date(session, account)
    if newest is not None and newest >= first:
        _delete_checkpoints(session, account, first)
        newest = _find_newest_date(session, account)
    through = find_last_settled_day(first)
    if cipher is not None and (newest is None or newest < through):
        _add_checkpoints(session, cipher, through)


def delete_checkpoints(session: Session, *, account: UUID) -> None:
    """Remove every checkpoint of the account, inside the caller's transaction."""
    lock_account(session, account)
    _delete_checkpoints(session, account, None)


def rebuild_checkpoints(leader: Leader, *, today: LocalDate) -> bool:
    """Compute every checkpoint anew; return whether one was stored that differs."""
    with write_transaction() as session:
        lock_account(session, leader.id)
        stored = _load_checkpoints(session, leader.cipher)
        _delete_checkpoints(session, leader.id, None)
        # Further west, today is a day earlier than it was when a month was settled.
        through = max([find_last_settled_day(today), *stored])
        added = _add_checkpoints(session, leader.cipher, through)
        right = {checkpoint.through: checkpoint for checkpoint in added}
        return any(right.get(through) != checkpoint for through, checkpoint in stored.items())


def _list_counted_days(session: Session, account: UUID, *, after: LocalDate | None) -> CountedDays:
    completed, answers = day_figures_store.list_counted_days(session, account, after=after)
    answered: dict[str, set[LocalDate]] = {key: set() for key in catalogue.KEY_SLUGS}
    for key, day in answers:
        answered[key].add(day)
    return CountedDays(completed, {key: frozenset(days) for key, days in answered.items()})


def _add_checkpoints(session: Session, cipher: Cipher, through: LocalDate) -> list[Checkpoint]:
    before = _load_newest_checkpoint(session, cipher)
    session.flush()
    added = list(
        compute_checkpoints(
            before,
            _list_counted_days(session, cipher.account, after=before.through),
            calendar=calendar_store.load_calendar(cipher.account),
            joined=accounts_store.get_joining_date(session, cipher.account),
            through=through,
        )
    )
    session.add_all(
        StreakCheckpoint(
            account_id=cipher.account,
            through_date=checkpoint.through,
            state_encrypted=cipher.encrypt_json(
                checkpoint.to_document(),
                table="streak_checkpoints",
                column="state_encrypted",
                row=str(checkpoint.through),
            ),
        )
        for checkpoint in added
    )
    session.flush()  # the next change of the transaction finds them
    return added


def _load_checkpoint(session: Session, cipher: Cipher, *, before: LocalDate) -> Checkpoint:
    """Return the newest checkpoint that ends before a day; an empty one if there is none."""
    rows = NEWEST_CHECKPOINT.read(session, account=cipher.account, before=before)
    return _decrypt_checkpoint(cipher, rows[0]) if rows else Checkpoint()


def _load_newest_checkpoint(session: Session, cipher: Cipher) -> Checkpoint:
    """Return the newest checkpoint as this transaction has it; an empty one if there is none."""
    query = sa.select(StreakCheckpoint).where(StreakCheckpoint.account_id == cipher.account)
    row = session.scalar(query.order_by(StreakCheckpoint.through_date.desc()).limit(1))
    return _decrypt_checkpoint(cipher, row) if row else Checkpoint()


def _load_checkpoints(session: Session, cipher: Cipher) -> dict[LocalDate, Checkpoint]:
    query = sa.select(StreakCheckpoint).where(StreakCheckpoint.account_id == cipher.account)
    rows = session.scalars(query)
    return {row.through_date: _decrypt_checkpoint(cipher, row) for row in rows}


def _decrypt_checkpoint(cipher: Cipher, row: StreakCheckpoint | Any) -> Checkpoint:
    document = cipher.decrypt_json(
        row.state_encrypted,
        table="streak_checkpoints",
        column="state_encrypted",
        row=str(row.through_date),
    )
    return Checkpoint.from_document(row.through_date, document)


def _find_newest_date(session: Session, account: UUID) -> LocalDate | None:
    newest = sa.func.max(StreakCheckpoint.through_date, type_=StreakCheckpoint.through_date.type)
    return session.scalar(sa.select(newest).where(StreakCheckpoint.account_id == account))


def _delete_checkpoints(session: Session, account: UUID, first: LocalDate | None) -> None:
    deletion = sa.delete(StreakCheckpoint).where(StreakCheckpoint.account_id == account)
    if first is not None:
        deletion = deletion.where(StreakCheckpoint.through_date >= first)
    session.execute(deletion.execution_options(synchronize_session="fetch"))
