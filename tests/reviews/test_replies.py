"""The reply with a summary equals what its schema would write."""

import json
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from leaderjournal.accounts.practice_calendar.rules import PracticeCalendar
from leaderjournal.kernel.days import LocalDate, to_local_date
from leaderjournal.practice import catalogue
from leaderjournal.practice_log.summary.rules import NO_FIGURES
from leaderjournal.reviews.highlights.rules import Highlight
from leaderjournal.reviews.periods.rules import Period
from leaderjournal.reviews.replies import format_summary
from leaderjournal.reviews.schemas import SummarySchema
from leaderjournal.reviews.summaries.rules import Journal, WrittenDay, summarize

JOINED = LocalDate(date(2026, 1, 1))
dates = st.dates(date(2026, 1, 1), date(2026, 12, 31)).map(to_local_date)
days = st.lists(
    st.builds(
        WrittenDay,
        date=dates,
        scores=st.dictionaries(st.sampled_from(catalogue.KEY_SLUGS), st.integers(1, 5)),
        words=st.integers(0, 900),
        in_time=st.booleans(),
    ),
    max_size=12,
    unique_by=lambda day: day.date,
)
highlights = st.lists(
    st.builds(
        Highlight, date=dates, key=st.sampled_from([*catalogue.KEY_SLUGS, None]), text=st.text()
    ),
    max_size=3,
).map(tuple)


@given(days, highlights, st.sampled_from([Period(2026), Period(2026, 11), Period(2025)]))
def test_summary_is_written_as_its_schema_writes_it(written, shown, period):
    journal = Journal(
        days=written,
        keys=catalogue.KEY_SLUGS,
        calendar=PracticeCalendar(),
        joined=JOINED,
        highlights=shown,
        practice=NO_FIGURES,
    )
    summary = summarize(period, journal, today=LocalDate(date(2026, 12, 1)))
    by_schema = SummarySchema().dump(summary)
    assert json.dumps(format_summary(summary), sort_keys=True) == json.dumps(
        by_schema, sort_keys=True
    )
