from collections import defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from leaderjournal.accounts.practice_calendar.rules import (
    Pause,
    PracticeCalendar,
    find_short_days,
    is_written_in_time,
)
from leaderjournal.kernel.days import (
    ZONE_NAMES,
    Instant,
    LocalDate,
    days_after,
    get_day_end,
    get_day_start,
    get_local_day,
    iter_days,
    to_local_date,
)
from leaderjournal.reviews.streaks.rules import (
    NO_STEADINESS,
    NO_STREAK,
    Streak,
    advance_steadiness,
    advance_streak,
    compute_steadiness,
    compute_streak,
    count_longest_streak,
    find_freezes,
    list_longest_runs,
)

MONDAY = LocalDate(date(2026, 8, 31))
WEEKDAYS = PracticeCalendar()
EVERY_DAY = PracticeCalendar(changes=((MONDAY, frozenset(range(1, 8))),))
HOUR = timedelta(hours=1)

steps = st.integers(0, 70)
days = steps.map(lambda step: days_after(MONDAY, step))
journals = st.one_of(
    st.frozensets(days),
    st.frozensets(days, max_size=6).map(
        lambda left_out: frozenset(iter_days(MONDAY, days_after(MONDAY, 70))) - left_out
    ),
    st.frozensets(steps, max_size=25).map(
        lambda left_out: frozenset(
            days_after(MONDAY, step) for step in range(71) if step % 7 < 5 and step not in left_out
        )
    ),
)
zones = st.sampled_from(sorted(ZONE_NAMES))


@st.composite
def calendars(draw):
    weekdays = st.frozensets(st.integers(1, 7), min_size=1)
    first = draw(days)
    pause = Pause(first, draw(st.one_of(st.none(), days.map(lambda day: max(first, day)))))
    return PracticeCalendar(
        changes=tuple(draw(st.lists(st.tuples(days, weekdays), max_size=2))),
        pauses=draw(st.sampled_from([(), (pause,)])),
        short_days=draw(st.frozensets(days, max_size=3)),
    )


def day(step: int) -> LocalDate:
    return days_after(MONDAY, step)


def marks(text: str) -> frozenset[LocalDate]:
    """Return the kept days of a row such as "xxxxx.. x.xxx": x is kept, blanks help reading."""
    return frozenset(day(step) for step, mark in enumerate(text.replace(" ", "")) if mark == "x")


def compute(text: str, calendar: PracticeCalendar = EVERY_DAY) -> Streak:
    """Return the streak of a row of days, the last of which is today."""
    return compute_streak(marks(text), calendar=calendar, today=day(len(text.replace(" ", "")) - 1))


def compute_steady(
    kept: frozenset[LocalDate], today: LocalDate, calendar=EVERY_DAY, joined=MONDAY
) -> int:
    return compute_steadiness(kept, calendar=calendar, joined=joined, today=today)


# The streak


def test_empty_journal_has_no_streak():
    assert compute_streak([], calendar=WEEKDAYS, today=MONDAY) == Streak(
        0, 0, 0, None, at_risk=False
    )


def test_first_day_makes_a_streak_of_one():
    assert compute("x") == Streak(1, 1, 0, MONDAY, at_risk=False, days_to_freeze=6)


def test_unwritten_weekend_is_no_gap():
    assert compute("xxxxx.. xx", WEEKDAYS).current == 7


def test_written_day_off_counts():
    assert compute("xxxxx.x xx", WEEKDAYS).current == 8


def test_unwritten_today_puts_the_streak_at_risk_without_a_freeze():
    assert compute("xxx.") == Streak(3, 3, 0, day(2), at_risk=True, days_to_freeze=4)


def test_streak_is_not_at_risk_with_a_freeze_on_a_day_off_or_after_a_break():
    assert not compute("xxxxxxx.").at_risk
    assert not compute("xxxxx.", WEEKDAYS).at_risk
    assert not compute("xx..").at_risk
    assert not compute("xxx").at_risk


def test_a_streak_names_the_days_that_freezes_bridged_and_a_new_one_none():
    held = compute("xxxxxxx xxxxxxx xxx. xx. x")
    assert held.bridged == (day(17), day(20))
    assert (held.freezes, held.days_to_freeze) == (0, 4)
    assert compute("xxxxxxx. x.. x").bridged == ()
    assert compute("x" * 20).days_to_freeze == 0


