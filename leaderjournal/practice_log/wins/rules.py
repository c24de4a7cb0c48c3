"""When an uncelebrated win is followed up."""

from leaderjournal.kernel.days import LocalDate, days_after
from leaderjournal.practice_log.entries.rules import Win

FOLLOW_UP_DAYS = 7
"""Days after a win during which today's page asks how it was celebrated."""


def needs_celebration(won_on: LocalDate, win: Win, today: LocalDate) -> bool:
    """Tell whether today's page follows up a win: from the day after it, for a week."""
    return win.celebrated_on is None and days_after(won_on, 1) <= today <= days_after(
        won_on, FOLLOW_UP_DAYS
    )
