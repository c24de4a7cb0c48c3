"""What backups are called, and which ones retention removes."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderjournal.backups.rules import (
    DATA,
    KEYS,
    Retention,
    choose_obsolete,
    format_name,
    parse_name,
)

NOW = datetime(2027, 3, 14, 4, 5, 6, 789_000, tzinfo=UTC)
DAY = timedelta(days=1)
instants = st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
counts = st.integers(0, 9)


def test_a_name_has_the_instant_in_utc():
    at = datetime(2027, 3, 14, 1, 2, 3, 4_567, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    assert format_name(DATA, at) == "journal-2027-03-13T193203.004Z.backup"


@given(instants)
def test_names_are_read_back_to_the_millisecond(at):
    name = format_name(KEYS, at)
    assert parse_name(name, KEYS) == at.replace(microsecond=at.microsecond // 1000 * 1000)
    assert parse_name(name, DATA) is None


@pytest.mark.parametrize(
    "name",
    [
        "journal.backup",
        "journal-2027-03-14T040506.789Z.backup.part",
        "my-journal-2027-03-14T040506.789Z.backup",
        "journal-2027-02-30T040506.789Z.backup",
        "journal-2027-03-14T040506.789Z.db",
        "journal-2027-03-14T040506Z.backup",
        "journal-٢٠٢٧-03-14T040506.789Z.backup",
    ],
)
def test_other_names_are_none_of_ours(name):
    assert parse_name(name, DATA) is None


def test_without_retention_nothing_is_removed():
    assert choose_obsolete([NOW - 400 * DAY, NOW], Retention(), now=NOW) == set()


def test_the_newest_are_kept_by_number():
    made = [NOW - number * DAY for number in range(5)]
    assert choose_obsolete(made, Retention(newest=3), now=NOW) == set(made[3:])


def test_days_weeks_and_months_keep_the_newest_of_each():
    # Sunday the 14th of March: twice a day for 70 days.
    made = [NOW - number * timedelta(hours=12) for number in range(140)]
    kept = set(made) - choose_obsolete(made, Retention(daily=2, weekly=3, monthly=3), now=NOW)
    assert sorted(kept) == [
        datetime(2027, 1, 31, 16, 5, 6, 789_000, tzinfo=UTC),  # the last of January
        datetime(2027, 2, 28, 16, 5, 6, 789_000, tzinfo=UTC),  # a Sunday, and February's last
        datetime(2027, 3, 7, 16, 5, 6, 789_000, tzinfo=UTC),  # the week before
        datetime(2027, 3, 13, 16, 5, 6, 789_000, tzinfo=UTC),  # yesterday
        NOW,
    ]


def test_days_without_a_backup_do_not_count():
    made = [NOW, NOW - 9 * DAY, NOW - 30 * DAY]
    assert choose_obsolete(made, Retention(daily=2), now=NOW) == {made[2]}


def test_the_greatest_age_overrules_what_would_be_kept():
    made = [NOW, NOW - 29 * DAY, NOW - 31 * DAY]
    assert choose_obsolete(made, Retention(newest=9, days=30), now=NOW) == {made[2]}


@given(st.lists(instants, max_size=40), *[counts] * 5, instants)
def test_the_newest_is_never_removed(made, newest, daily, weekly, monthly, days, now):
    retention = Retention(newest, daily, weekly, monthly, days)
    obsolete = choose_obsolete(made, retention, now=now)
    assert obsolete <= set(made)
    assert not made or max(made) not in obsolete
    # What remains would remain again: a second run removes nothing.
    assert choose_obsolete(set(made) - obsolete, retention, now=now) == set()
