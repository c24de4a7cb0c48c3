import calendar as year_calendar
from collections import Counter
from dataclasses import asdict
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leaderjournal.accounts.practice_calendar.rules import Pause, PracticeCalendar
from leaderjournal.kernel.days import LocalDate, days_after, iter_days, to_local_date
from leaderjournal.practice_log.commitments.rules import CommitmentFigures
from leaderjournal.practice_log.hand_offs.rules import HandOffFigures
from leaderjournal.practice_log.summary.rules import NO_FIGURES
from leaderjournal.reviews.charts.rules import find_spans_by_mark, group_by_week
from leaderjournal.reviews.periods.rules import Period
from leaderjournal.reviews.streaks.rules import (
    compute_streak,
    count_longest_streak,
    list_longest_runs,
)
from leaderjournal.reviews.summaries.rules import (
    BehaviourFigures,
    BestScore,
    Journal,
    WrittenDay,
    add_up_scores,
    find_best_day,
    summarize,
)

KEYS = ("lead-from-front", "protect-and-serve", "let-go")
LEAD, SERVE, LET_GO = KEYS
BEHAVIOURS = {LEAD: ["inspect", "contribute"], SERVE: ["coach"], LET_GO: ["celebrate"]}
NOVEMBER = Period(2026, 11)
LAST_OF_NOVEMBER = LocalDate(date(2026, 11, 30))
CALENDAR = PracticeCalendar()

around_november = st.dates(date(2026, 9, 20), date(2026, 12, 10)).map(to_local_date)
any_date = st.dates(date(1900, 1, 1), date(9998, 12, 31)).map(to_local_date)
periods = st.one_of(
    st.builds(Period, st.integers(1900, 9998), st.integers(1, 12)),
    st.builds(Period, st.integers(1900, 9998)),
)


@st.composite
def written_days(draw, dates=around_november):
    scores = draw(st.dictionaries(st.sampled_from(KEYS), st.integers(1, 5)))
    answered = [*scores, *draw(st.sets(st.sampled_from(KEYS), max_size=1))]
    return WrittenDay(
        date=draw(dates),
        scores=scores,
        behaviours={
            key: draw(st.sampled_from([*BEHAVIOURS[key], None])) for key in dict.fromkeys(answered)
        },
        words=draw(st.integers(0, 300)),
        in_time=draw(st.booleans()),
    )


@st.composite
def journals(draw):
    pause_from = draw(around_november)
    days = draw(st.lists(written_days(), max_size=45, unique_by=lambda day: day.date))
    return Journal(
        days=tuple(days),
        earlier_scores=add_up_scores(days),
        keys=KEYS,
        calendar=PracticeCalendar(
            changes=tuple(
                draw(
                    st.lists(
                        st.tuples(around_november, st.frozensets(st.integers(1, 7), min_size=1)),
                        max_size=2,
                    )
                )
            ),
            pauses=draw(st.sampled_from([(), (Pause(pause_from, days_after(pause_from, 4)),)])),
        ),
        joined=draw(around_november),
        in_time_before=draw(st.frozensets(around_november, max_size=20)),
    )


def november(day: int) -> LocalDate:
    return LocalDate(date(2026, 11, day))


def journal(*days: WrittenDay, **others) -> Journal:
    defaults = {
        "keys": KEYS,
        "calendar": CALENDAR,
        "joined": LocalDate(date(2026, 1, 1)),
        "earlier_scores": add_up_scores(days),
    }
    return Journal(days=days, **{**defaults, **others})


def figures(*days: WrittenDay, period=NOVEMBER, today=LAST_OF_NOVEMBER, **others):
    return summarize(period, journal(*days, **others), today=today)


# Periods


@pytest.mark.parametrize("name", ["2026-11", "2026", "1900-01", "9998-12", "1900", "9998"])
def test_period_name_round_trips(name):
    assert Period.parse(name).name == name


@pytest.mark.parametrize(
    "text",
    ["", "26", "2026-13", "2026-00", "2026-1", "2026-11-24", "1899", "9999", "2026-11\n", "٢٠٢٦"],
)
def test_invalid_period_is_refused(text):
    with pytest.raises(
        ValueError, match=r"^Use a month like 2026-11 or a year like 2026, from 1900 on\.$"
    ):
        Period.parse(text)


