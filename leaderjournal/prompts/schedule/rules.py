"""When the next prompt is due, across clock changes and moves between time zones.

A leader chooses wall-clock times; each of them is a *slot* of every local day. A slot becomes an
instant in two steps: the first minute at which the wall clock shows that time or, where a clock
change skips it, the first minute after the change; then, where that minute is in quiet hours, their
end. Slots that fall on one instant make one prompt.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta

from leaderjournal.kernel.days import (
    Instant,
    LocalDate,
    days_after,
    get_day_end,
    get_day_start,
    get_local_day,
    get_time_zone,
    iter_days,
)

Slot = str
"""The name of a slot within its local day: "07:30", AT_RISK, or "snooze 2026-11-25T18:30Z"."""

AT_RISK: Slot = "streak-at-risk"

SNOOZE_PREFIX = "snooze "
"""How the slot of a snooze begins."""

AT_RISK_AT = time(20, 30)
"""The local time of the prompt for a streak at risk, unless the leader's quiet hours are near."""

MAX_LATENESS = timedelta(hours=1)
"""How late a prompt may be sent; a later one is dropped."""

DEFAULT_TIME = time(17, 45)
"""The time suggested to a leader who has not written yet."""

_MIN_LIFETIME = timedelta(minutes=1)
# Quiet hours can leave a slot only the night of a clock change, which is within a year.
_LOOKAHEAD = timedelta(days=400)
# A pause until the last possible date is valid, but no date after it can be computed.
_LAST_DATE = date.max - timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Schedule:
    """What a leader chose; all times are wall-clock times in the leader's zone.

    `times` are sorted, distinct, whole minutes and at most six. `weekdays` are ISO weekdays, 1 to
    7, of the local day: at 01:00 on a Saturday it is still Friday where days start at 03:00. Quiet
    hours run from `quiet_from` up to `quiet_to`, over midnight where that is smaller; there are
    none where either is missing or both are the same. `paused_until` is the first local day on
    which prompts come again. `enabled` also switches the prompt of `streak_at_risk`.
    """

    enabled: bool
    times: tuple[time, ...]
    weekdays: frozenset[int]
    quiet_from: time | None = None
    quiet_to: time | None = None
    paused_until: LocalDate | None = None
    streak_at_risk: bool = False


@dataclass(frozen=True, slots=True)
class Prompt:
    """One slot of one local day, which begins at the leader's start of day, and its instant."""

    local_date: LocalDate
    slot: Slot
    due_at: Instant


def find_next_prompt(
    schedule: Schedule,
    *,
    zone: str,
    day_starts_at: time,
    after: Instant,
    handled: Collection[tuple[LocalDate, Slot]],
    snoozed_until: Instant | None = None,
) -> Prompt | None:
    """Return the first prompt due later than `after` and not in `handled`, or None.

    A slot "HH:MM" of the local day D is at that wall time on the date D, or on the next date where
    HH:MM is before `day_starts_at`. A wall time that a clock change skips is due at the first
    minute after it, even where D is over by then; a wall time that occurs twice is due the first
    time.

    - A slot in quiet hours waits until the clock shows `quiet_to`. Where D is over by then, it is
      dropped for that day.
    - Of slots that fall on one instant like this, the earliest is due, and the others count as
      handled with it. The streak at risk yields to any other slot.
    - Slots on other weekdays, and of days before `paused_until`, are dropped.
    - `snoozed_until` replaces every slot that is due by then, also those of the next day where it
      is on that day. It ignores weekdays, quiet hours and `enabled`, because the leader asked for
      it by hand, but not a pause.

    `handled` must contain the slots handled since the second local day before that of `after`: a
    flight over the date line leads back that far.
    """
    clock = _Clock(zone, day_starts_at)
    snooze = _get_snooze_prompt(schedule, snoozed_until, clock)
    candidates = []
    if snooze is not None and snooze.due_at > after and _get_key(snooze) not in handled:
        candidates.append(snooze)
    for prompt in _iterate_prompts(schedule, clock, after, snooze):
        if prompt.due_at > after and _get_key(prompt) not in handled:
            candidates.append(prompt)
            break
    return min(candidates, key=_get_due_at, default=None)


