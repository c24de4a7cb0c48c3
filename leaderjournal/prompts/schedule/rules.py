"""When the next prompt comes, whatever the clocks do and wherever the leader goes.

A leader chooses wall-clock times; each of them is a *slot* of every local day. A slot turns into an
instant in two steps: the first minute at which the clock on the wall shows that time or, where
clocks leap over it, the first minute after the leap; then, where quiet hours hold that minute,
their end. Of what falls on one instant, one prompt comes.
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
"""When, local time, a streak at risk is spoken of, unless the leader's quiet hours are near."""

MAX_LATENESS = timedelta(hours=1)
"""How long after it was due a prompt is worth sending; what is later is dropped."""

DEFAULT_TIME = time(17, 45)
"""The time offered to a leader who has not written yet."""

_MIN_LIFETIME = timedelta(minutes=1)
# Quiet hours may leave a slot nothing but the night of a clock change, which is within a year.
_LOOKAHEAD = timedelta(days=400)
# A pause until the end of the calendar is no error, but nothing can be reckoned beyond it.
_LAST_DATE = date.max - timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Schedule:
    """What a leader chose; all times are wall-clock times in the leader's zone.

    `times` are sorted, distinct, whole minutes and at most six. `weekdays` are ISO weekdays, 1 to
    7, of the local day: at 01:00 on a Saturday it is still Friday where days start at 03:00. Quiet
    hours run from `quiet_from` up to `quiet_to`, over midnight where that is smaller; there are
    none where either is missing or both are the same. `paused_until` is the first local day on
    which prompts come again. `enabled` is the switch of the prompt of `streak_at_risk` too.
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
    """One slot of one local day (as the hour at which days start divides them), and its instant."""

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

    A slot "HH:MM" of the local day D is at that wall time on the date D, or on the next one where
    HH:MM is before `day_starts_at`. A wall time that a clock change skips comes at the first
    minute that exists, even where D is over by then; one that comes twice comes the first time.

    - In quiet hours a slot waits until the clock shows `quiet_to`. Where D is over by then, it
      does not come that day.
    - Of slots that so fall on one instant the earliest comes, and the others count as handled
      when it is. The streak at risk gives way to any other.
    - A slot on another weekday, or of a day before `paused_until`, does not come.
    - `snoozed_until` stands for every slot that is due by then, those of the next day too where it
      is on that. It comes whatever the weekday, quiet hours or `enabled` say, as the leader
      asked for it by hand, but not in a pause.

    `handled` needs to hold what came since the second local day before that of `after`: a flight
    over the date line leads back that far.
    """
    clock = _Clock(zone, day_starts_at)
    snooze = _get_snooze_prompt(schedule, snoozed_until, clock)
    coming = []
    if snooze is not None and snooze.due_at > after and _get_key(snooze) not in handled:
        coming.append(snooze)
    for prompt in _iterate_prompts(schedule, clock, after, snooze):
        if prompt.due_at > after and _get_key(prompt) not in handled:
            coming.append(prompt)
            break
    return min(coming, key=_get_due_at, default=None)


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
    carried_over = _find_skipped_prompt(
        schedule,
        _Clock(old_zone, day_starts_at),
        _Clock(new_zone, day_starts_at),
        now=now,
        handled=handled,
        snoozed_until=snoozed_until,
    )
    return carried_over or find_next_prompt(
        schedule,
        zone=new_zone,
        day_starts_at=day_starts_at,
        after=now,
        handled=handled,
        snoozed_until=snoozed_until,
    )


def is_quiet(schedule: Schedule, moment: Instant, zone: str) -> bool:
    """Tell whether the clock on the wall in `zone` shows a time within the quiet hours."""
    return schedule.quiet_from is not None and _is_quiet_at(
        schedule, moment.astimezone(get_time_zone(zone)).time()
    )