def test_missed_day_without_a_freeze_ends_the_streak():
    assert compute("xxxxxx. xx") == Streak(2, 6, 0, day(8), at_risk=False, days_to_freeze=5)


def test_seven_completed_days_earn_a_freeze_that_a_missed_day_spends():
    assert compute("xxxxxxx").freezes == 1
    assert compute("xxxxxxx. x") == Streak(
        8, 8, 0, day(8), at_risk=False, bridged=(day(7),), days_to_freeze=6
    )
    assert compute("xxxxxxx.. x").current == 1


def test_at_most_two_freezes_are_held():
    assert [compute("x" * kept).freezes for kept in (6, 7, 13, 14, 21, 70)] == [0, 1, 1, 2, 2, 2]
    assert compute("x" * 70 + ".." + "x").current == 71
    assert compute("x" * 70 + "..." + "x").current == 1


def test_spent_freeze_takes_seven_completed_days_to_earn():
    assert compute("x" * 30 + "." + "x" * 6).freezes == 1
    assert compute("x" * 30 + "." + "x" * 7).freezes == 2


def test_ended_streak_loses_its_partial_freeze():
    assert compute("xxxxxx. x").freezes == 0


def test_late_offline_day_restores_the_freeze():
    without, arrived = compute("xxxxxxx.xx"), compute("xxxxxxxxxx")
    assert (without.current, without.freezes) == (9, 0)
    assert (arrived.current, arrived.freezes) == (10, 1)


def test_late_offline_day_restores_the_streak():
    assert (compute("xxx.xx").current, compute("xxxxxx").current) == (2, 6)


def test_late_entry_counts_as_written_but_not_for_the_streak():
    in_time, late = marks("xxx.xx"), marks("xxxxxx")
    sixty_hours_on = Instant(get_day_end(day(3), "Europe/Berlin") + 60 * HOUR)
    assert not is_written_in_time(day(3), written_at=sixty_hours_on, zone="Europe/Berlin")
    assert compute_streak(in_time, calendar=EVERY_DAY, today=day(5)).current == 2
    assert compute_steady(late, day(5)) == 100


def test_days_after_today_count_and_days_between_are_not_missed():
    kept = [*marks("xxx"), day(5)]
    assert compute_streak(kept, calendar=EVERY_DAY, today=day(3)) == Streak(
        4, 4, 0, day(5), at_risk=True, days_to_freeze=3
    )


@given(journals, calendars(), days)
def test_streak_matches_a_slow_count(kept, calendar, today):
    current, longest, freezes, _, spent = walk_slowly(kept, calendar, today)
    found = compute_streak(kept, calendar=calendar, today=today)
    assert (found.current, found.longest, found.freezes) == (current, longest, freezes)
    assert found.last_date == max(kept, default=None)
    assert find_freezes(kept, calendar=calendar, today=today) == spent


@given(journals, calendars(), days, days, days)
def test_longest_streak_of_a_period_matches_a_slow_count(kept, calendar, today, one, other):
    first, last = sorted((one, other))
    runs = walk_slowly(kept, calendar, today)[3]
    expected = max((len([d for d in run if first <= d <= last]) for run in runs), default=0)
    found = count_longest_streak(kept, calendar=calendar, today=today, first=first, last=last)
    assert found == expected


def test_longest_streak_of_a_month_uses_earlier_freezes_and_counts_its_own_days():
    kept = marks("xxxxxxx.xxx")
    within = {"calendar": EVERY_DAY, "today": day(10), "last": day(10)}
    assert count_longest_streak(kept, first=day(6), **within) == 4
    assert count_longest_streak(kept, first=day(11), **{**within, "last": day(40)}) == 0
    assert count_longest_streak([], first=MONDAY, **within) == 0


# The promise: a day more never hurts


@settings(max_examples=200)
@given(journals, calendars(), days, days)
def test_another_completed_day_never_lowers_streak_or_freezes(kept, calendar, today, extra):
    before = compute_streak(kept, calendar=calendar, today=today)
    after = compute_streak({*kept, extra}, calendar=calendar, today=today)
    assert after.current >= before.current
    assert after.longest >= before.longest
    assert after.freezes >= before.freezes


