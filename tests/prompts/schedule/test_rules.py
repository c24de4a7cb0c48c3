"""The properties are held against a slow oracle that steps through the minutes of a clock.

It knows nothing of UTC offsets: it looks at the clock on the wall once a minute, and a slot comes
at the first minute that shows its time or a later one. What the clocks show for the second time,
when they have gone back, is nothing new to it.
"""

from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from leaderjournal.kernel.days import (
    ZONE_NAMES,
    Instant,
    LocalDate,
    days_after,
    each_day,
    local_date,
)
from leaderjournal.prompts.schedule.rules import (
    AT_RISK,
    AT_RISK_AT,
    LATE_WITHIN,
    Prompt,
    Schedule,
    after_a_move,
    expires_at,
    is_quiet,
    next_prompt,
    offered_time,
)

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
FIRST, LAST = date(2024, 1, 1), date(2030, 12, 31)
START, END = datetime(2024, 1, 1, tzinfo=UTC), datetime(2030, 12, 31, tzinfo=UTC)
EVERY_DAY = frozenset(range(1, 8))
WEEKDAYS = frozenset({1, 2, 3, 4, 5})
THREE = time(3)
BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"
HONOLULU, AUCKLAND, KIRITIMATI = "Pacific/Honolulu", "Pacific/Auckland", "Pacific/Kiritimati"
WEDNESDAY = LocalDate(date(2026, 11, 25))


def utc(*parts: int) -> Instant:
    return Instant(datetime(*parts, tzinfo=UTC))


def at(day: date, clock: str, zone: str) -> Instant:
    """Return when the clock in `zone` shows `clock` on `day`."""
    wall = datetime.combine(day, time.fromisoformat(clock), tzinfo=ZoneInfo(zone))
    return Instant(wall.astimezone(UTC))


def daily(*clocks: str, quiet: str = "", **rest) -> Schedule:
    """Return a schedule of every day, with quiet hours such as "22:00-07:00"."""
    begins, _, ends = quiet.partition("-")
    return Schedule(
        enabled=rest.pop("enabled", True),
        times=tuple(time.fromisoformat(clock) for clock in clocks),
        weekdays=rest.pop("weekdays", EVERY_DAY),
        quiet_from=time.fromisoformat(begins) if quiet else None,
        quiet_to=time.fromisoformat(ends) if quiet else None,
        **rest,
    )


def prompts_until(
    last, schedule, *, after, zone=BERLIN, day_starts_at=THREE, handled=(), snoozed_until=None
):
    """Walk from prompt to prompt, each handled as it comes; return those due until `last`."""
    done, came = set(handled), []
    while True:
        prompt = next_prompt(
            schedule,
            zone=zone,
            day_starts_at=day_starts_at,
            after=after,
            handled=done,
            snoozed_until=snoozed_until,
        )
        if prompt is None or prompt.due_at > last:
            return came
        came.append(prompt)
        done.add((prompt.local_date, prompt.slot))
        after = prompt.due_at


def wall_times(schedule, day, *, days=1, zone=BERLIN, **rest):
    """Return what the clock shows when the prompts from 03:00 of `day` on come."""
    first = Instant(at(day, "03:00", zone) - MINUTE)
    last = Instant(at(days_after(day, days), "03:00", zone) - MINUTE)
    came = prompts_until(last, schedule, after=first, zone=zone, **rest)
    return [f"{prompt.due_at.astimezone(ZoneInfo(zone)):%H:%M}" for prompt in came]


# The oracle


