"""The properties are compared with a slow oracle that steps through the minutes of a clock.

It does not use UTC offsets: it reads the wall clock once a minute, and a slot is due at the first
minute that shows its time or a later one. It ignores times that the clock shows again after it went
back.
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
    iter_days,
    to_local_date,
)
from leaderjournal.prompts.schedule.rules import (
    AT_RISK,
    AT_RISK_AT,
    MAX_LATENESS,
    Prompt,
    Schedule,
    find_next_prompt,
    find_prompt_after_move,
    get_expiry,
    is_quiet,
    suggest_time,
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


def create_utc(*parts: int) -> Instant:
    return Instant(datetime(*parts, tzinfo=UTC))


def get_instant(day: date, clock: str, zone: str) -> Instant:
    """Return when the clock in `zone` shows `clock` on `day`."""
    wall = datetime.combine(day, time.fromisoformat(clock), tzinfo=ZoneInfo(zone))
    return Instant(wall.astimezone(UTC))


def create_daily_schedule(*clocks: str, quiet: str = "", **rest) -> Schedule:
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


def list_prompts_until(
    last, schedule, *, after, zone=BERLIN, day_starts_at=THREE, handled=(), snoozed_until=None
):
    """Walk from prompt to prompt, each handled as it comes; return those due until `last`."""
    done, came = set(handled), []
    while True:
        prompt = find_next_prompt(
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


def list_wall_times(schedule, day, *, days=1, zone=BERLIN, **rest):
    """Return what the clock shows when the prompts from 03:00 of `day` on come."""
    first = Instant(get_instant(day, "03:00", zone) - MINUTE)
    last = Instant(get_instant(days_after(day, days), "03:00", zone) - MINUTE)
    came = list_prompts_until(last, schedule, after=first, zone=zone, **rest)
    return [f"{prompt.due_at.astimezone(ZoneInfo(zone)):%H:%M}" for prompt in came]


# The oracle


def get_wall_time(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def get_minute(clock: time) -> int:
    return clock.hour * 60 + clock.minute


def get_local_day_of(wall: datetime, boundary: time) -> LocalDate:
    return LocalDate((wall - timedelta(minutes=get_minute(boundary))).date())


def is_quiet_at(schedule: Schedule, clock: time) -> bool:
    if schedule.quiet_from is None or schedule.quiet_to is None:
        return False
    length = (get_minute(schedule.quiet_to) - get_minute(schedule.quiet_from)) % 1440
    return (get_minute(clock) - get_minute(schedule.quiet_from)) % 1440 < length


def get_risk_time(schedule: Schedule) -> time:
    evening = [time(20 + minute // 60, minute % 60) for minute in range(30, 90)]
    begins = schedule.quiet_from
    if any(is_quiet_at(schedule, clock) for clock in evening) and time(13) <= begins <= evening[-1]:
        return time(begins.hour - 1, begins.minute)
    return AT_RISK_AT


@dataclass
class Minutes:
    """The minutes at which a clock shows a later time than ever before."""

    moments: list[Instant]
    walls: list[datetime]

    @classmethod
    def from_zone(cls, zone: str, first: Instant, last: Instant) -> "Minutes":
        minutes, clock = cls([], []), ZoneInfo(zone)
        latest = get_wall_time(first, zone) - MINUTE
        moment = first
        while moment <= last:
            wall = moment.astimezone(clock).replace(tzinfo=None)
            if wall > latest:
                latest = wall
                minutes.moments.append(moment)
                minutes.walls.append(wall)
            moment += MINUTE
        return minutes

    def find_first_index(self, wall: datetime) -> int:
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

    def get_nominal_times(self, day: LocalDate) -> dict[str, datetime]:
        """Return the wall time of each slot of `day`."""
        clocks = {f"{clock:%H:%M}": clock for clock in self.schedule.times}
        if self.schedule.streak_at_risk:
            clocks[AT_RISK] = get_risk_time(self.schedule)
        return {
            slot: datetime.combine(day if clock >= self.boundary else day + DAY, clock)
            for slot, clock in clocks.items()
        }

    def list_all(self) -> list[Prompt]:
        """Return each slot's prompt, with all that share an instant, in order."""
        begins = get_local_day_of(get_wall_time(self.first, self.zone), self.boundary)
        ends = get_local_day_of(get_wall_time(self.last, self.zone), self.boundary)
        minutes = Minutes.from_zone(self.zone, self.first - 30 * HOUR, self.last + 30 * HOUR)
        found = []
        for day in iter_days(begins, ends):
            if self.is_off(day):
                continue
            over = minutes.find_first_index(datetime.combine(day + DAY, self.boundary))
            for slot, nominal in self.get_nominal_times(day).items():
                comes = minutes.find_first_index(nominal)
                for minute in (comes, *range(comes + 1, over)):
                    if not is_quiet_at(self.schedule, minutes.walls[minute].time()):
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

    def group_by_instant(self) -> list[list[Prompt]]:
        """Return what comes, by instant; of each group the first one does."""
        prompts = self.list_all()
        if self.snoozed_until is not None:
            snooze = self.snoozed_until
            day = get_local_day_of(get_wall_time(snooze, self.zone), self.boundary)
            if not self.is_paused(day):
                prompts = [p for p in prompts if p.due_at > snooze]
                prompts.append(Prompt(day, f"snooze {snooze:%Y-%m-%dT%H:%MZ}", snooze))
                prompts.sort(key=lambda p: (p.due_at, not p.slot.startswith("snooze")))
        by_instant = defaultdict(list)
        for prompt in prompts:
            if self.first < prompt.due_at <= self.last:
                by_instant[prompt.due_at].append(prompt)
        return list(by_instant.values())

    def list_due(self) -> list[Prompt]:
        return [group[0] for group in self.group_by_instant()]