@pytest.mark.parametrize("kept_before", [0, 5, 6, 13, 19, 20])
def test_extra_saturday_never_hurts(kept_before):
    practice_days = [d for d in iter_days(MONDAY, day(40)) if WEEKDAYS.is_expected(d)]
    saturday = next(
        d for d in iter_days(practice_days[kept_before], day(40)) if d.isoweekday() == 6
    )
    after_it = [d for d in practice_days if d > saturday][:9]
    today = days_after(after_it[-1], 1)
    for pattern in range(2 ** len(after_it)):
        kept = {d for step, d in enumerate(after_it) if pattern >> step & 1}
        kept |= {d for d in practice_days[:kept_before] if d < saturday}
        before = compute_streak(kept, calendar=WEEKDAYS, today=today)
        after = compute_streak({*kept, saturday}, calendar=WEEKDAYS, today=today)
        assert after.current >= before.current, kept
        assert after.longest >= before.longest, kept


def test_extra_saturday_does_not_waste_a_freeze():
    without = "xxxxx.. xxxxx.. xxxxx.. xxxxx.. .x..x"
    saturday = "xxxxx.. xxxxx.. xxxxx.. xxxxxx. .x..x"
    assert compute(saturday, WEEKDAYS).current >= compute(without, WEEKDAYS).current
    assert compute(saturday, WEEKDAYS).longest >= compute(without, WEEKDAYS).longest


def test_extra_saturday_does_not_cost_a_freeze():
    without = "xxxxx.. x.x.x"
    saturday = "xxxxxx. x.x.x"
    assert compute(saturday, WEEKDAYS).current >= compute(without, WEEKDAYS).current


@given(journals, calendars(), days, days)
def test_another_completed_day_never_shortens_the_longest_streak(kept, calendar, today, extra):
    period = {"calendar": calendar, "today": today, "first": day(14), "last": day(45)}
    assert count_longest_streak({*kept, extra}, **period) >= count_longest_streak(kept, **period)


@settings(max_examples=200)
@given(journals, calendars(), days, days, days)
def test_another_completed_day_never_lowers_steadiness(kept, calendar, joined, today, extra):
    before = compute_steady(kept, today, calendar, joined)
    assert compute_steady(kept | {extra}, today, calendar, joined) >= before


@given(journals, calendars(), days)
def test_at_risk_says_whether_an_unwritten_today_ends_the_streak(kept, calendar, today):
    now = compute_streak(kept, calendar=calendar, today=today)
    silent = compute_streak(kept, calendar=calendar, today=days_after(today, 1))
    assert now.at_risk == (silent.current < now.current)


# What must make no difference


@given(journals, calendars(), days, st.randoms(use_true_random=False))
def test_order_of_days_does_not_change_the_streak(kept, calendar, today, random: Random):
    shuffled = [*kept, *kept]
    random.shuffle(shuffled)
    expected = compute_streak(kept, calendar=calendar, today=today)
    assert compute_streak(shuffled, calendar=calendar, today=today) == expected
    assert compute_streak(sorted(kept), calendar=calendar, today=today) == expected
    assert compute_steady(shuffled, today, calendar) == compute_steady(kept, today, calendar)


@given(journals, days, st.integers(0, 30))
def test_unwritten_pause_neither_breaks_nor_extends_a_streak(kept, first, length):
    last = days_after(first, length)
    calendar = PracticeCalendar(pauses=(Pause(first, last),))
    so_far = frozenset(kept_day for kept_day in kept if kept_day < first)
    after = days_after(last, 1)
    begun = compute_streak(so_far, calendar=calendar, today=first)
    over = compute_streak(so_far, calendar=calendar, today=after)
    assert not begun.at_risk
    assert replace(over, at_risk=False) == begun
    assert compute_steady(so_far, first, calendar) == compute_steady(so_far, after, calendar)


# Steadiness


def test_steadiness_is_100_while_every_practice_day_is_completed():
    assert [compute_steady(marks("x" * kept), day(kept - 1)) for kept in (1, 2, 30, 71)] == [
        100
    ] * 4


def test_steadiness_is_100_before_any_day_is_expected():
    assert compute_steady(frozenset(), MONDAY) == 0
    assert compute_steady(frozenset({day(-2)}), MONDAY) == 100
    assert compute_steady(frozenset({day(5)}), day(5), WEEKDAYS, joined=day(5)) == 100


