"""A person's status in words."""

from leaderjournal.practice_log.people.rules import PersonStatus
from leaderjournal.practice_log.wording import format_count


def format_status(status: PersonStatus) -> str:
    """Return when something was last done for a person, and when the next time is due."""
    last = "Nothing logged yet"
    if status.days_since is not None:
        last = f"Last helped {format_days_ago(status.days_since)}"
    due = format_due(status.days_left)
    return f"{last} · {due}" if due else last


def format_days_ago(days: int) -> str:
    """Return how long ago a day was, within a sentence."""
    return {0: "today", 1: "yesterday"}.get(days, f"{days} days ago")


def format_due(days_left: int | None) -> str:
    """Return when someone is due, or how late the leader is; empty without a rhythm."""
    match days_left:
        case None:
            return ""
        case 0:
            return "due today"
        case 1:
            return "due tomorrow"
        case days if days < 0:
            return f"{format_count(-days, 'day')} later than you planned"
    return f"due in {days_left} days"
