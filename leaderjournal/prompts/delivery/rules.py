"""What becomes of a prompt that has come due."""

from enum import StrEnum

from leaderjournal.kernel.days import Instant
from leaderjournal.prompts.schedule.rules import LATE_WITHIN, Prompt


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