@cache
def list_clock_changes() -> list[tuple[str, Instant]]:
    """Return the instants from 2024 to 2030 at which the clocks of a zone change."""
    weeks = [START + week * 7 * DAY for week in range((END - START).days // 7 + 2)]
    found = []
    for zone in sorted(ZONE_NAMES):
        clock = ZoneInfo(zone)
        offsets = [week.astimezone(clock).utcoffset() for week in weeks]
        for (week, next_week), (old, new) in zip(pairwise(weeks), pairwise(offsets), strict=True):
            if old != new:
                minutes = range((next_week - week) // MINUTE)
                changed = bisect_left(
                    minutes,
                    True,
                    key=lambda minute: (
                        (week + minute * MINUTE).astimezone(clock).utcoffset() != old
                    ),
                )
                found.append((zone, Instant(week + changed * MINUTE)))
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
all_weekdays = st.just(EVERY_DAY)
any_weekdays = st.one_of(all_weekdays, st.frozensets(st.integers(1, 7)))
times_chosen = st.lists(clocks, unique=True, max_size=6).map(sorted).map(tuple)
quiet_hours = st.one_of(
    st.just((None, None)), st.tuples(clocks, clocks), st.just((time(22), time(7)))
)


@st.composite
def moments(draw):
    """Return a zone and a minute from 2024 to 2030, mostly within two days of a clock change."""
    if draw(st.integers(0, 3)):
        zone, change = draw(st.sampled_from(list_clock_changes()))
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
                st.integers(-2, 4).map(lambda days: to_local_date(moment.date() + days * DAY)),
            )
        ),
        streak_at_risk=draw(st.booleans()),
    )


@st.composite
def lives(draw):
    """Return a schedule and two days in some zone."""
    zone, moment = draw(moments())
    snooze = st.integers(-600, 3000).map(lambda minutes: Instant(moment + minutes * MINUTE))
    return Oracle(
        schedule=draw(schedules(moment)),
        zone=zone,
        boundary=draw(boundaries),
        first=moment,
        last=Instant(moment + 2 * DAY),
        snoozed_until=draw(st.one_of(st.none(), st.none(), snooze)),
    )


def walk_prompts(life: Oracle, handled=()) -> list[Prompt]:
    return list_prompts_until(
        life.last,
        life.schedule,
        after=life.first,
        zone=life.zone,
        day_starts_at=life.boundary,
        handled=handled,
        snoozed_until=life.snoozed_until,
    )


@settings(max_examples=250)
@given(lives())
def test_slots_match_a_minute_by_minute_clock(life):
    came = walk_prompts(life)
    assert came == life.list_due()
    event(f"{min(len(came), 5)} prompts")


@settings(max_examples=60)
@given(lives(), st.randoms(use_true_random=False))
def test_handled_slot_also_handles_others_of_its_instant(life, chance):
    coming = life.list_due()
    handled = {(p.local_date, p.slot) for p in coming if chance.random() < 0.5}
    expected = [p for p in coming if (p.local_date, p.slot) not in handled]
    assert walk_prompts(life, handled) == expected


@settings(max_examples=60)
@given(lives(), st.integers(1, 2 * 1440), st.integers(-1, 1))
def test_later_start_never_finds_an_earlier_prompt(life, minutes, seconds):
    """From any second on, the first later prompt of all is found."""
    after = Instant(life.first + minutes * MINUTE + seconds * timedelta(seconds=1))
    later = [prompt for prompt in life.list_due() if prompt.due_at > after]
    assert walk_prompts(replace(life, first=after)) == later


@settings(max_examples=100)
@given(lives())
def test_prompts_are_ordered_unique_and_outside_quiet_hours_and_pauses(life):
    came = walk_prompts(life)
    assert all(one.due_at < other.due_at for one, other in pairwise(came))
    assert len({(prompt.local_date, prompt.slot) for prompt in came}) == len(came)
    for prompt in came:
        assert prompt.due_at > life.first
        assert life.schedule.paused_until is None or prompt.local_date >= life.schedule.paused_until
        if not prompt.slot.startswith("snooze"):
            assert life.schedule.enabled
            assert prompt.local_date.isoweekday() in life.schedule.weekdays
            assert not is_quiet_at(life.schedule, get_wall_time(prompt.due_at, life.zone).time())