@given(periods)
def test_periods_follow_without_gaps(period):
    assert days_after(period.last, 1) == period.next.first
    assert days_after(period.first, -1) == period.previous.last
    assert period.next.previous == period == period.previous.next
    assert (period.month is None) == (period.next.month is None)


@given(any_date)
def test_day_is_only_in_its_own_month_and_year(day):
    for period in (Period(day.year, day.month), Period(day.year)):
        assert day in period
        assert day not in period.next
        assert day not in period.previous


# The summary


def test_summary_has_exactly_the_contract_fields():
    found = figures(WrittenDay(november(3), {LEAD: 4}, {LEAD: "inspect"}, 7))
    as_json = asdict(found)
    assert set(as_json) == {
        *("period", "days_expected", "days_kept", "days_extra", "streak_longest", "words"),
        *("by_key", "days"),
        *("commitments", "wins", "hand_offs", "people", "number", "team", "highlights"),
        "compared_with",
    }
    assert list(as_json["by_key"]) == list(KEYS)
    assert as_json["by_key"][LEAD] == {
        "mean": 4.0,
        "median": 4.0,
        "count": 1,
        "trend": None,
        "previous_mean": None,
        "best": {"date": november(3), "score": 4},
        "behaviours": {"inspect": {"count": 1, "mean": 4.0}},
    }
    assert as_json["days"][2] == {
        "date": november(3),
        "scores": {LEAD: 4, SERVE: None, LET_GO: None},
        "words": 7,
        "marks": ("kept",),
    }
    assert (found.commitments, found.hand_offs) == (NO_FIGURES.commitments, NO_FIGURES.hand_offs)


def test_empty_month_has_every_date_and_no_means():
    empty = figures()
    assert empty.by_key[LEAD].mean is empty.by_key[LEAD].median is empty.by_key[LEAD].best is None
    assert [day.date.day for day in empty.days] == list(range(1, 31))
    assert (empty.days_kept, empty.words, empty.streak_longest, empty.highlights) == (0, 0, 0, ())


def test_trend_is_the_difference_from_the_month_before():
    october = LocalDate(date(2026, 10, 31))
    lead = figures(
        WrittenDay(october, {LEAD: 2, SERVE: 5}), WrittenDay(november(3), {LEAD: 5})
    ).by_key
    assert (lead[LEAD].trend, lead[LEAD].previous_mean) == (3.0, 2.0)
    assert (lead[SERVE].trend, lead[SERVE].previous_mean) == (None, 5.0)


def test_latest_of_equal_best_scores_is_chosen():
    days = [WrittenDay(november(day), {LEAD: score}) for day, score in [(9, 5), (3, 5), (10, 4)]]
    assert figures(*days).by_key[LEAD].best == BestScore(november(9), 5)


def test_unscored_behaviours_count_and_the_most_frequent_comes_first():
    days = [
        WrittenDay(november(2), {LEAD: 4}, {LEAD: "contribute"}),
        WrittenDay(november(3), {LEAD: 2}, {LEAD: "inspect"}),
        WrittenDay(november(4), {}, {LEAD: "inspect", SERVE: "coach"}),
        WrittenDay(november(5), {LEAD: 1}, {LEAD: None}),
    ]
    by_key = figures(*days).by_key
    assert list(by_key[LEAD].behaviours.items()) == [
        ("inspect", BehaviourFigures(2, 2.0)),
        ("contribute", BehaviourFigures(1, 4.0)),
    ]
    assert by_key[SERVE].behaviours == {"coach": BehaviourFigures(1, None)}


def test_days_off_are_extra_and_late_days_do_not_count_for_the_streak():
    late_saturday = WrittenDay(november(7), in_time=False)
    found = figures(WrittenDay(november(6)), late_saturday, WrittenDay(november(9)))
    assert (found.days_kept, found.days_extra, found.streak_longest) == (2, 1, 2)
    assert found.days[6].marks == ("extra", "late")


