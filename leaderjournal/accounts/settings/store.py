"""The SQL of a leader's settings."""

from dataclasses import dataclass
from datetime import time
from uuid import UUID

from blinker import Signal

from leaderjournal.accounts.models import Account
from leaderjournal.accounts.practice_calendar import store as calendar_store
from leaderjournal.accounts.practice_calendar.rules import PracticeCalendar, find_short_days
from leaderjournal.accounts.store import Leader, set_name
from leaderjournal.kernel.database import write_transaction
from leaderjournal.kernel.days import Instant, LocalDate, get_local_day

local_days_changed = Signal("a leader's zone or start of day has changed")
"""Sent with the session of the change and `change`, for packages above that use local days."""


@dataclass(frozen=True, slots=True)
class LocalDaysChange:
    """A leader whose local days follow a new zone or start from the instant `now` on."""

    account_id: UUID
    old_zone: str
    new_zone: str
    day_starts_at: time
    now: Instant


def change_settings(
    leader: Leader,
    *,
    now: Instant,
    name: str | None = None,
    time_zone: str | None = None,
    day_starts_at: time | None = None,
    practice_days: frozenset[int] | None = None,
    language: str | None = None,
) -> Leader:
    """Change the given settings; return the leader as they are now.

    New practice days apply from the leader's today on. A change of zone that cuts a local day
    short excuses that day. Days already written keep their local dates.
    """
    with write_transaction() as session:
        account = session.get_one(Account, leader.id, populate_existing=True)
        before = account.time_zone, account.day_starts_at
        if name is not None:
            set_name(leader.cipher, account, name)
        if language is not None:
            account.language = language
        if time_zone is not None and time_zone != account.time_zone:
            short_days = find_short_days(now, account.time_zone, time_zone, account.day_starts_at)
            calendar_store.add_short_days(session, leader.id, short_days)
            account.time_zone = time_zone
        if day_starts_at is not None:
            account.day_starts_at = day_starts_at
        if practice_days is not None:
            today = get_local_day(now, account.time_zone, account.day_starts_at)
            if practice_days != calendar_store.load_practice_days(leader.id):
                calendar_store.set_practice_days(
                    session, leader.id, practice_days, effective_from=today
                )
        if (account.time_zone, account.day_starts_at) != before:
            change = LocalDaysChange(
                leader.id, before[0], account.time_zone, account.day_starts_at, now
            )
            local_days_changed.send(session, change=change)
    return Leader(account, session_id=leader.session_id)


def import_settings(
    leader: Leader,
    *,
    name: str,
    time_zone: str,
    day_starts_at: time,
    language: str,
    joined_on: LocalDate,
    calendar: PracticeCalendar,
    now: Instant,
) -> Leader:
    """Take over the settings and the practice calendar that an export holds of its leader."""
    with write_transaction() as session:
        account = session.get_one(Account, leader.id, populate_existing=True)
        old_zone = account.time_zone
        set_name(leader.cipher, account, name)
        account.time_zone, account.day_starts_at = time_zone, day_starts_at
        account.language = language
        account.joined_on = min(account.joined_on, joined_on)
        calendar_store.replace_calendar(session, leader.id, calendar)
        change = LocalDaysChange(leader.id, old_zone, time_zone, day_starts_at, now)
        local_days_changed.send(session, change=change)
    return Leader(account, session_id=leader.session_id)
