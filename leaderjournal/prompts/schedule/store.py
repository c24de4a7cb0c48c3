"""The SQL of prompt schedules: what a leader chose, and the next prompt."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import time, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from leaderjournal.accounts.settings.store import LocalDaysChange
from leaderjournal.accounts.store import Leader
from leaderjournal.kernel.database import count_changed_rows, db, upsert, write_transaction
from leaderjournal.kernel.days import Instant, LocalDate, days_after, get_local_day
from leaderjournal.kernel.readings import Reading
from leaderjournal.prompts.schedule.models import PromptDelivery, PromptSchedule
from leaderjournal.prompts.schedule.rules import (
    Prompt,
    Schedule,
    Slot,
    find_next_prompt,
    find_prompt_after_move,
    suggest_time,
)
from leaderjournal.reflections.figures import store as day_figures_store

HANDLED_LOOKBACK_DAYS = 3  # a flight over the date line leads back two local days


SCHEDULE = Reading(
    sa.select(*PromptSchedule.__table__.c).where(
        PromptSchedule.account_id == sa.bindparam("account")
    )
)


class PromptsPaused(Exception):
    """Prompts are paused until `until`, the first local day on which they come again."""

    def __init__(self, until: LocalDate) -> None:
        super().__init__(f"prompts are paused until {until}")
        self.until = until


@dataclass(frozen=True, slots=True)
class LeaderSchedule:
    """A leader's schedule; `chosen` is false where it is an offer and nothing was saved yet."""

    schedule: Schedule
    by_mail: bool
    chosen: bool
    snoozed_until: Instant | None = None
    next_due_at: Instant | None = None
    has_calendar: bool = False
    """Whether the calendar feed has an address."""


def get_schedule(leader: Leader) -> LeaderSchedule:
    """Return the leader's schedule, or an offer at the time of day at which they last wrote."""
    rows = SCHEDULE.read(db.session, account=leader.id)
    row = rows[0] if rows else None
    if row is not None and row.chosen:
        return LeaderSchedule(
            schedule=parse_schedule(row),
            by_mail=row.by_mail,
            chosen=True,
            snoozed_until=row.snoozed_until,
            next_due_at=row.next_due_at,
            has_calendar=row.calendar_hash is not None,
        )
    offer = Schedule(
        enabled=False,
        times=(suggest_time(day_figures_store.get_last_written(leader.id)),),
        weekdays=leader.practice_days,
    )
    return LeaderSchedule(
        schedule=offer,
        by_mail=False,
        chosen=False,
        snoozed_until=row.snoozed_until if row else None,
        next_due_at=row.next_due_at if row else None,
        has_calendar=row is not None and row.calendar_hash is not None,
    )


def save_schedule(leader: Leader, schedule: Schedule, *, by_mail: bool, now: Instant) -> None:
    """Save the leader's schedule and find its next prompt.

    A prompt that is due already, and that no worker has claimed yet, still comes.
    """
    with write_transaction() as session:
        row = lock_schedule(session, leader.id)
        row.chosen = True
        row.enabled = schedule.enabled
        row.times = " ".join(at.isoformat("minutes") for at in schedule.times)
        row.weekdays = "".join(map(str, sorted(schedule.weekdays)))
        row.quiet_from, row.quiet_to = schedule.quiet_from, schedule.quiet_to
        row.paused_until = schedule.paused_until
        row.streak_at_risk = schedule.streak_at_risk
        row.by_mail = by_mail
        if not schedule.enabled:
            row.snoozed_until = None
        if not (_is_due(row, now) and _is_wanted(schedule, row)):
            _update_next_prompt(session, row, leader, now)


def snooze(leader: Leader, minutes: int, *, now: Instant) -> Instant:
    """Move today's prompt to `minutes` from `now`, a whole minute; return that instant.

    Raises PromptsPaused where prompts are paused on the local day of that instant.
    """
    until = Instant((now + timedelta(minutes=minutes)).replace(second=0, microsecond=0))
    with write_transaction() as session:
        row = lock_schedule(session, leader.id)
        if row.paused_until is not None and leader.today(until) < row.paused_until:
            raise PromptsPaused(row.paused_until)
        row.snoozed_until = until
        _update_next_prompt(session, row, leader, now)
    return until