@pytest.mark.parametrize("boundary", [THREE, time(0)])
def test_every_night_slot_comes_once_at_every_clock_change_of_every_zone(boundary):
    """From two days before the change to two days after it."""
    assert len(list_clock_changes()) > 2_500
    half_hours = [time(hour, minute) for hour in range(4) for minute in (0, 30)] + [time(4)]
    for zone, change in list_clock_changes():
        after = Instant(change - 3 * DAY)
        today = get_local_day_of(get_wall_time(after, zone), boundary)
        for clock in half_hours:
            schedule = Schedule(True, (clock,), EVERY_DAY)
            handled, came = set(), []
            for _ in range(6):
                prompt = find_next_prompt(
                    schedule, zone=zone, day_starts_at=boundary, after=after, handled=handled
                )
                came.append(prompt)
                handled.add((prompt.local_date, prompt.slot))
                after = prompt.due_at
                nominal = datetime.combine(
                    prompt.local_date + (DAY if clock < boundary else DAY * 0), clock
                )
                before, now = get_wall_time(after - MINUTE, zone), get_wall_time(after, zone)
                assert before < nominal <= now, (zone, prompt)
                assert after.astimezone(ZoneInfo(zone)).fold == 0, (zone, prompt)
            first = came[0].local_date
            assert first - today in (0 * DAY, DAY), (zone, came)
            assert [p.local_date for p in came] == list(iter_days(first, days_after(first, 5)))
            after = Instant(change - 3 * DAY)


@settings(max_examples=10)
@given(zones, boundaries, st.lists(clocks, min_size=1, max_size=2, unique=True))
@example("Antarctica/Troll", THREE, [time(1, 30), time(2, 30)])
@example("America/Nuuk", time(0), [time(23, 30)])
@example("Africa/Cairo", time(0), [time(0)])
def test_every_slot_comes_once_a_local_day_over_seven_years(zone, boundary, chosen):
    schedule = Schedule(True, tuple(sorted(chosen)), EVERY_DAY)
    last = create_utc(2031, 1, 3)
    came = list_prompts_until(
        last, schedule, after=create_utc(2023, 12, 30), zone=zone, day_starts_at=boundary
    )
    collapsed = len({prompt.due_at for prompt in came}) - len(came)
    keys = [(prompt.local_date, prompt.slot) for prompt in came]
    every = {(day, f"{clock:%H:%M}") for day in iter_days(FIRST, LAST) for clock in chosen}
    assert len(keys) == len(set(keys))
    assert not collapsed
    missing = every - set(keys)
    for day, slot in missing:  # another slot stood for it at the very instant: a leap's end
        oracle = Oracle(
            schedule, zone, boundary, *(get_instant(day + n * DAY, "12:00", "UTC") for n in (-1, 2))
        )
        assert any(
            (day, slot) in [(p.local_date, p.slot) for p in g[1:]]
            for g in oracle.group_by_instant()
        )


# A leader on the move