def test_today_counts_once_it_is_written():
    assert compute_steady(marks("x."), day(1)) == 100
    assert compute_steady(marks(".x"), day(1)) == 51  # 1 / (1 + 0.5 ** (1 / 13)) = 0.5133


def test_day_thirteen_practice_days_back_weighs_half():
    kept = marks("." * 13 + "x")
    weights = [0.5 ** (back / 13) for back in range(14)]
    assert weights[13] == 0.5
    assert compute_steady(kept, day(13)) == round(100 * weights[0] / sum(weights))
    assert compute_steady(marks("x" + "." * 13), day(14)) == round(100 * weights[13] / sum(weights))


def test_unexpected_day_does_not_change_steadiness():
    assert compute_steady(marks("xx.xx"), day(7), WEEKDAYS) == compute_steady(
        marks("xx.xxxx"), day(7), WEEKDAYS
    )


@pytest.mark.parametrize("run", [40, 60, 200, 1000])
def test_one_missed_day_lowers_steadiness_by_six_at_most(run):
    kept = frozenset(iter_days(MONDAY, day(run - 1)))
    assert compute_steady(kept, day(run)) == 100
    assert 94 <= compute_steady(kept, day(run + 1)) < 100


@given(journals, calendars(), days, days)
def test_steadiness_matches_a_slow_sum(kept, calendar, joined, today):
    judged = [
        d
        for d in iter_days(joined, day(80))
        if calendar.is_expected(d) and (d < today or d in kept)
    ]
    weights = {d: 0.5 ** (back / 13) for back, d in enumerate(reversed(judged))}
    found = compute_steady(kept, today, calendar, joined)
    assert 0 <= found <= 100
    if weights:
        share = 100 * sum(weights[d] for d in judged if d in kept) / sum(weights.values())
        assert abs(found - share) <= 0.5 + 1e-9
    else:
        assert found == (100 if kept else 0)


# Zones, clock changes, the date line


@settings(max_examples=60, deadline=None)
@given(zones, st.dates(date(2024, 1, 1), date(2030, 9, 1)).map(to_local_date), st.integers(0, 22))
def test_daily_entries_keep_the_streak_through_clock_changes(zone, first, hour):
    kept = {
        get_local_day(Instant(get_day_start(d, zone) + hour * HOUR), zone)
        for d in iter_days(first, days_after(first, 119))
    }
    found = compute_streak(kept, calendar=EVERY_DAY, today=days_after(first, 119))
    assert (found.current, found.longest, found.freezes) == (120, 120, 2)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.integers(1, 200), min_size=1, max_size=12),
    st.sampled_from(
        [("Pacific/Auckland", "Pacific/Honolulu"), ("Pacific/Honolulu", "Pacific/Auckland")]
    ),
    st.integers(0, 7 * 365 * 24).map(lambda hours: datetime(2024, 1, 1, tzinfo=UTC) + hours * HOUR),
    st.integers(0, 11),
)
@example(
    [30, 1, 1, 1, 40],
    ("Pacific/Honolulu", "Pacific/Auckland"),
    datetime(2026, 9, 1, tzinfo=UTC),
    11,
)
def test_flights_over_the_date_line_keep_the_streak(stays, zone_pair, start, hour_of_writing):
    """The leader writes once a day, after `hour_of_writing` full hours of it, and no day twice."""
    kept: set[LocalDate] = set()
    short_days: set[LocalDate] = set()
    lived: defaultdict[LocalDate, int] = defaultdict(int)
    now = Instant(start.replace(minute=0))
    zone, other = zone_pair
    today = joined = days_after(get_local_day(now, zone), 1)
    for stay in [*stays, 60]:
        for _ in range(stay):
            today = get_local_day(now, zone)
            lived[today] += 1
            if today >= joined and lived[today] > hour_of_writing:
                kept.add(today)
            now = Instant(now + HOUR)
            calendar = PracticeCalendar(EVERY_DAY.changes, short_days=frozenset(short_days))
            found = compute_streak(kept, calendar=calendar, today=get_local_day(now, zone))
            assert found.current == len(kept)
        short_days |= find_short_days(now, zone, other)
        zone, other = other, zone
    assert found.longest == len(kept)
    assert compute_steadiness(kept, calendar=calendar, joined=joined, today=today) == 100