def get_expiry(schedule: Schedule, prompt: Prompt, *, zone: str, day_starts_at: time) -> Instant:
    """Return until when a push service may hold `prompt`: at least a minute after it is due.

    That is the end of its local day or the beginning of quiet hours, whichever is first. A snooze
    that falls into quiet hours was asked for, and is held for MAX_LATENESS instead: a phone that is
    switched on in the middle of the night stays silent. Where clocks go back into quiet hours
    that are over, these do not count as beginning again.
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
    """Return the time of day to offer first, a multiple of five minutes.

    It is the wall time at which the leader last wrote (instant and IANA zone), to the nearest five
    minutes, or DEFAULT_TIME where they never did. Just before midnight it is 00:00.
    """
    if last_written is None:
        return DEFAULT_TIME
    moment, zone = last_written
    wall = moment.astimezone(get_time_zone(zone)) + timedelta(minutes=2, seconds=30)
    return time(wall.hour, wall.minute - wall.minute % 5)


@dataclass(frozen=True, slots=True)
class _Clock:
    """The clock on the wall of an IANA zone, and the hour at which the leader's days start."""

    zone: str
    day_starts_at: time

    def __post_init__(self) -> None:
        get_time_zone(self.zone)

    def find_day(self, moment: Instant) -> LocalDate:
        """Return the local day that `moment` falls in."""
        return get_local_day(moment, self.zone, self.day_starts_at)

    def find_day_end(self, day: LocalDate) -> Instant:
        """Return when the local `day` is over."""
        return get_day_end(day, self.zone, self.day_starts_at)

    def find_instant(self, at: time, day: LocalDate) -> Instant:
        """Return the first minute of the local `day` at which it is `at`, or as good as that."""
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
    """Return the prompts of one local day in order, with all that share an instant."""
    if not schedule.enabled or day.isoweekday() not in schedule.weekdays:
        return []
    if schedule.paused_until is not None and day < schedule.paused_until:
        return []
    slots = [(at.isoformat("minutes"), at) for at in schedule.times]
    slots.sort(key=lambda slot: (slot[1] < clock.day_starts_at, slot[1]))
    if schedule.streak_at_risk:
        slots.append((AT_RISK, _get_at_risk_time(schedule)))
    prompts = []
    for slot, at in slots:
        due_at = _move_out_of_quiet_hours(schedule, clock, clock.find_instant(at, day), day)
        if due_at is not None:
            prompts.append(Prompt(day, slot, due_at))
    prompts.sort(key=_get_due_at)  # and AT_RISK stays behind others of its instant
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
    """Return the one prompt for today's slots that a move at `now` leapt over, if there are any."""
    today = new.find_day(now)
    due_at = _move_out_of_quiet_hours(schedule, new, now, today)
    if due_at is None:
        return None
    snooze = _get_snooze_prompt(schedule, snoozed_until, new)
    came = {p.slot for p in _list_prompts(schedule, old, today) if p.due_at <= now}
    before = None
    for prompt in _list_prompts(schedule, new, today):
        if prompt.due_at > now:
            break
        carried_over = Prompt(today, prompt.slot, due_at)
        if (
            prompt.due_at != before
            and prompt.slot not in came
            and _get_key(prompt) not in handled
            and not _is_superseded(carried_over, snooze)
        ):
            return carried_over
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


def _get_at_risk_time(schedule: Schedule) -> time:
    """Return when a streak at risk is spoken of: AT_RISK_AT, or an hour before quiet hours.

    Quiet hours move it when they hold AT_RISK_AT or begin within the hour after, so that an hour
    is left to write in. Those that began in the morning do not: it waits for their end instead.
    """
    begins = schedule.quiet_from
    if begins is None or not time(13) <= begins < time(AT_RISK_AT.hour + 1, AT_RISK_AT.minute):
        return AT_RISK_AT
    near = _is_quiet_at(schedule, max(begins, AT_RISK_AT))
    return begins.replace(hour=begins.hour - 1) if near else AT_RISK_AT


def _is_quiet_at(schedule: Schedule, wall: time) -> bool:
    begins, ends = schedule.quiet_from, schedule.quiet_to
    if begins is None or ends is None:
        return False
    return begins <= wall < ends if begins <= ends else not ends <= wall < begins


def _move_out_of_quiet_hours(
    schedule: Schedule, clock: _Clock, moment: Instant, day: LocalDate
) -> Instant | None:
    """Return `moment`, or the end of the quiet hours that hold it if that is on the same `day`."""
    if schedule.quiet_to is None or not is_quiet(schedule, moment, clock.zone):
        return moment
    end = _find_next_time(schedule, schedule.quiet_to, clock, moment, quiet=False)
    return end if end is not None and end < clock.find_day_end(day) else None


def _find_next_time(
    schedule: Schedule, at: time, clock: _Clock, after: Instant, *, quiet: bool
) -> Instant | None:
    """Return when it is `at` next, and quiet or not quiet then, or None if not by tomorrow.

    A clock change may leap from quiet hours into quiet hours: then they have not ended.
    """
    today = LocalDate(after.astimezone(get_time_zone(clock.zone)).date())
    for day in iter_days(today, days_after(today, 1)):
        comes = get_day_start(day, clock.zone, at)
        if comes > after and is_quiet(schedule, comes, clock.zone) == quiet:
            return comes
    return None
