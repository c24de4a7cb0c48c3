"""How hand-offs are counted."""

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

from leaderjournal.kernel.days import LocalDate
from leaderjournal.practice_log.entries.rules import HandOff


@dataclass(frozen=True, slots=True)
class HandOffFigures:
    """Hand-offs made in a period, how often the leader stepped back in, and how long they hold.

    `holding` counts every hand-off that holds on the period's last day, including those made
    before the period; `median_days` is for how many days they have held by then.
    """

    made: int
    stepped_back_in: int
    holding: int = 0
    median_days: float | None = None


def summarize_hand_offs(
    hand_offs: Iterable[tuple[LocalDate, HandOff]], first: LocalDate, last: LocalDate
) -> HandOffFigures:
    """Return the figures from `first` to `last` of hand-offs and the local dates they were made.

    Pass today as `last` for a period that is not over.
    """
    made = stepped_back_in = 0
    days_held = []
    for made_on, hand_off in hand_offs:
        back_on = hand_off.stepped_back_in_on
        made += first <= made_on <= last
        stepped_back_in += back_on is not None and first <= back_on <= last
        if made_on <= last and (back_on is None or back_on > last):
            days_held.append((last - made_on).days)
    return HandOffFigures(
        made, stepped_back_in, len(days_held), median(days_held) if days_held else None
    )