def test_weekends_do_not_replace_missed_practice_days():
    """A fault: 'days kept: 22 of 21' with practice days empty, and then no 'of' at all."""
    days = [WrittenDay(november(day)) for day in range(1, 31) if day not in {10, 11}]
    found = figures(*days)
    assert (found.days_kept, found.days_expected, found.days_extra) == (19, 21, 9)
    assert [day.date.day for day in found.days if "missed" in day.marks] == [10, 11]


def test_day_written_on_a_pause_or_short_day_is_extra():
    calendar = PracticeCalendar(
        pauses=(Pause(november(3), november(4)),), short_days=frozenset({november(5)})
    )
    found = figures(*(WrittenDay(november(day)) for day in (2, 3, 5)), calendar=calendar)
    assert (found.days_kept, found.days_extra, found.days_expected) == (1, 2, 17)
    assert [day.marks for day in found.days[2:5]] == [
        ("extra", "paused"),
        ("paused",),
        ("extra", "short"),
    ]


def test_freeze_is_marked_on_the_day_it_was_spent():
    """A fault: a row of days with two practice days empty in it, and nothing that said why."""
    days = [WrittenDay(november(day)) for day in range(1, 31) if day not in {17, 18, 24, 25}]
    found = figures(*days)
    assert (found.days_kept, found.days_expected, found.streak_longest) == (17, 21, 21)
    assert [day.date.day for day in found.days if "freeze" in day.marks] == [17, 18]
    spans = find_spans_by_mark(found.days)
    assert [(span.first.day, span.last.day) for span in spans["freeze"]] == [(17, 18)]
    assert [(span.first.day, span.last.day) for span in spans["missed"]] == [(24, 25)]
    assert "paused" not in spans


def test_year_expects_the_days_of_its_months():
    """A fault: a diary from the 16th on made a year expect less than that month alone did."""
    joined = LocalDate(date(2027, 1, 5))
    diary = WrittenDay(november(16))
    month = figures(diary, joined=joined, today=joined)
    year = figures(diary, joined=joined, today=joined, period=Period(2026))
    assert (month.days_expected, year.days_expected) == (21, 21)


def test_freezes_earned_before_the_month_count():
    earlier = [LocalDate(date(2026, 10, day)) for day in range(20, 31)]
    days = [WrittenDay(november(day)) for day in (2, 4)]
    assert figures(*days, in_time_before=earlier, today=november(4)).streak_longest == 2
    assert figures(*days, today=november(4)).streak_longest == 1


def test_days_are_expected_until_yesterday_and_today_once_written():
    wednesday = november(4)
    assert figures(today=wednesday).days_expected == 2
    assert figures(WrittenDay(wednesday), today=wednesday).days_expected == 3
    assert figures(today=LocalDate(date(2026, 10, 31))).days_expected == 0
    assert figures(today=LocalDate(date(2027, 3, 1))).days_expected == 21


def test_month_of_joining_expects_nothing_before_joining_or_writing():
    assert figures(joined=november(18)).days_expected == 8
    assert figures(WrittenDay(november(16)), joined=november(18)).days_expected == 10


def test_month_before_joining_counts_whole_or_not_at_all():
    joined = LocalDate(date(2027, 1, 5))
    assert figures(joined=joined, today=joined).days_expected == 0
    diary = figures(WrittenDay(november(16)), joined=joined, today=joined)
    assert (diary.days_expected, diary.days_kept) == (21, 1)


def test_year_has_every_date_and_is_compared_with_the_year_before():
    found = figures(
        WrittenDay(november(3), {LEAD: 4}),
        WrittenDay(LocalDate(date(2025, 5, 5)), {LEAD: 3}),
        period=Period(2026),
    )
    assert (found.period, found.compared_with, len(found.days)) == ("2026", "2025", 365)
    assert found.by_key[LEAD].trend == 1.0
    assert found.days_kept == 1


