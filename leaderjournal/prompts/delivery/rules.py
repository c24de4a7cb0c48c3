"""Whether a prompt that is due is delivered, and whether a waiting message still is."""

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
    """What was decided about a prompt when it was claimed."""

    DUE = "due"
    LATE = "late"
    WRITTEN = "written"
    PAUSED = "paused"
    NOBODY = "nobody"


def decide_delivery(
    prompt: Prompt, *, now: Instant, written: bool, paused: bool, reachable: bool
) -> Decision:
    """Decide on a prompt that is claimed at `now`.

    It is dropped where it is later than MAX_LATENESS, the leader has `written` that local day,
    pauses their practice, or has neither a device nor mail; otherwise it is due.
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
    """Return whether a message that has waited may be sent, by the schedule as it is at `now`.

    It may not once prompts are turned off, paused or snoozed, nor in quiet hours. A snooze was
    asked for by hand, so only a pause or another snooze stops it.
    """
    if schedule.paused_until is not None and local_date < schedule.paused_until:
        return False
    if snoozed_until is not None and snoozed_until > now:
        return False
    if slot.startswith(SNOOZE_PREFIX):
        return True
    return schedule.enabled and not is_quiet(schedule, now, zone)