def shown(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def minute_of(clock: time) -> int:
    return clock.hour * 60 + clock.minute


def day_shown(wall: datetime, boundary: time) -> LocalDate:
    return LocalDate((wall - timedelta(minutes=minute_of(boundary))).date())


def quiet_shown(schedule: Schedule, clock: time) -> bool:
    if schedule.quiet_from is None or schedule.quiet_to is None:
        return False
    length = (minute_of(schedule.quiet_to) - minute_of(schedule.quiet_from)) % 1440
    return (minute_of(clock) - minute_of(schedule.quiet_from)) % 1440 < length


def risk_shown(schedule: Schedule) -> time:
    evening = [time(20 + minute // 60, minute % 60) for minute in range(30, 90)]
    begins = schedule.quiet_from
    if any(quiet_shown(schedule, clock) for clock in evening) and time(13) <= begins <= evening[-1]:
        return time(begins.hour - 1, begins.minute)
    return AT_RISK_AT


@dataclass
class Minutes:
    """The minutes of a clock that show what it has not shown before, so ever later times."""

    moments: list[Instant]
    walls: list[datetime]

    @classmethod
    def of(cls, zone: str, first: datetime, last: datetime) -> "Minutes":
        minutes, latest, clock = cls([], []), datetime.min, ZoneInfo(zone)
        for step in range((last - first) // MINUTE + 1):
            moment = first + step * MINUTE
            wall = moment.astimezone(clock).replace(tzinfo=None)
            if wall > latest:
                latest = wall
                minutes.moments.append(Instant(moment))
                minutes.walls.append(wall)
        return minutes

    def first_at(self, wall: datetime) -> int:
        return bisect_left(self.walls, wall)


@dataclass
class Oracle:
    """All prompts of a schedule in a zone, from the local day of `first` to that of `last`."""

    schedule: Schedule
    zone: str
    boundary: time
    first: Instant
    last: Instant
    snoozed_until: Instant | None = None

    def nominal(self, day: LocalDate) -> dict[str, datetime]:
        """Return the wall time of each slot of `day`."""
        clocks = {f"{clock:%H:%M}": clock for clock in self.schedule.times}
        if self.schedule.streak_at_risk:
            clocks[AT_RISK] = risk_shown(self.schedule)
        return {
            slot: datetime.combine(day if clock >= self.boundary else day + DAY, clock)
            for slot, clock in clocks.items()
        }

    def every(self) -> list[Prompt]:
        """Return each slot's prompt, with all that share an instant, in order."""
        begins = day_shown(shown(self.first, self.zone), self.boundary)
        ends = day_shown(shown(self.last, self.zone), self.boundary)
        minutes = Minutes.of(self.zone, self.first - 2 * DAY, self.last + 2 * DAY)
        found = []
        for day in each_day(begins, ends):
            if self.is_off(day):
                continue
            over = minutes.first_at(datetime.combine(day + DAY, self.boundary))
            for slot, nominal in self.nominal(day).items():
                comes = minutes.first_at(nominal)
                for minute in (comes, *range(comes + 1, over)):
                    if not quiet_shown(self.schedule, minutes.walls[minute].time()):
                        prompt = Prompt(day, slot, minutes.moments[minute])
                        found.append((prompt.due_at, slot == AT_RISK, nominal, prompt))
                        break
        return [prompt for *_, prompt in sorted(found, key=lambda entry: entry[:3])]

    def is_off(self, day: LocalDate) -> bool:
        return (
            not self.schedule.enabled
            or day.isoweekday() not in self.schedule.weekdays
            or self.is_paused(day)
        )

    def is_paused(self, day: LocalDate) -> bool:
        return self.schedule.paused_until is not None and day < self.schedule.paused_until

    def groups(self) -> list[list[Prompt]]:
        """Return what comes, by instant; of each group the first one does."""
        prompts = self.every()
        if self.snoozed_until is not None:
            snooze = self.snoozed_until
            day = day_shown(shown(snooze, self.zone), self.boundary)
            if not self.is_paused(day):
                prompts = [p for p in prompts if p.local_date != day or p.due_at > snooze]
                prompts.append(Prompt(day, f"snooze {snooze:%Y-%m-%dT%H:%MZ}", snooze))
                prompts.sort(key=lambda p: (p.due_at, not p.slot.startswith("snooze")))
        by_instant = defaultdict(list)
        for prompt in prompts:
            if self.first < prompt.due_at <= self.last:
                by_instant[prompt.due_at].append(prompt)
        return list(by_instant.values())

    def coming(self) -> list[Prompt]:
        return [group[0] for group in self.groups()]


@cache
def clock_changes() -> list[tuple[str, Instant]]:
    """Return the instants from 2024 to 2030 at which the clocks of a zone change."""
    found = []
    for zone in sorted(ZONE_NAMES):
        rules = ZoneInfo(zone)
        for week in range((END - START).days // 7 + 1):
            before, after = START + week * 7 * DAY, START + (week + 1) * 7 * DAY
            offset = before.astimezone(rules).utcoffset()
            if after.astimezone(rules).utcoffset() == offset:
                continue
            while after - before > MINUTE:
                middle = before + (after - before) // MINUTE // 2 * MINUTE
                if middle.astimezone(rules).utcoffset() == offset:
                    before = middle
                else:
                    after = middle
            found.append((zone, Instant(after)))
    return found


zones = st.sampled_from(sorted(ZONE_NAMES))
far_zones = st.sampled_from(
    [HONOLULU, AUCKLAND, KIRITIMATI, "Pacific/Niue", "Etc/GMT+12", "Pacific/Chatham", BERLIN]
)
clocks = st.one_of(
    st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 45])),
    st.builds(time, st.integers(0, 3), st.sampled_from([0, 30])),
    st.builds(time, st.integers(0, 23), st.integers(0, 59)),
)
boundaries = st.one_of(
    st.sampled_from([THREE, THREE, time(0), time(2, 30)]),
    st.builds(time, st.integers(0, 11), st.integers(0, 59)),
)
any_weekdays = st.one_of(st.just(EVERY_DAY), st.frozensets(st.integers(1, 7)))
times_chosen = st.lists(clocks, unique=True, max_size=6).map(sorted).map(tuple)
quiet_hours = st.one_of(
    st.just((None, None)), st.tuples(clocks, clocks), st.just((time(22), time(7)))
)


@st.composite
def moments(draw):
    """Return a zone and a minute from 2024 to 2030, mostly within two days of a clock change."""
    if draw(st.integers(0, 3)):
        zone, change = draw(st.sampled_from(clock_changes()))
        return zone, Instant(change + draw(st.integers(-2880, 1440)) * MINUTE)
    return draw(zones), Instant(START + draw(st.integers(1, (END - START) // MINUTE)) * MINUTE)


@st.composite
def schedules(draw, moment: Instant):
    begins, ends = draw(quiet_hours)
    return Schedule(
        enabled=draw(st.integers(0, 9)) < 9,
        times=draw(times_chosen),
        weekdays=draw(any_weekdays),
        quiet_from=begins,
        quiet_to=ends,
        paused_until=draw(
            st.one_of(
                st.none(),
                st.none(),
                st.integers(-2, 4).map(lambda days: local_date(moment.date() + days * DAY)),
            )
        ),
        streak_at_risk=draw(st.booleans()),
    )


@st.composite
def lives(draw):
    """Return a schedule and three days in some zone."""
    zone, moment = draw(moments())
    snooze = st.integers(-600, 4000).map(lambda minutes: Instant(moment + minutes * MINUTE))
    return Oracle(
        schedule=draw(schedules(moment)),
        zone=zone,
        boundary=draw(boundaries),
        first=moment,
        last=Instant(moment + 3 * DAY),
        snoozed_until=draw(st.one_of(st.none(), st.none(), snooze)),
    )


def walk(life: Oracle, handled=()) -> list[Prompt]:
    return prompts_until(
        life.last,
        life.schedule,
        after=life.first,
        zone=life.zone,
        day_starts_at=life.boundary,
        handled=handled,
        snoozed_until=life.snoozed_until,
    )


@settings(max_examples=400)
@given(lives())
def test_every_slot_comes_once_on_each_of_its_days_as_a_minute_by_minute_clock_finds(life):
    came = walk(life)
    assert came == life.coming()
    event(f"{min(len(came), 5)} prompts")


@settings(max_examples=100)
@given(lives(), st.randoms(use_true_random=False))
def test_what_is_handled_does_not_come_and_takes_along_what_falls_on_its_instant(life, chance):
    coming = life.coming()
    handled = {(p.local_date, p.slot) for p in coming if chance.random() < 0.5}
    expected = [p for p in coming if (p.local_date, p.slot) not in handled]
    assert walk(life, handled) == expected


@settings(max_examples=100)
@given(lives(), st.integers(0, 3 * 1440), st.integers(-1, 1))
def test_a_later_beginning_never_brings_an_earlier_prompt(life, minutes, seconds):
    """From any moment on, to the second, comes the first of all prompts that is later than it."""
    after = Instant(life.first + minutes * MINUTE + seconds * timedelta(seconds=1))
    later = [prompt for prompt in life.coming() if prompt.due_at > after]
    assert walk(replace(life, first=after)) == later


@settings(max_examples=150)
@given(lives())
def test_prompts_come_in_order_never_twice_never_in_quiet_hours_and_never_in_a_pause(life):
    came = walk(life)
    assert all(one.due_at < other.due_at for one, other in pairwise(came))
    assert len({(prompt.local_date, prompt.slot) for prompt in came}) == len(came)
    for prompt in came:
        assert prompt.due_at > life.first
        assert life.schedule.paused_until is None or prompt.local_date >= life.schedule.paused_until
        if not prompt.slot.startswith("snooze"):
            assert life.schedule.enabled
            assert prompt.local_date.isoweekday() in life.schedule.weekdays
            assert not quiet_shown(life.schedule, shown(prompt.due_at, life.zone).time())


@pytest.mark.parametrize("boundary", [THREE, time(0)])
def test_at_every_clock_change_of_every_zone_each_half_hour_of_the_night_comes_once(boundary):
    """On the two days before the change, around it, and on the two days after it."""
    assert len(clock_changes()) > 2_500
    half_hours = [time(hour, minute) for hour in range(4) for minute in (0, 30)] + [time(4)]
    for zone, change in clock_changes():
        after = Instant(change - 3 * DAY)
        today = day_shown(shown(after, zone), boundary)
        for clock in half_hours:
            schedule = Schedule(True, (clock,), EVERY_DAY)
            handled, came = set(), []
            for _ in range(6):
                prompt = next_prompt(
                    schedule, zone=zone, day_starts_at=boundary, after=after, handled=handled
                )
                came.append(prompt)
                handled.add((prompt.local_date, prompt.slot))
                after = prompt.due_at
                nominal = datetime.combine(
                    prompt.local_date + (DAY if clock < boundary else DAY * 0), clock
                )
                before, now = shown(after - MINUTE, zone), shown(after, zone)
                assert before < nominal <= now, (zone, prompt)
                assert after.astimezone(ZoneInfo(zone)).fold == 0, (zone, prompt)
            first = came[0].local_date
            assert first - today in (0 * DAY, DAY), (zone, came)
            assert [p.local_date for p in came] == list(each_day(first, days_after(first, 5)))
            after = Instant(change - 3 * DAY)


@settings(max_examples=12)
@given(zones, boundaries, st.lists(clocks, min_size=1, max_size=2, unique=True))
@example("Antarctica/Troll", THREE, [time(1, 30), time(2, 30)])
@example("America/Nuuk", time(0), [time(23, 30)])
@example("Africa/Cairo", time(0), [time(0)])
def test_over_seven_years_every_slot_comes_once_on_every_local_day(zone, boundary, chosen):
    schedule = Schedule(True, tuple(sorted(chosen)), EVERY_DAY)
    last = utc(2031, 1, 3)
    came = prompts_until(last, schedule, after=utc(2023, 12, 30), zone=zone, day_starts_at=boundary)
    collapsed = len({prompt.due_at for prompt in came}) - len(came)
    keys = [(prompt.local_date, prompt.slot) for prompt in came]
    every = {(day, f"{clock:%H:%M}") for day in each_day(FIRST, LAST) for clock in chosen}
    assert len(keys) == len(set(keys))
    assert not collapsed
    missing = every - set(keys)
    for day, slot in missing:  # another slot stood for it at the very instant: a leap's end
        oracle = Oracle(
            schedule, zone, boundary, *(at(day + n * DAY, "12:00", "UTC") for n in (-1, 2))
        )
        assert any((day, slot) in [(p.local_date, p.slot) for p in g[1:]] for g in oracle.groups())


# A leader on the move


@dataclass
class Journey:
    """Where a leader lives: zones, each with when the stay ends."""

    schedule: Schedule
    boundary: time
    start: Instant
    stays: list[tuple[str, Instant]]

    def legs(self) -> list[tuple[str, Instant, Instant]]:
        """Return each stay with its beginning and end."""
        begins = [self.start, *(end for _, end in self.stays)]
        return [(zone, begin, end) for begin, (zone, end) in zip(begins, self.stays, strict=False)]

    def oracle(self, zone: str, first: Instant, last: Instant) -> Oracle:
        return Oracle(self.schedule, zone, self.boundary, first, last)

    def prompts(self) -> list[tuple[str, Prompt]]:
        """Live it: return what came, and in which zone."""
        handled, came = set(), []
        next_one = next_prompt(
            self.schedule,
            zone=self.stays[0][0],
            day_starts_at=self.boundary,
            after=self.start,
            handled=handled,
        )
        for (zone, end), (new_zone, _) in pairwise([*self.stays, self.stays[-1]]):
            while next_one is not None and next_one.due_at <= end:
                came.append((zone, next_one))
                handled.add((next_one.local_date, next_one.slot))
                next_one = next_prompt(
                    self.schedule,
                    zone=zone,
                    day_starts_at=self.boundary,
                    after=next_one.due_at,
                    handled=handled,
                )
            next_one = after_a_move(
                self.schedule,
                old_zone=zone,
                new_zone=new_zone,
                day_starts_at=self.boundary,
                now=end,
                handled=handled,
            )
        return came


@st.composite
def journeys(draw, *, quiet=quiet_hours, weekdays=st.just(EVERY_DAY)):
    start = draw(moments())[1]
    begins, ends = draw(quiet)
    schedule = Schedule(
        enabled=True,
        times=draw(times_chosen.filter(bool)),
        weekdays=draw(weekdays),
        quiet_from=begins,
        quiet_to=ends,
        streak_at_risk=draw(st.booleans()),
    )
    lengths = st.one_of(st.integers(1, 8 * 60), st.integers(1, 50 * 60), st.just(18 * 60))
    stays, end = [], start
    for _ in range(draw(st.integers(2, 5))):
        end = Instant(end + draw(lengths) * MINUTE)
        stays.append((draw(st.one_of(zones, far_zones, far_zones)), end))
    return Journey(schedule, draw(boundaries), start, stays)


@settings(max_examples=150)
@given(journeys(weekdays=any_weekdays))
def test_on_a_journey_prompts_come_in_order_never_twice_and_never_in_quiet_hours(journey):
    came = journey.prompts()
    assert all(one.due_at < other.due_at for (_, one), (_, other) in pairwise(came))
    assert len({(prompt.local_date, prompt.slot) for _, prompt in came}) == len(came)
    for zone, prompt in came:
        clock = shown(prompt.due_at, zone)
        assert not quiet_shown(journey.schedule, clock.time())
        assert prompt.local_date.isoweekday() in journey.schedule.weekdays
        assert abs(prompt.local_date - day_shown(clock, journey.boundary)) <= DAY


@settings(max_examples=100)
@given(journeys(weekdays=any_weekdays))
def test_on_a_journey_every_slot_whose_time_the_clock_shows_has_come_by_then(journey):
    """Now or before in another zone, or something else comes at that very instant."""
    came = [prompt for _, prompt in journey.prompts()]
    for zone, begin, end in journey.legs():
        for due in journey.oracle(zone, begin, end).coming():
            assert any(
                prompt.due_at == due.due_at
                or (
                    (prompt.local_date, prompt.slot) == (due.local_date, due.slot)
                    and prompt.due_at <= due.due_at
                )
                for prompt in came
            ), due


@settings(max_examples=100)
@given(journeys())
def test_on_a_journey_nothing_comes_but_at_its_time_or_where_a_move_leapt_over_it(journey):
    legs = journey.legs()
    came = journey.prompts()
    for index, (zone, begin, end) in enumerate(legs):
        at_their_time = journey.oracle(zone, begin, end).every()
        leapt_over = set()
        if index:
            first = Instant(begin - DAY)
            today = day_shown(shown(begin, zone), journey.boundary)
            old = journey.oracle(legs[index - 1][0], first, begin).every()
            had_come = {p.slot for p in old if p.local_date == today and p.due_at <= begin}
            leapt_over = {
                p.slot
                for p in journey.oracle(zone, first, begin).every()
                if p.local_date == today and p.due_at <= begin and p.slot not in had_come
            }
        others = [
            prompt
            for where, prompt in came
            if begin <= prompt.due_at <= end and where == zone and prompt not in at_their_time
        ]
        assert len(others) <= 1
        for prompt in others:
            assert prompt.slot in leapt_over, (index, prompt)


@settings(max_examples=150)
@given(journeys(quiet=st.just((None, None))))
@example(
    Journey(
        daily("07:30"),
        THREE,
        utc(2026, 11, 24, 12),
        [
            (HONOLULU, utc(2026, 11, 25, 4)),
            (AUCKLAND, utc(2026, 11, 26, 3)),
            (HONOLULU, utc(2026, 11, 28)),
        ],
    )
)
@example(
    Journey(
        daily("07:30", "17:45"),
        THREE,
        utc(2026, 11, 24, 12),
        [
            (KIRITIMATI, utc(2026, 11, 25, 4)),
            ("Pacific/Niue", utc(2026, 11, 27)),
            (KIRITIMATI, utc(2026, 11, 28)),
        ],
    )
)
def test_on_a_journey_each_day_on_which_the_clock_passes_a_slot_has_a_prompt(journey):
    """Whether the clock ran or leapt past it: only a day that the calendar had passed before may
    stay without (east over the date line, then west into the day that was leapt over).
    """
    came = [prompt for _, prompt in journey.prompts()]
    latest_day, passed, out_of_order = date.min, set(), set()
    for zone, begin, end in journey.legs():
        nominal = {}
        for step in range((end - begin) // MINUTE + 1):
            wall = shown(begin + step * MINUTE, zone)
            today = day_shown(wall, journey.boundary)
            if today < latest_day:
                out_of_order.add(today)
            latest_day = max(latest_day, today)
            if today not in nominal:
                slots = journey.oracle(zone, begin, end).nominal(today)
                nominal[today] = min(slots.values())
            if wall >= nominal[today]:
                passed.add(today)
    first_day = day_shown(shown(journey.start, journey.stays[0][0]), journey.boundary)
    for day in passed - out_of_order - {first_day}:
        assert any(prompt.local_date == day for prompt in came), day