@settings(deadline=None)
@given(journals(), around_november, st.sampled_from([NOVEMBER, Period(2026, 10), Period(2026)]))
def test_every_figure_matches_a_slow_count(written, today, period):
    found = summarize(period, written, today=today)
    in_period, in_previous = (
        [d for d in written.days if is_in(d.date, p)] for p in get_comparison(period)
    )

    assert (found.period, found.compared_with) == tuple(
        format_period(p) for p in get_comparison(period)
    )
    kept, expected, extra = count_slowly(written, period, today)
    assert (found.days_kept, found.days_expected, found.days_extra) == (kept, expected, extra)
    assert found.days_kept <= found.days_expected
    assert found.days_kept + found.days_extra == found.days_written == len(in_period)
    assert found.words == sum([d.words for d in in_period])
    assert found.commitments == CommitmentFigures(0, 0, 0, 0)
    assert (found.wins, found.hand_offs, found.people) == (0, HandOffFigures(0, 0), ())
    assert (found.number, found.team) == (None, None)

    in_time = {d.date for d in written.days if d.in_time} | written.in_time_before
    assert found.streak_longest == count_longest_streak(
        in_time,
        calendar=written.calendar,
        today=today,
        first=list_dates(period)[0],
        last=list_dates(period)[-1],
    )
    ever = compute_streak(in_time, calendar=written.calendar, today=today)
    assert found.streak_longest <= ever.longest

    assert [day.date for day in found.days] == list_dates(period)
    for day in found.days:
        source = next((d for d in in_period if d.date == day.date), WrittenDay(day.date))
        assert day.words == source.words
        assert day.scores == {key: source.scores.get(key) for key in KEYS}

    for key in KEYS:
        check_key(found.by_key[key], key, in_period, in_previous)


def count_slowly(written, period, today):
    """Count each month on its own, day by day, from what the leader wrote and their calendar."""
    kept = expected = extra = 0
    for month in [period.month] if period.month else range(1, 13):
        of_month = Period(period.year, month)
        entries = {d.date for d in written.days if is_in(d.date, of_month)}
        for day in list_dates(of_month):
            due = written.calendar.is_expected(day) and (day < today or day in entries)
            if is_in(written.joined, of_month):
                due = due and (day >= written.joined or any(entry <= day for entry in entries))
            elif written.joined > day and not entries:
                due = False
            expected += due
            kept += due and day in entries
            extra += day in entries and not due
    return kept, expected, extra


@settings(deadline=None)
@given(journals(), around_november)
def test_figures_of_a_year_are_the_sums_of_its_months(written, today):
    year = summarize(Period(2026), written, today=today)
    months = [summarize(month, written, today=today) for month in Period(2026).months]
    for field in ("days_kept", "days_expected", "days_extra", "words"):
        assert getattr(year, field) == sum(getattr(month, field) for month in months)
    assert year.streak_longest >= max(month.streak_longest for month in months)
    assert [d.marks for d in year.days] == [d.marks for month in months for d in month.days]


@settings(deadline=None)
@given(journals(), around_november)
def test_marks_of_days_explain_the_figures_and_streaks(written, today):
    """Between two days of one row, each practice day was kept in time, or a freeze was spent."""
    found = summarize(Period(2026), written, today=today)
    marks = Counter(mark for day in found.days for mark in day.marks)
    assert found.days_kept == marks["kept"]
    assert found.days_expected == marks["kept"] + marks["missed"]
    assert found.days_extra == marks["extra"]
    for day in found.days:
        assert ("paused" in day.marks) == written.calendar.is_paused(day.date)
        assert not {"kept", "missed"} <= set(day.marks)
    longest = list_longest_runs(
        written.in_time,
        calendar=written.calendar,
        today=today,
        first=Period(2026).first,
        last=Period(2026).last,
        most=100,
    )
    by_date = {day.date: day.marks for day in found.days}
    for run in longest:
        assert run.began_on <= run.first_date
        assert run.whole_days >= run.days
        for day in iter_days(run.first_date, run.last_date):
            if day not in written.in_time and written.calendar.is_expected(day) and day < today:
                assert "freeze" in by_date[day]