def find_prompt_after_move(
    schedule: Schedule,
    *,
    old_zone: str,
    new_zone: str,
    day_starts_at: time,
    now: Instant,
    handled: Collection[tuple[LocalDate, Slot]],
    snoozed_until: Instant | None = None,
) -> Prompt | None:
    """Return the first prompt from `now` on, when the leader's zone has just changed.

    The move may have carried the clock on the wall over slots of the local day that it now is:
    those that had not come in `old_zone` and are past in `new_zone`. They are due now, as one
    prompt under the earliest slot, or when quiet hours end where that is on the same day. Slots
    in `handled` do not come again, though the clock shows their time once more. Where nothing was
    carried over, this is `next_prompt` in `new_zone`.
    """
    skipped = _find_skipped_prompt(
        schedule,
        _Clock(old_zone, day_starts_at),
        _Clock(new_zone, day_starts_at),
        now=now,
        handled=handled,
        snoozed_until=snoozed_until,
    )
    return skipped or find_next_prompt(
        schedule,
        zone=new_zone,
        day_starts_at=day_starts_at,
        after=now,
        handled=handled,
        snoozed_until=snoozed_until,
    )


def is_quiet(schedule: Schedule, moment: Instant, zone: str) -> bool:
    """Return whether the wall clock in `zone` shows a time within the quiet hours."""
    return schedule.quiet_from is not None and is_quiet_at(
        schedule, moment.astimezone(get_time_zone(zone)).time()
    )


def get_expiry(schedule: Schedule, prompt: Prompt, *, zone: str, day_starts_at: time) -> Instant:
    """Return until when `prompt` may be delivered: at least a minute after it is due.

    That is the end of its local day or the start of quiet hours, whichever is first. A snooze in
    quiet hours, which the leader asked for, expires after MAX_LATENESS: a phone that is turned on
    in the middle of the night stays silent. Quiet hours that are over do not start again where
    clocks go back into them.
    """
    clock = _Clock(zone, day_starts_at)
    ends = clock.find_day_end(prompt.local_date)
    if is_quiet(schedule, prompt.due_at, zone):
        ends = min(ends, Instant(prompt.due_at + MAX_LATENESS))
    elif schedule.quiet_from is not None:
        begins = _find_next_time(schedule, schedule.quiet_from, clock, prompt.due_at, quiet=True)
        ends = min(ends, begins or ends)
    return max(ends, Instant(prompt.due_at + _MIN_LIFETIME))


def suggest_time(last_written: tuple[Instant, str] | None) -> time:
    """Return the time of day to suggest first, a multiple of five minutes.

    It is the wall time at which the leader last wrote (instant and IANA zone), to the nearest five
    minutes, or DEFAULT_TIME where they never have. Just before midnight it is 00:00.
    """
    if last_written is None:
        return DEFAULT_TIME
    moment, zone = last_written
    wall = moment.astimezone(get_time_zone(zone)) + timedelta(minutes=2, seconds=30)
    return time(wall.hour, wall.minute - wall.minute % 5)


@dataclass(frozen=True, slots=True)
class _Clock:
    """The wall clock of an IANA zone, and the time at which the leader's days start."""

    zone: str
    day_starts_at: time

    def __post_init__(self) -> None:
        get_time_zone(self.zone)

    def find_day(self, moment: Instant) -> LocalDate:
        """Return the local day that `moment` falls in."""
        return get_local_day(moment, self.zone, self.day_starts_at)

    def find_day_end(self, day: LocalDate) -> Instant:
        """Return the instant at which the local `day` ends."""
        return get_day_end(day, self.zone, self.day_starts_at)

    def find_instant(self, at: time, day: LocalDate) -> Instant:
        """Return the first minute of the local `day` that shows `at`, or the first after a skip."""
        return get_day_start(day if at >= self.day_starts_at else days_after(day, 1), self.zone, at)


def _get_key(prompt: Prompt) -> tuple[LocalDate, Slot]:
    return prompt.local_date, prompt.slot


def _get_due_at(prompt: Prompt) -> Instant:
    return prompt.due_at


def _iterate_prompts(
    schedule: Schedule, clock: _Clock, moment: Instant, snooze: Prompt | None
) -> Iterator[Prompt]:
    """Yield the prompts of the slots in order, from the local day of `moment` on."""
    if not schedule.enabled:
        return
    first = max(clock.find_day(moment), schedule.paused_until or LocalDate(date.min))
    last = LocalDate(min(first, _LAST_DATE - _LOOKAHEAD) + _LOOKAHEAD)
    before = None
    for day in iter_days(first, last):
        for prompt in _list_prompts(schedule, clock, day):
            if _is_superseded(prompt, snooze):
                continue
            if prompt.due_at != before:
                yield prompt
            before = prompt.due_at