@dataclass
class Journey:
    """The zones in which a leader stays, each with the end of the stay."""

    schedule: Schedule
    boundary: time
    start: Instant
    stays: list[tuple[str, Instant]]

    def list_legs(self) -> list[tuple[str, Instant, Instant]]:
        """Return each stay with its beginning and end."""
        begins = [self.start, *(end for _, end in self.stays)]
        return [(zone, begin, end) for begin, (zone, end) in zip(begins, self.stays, strict=False)]

    def create_oracle(self, zone: str, first: Instant, last: Instant) -> Oracle:
        return Oracle(self.schedule, zone, self.boundary, first, last)

    def list_prompts(self) -> list[tuple[str, Prompt]]:
        """Live it: return what came, and in which zone."""
        handled, came = set(), []
        next_one = find_next_prompt(
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
                next_one = find_next_prompt(
                    self.schedule,
                    zone=zone,
                    day_starts_at=self.boundary,
                    after=next_one.due_at,
                    handled=handled,
                )
            next_one = find_prompt_after_move(
                self.schedule,
                old_zone=zone,
                new_zone=new_zone,
                day_starts_at=self.boundary,
                now=end,
                handled=handled,
            )
        return came


@st.composite
def journeys(draw, *, quiet=quiet_hours, weekdays=all_weekdays):
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
    lengths = st.one_of(st.integers(1, 8 * 60), st.integers(1, 36 * 60), st.just(18 * 60))
    stays, end = [], start
    for _ in range(draw(st.integers(2, 5))):
        end = Instant(end + draw(lengths) * MINUTE)
        stays.append((draw(st.one_of(zones, far_zones, far_zones)), end))
    return Journey(schedule, draw(boundaries), start, stays)


@settings(max_examples=120)
@given(journeys(weekdays=any_weekdays))
def test_journey_prompts_are_ordered_unique_and_outside_quiet_hours(journey):
    """Two prompts share an instant only where the leader moved in the minute of the first."""
    came, moves = journey.list_prompts(), {end for _, end in journey.stays}
    for (_, one), (_, other) in pairwise(came):
        assert one.due_at < other.due_at or one.due_at == other.due_at in moves
    assert len({(prompt.local_date, prompt.slot) for _, prompt in came}) == len(came)
    for zone, prompt in came:
        clock = get_wall_time(prompt.due_at, zone)
        assert not is_quiet_at(journey.schedule, clock.time())
        assert prompt.local_date.isoweekday() in journey.schedule.weekdays
        assert abs(prompt.local_date - get_local_day_of(clock, journey.boundary)) <= DAY


@settings(max_examples=60)
@given(journeys(weekdays=any_weekdays))
def test_journey_misses_no_slot_the_clock_shows(journey):
    """It comes now, came before in another zone, or another prompt comes at that instant."""
    came = [prompt for _, prompt in journey.list_prompts()]
    for zone, begin, end in journey.list_legs():
        for due in journey.create_oracle(zone, begin, end).list_due():
            assert any(
                prompt.due_at == due.due_at
                or (
                    (prompt.local_date, prompt.slot) == (due.local_date, due.slot)
                    and prompt.due_at <= due.due_at
                )
                for prompt in came
            ), due


@settings(max_examples=50)
@given(journeys())
def test_journey_prompt_is_at_its_time_or_skipped_by_a_move(journey):
    legs, came = journey.list_legs(), journey.list_prompts()
    for index, (zone, begin, end) in enumerate(legs):
        yesterday = Instant(begin - DAY)
        at_their_time = journey.create_oracle(zone, yesterday, end).list_all()
        leapt_over = set()
        if index:
            today = get_local_day_of(get_wall_time(begin, zone), journey.boundary)
            old, new = (
                {p.slot for p in prompts if p.local_date == today and p.due_at <= begin}
                for prompts in (
                    journey.create_oracle(legs[index - 1][0], yesterday, begin).list_all(),
                    at_their_time,
                )
            )
            leapt_over = new - old
        others = [
            prompt
            for where, prompt in came
            if begin <= prompt.due_at <= end and where == zone and prompt not in at_their_time
        ]
        assert len(others) <= 1
        for prompt in others:
            assert prompt.slot in leapt_over, (index, prompt)


@settings(max_examples=100)
@given(journeys(quiet=st.just((None, None))))
@example(
    Journey(
        create_daily_schedule("07:30"),
        THREE,
        create_utc(2026, 11, 24, 12),
        [
            (HONOLULU, create_utc(2026, 11, 25, 4)),
            (AUCKLAND, create_utc(2026, 11, 26, 3)),
            (HONOLULU, create_utc(2026, 11, 28)),
        ],
    )
)
@example(
    Journey(
        create_daily_schedule("07:30", "17:45"),
        THREE,
        create_utc(2026, 11, 24, 12),
        [
            (KIRITIMATI, create_utc(2026, 11, 25, 4)),
            ("Pacific/Niue", create_utc(2026, 11, 27)),
            (KIRITIMATI, create_utc(2026, 11, 28)),
        ],
    )
)
def test_journey_day_that_passes_a_slot_has_a_prompt(journey):
    """The clock may run or jump past it. Only a day that the calendar had passed before may have
    none (east over the date line, then west into the skipped day). Where a clock change skips the
    end of a day, a prompt of that day can come on the next day and replace that day's own.
    """
    came = set()
    for zone, prompt in journey.list_prompts():
        came |= {
            prompt.local_date,
            get_local_day_of(get_wall_time(prompt.due_at, zone), journey.boundary),
        }
    latest_day, passed, out_of_order = date.min, set(), set()
    for zone, begin, end in journey.list_legs():
        nominal = {}
        for step in range((end - begin) // MINUTE + 1):
            wall = get_wall_time(begin + step * MINUTE, zone)
            today = get_local_day_of(wall, journey.boundary)
            if today < latest_day:
                out_of_order.add(today)
            latest_day = max(latest_day, today)
            if today not in nominal:
                slots = journey.create_oracle(zone, begin, end).get_nominal_times(today)
                nominal[today] = min(slots.values())
            if wall >= nominal[today]:
                passed.add(today)
    first_day = get_local_day_of(
        get_wall_time(journey.start, journey.stays[0][0]), journey.boundary
    )
    assert passed - out_of_order - {first_day} <= came


# By example


def test_prompts_repeat_daily_at_their_times():
    schedule = create_daily_schedule("07:30", "17:45")
    assert list_wall_times(schedule, WEDNESDAY, days=2) == ["07:30", "17:45", "07:30", "17:45"]


def test_prompt_has_its_local_day_slot_and_instant():
    [prompt] = list_prompts_until(
        create_utc(2026, 11, 25, 12), create_daily_schedule("07:30"), after=create_utc(2026, 11, 25)
    )
    assert prompt == Prompt(WEDNESDAY, "07:30", create_utc(2026, 11, 25, 6, 30))


def test_prompt_due_exactly_at_the_start_is_excluded():
    schedule, due_at = create_daily_schedule("07:30"), create_utc(2026, 11, 25, 6, 30)
    assert list_prompts_until(due_at, schedule, after=due_at) == []
    assert list_prompts_until(due_at, schedule, after=Instant(due_at - MINUTE))[0].due_at == due_at


@pytest.mark.parametrize(
    "schedule",
    [
        create_daily_schedule(),
        create_daily_schedule("07:30", enabled=False, streak_at_risk=True),
        create_daily_schedule("07:30", weekdays=frozenset()),
    ],
)
def test_disabled_or_empty_schedule_has_no_prompt(schedule):
    arguments = {
        "zone": BERLIN,
        "day_starts_at": THREE,
        "after": create_utc(2026, 11, 25),
        "handled": (),
    }
    assert find_next_prompt(schedule, **arguments) is None


def test_skipped_night_time_comes_at_the_first_minute_after_it():
    before = list_prompts_until(
        create_utc(2026, 3, 8, 12),
        create_daily_schedule("02:30"),
        after=create_utc(2026, 3, 7, 12),
        zone=NEW_YORK,
    )
    assert before == [Prompt(LocalDate(date(2026, 3, 7)), "02:30", create_utc(2026, 3, 8, 7))]


def test_repeated_night_time_comes_once_at_its_first_occurrence():
    came = list_prompts_until(
        create_utc(2026, 10, 25, 12),
        create_daily_schedule("02:30"),
        after=create_utc(2026, 10, 24, 12),
    )
    assert came == [Prompt(LocalDate(date(2026, 10, 24)), "02:30", create_utc(2026, 10, 25, 0, 30))]


def test_slots_skipped_together_make_one_prompt():
    for chosen in [("02:00", "02:30", "03:00"), ("02:30", "03:00")]:
        came = list_prompts_until(
            create_utc(2026, 3, 29, 12),
            create_daily_schedule(*chosen),
            after=create_utc(2026, 3, 28, 12),
            day_starts_at=time(0),
        )
        assert came == [Prompt(LocalDate(date(2026, 3, 29)), chosen[0], create_utc(2026, 3, 29, 1))]


def test_time_before_the_day_start_belongs_to_the_previous_weekday():
    friday = create_daily_schedule("01:00", weekdays=frozenset({5}))
    [prompt] = list_prompts_until(
        create_utc(2026, 11, 29, 12), friday, after=create_utc(2026, 11, 24)
    )
    assert prompt == Prompt(LocalDate(date(2026, 11, 27)), "01:00", create_utc(2026, 11, 28))


def test_unselected_weekdays_are_skipped():
    came = list_prompts_until(
        create_utc(2026, 12, 1),
        create_daily_schedule("07:30", weekdays=WEEKDAYS),
        after=create_utc(2026, 11, 26, 12),
    )
    assert [prompt.local_date.day for prompt in came] == [27, 30]


def test_slot_in_quiet_hours_waits_for_their_end():
    assert list_wall_times(create_daily_schedule("05:30", quiet="22:00-07:00"), WEDNESDAY) == [
        "07:00"
    ]


def test_quiet_hours_include_their_start_and_exclude_their_end():
    schedule = create_daily_schedule("07:00", "21:59", quiet="22:00-07:00")
    assert list_wall_times(schedule, WEDNESDAY) == ["07:00", "21:59"]


def test_slots_waiting_for_the_same_end_make_one_prompt():
    schedule = create_daily_schedule("05:30", "06:00", "07:00", "07:01", quiet="22:00-07:00")
    came = list_prompts_until(
        create_utc(2026, 11, 25, 6, 30), schedule, after=create_utc(2026, 11, 25, 3)
    )
    assert [prompt.slot for prompt in came] == ["05:30", "07:01"]


def test_slot_is_dropped_when_quiet_hours_outlast_its_day():
    assert list_wall_times(
        create_daily_schedule("17:45", "22:30", quiet="22:00-07:00"), WEDNESDAY
    ) == ["17:45"]
    assert (
        list_wall_times(create_daily_schedule("22:30", quiet="22:00-03:00"), WEDNESDAY, days=3)
        == []
    )
    assert list_wall_times(create_daily_schedule("22:30", quiet="22:00-02:59"), WEDNESDAY) == [
        "02:59"
    ]


def test_quiet_hours_of_zero_length_are_ignored():
    assert list_wall_times(create_daily_schedule("08:00", quiet="08:00-08:00"), WEDNESDAY) == [
        "08:00"
    ]
    half = replace(create_daily_schedule("08:00", quiet="07:00-09:00"), quiet_to=None)
    assert list_wall_times(half, WEDNESDAY) == ["08:00"]


def test_slot_possible_on_one_night_a_year_waits_for_it():
    """02:30 is quiet until its day is over, except in the night that skips 02:30."""
    schedule = create_daily_schedule("02:30", quiet="02:00-03:00")
    [prompt] = list_prompts_until(create_utc(2027, 4, 1), schedule, after=create_utc(2026, 4, 1))
    assert prompt.due_at == create_utc(2027, 3, 28, 1)


def test_prompts_resume_on_the_day_a_pause_ends():
    paused = create_daily_schedule("01:00", "07:30", paused_until=LocalDate(date(2028, 2, 1)))
    [first, second] = list_prompts_until(
        create_utc(2028, 2, 2), paused, after=create_utc(2026, 11, 25)
    )
    assert (first.local_date, first.slot) == (date(2028, 2, 1), "07:30")
    assert (second.local_date, second.due_at) == (date(2028, 2, 1), create_utc(2028, 2, 2))


@pytest.mark.parametrize("zone", [BERLIN, HONOLULU, KIRITIMATI])
def test_pause_until_the_last_possible_date_works(zone):
    for last in (date.max, date.max - 3 * DAY, date.max - 400 * DAY):
        paused = create_daily_schedule("07:30", quiet="22:00-08:00", paused_until=LocalDate(last))
        assert (
            list_prompts_until(
                create_utc(2030, 1, 1), paused, after=create_utc(2026, 1, 1), zone=zone
            )
            == []
        )


def test_snooze_replaces_earlier_prompts_of_its_day():
    schedule, until = create_daily_schedule("07:30", "08:00", "17:45"), create_utc(2026, 11, 25, 7)
    came = list_prompts_until(
        create_utc(2026, 11, 26, 7), schedule, after=create_utc(2026, 11, 25), snoozed_until=until
    )
    assert came[0] == Prompt(WEDNESDAY, "snooze 2026-11-25T07:00Z", until)
    assert [prompt.slot for prompt in came[1:]] == ["17:45", "07:30", "08:00"]


def test_snooze_past_the_end_of_the_day_replaces_the_rest_of_it():
    schedule, until = (
        create_daily_schedule("01:00", "03:15"),
        get_instant(WEDNESDAY, "03:30", BERLIN),
    )
    came = list_prompts_until(
        until, schedule, after=create_utc(2026, 11, 24, 23), snoozed_until=until
    )
    assert [(p.local_date.day, p.slot[:6]) for p in came] == [(25, "snooze")]


@pytest.mark.parametrize(
    "schedule",
    [
        create_daily_schedule("07:30", enabled=False),
        create_daily_schedule("07:30", weekdays=frozenset({6})),
        create_daily_schedule("07:30", quiet="17:00-12:00"),
        create_daily_schedule(),
        create_daily_schedule("07:30", paused_until=WEDNESDAY),
    ],
)
def test_snooze_ignores_weekdays_quiet_hours_and_the_switch(schedule):
    until = create_utc(2026, 11, 25, 20, 10)
    came = list_prompts_until(
        until, schedule, after=create_utc(2026, 11, 25, 19), snoozed_until=until
    )
    assert [prompt.due_at for prompt in came] == [until]


def test_snooze_is_dropped_in_a_pause():
    paused, until = (
        create_daily_schedule("07:30", paused_until=days_after(WEDNESDAY, 1)),
        create_utc(2026, 11, 25, 20),
    )
    came = list_prompts_until(
        until, paused, after=create_utc(2026, 11, 25, 19), snoozed_until=until
    )
    assert came == []


def test_handled_snooze_also_handles_the_slot_of_its_minute():
    until = create_utc(2026, 11, 25, 20)
    handled = {(WEDNESDAY, "snooze 2026-11-25T20:00Z")}
    came = list_prompts_until(
        until,
        create_daily_schedule("21:00"),
        after=create_utc(2026, 11, 25, 19),
        snoozed_until=until,
        handled=handled,
    )
    assert came == []


@pytest.mark.parametrize(
    ("quiet", "comes"),
    [
        ("", "20:30"),
        ("22:00-07:00", "20:30"),
        ("21:30-07:00", "20:30"),
        ("21:29-07:00", "20:29"),
        ("21:00-06:00", "20:00"),
        ("20:30-06:00", "19:30"),
        ("18:00-07:00", "17:00"),
        ("13:00-15:00", "20:30"),
        ("18:00-19:00", "20:30"),
        ("18:00-20:30", "20:30"),
        ("18:00-20:31", "17:00"),
        ("21:00-21:00", "20:30"),
        ("00:30-07:00", "20:30"),
        ("09:00-21:15", "21:15"),
        ("12:59-21:15", "21:15"),
        ("13:00-21:15", "12:00"),
    ],
)
def test_streak_at_risk_comes_in_the_evening_an_hour_before_quiet_hours(quiet, comes):
    assert list_wall_times(create_daily_schedule(streak_at_risk=True, quiet=quiet), WEDNESDAY) == [
        comes
    ]


def test_streak_at_risk_comes_once_on_selected_weekdays():
    schedule = create_daily_schedule("07:30", streak_at_risk=True, weekdays=WEEKDAYS)
    came = list_prompts_until(create_utc(2026, 12, 1), schedule, after=create_utc(2026, 11, 27))
    assert [(p.local_date.day, p.slot) for p in came] == [
        (27, "07:30"), (27, AT_RISK), (30, "07:30"), (30, AT_RISK)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("chosen", "quiet"), [("20:30", ""), ("21:15", "09:00-21:15"), ("09:00", "09:00-21:15")]
)
def test_streak_at_risk_yields_to_a_prompt_of_the_same_minute(chosen, quiet):
    schedule = create_daily_schedule(chosen, streak_at_risk=True, quiet=quiet)
    came = list_prompts_until(
        create_utc(2026, 11, 25, 23), schedule, after=create_utc(2026, 11, 25, 5)
    )
    assert [prompt.slot for prompt in came] == [chosen]


def find_prompt_after(schedule, day, clock, old_zone, new_zone, **rest):
    """Return what the new zone's clock shows when the first prompt after a move comes."""
    now = get_instant(day, clock, old_zone)
    arguments = {"day_starts_at": THREE, "handled": ()} | rest
    prompt = find_prompt_after_move(
        schedule, old_zone=old_zone, new_zone=new_zone, now=now, **arguments
    )
    return prompt and (
        prompt.local_date.day,
        prompt.slot,
        f"{get_wall_time(prompt.due_at, new_zone):%H:%M}",
    )


def test_moving_east_over_a_slot_makes_it_due_at_once():
    assert find_prompt_after(
        create_daily_schedule("12:00"), WEDNESDAY, "10:00", BERLIN, "Asia/Tokyo"
    ) == (25, "12:00", "18:00")


def test_moving_over_several_slots_makes_one_prompt():
    schedule, now = (
        create_daily_schedule("12:00", "15:00", "21:00"),
        get_instant(WEDNESDAY, "10:00", BERLIN),
    )
    found = find_prompt_after(schedule, WEDNESDAY, "10:00", BERLIN, "Asia/Tokyo")
    assert found == (25, "12:00", "18:00")
    rest = list_prompts_until(
        Instant(now + 4 * HOUR),
        schedule,
        after=now,
        zone="Asia/Tokyo",
        handled={(WEDNESDAY, "12:00")},
    )
    assert [prompt.slot for prompt in rest] == ["21:00"]


def test_moving_west_repeats_no_slot():
    schedule, handled = create_daily_schedule("07:30", "17:45"), {(WEDNESDAY, "07:30")}
    found = find_prompt_after(schedule, WEDNESDAY, "10:00", BERLIN, NEW_YORK, handled=handled)
    assert found == (25, "17:45", "17:45")


def test_slot_before_the_move_is_not_repeated():
    """It does not matter why it was not handled: dropped, or no longer wanted."""
    assert find_prompt_after(
        create_daily_schedule("07:30"), WEDNESDAY, "10:00", BERLIN, "Asia/Tokyo"
    ) == (26, "07:30", "07:30")


def test_slot_due_at_the_moment_of_the_move_counts_as_past():
    found = find_prompt_after(
        create_daily_schedule("10:00", "17:30"), WEDNESDAY, "10:00", BERLIN, "Asia/Kolkata"
    )
    assert found == (25, "17:30", "17:30")
    assert find_prompt_after(
        create_daily_schedule("10:01"), WEDNESDAY, "10:00", BERLIN, "Asia/Kolkata"
    ) == (
        25,
        "10:01",
        "14:30",
    )
    assert find_prompt_after(
        create_daily_schedule("14:30"), WEDNESDAY, "10:00", BERLIN, "Asia/Kolkata"
    ) == (
        25,
        "14:30",
        "14:30",
    )


def test_flight_from_honolulu_to_auckland_prompts_for_the_arrival_day():
    landed = find_prompt_after(
        create_daily_schedule("07:30"), WEDNESDAY, "18:00", HONOLULU, AUCKLAND
    )
    assert landed == (26, "07:30", "17:00")


def test_flight_from_auckland_to_honolulu_repeats_nothing():
    handled = {(WEDNESDAY, "07:30"), (days_after(WEDNESDAY, -1), "07:30")}
    landed = find_prompt_after(
        create_daily_schedule("07:30"), WEDNESDAY, "09:00", AUCKLAND, HONOLULU, handled=handled
    )
    assert landed == (26, "07:30", "07:30")


def test_moving_into_quiet_hours_delays_or_drops_the_slot():
    schedule = create_daily_schedule("12:00", quiet="17:00-21:00")
    assert find_prompt_after(schedule, WEDNESDAY, "10:00", BERLIN, "Asia/Tokyo") == (
        25,
        "12:00",
        "21:00",
    )
    schedule = create_daily_schedule("12:00", quiet="17:00-07:00")
    assert find_prompt_after(schedule, WEDNESDAY, "10:00", BERLIN, "Asia/Tokyo") == (
        26,
        "12:00",
        "12:00",
    )


def test_moving_on_a_day_off_or_in_a_pause_makes_no_prompt():
    assert (
        find_prompt_after(
            create_daily_schedule("12:00", enabled=False), WEDNESDAY, "10:00", BERLIN, "Asia/Tokyo"
        )
        is None
    )
    off = create_daily_schedule("12:00", weekdays=frozenset({4}))
    assert find_prompt_after(off, WEDNESDAY, "10:00", BERLIN, "Asia/Tokyo") == (
        26,
        "12:00",
        "12:00",
    )
    paused = create_daily_schedule("12:00", paused_until=LocalDate(date(2026, 11, 27)))
    assert find_prompt_after(paused, WEDNESDAY, "10:00", BERLIN, "Asia/Tokyo") == (
        27,
        "12:00",
        "12:00",
    )


def test_move_does_not_bring_slots_handled_with_another():
    """One prompt at 07:00 in Berlin is none in Tokyo after an hour in New York."""
    schedule = create_daily_schedule("05:00", "06:00", "17:45", quiet="22:00-07:00")
    handled = {(WEDNESDAY, "05:00")}
    found = find_prompt_after(
        schedule, WEDNESDAY, "02:30", NEW_YORK, "Asia/Tokyo", day_starts_at=time(0), handled=handled
    )
    assert found == (25, "17:45", "17:45")


def test_snooze_survives_a_move_and_replaces_skipped_slots():
    until = get_instant(WEDNESDAY, "11:00", BERLIN)
    found = find_prompt_after(
        create_daily_schedule("12:00"),
        WEDNESDAY,
        "10:00",
        BERLIN,
        "Asia/Tokyo",
        snoozed_until=until,
    )
    assert found == (25, "snooze 2026-11-25T10:00Z", "19:00")


@pytest.mark.parametrize(
    ("quiet", "clock", "ends"),
    [
        ("", "17:45", "03:00"),
        ("22:00-07:00", "17:45", "22:00"),
        ("22:00-07:00", "07:00", "22:00"),
        ("03:30-07:00", "17:45", "03:00"),
        ("01:00-07:00", "17:45", "01:00"),
        ("01:00-07:00", "00:30", "01:00"),
        ("12:00-13:00", "17:45", "03:00"),
        ("18:00-18:00", "17:45", "03:00"),
        ("", "02:59", "03:00"),
        ("22:00-07:00", "22:30", "23:30"),
        ("22:00-07:00", "02:30", "03:00"),
    ],
)
def test_prompt_expires_with_its_day_or_at_quiet_hours(quiet, clock, ends):
    day = WEDNESDAY if clock >= "03:00" else days_after(WEDNESDAY, 1)
    prompt = Prompt(WEDNESDAY, "17:45", get_instant(day, clock, BERLIN))
    held = get_expiry(create_daily_schedule(quiet=quiet), prompt, zone=BERLIN, day_starts_at=THREE)
    assert f"{get_wall_time(held, BERLIN):%H:%M}" == ends
    assert timedelta() < held - prompt.due_at <= DAY


def test_prompt_at_the_end_of_its_day_lives_a_minute():
    [prompt] = list_prompts_until(
        create_utc(2026, 3, 8, 12),
        create_daily_schedule("02:30"),
        after=create_utc(2026, 3, 7, 12),
        zone=NEW_YORK,
    )
    held = get_expiry(create_daily_schedule("02:30"), prompt, zone=NEW_YORK, day_starts_at=THREE)
    assert held == prompt.due_at + MINUTE


@settings(max_examples=50)
@given(lives())
def test_no_prompt_lives_into_quiet_hours_or_another_day(life):
    clock = ZoneInfo(life.zone)
    for prompt in walk_prompts(life):
        held = get_expiry(life.schedule, prompt, zone=life.zone, day_starts_at=life.boundary)
        assert held >= prompt.due_at + MINUTE
        if prompt.slot.startswith("snooze") or held == prompt.due_at + MINUTE:
            continue
        minutes = [prompt.due_at + n * MINUTE for n in range((held - prompt.due_at) // MINUTE)]
        if minutes[-1].astimezone(clock).utcoffset() >= prompt.due_at.astimezone(clock).utcoffset():
            walls = [get_wall_time(minute, life.zone) for minute in minutes]
            assert not any(is_quiet_at(life.schedule, wall.time()) for wall in walls)
            assert {get_local_day_of(wall, life.boundary) for wall in walls} == {prompt.local_date}
            end = get_wall_time(held, life.zone)
            assert is_quiet_at(life.schedule, end.time()) or (
                get_local_day_of(end, life.boundary) > prompt.local_date
            )


@settings(max_examples=40)
@given(lives())
def test_quiet_hours_follow_the_wall_clock(life):
    moment = life.first
    assert is_quiet(life.schedule, moment, life.zone) == is_quiet_at(
        life.schedule, get_wall_time(moment, life.zone).time()
    )


def test_quiet_hours_end_to_the_second():
    schedule = create_daily_schedule(quiet="22:00-07:00")
    seven = get_instant(WEDNESDAY, "07:00", BERLIN)
    assert is_quiet(schedule, Instant(seven - timedelta(microseconds=1)), BERLIN)
    assert not is_quiet(schedule, seven, BERLIN)


@pytest.mark.parametrize(
    ("wrote", "offered"),
    [
        ("07:32:29", "07:30"),
        ("07:32:30", "07:35"),
        ("07:30:00", "07:30"),
        ("07:27:30", "07:30"),
        ("23:57:29", "23:55"),
        ("23:57:30", "00:00"),
        ("00:02:29.999999", "00:00"),
    ],
)
def test_suggested_time_is_the_last_writing_time_rounded_to_five_minutes(wrote, offered):
    moment = get_instant(WEDNESDAY, wrote, "Asia/Kathmandu")
    assert suggest_time((moment, "Asia/Kathmandu")) == time.fromisoformat(offered)


def test_suggested_time_defaults_to_the_end_of_the_working_day():
    assert suggest_time(None) == time(17, 45)


def test_prompt_may_be_an_hour_late():
    assert timedelta(hours=1) == MAX_LATENESS