def check_key(found, key, in_period, in_previous):
    scores = sorted(d.scores[key] for d in in_period if key in d.scores)
    previous = [d.scores[key] for d in in_previous if key in d.scores]
    assert found.count == len(scores)
    assert found.mean == compute_exact_mean(scores)
    assert found.previous_mean == compute_exact_mean(previous)
    if scores:
        middle = scores[(len(scores) - 1) // 2] + scores[len(scores) // 2]
        assert found.median == middle / 2
        best = [d.date for d in in_period if d.scores.get(key) == scores[-1]]
        assert found.best == BestScore(max(best), scores[-1])
    else:
        assert (found.median, found.best) == (None, None)
    if scores and previous:
        assert found.trend == compute_exact_mean(scores) - compute_exact_mean(previous)
    else:
        assert found.trend is None
    looked_at = Counter(d.behaviours[key] for d in in_period if d.behaviours.get(key))
    assert {name: of.count for name, of in found.behaviours.items()} == looked_at
    for name, of in found.behaviours.items():
        scored = [d for d in in_period if d.behaviours.get(key) == name and key in d.scores]
        assert of.mean == compute_exact_mean([d.scores[key] for d in scored])


def compute_exact_mean(scores):
    return float(Fraction(sum(scores), len(scores))) if scores else None


def get_comparison(period):
    if period.month is None:
        return period, Period(period.year - 1)
    if period.month == 1:
        return period, Period(period.year - 1, 12)
    return period, Period(period.year, period.month - 1)


def format_period(period):
    return f"{period.year}" + (f"-{period.month:02}" if period.month else "")


def is_in(day, period):
    return day.year == period.year and period.month in {None, day.month}


def list_dates(period):
    months = range(1, 13) if period.month is None else [period.month]
    return [
        date(period.year, month, day)
        for month in months
        for day in range(1, year_calendar.monthrange(period.year, month)[1] + 1)
    ]


# The best day


def test_best_day_has_the_highest_mean_then_most_scores_then_latest_date():
    four = WrittenDay(november(2), {LEAD: 4})
    two_fours = WrittenDay(november(3), {LEAD: 4, SERVE: 4})
    mixed = WrittenDay(november(5), {LEAD: 5, SERVE: 3})
    assert find_best_day([]) is None
    assert find_best_day([WrittenDay(november(2))]) is None
    assert find_best_day([two_fours, four]) == two_fours.date
    assert find_best_day([mixed, two_fours, four]) == mixed.date
    assert find_best_day([WrittenDay(november(1), {LEAD: 5}), mixed]) == november(1)


def test_best_day_is_found_in_a_summary():
    found = figures(WrittenDay(november(2), {LEAD: 4}), WrittenDay(november(3), {LEAD: 5}))
    assert find_best_day(found.days) == november(3)


@given(st.lists(written_days(), max_size=20, unique_by=lambda day: day.date))
def test_best_day_matches_a_slow_search(days):
    scored = [d for d in days if d.scores]
    best = None
    for d in sorted(scored, key=lambda d: d.date):
        mean = Fraction(sum(d.scores.values()), len(d.scores))
        if best is None or (mean, len(d.scores)) >= best[:2]:
            best = (mean, len(d.scores), d.date)
    assert find_best_day(days) == (best[2] if best else None)


# The month's page


@given(st.one_of(periods.filter(lambda period: period.month is not None)))
def test_weeks_begin_on_monday_and_hold_each_date_once(period):
    weeks = group_by_week(summarize(period, journal(), today=november(24)).days)
    places = [[cell and cell.date for cell in week] for week in weeks]
    assert places == [
        [LocalDate(date(period.year, period.month, day)) if day else None for day in week]
        for week in year_calendar.monthcalendar(period.year, period.month)
    ]


def test_day_figures_say_what_the_day_was():
    paused = PracticeCalendar(pauses=(Pause(november(26), november(26)),))
    written = journal(WrittenDay(november(23), {LEAD: 4}, words=12), calendar=paused)
    weeks = group_by_week(summarize(NOVEMBER, written, today=november(24)).days)
    monday, tuesday, _, thursday, _, saturday, _ = weeks[4]
    assert (monday.is_written, monday.words, monday.scores[LEAD], monday.scores[SERVE]) == (
        1,
        12,
        4,
        None,
    )
    assert [cell.marks for cell in (tuesday, thursday, saturday)] == [(), ("paused",), ()]
    assert weeks[3][0].marks == ("missed",)
    assert not tuesday.is_written
