"""Replies with many days equal what their schema would write."""

import json
from datetime import UTC, datetime
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from leaderjournal.kernel.days import Instant, LocalDate
from leaderjournal.kernel.fields import EARLIEST_DATE, LATEST_DATE
from leaderjournal.practice import catalogue
from leaderjournal.reflections.api import serialize_day
from leaderjournal.reflections.replies import format_days
from leaderjournal.reflections.rules import Answer, DayContent, StoredDay
from leaderjournal.reflections.schemas import ReflectionSchema

INSTANTS = st.datetimes(
    min_value=datetime(1900, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    max_value=datetime(2999, 12, 31),  # noqa: DTZ001
    timezones=st.just(UTC),
).map(Instant)
TEXTS = st.text(max_size=30)
ANSWERS = st.builds(
    Answer,
    key=st.sampled_from(catalogue.KEY_SLUGS),
    behaviour=st.none() | TEXTS,
    question=st.none() | TEXTS,
    score=st.none() | st.integers(1, 5),
    text=TEXTS,
)
DAYS = st.builds(
    StoredDay,
    id=st.builds(uuid4),
    local_date=st.dates(EARLIEST_DATE, LATEST_DATE).map(LocalDate),
    content=st.builds(
        DayContent,
        answers=st.lists(ANSWERS, max_size=3).map(tuple),
        note=TEXTS,
        commitment=TEXTS,
    ),
    version=st.integers(1, 9999),
    time_zone=st.sampled_from(["Europe/Berlin", "Asia/Kathmandu"]),
    written_at=INSTANTS,
    saved_at=INSTANTS,
    in_time=st.booleans(),
    write_times=st.just({}),
)


@given(st.lists(DAYS, max_size=4))
def test_days_are_written_as_their_schema_writes_them(days):
    by_schema = ReflectionSchema(many=True).dump([serialize_day(day) for day in days])
    assert json.dumps(format_days(days), sort_keys=True) == json.dumps(by_schema, sort_keys=True)