def reschedule_after_move(session: Session, change: LocalDaysChange) -> None:
    """Find the next prompt again after the leader's zone or start of day has changed.

    Receives `accounts.settings.store.local_days_changed`, inside its transaction. A prompt that is
    due already, and that no worker has claimed yet, stays due.
    """
    row = session.get(
        PromptSchedule, change.account_id, populate_existing=True, with_for_update=True
    )
    if row is None or _is_due(row, change.now):
        return
    today = get_local_day(change.now, change.new_zone, change.day_starts_at)
    prompt = find_prompt_after_move(
        parse_schedule(row),
        old_zone=change.old_zone,
        new_zone=change.new_zone,
        day_starts_at=change.day_starts_at,
        now=change.now,
        handled=find_handled_slots(session, [row.account_id], today)[row.account_id],
        snoozed_until=row.snoozed_until,
    )
    set_next_prompt(row, prompt)


def stop_mail(account_id: UUID) -> bool:
    """Send the account no more prompts by mail; return whether it has a schedule."""
    with write_transaction() as session:
        found = count_changed_rows(
            session,
            sa.update(PromptSchedule)
            .where(PromptSchedule.account_id == account_id)
            .values(by_mail=False),
        )
    return bool(found)


def parse_schedule(row: PromptSchedule | Any) -> Schedule:
    """Return the schedule that a row holds."""
    return Schedule(
        enabled=row.enabled,
        times=tuple(map(time.fromisoformat, row.times.split())),
        weekdays=frozenset(map(int, row.weekdays)),
        quiet_from=row.quiet_from,
        quiet_to=row.quiet_to,
        paused_until=row.paused_until,
        streak_at_risk=row.streak_at_risk,
    )


def find_schedules(session: Session, accounts: Collection[UUID]) -> dict[UUID, PromptSchedule]:
    """Return the current schedules of these accounts."""
    rows = session.scalars(
        sa.select(PromptSchedule)
        .where(PromptSchedule.account_id.in_(accounts))
        .execution_options(populate_existing=True)
    )
    return {row.account_id: row for row in rows}


def lock_schedule(session: Session, account_id: UUID) -> PromptSchedule:
    """Return the account's schedule, created where there is none and locked in this transaction."""
    fresh = {
        "account_id": account_id,
        "chosen": False,
        "enabled": False,
        "times": "",
        "weekdays": "",
        "streak_at_risk": False,
        "by_mail": False,
    }
    session.execute(upsert(session, PromptSchedule).values(fresh).on_conflict_do_nothing())
    return session.get_one(PromptSchedule, account_id, populate_existing=True, with_for_update=True)


def set_next_prompt(row: PromptSchedule, prompt: Prompt | None) -> None:
    """Set the next prompt of a schedule."""
    row.next_due_at = prompt.due_at if prompt else None
    row.next_local_date = prompt.local_date if prompt else None
    row.next_slot = prompt.slot if prompt else None


def find_handled_slots(
    session: Session, accounts: Collection[UUID], today: LocalDate
) -> defaultdict[UUID, set[tuple[LocalDate, Slot]]]:
    """Return the handled slots of the local days around `today`, by account."""
    rows = session.execute(
        sa.select(PromptDelivery.account_id, PromptDelivery.local_date, PromptDelivery.slot).where(
            PromptDelivery.account_id.in_(accounts),
            PromptDelivery.local_date >= days_after(today, -HANDLED_LOOKBACK_DAYS),
        )
    )
    handled: defaultdict[UUID, set[tuple[LocalDate, Slot]]] = defaultdict(set)
    for account, day, slot in rows:
        handled[account].add((day, slot))
    return handled


def _update_next_prompt(
    session: Session, row: PromptSchedule, leader: Leader, now: Instant
) -> None:
    prompt = find_next_prompt(
        parse_schedule(row),
        zone=leader.time_zone,
        day_starts_at=leader.day_starts_at,
        after=now,
        handled=find_handled_slots(session, [leader.id], leader.today(now))[leader.id],
        snoozed_until=row.snoozed_until,
    )
    set_next_prompt(row, prompt)


def _is_due(row: PromptSchedule, now: Instant) -> bool:
    return row.next_due_at is not None and row.next_due_at <= now


def _is_wanted(schedule: Schedule, row: PromptSchedule) -> bool:
    """Return whether the schedule still includes the local day of the next prompt."""
    day = row.next_local_date
    return (
        schedule.enabled
        and day is not None
        and day.isoweekday() in schedule.weekdays
        and (schedule.paused_until is None or day >= schedule.paused_until)
    )