def test_flight_over_the_date_line_costs_no_freeze():
    """Writes each evening at nine; Tuesday is short in Auckland, then repeated in Honolulu."""
    leaves = Instant(get_day_start(day(14), "Pacific/Honolulu") + 5 * HOUR)
    cut = find_short_days(leaves, "Pacific/Honolulu", "Pacific/Auckland")
    assert cut == {day(14)}
    calendar = PracticeCalendar(EVERY_DAY.changes, short_days=cut)
    kept = marks("x" * 14 + ".x")
    assert compute_streak(kept, calendar=calendar, today=day(16)) == Streak(
        15, 15, 2, day(15), at_risk=False, days_to_freeze=0
    )


def walk_slowly(kept, calendar, today):
    """Follow the rules one day and one freeze at a time, with tokens in a jar."""
    if not kept:
        return 0, 0, 0, [], set()
    runs, run, jar, progress, spent = [], [], [], 0, set()
    current_day, end = min(kept), max(today, *kept)
    while current_day <= end:
        if current_day in kept:
            run = [*run, current_day]
            if len(jar) < 2:
                progress += 1
            if progress == 7:
                jar.append("freeze")
                progress = 0
        elif current_day < today and calendar.is_expected(current_day):
            if jar:
                jar.pop()
                spent.add(current_day)
            else:
                runs.append(run)
                run, progress = [], 0
        current_day = days_after(current_day, 1)
    runs.append(run)
    return len(run), max(map(len, runs)), len(jar), runs, spent


@given(journals, calendars(), days, days)
def test_longest_streaks_hold_completed_days_and_match_the_longest(kept, calendar, one, other):
    first, last = min(one, other), max(one, other)
    today = day(71)
    longest = count_longest_streak(kept, calendar=calendar, today=today, first=first, last=last)
    runs = list_longest_runs(kept, calendar=calendar, today=today, first=first, last=last, most=100)
    assert [run.days for run in runs] == sorted((run.days for run in runs), reverse=True)
    assert max((run.days for run in runs), default=min(longest, 1)) == longest
    inside = {date for date in kept if first <= date <= last}
    covered = set()
    for run in runs:
        held = {date for date in inside if run.first_date <= date <= run.last_date}
        assert len(held) == run.days > 1
        assert {run.first_date, run.last_date} <= held
        assert not held & covered
        covered |= held
    fewer = list_longest_runs(kept, calendar=calendar, today=today, first=first, last=last, most=2)
    assert fewer == runs[:2]


# Going on from an earlier day


@settings(max_examples=300)
@given(journals, calendars(), st.lists(steps, min_size=1, max_size=3), st.integers(0, 75))
def test_streak_goes_on_from_any_earlier_day_as_if_counted_from_the_first(
    written, calendar, cuts, today_step
):
    today = day(today_step)
    cuts = sorted({day(cut) for cut in cuts if day(cut) < today})
    before, after = NO_STREAK, written
    for cut in cuts:
        before = advance_streak(
            before, {d for d in after if d <= cut}, calendar=calendar, through=cut
        )
        after = {d for d in after if d > cut}
    of_all = {"calendar": calendar, "today": today}
    assert compute_streak(after, **of_all, before=before) == compute_streak(written, **of_all)
    first = days_after(cuts[-1], 1) if cuts else MONDAY
    span = of_all | {"first": first, "last": max(first, days_after(today, -1))}
    assert count_longest_streak(after, **span, before=before) == count_longest_streak(
        written, **span
    )
    assert list_longest_runs(after, **span, before=before) == list_longest_runs(written, **span)
    freezes = find_freezes(written, **of_all)
    assert find_freezes(after, **of_all, before=before) == {d for d in freezes if d >= first}


@settings(max_examples=300)
@given(journals, calendars(), st.lists(steps, min_size=1, max_size=3), days, st.integers(0, 75))
def test_steadiness_goes_on_from_any_earlier_day_as_if_counted_from_the_first(
    written, calendar, cuts, joined, today_step
):
    today = day(today_step)
    before, after = NO_STEADINESS, written
    of_all = {"calendar": calendar, "joined": joined}
    for cut in sorted({day(cut) for cut in cuts if day(cut) < today}):
        before = advance_steadiness(before, {d for d in after if d <= cut}, **of_all, through=cut)
        after = {d for d in after if d > cut}
    assert compute_steadiness(after, **of_all, today=today, before=before) == compute_steadiness(
        written, **of_all, today=today
    )
