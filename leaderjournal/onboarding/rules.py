"""Which step a new leader is at, and which line a page begins with, until they are closed."""

from dataclasses import dataclass

from leaderjournal.accounts.tips.rules import Tip
from leaderjournal.kernel.days import LocalDate

NEW_FOR_DAYS = 14
"""How long after joining a leader is new: after that nothing is left to be told."""

STEPS = (Tip.REFLECTION, Tip.REMINDER, Tip.TEAM)


@dataclass(frozen=True, slots=True)
class Step:
    """The step that a new leader is at."""

    name: str
    number: int
    count: int = len(STEPS)


@dataclass(frozen=True, slots=True)
class Hint:
    """What a part of the journal is for, in one line."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Progress:
    """What a new leader has done of the steps."""

    has_written: bool
    has_reminder: bool
    has_people: bool

    @property
    def done(self) -> Tip:
        """The steps that are done."""
        found = Tip(0)
        for step, is_done in zip(
            STEPS, (self.has_written, self.has_reminder, self.has_people), strict=True
        ):
            if is_done:
                found |= step
        return found


HINTS = {
    Tip.TODAY: "Any earlier day can still be written: the arrows at the top lead there.",
    Tip.REVIEW: "Your days add up here: the month at a glance, the year, and a search"
    " through all you wrote.",
    Tip.LOG: "For what happens between two looks in the mirror: a win, a hand-off, someone you"
    " helped. One line is enough.",
    Tip.PEOPLE: "Say how often you want to help each person. Who has waited longest comes first.",
    Tip.ME: "Everything about you and this journal: reminders, your own questions, time off,"
    " import and export.",
}

_PARTS = {
    "Today": Tip.TODAY,
    "Month": Tip.REVIEW,
    "Review": Tip.REVIEW,
    "Log": Tip.LOG,
    "Log something": Tip.LOG,
    "People": Tip.PEOPLE,
    "Me": Tip.ME,
}


def is_new(joined_on: LocalDate, today: LocalDate) -> bool:
    """Tell whether a leader who joined on a local day is still new."""
    return (today - joined_on).days < NEW_FOR_DAYS


def find_step(progress: Progress, closed: Tip) -> Step | None:
    """Return the step that a new leader is at, or None once each is done or skipped."""
    settled = progress.done | closed
    for number, tip in enumerate(STEPS, start=1):
        if tip not in settled:
            return Step((tip.name or "").lower(), number)
    return None


def find_hint(part: str, closed: Tip) -> Hint | None:
    """Return the line for a part of the navigation, unless the leader has closed it."""
    tip = _PARTS.get(part)
    if tip is None or tip in closed:
        return None
    return Hint((tip.name or "").lower(), HINTS[tip])
