"""A person's status in words."""

from leaderjournal.practice_log.people.rules import PersonStatus
from leaderjournal.practice_log.wording import format_count


def format_status(status: PersonStatus) -> str:
    """Return when something was last done for a person, and what is left of their rhythm."""
    last = _format_last(status)
    return f"{last} · {_format_rhythm(status.days_left)}" if status.days_left is not None else last


def _format_last(status: PersonStatus) -> str:
    if status.days_since is None:
        return "Nothing yet"
    return {0: "Today", 1: "Yesterday"}.get(status.days_since, f"{status.days_since} days ago")


def _format_rhythm(days_left: int) -> str:
    if days_left < 0:
        return f"{format_count(-days_left, 'day')} past your rhythm"
    return f"{format_count(days_left, 'day')} left" if days_left else "due today"
