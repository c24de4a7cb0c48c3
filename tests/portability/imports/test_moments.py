"""When entries were written: numbers, timestamps and dates."""

from datetime import UTC, date, datetime, time

import pytest

from leaderjournal.kernel.days import LocalDate
from leaderjournal.portability.imports.journal_format import ReadingOptions
from leaderjournal.portability.imports.moments import read_moment, read_plain_date
from leaderjournal.portability.imports.rules import InvalidEntry
from leaderjournal.portability.imports.time_zones import find_entry_zone

OPTIONS = ReadingOptions("Europe/Berlin", time(3), LocalDate(date(2026, 11, 24)))


def read(value, zone=None):
    found = find_entry_zone(zone, otherwise=OPTIONS.zone)
    return read_moment(value, found, OPTIONS, field="dateOfJournal")


@pytest.mark.parametrize(
    ("value", "zone", "day", "written_at"),
    [
        (1772445600000, None, date(2026, 3, 2), datetime(2026, 3, 2, 10, tzinfo=UTC)),
        (1772445600000.0, None, date(2026, 3, 2), datetime(2026, 3, 2, 10, tzinfo=UTC)),
        (1772445600, None, date(2026, 3, 2), datetime(2026, 3, 2, 10, tzinfo=UTC)),
        ("1772445600", None, date(2026, 3, 2), datetime(2026, 3, 2, 10, tzinfo=UTC)),
        ("1772445600.5", None, date(2026, 3, 2), datetime(2026, 3, 2, 10, 0, 0, 500000, UTC)),
        (1772445600000000, None, date(2026, 3, 2), datetime(2026, 3, 2, 10, tzinfo=UTC)),
        (1772445600000000000, None, date(2026, 3, 2), datetime(2026, 3, 2, 10, tzinfo=UTC)),
        (-3600000000, None, date(1969, 11, 20), datetime(1969, 11, 20, 8, tzinfo=UTC)),
        (-1577836800, None, date(1920, 1, 1), datetime(1920, 1, 2, tzinfo=UTC)),
        (-157766400000, None, date(1964, 12, 31), datetime(1965, 1, 1, tzinfo=UTC)),
        (2000000000, None, date(1970, 1, 24), datetime(1970, 1, 24, 3, 33, 20, tzinfo=UTC)),
        ("20260302114500", None, date(2026, 3, 2), datetime(2026, 3, 2, 10, 45, tzinfo=UTC)),
        ("202603021145", None, date(2026, 3, 2), datetime(2026, 3, 2, 10, 45, tzinfo=UTC)),
        ("1772445600000", None, date(2026, 3, 2), datetime(2026, 3, 2, 10, tzinfo=UTC)),
        (
            "2026-03-02T22:45:00+01:00",
            None,
            date(2026, 3, 2),
            datetime(2026, 3, 2, 21, 45, tzinfo=UTC),
        ),
        (
            "2026-03-02T23:45:00.000Z",
            None,
            date(2026, 3, 2),
            datetime(2026, 3, 2, 23, 45, tzinfo=UTC),
        ),
        (
            "2026-03-02T22:45:00Z",
            "Asia/Tokyo",
            date(2026, 3, 3),
            datetime(2026, 3, 2, 22, 45, tzinfo=UTC),
        ),
        (
            "2026-03-02T23:45:00-08:00",
            None,
            date(2026, 3, 2),
            datetime(2026, 3, 3, 7, 45, tzinfo=UTC),
        ),
        ("2026-03-02 22:45", "GMT+9", date(2026, 3, 2), datetime(2026, 3, 2, 13, 45, tzinfo=UTC)),
        (
            "2026-03-02T15:47:53.4882812",
            None,
            date(2026, 3, 2),
            datetime(2026, 3, 2, 14, 47, 53, 488281, tzinfo=UTC),
        ),
        ("2026-03-04", None, date(2026, 3, 4), datetime(2026, 3, 4, 11, tzinfo=UTC)),
        ("20260304", None, date(2026, 3, 4), datetime(2026, 3, 4, 11, tzinfo=UTC)),
        (" 2026-03-04 ", "Asia/Tokyo", date(2026, 3, 4), datetime(2026, 3, 4, 3, tzinfo=UTC)),
    ],
)
def test_local_day_and_instant_of_a_timestamp(value, zone, day, written_at):
    moment = read(value, zone)
    assert (moment.local_date, moment.written_at) == (day, written_at)


@pytest.mark.parametrize("value", [None, ""])
def test_missing_time_is_reported(value):
    with pytest.raises(InvalidEntry, match="It has no dateOfJournal"):
        read(value)


@pytest.mark.parametrize(
    "value",
    [
        True,
        [],
        {},
        "soon",
        1e300,
        float("nan"),
        -1e15,
        "2026-13-01",
        "2026-02-30T10:00",
        "9" * 400,
        "2026-W10-1",
        "0001-01-01",
        "2026-03-02T25:00:00",
        "\ud800",
        "2026-03-02T10:00" * 99,
    ],
    ids=lambda value: repr(value)[:24],
)
def test_what_is_no_time_is_reported(value):
    with pytest.raises(InvalidEntry, match="Its dateOfJournal is no"):
        read(value)


def test_day_that_has_not_come_is_reported():
    with pytest.raises(InvalidEntry, match="2026-12-24, is not between"):
        read("2026-12-24T10:00:00Z")


def test_plain_date_is_only_a_date():
    assert read_plain_date("2026-03-04", OPTIONS, field="entry_date") == date(2026, 3, 4)
    for value in ("2026-03-04T10:00", "2026-02-30", 5, None, "2027-01-01"):
        with pytest.raises(InvalidEntry):
            read_plain_date(value, OPTIONS, field="entry_date")
