"""The schedule as a form: what is stored, or what was just submitted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time
from typing import Any, Self

from flask import request

from leaderjournal.prompts.schedule.schemas import MAX_TIMES
from leaderjournal.prompts.schedule.store import LeaderSchedule

SWITCHES = ("enabled", "streak_at_risk", "by_mail")


@dataclass(frozen=True, slots=True)
class TimeField:
    """One of the form's times; `index` counts them from 0."""

    index: int
    value: str

    @property
    def id(self) -> str:
        """The id of its input."""
        return f"times-{self.index}" if self.index else "times"

    @property
    def number(self) -> int:
        """Its number for people, from 1."""
        return self.index + 1


@dataclass(frozen=True, slots=True)
class ScheduleForm:
    """The values of the form's fields, as texts where the leader types them."""

    enabled: bool
    times: Sequence[str]
    weekdays: frozenset[int]
    quiet_from: str
    quiet_to: str
    paused_until: str
    streak_at_risk: bool
    by_mail: bool

    @classmethod
    def from_stored(cls, stored: LeaderSchedule) -> Self:
        """Return the stored schedule, or the offer where the leader has not chosen one."""
        schedule = stored.schedule
        return cls(
            # A leader who saves the offer turns it on.
            enabled=schedule.enabled or not stored.chosen,
            times=[_format_clock_time(at) for at in schedule.times],
            weekdays=schedule.weekdays,
            quiet_from=_format_clock_time(schedule.quiet_from),
            quiet_to=_format_clock_time(schedule.quiet_to),
            paused_until=str(schedule.paused_until or ""),
            streak_at_risk=schedule.streak_at_risk,
            by_mail=stored.by_mail,
        )

    @classmethod
    def from_request(cls) -> Self:
        """Return the submitted values, with the time that one of the buttons adds or removes."""
        times = request.form.getlist("times")
        removed = request.form.get("remove_time", type=int)
        if removed is not None:
            times = [line for index, line in enumerate(times) if index != removed]
        if "add_time" in request.form:
            times.append("")
        weekdays = request.form.getlist("weekdays")
        return cls(
            times=times[:MAX_TIMES],
            weekdays=frozenset(int(day) for day in weekdays if day in set("1234567")),
            quiet_from=request.form.get("quiet_from", ""),
            quiet_to=request.form.get("quiet_to", ""),
            paused_until=request.form.get("paused_until", ""),
            **{name: name in request.form for name in SWITCHES},
        )

    @property
    def time_fields(self) -> list[TimeField]:
        """The fields of the times, one at least."""
        return [TimeField(index, value) for index, value in enumerate(self.times or [""])]

    @property
    def can_add_time(self) -> bool:
        """Whether there may be another time."""
        return len(self.times) < MAX_TIMES

    @property
    def can_remove_time(self) -> bool:
        """Whether there is more than one time."""
        return len(self.times) > 1

    @property
    def has_exceptions(self) -> bool:
        """Whether there are quiet hours or a pause to show."""
        return bool(self.quiet_from or self.quiet_to or self.paused_until)

    def to_document(self) -> dict[str, Any]:
        """Return the schedule as the API takes it; an empty time is none."""
        return {
            "enabled": self.enabled,
            "times": [line for line in self.times if line],
            "weekdays": sorted(self.weekdays),
            "quiet_from": self.quiet_from or None,
            "quiet_to": self.quiet_to or None,
            "paused_until": self.paused_until or None,
            "streak_at_risk": self.streak_at_risk,
            "by_mail": self.by_mail,
        }


def _format_clock_time(at: time | None) -> str:
    return at.strftime("%H:%M") if at else ""
