"""What becomes of a prompt that has come due."""

from enum import StrEnum

from leaderjournal.kernel.days import Instant, LocalDate
from leaderjournal.prompts.schedule.rules import (
    LATE_WITHIN,
    SNOOZE,
    Prompt,
    Schedule,
    Slot,
    is_quiet,
)


class Fate(StrEnum):
    """What became of a prompt when it was claimed."""

    DUE = "due"
    LATE = "late"
    WRITTEN = "written"
    PAUSED = "paused"
    NOBODY = "nobody"


def fate(prompt: Prompt, *, now: Instant, written: bool, paused: bool, reachable: bool) -> Fate:
    """Return what becomes of a prompt that is claimed at `now`.

    It is dropped where its window is over, the leader has written that local day, is in a pause of
    their practice, or has no device and no mail; otherwise it is due.
    """
    if now - prompt.due_at > LATE_WITHIN:
        return Fate.LATE
    if written:
        return Fate.WRITTEN
    if paused:
        return Fate.PAUSED
    return Fate.DUE if reachable else Fate.NOBODY


def is_still_wanted(
    schedule: Schedule,
    *,
    slot: Slot,
    local_date: LocalDate,
    zone: str,
    snoozed_until: Instant | None,
    now: Instant,
) -> bool:
    """Tell whether a message that has waited may still go out, as the schedule stands at `now`.

    It may not once prompts are turned off, paused or put off, nor in quiet hours. A snooze was
    asked for by hand: only a pause or another snooze stops it.
    """
    if schedule.paused_until is not None and local_date < schedule.paused_until:
        return False
    if snoozed_until is not None and snoozed_until > now:
        return False
    if slot.startswith(SNOOZE):
        return True
    return schedule.enabled and not is_quiet(schedule, now, zone)
