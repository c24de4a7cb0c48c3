"""Refuse to write a day that has not come yet."""

from leaderjournal.accounts.store import Leader
from leaderjournal.kernel.days import Instant, LocalDate
from leaderjournal.kernel.problems import raise_invalid
from leaderjournal.reflections import store
from leaderjournal.reflections.rules import can_write_day


def check_day_is_writable(leader: Leader, local_date: LocalDate, now: Instant) -> None:
    """Raise Problem (422) for a day that has not come yet and is not stored."""
    today = leader.today(now)
    is_stored = local_date > today and store.get_day(leader.cipher, local_date) is not None
    if not can_write_day(local_date, today=today, is_stored=is_stored):
        raise_invalid({"local_date": [f"Use today, {today}, or an earlier day."]})
