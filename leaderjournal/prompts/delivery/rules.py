"""What becomes of a prompt that has come due."""

from enum import StrEnum

from leaderjournal.kernel.days import Instant, LocalDate
from leaderjournal.prompts.schedule.rules import (
    MAX_LATENESS,
    SNOOZE_PREFIX,
    Prompt,
    Schedule,
    Slot,
    is_quiet,
)


class Decision(StrEnum):
    """What became of a prompt when it was claimed."""

    DUE = "due"
    LATE = "late"
    WRITTEN = "written"
    PAUSED = "paused"
    NOBODY = "nobody"


def decide_delivery(
    prompt: Prompt, *, now: Instant, written: bool, paused: bool, reachable: bool
) -> Decision:
    """Return what becomes of a prompt that is claimed at `now`.

    It is dropped where its window is over, the leader has written that local day, is in a pause of
    their practice, or has no device and no mail; otherwise it is due.
    """
    if now - prompt.due_at > MAX_LATENESS:
        return Decision.LATE
    if written:
        return Decision.WRITTEN
    if paused:
        return Decision.PAUSED
    return Decision.DUE if reachable else Decision.NOBODY


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
    if slot.startswith(SNOOZE_PREFIX):
        return True
    return schedule.enabled and not is_quiet(schedule, now, zone)