def _list_prompts(schedule: Schedule, clock: _Clock, day: LocalDate) -> list[Prompt]:
    """Return the prompts of one local day in order, including all that share an instant."""
    if not schedule.enabled or day.isoweekday() not in schedule.weekdays:
        return []
    if schedule.paused_until is not None and day < schedule.paused_until:
        return []
    slots = [(at.isoformat("minutes"), at) for at in schedule.times]
    slots.sort(key=lambda slot: (slot[1] < clock.day_starts_at, slot[1]))
    if schedule.streak_at_risk:
        slots.append((AT_RISK, get_at_risk_time(schedule)))
    prompts = []
    for slot, at in slots:
        due_at = _move_out_of_quiet_hours(schedule, clock, clock.find_instant(at, day), day)
        if due_at is not None:
            prompts.append(Prompt(day, slot, due_at))
    prompts.sort(key=_get_due_at)  # AT_RISK stays behind others of its instant
    return prompts


def _find_skipped_prompt(
    schedule: Schedule,
    old: _Clock,
    new: _Clock,
    *,
    now: Instant,
    handled: Collection[tuple[LocalDate, Slot]],
    snoozed_until: Instant | None,
) -> Prompt | None:
    """Return the one prompt for the slots of today that a move at `now` skips, if there are any."""
    today = new.find_day(now)
    due_at = _move_out_of_quiet_hours(schedule, new, now, today)
    if due_at is None:
        return None
    snooze = _get_snooze_prompt(schedule, snoozed_until, new)
    past = {p.slot for p in _list_prompts(schedule, old, today) if p.due_at <= now}
    before = None
    for prompt in _list_prompts(schedule, new, today):
        if prompt.due_at > now:
            break
        skipped = Prompt(today, prompt.slot, due_at)
        if (
            prompt.due_at != before
            and prompt.slot not in past
            and _get_key(prompt) not in handled
            and not _is_superseded(skipped, snooze)
        ):
            return skipped
        before = prompt.due_at
    return None


def _get_snooze_prompt(schedule: Schedule, until: Instant | None, clock: _Clock) -> Prompt | None:
    """Return the prompt of a snooze, or None where there is none or it is in a pause."""
    if until is None:
        return None
    day = clock.find_day(until)
    if schedule.paused_until is not None and day < schedule.paused_until:
        return None
    return Prompt(day, f"{SNOOZE_PREFIX}{until:%Y-%m-%dT%H:%MZ}", until)


def _is_superseded(prompt: Prompt, snooze: Prompt | None) -> bool:
    return snooze is not None and prompt.due_at <= snooze.due_at


def get_at_risk_time(schedule: Schedule) -> time:
    """Return the time of the prompt for a streak at risk: AT_RISK_AT or an hour before quiet hours.

    Quiet hours move it when they include AT_RISK_AT or start within the hour after, so that there
    is an hour left to write. Quiet hours that started in the morning do not: it waits until they
    end.
    """
    begins = schedule.quiet_from
    if begins is None or not time(13) <= begins < time(AT_RISK_AT.hour + 1, AT_RISK_AT.minute):
        return AT_RISK_AT
    near = is_quiet_at(schedule, max(begins, AT_RISK_AT))
    return begins.replace(hour=begins.hour - 1) if near else AT_RISK_AT


def is_quiet_at(schedule: Schedule, wall: time) -> bool:
    """Return whether a time of the wall clock is within the quiet hours."""
    begins, ends = schedule.quiet_from, schedule.quiet_to
    if begins is None or ends is None:
        return False
    return begins <= wall < ends if begins <= ends else not ends <= wall < begins


def _move_out_of_quiet_hours(
    schedule: Schedule, clock: _Clock, moment: Instant, day: LocalDate
) -> Instant | None:
    """Return `moment`, or the end of quiet hours around it; None where that is not on `day`."""
    if schedule.quiet_to is None or not is_quiet(schedule, moment, clock.zone):
        return moment
    end = _find_next_time(schedule, schedule.quiet_to, clock, moment, quiet=False)
    return end if end is not None and end < clock.find_day_end(day) else None


def _find_next_time(
    schedule: Schedule, at: time, clock: _Clock, after: Instant, *, quiet: bool
) -> Instant | None:
    """Return when the clock next shows `at`, quiet or not then; None where not by tomorrow.

    A clock change can skip from quiet hours into quiet hours: then they have not ended.
    """
    today = LocalDate(after.astimezone(get_time_zone(clock.zone)).date())
    for day in iter_days(today, days_after(today, 1)):
        moment = get_day_start(day, clock.zone, at)
        if moment > after and is_quiet(schedule, moment, clock.zone) == quiet:
            return moment
    return None
