"""How entries become days: which belong together, in what order, and what is said of the rest."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from leaderjournal.kernel.days import Instant, LocalDate
from leaderjournal.portability.imports.rules import (
    LONGEST_NOTE,
    TEXT_SEPARATOR,
    Failure,
    JournalEntry,
    MergedDay,
    merge_entries,
)
from leaderjournal.reflections.imports.joining.rules import NotePart

MONDAY = LocalDate(date(2024, 5, 6))
MORNING = Instant(datetime(2024, 5, 6, 6, tzinfo=UTC))


def create_entry(
    text="words", *, number=1, hours=0, day=MONDAY, source_id=None, zone="Europe/Paris"
):
    """Return an entry written so many hours after Monday morning."""
    return JournalEntry(
        where=f"Journal.json, entry {number}",
        source_id=source_id or f"id {number}",
        local_date=day,
        written_at=Instant(MORNING + timedelta(hours=hours)),
        time_zone=zone,
        text=text,
    )


def test_no_entries_make_no_days():
    assert merge_entries([]) == ([], [])


def test_single_entry_makes_a_day():
    assert merge_entries([create_entry("One day.")]) == (
        [
            MergedDay(
                MONDAY, MORNING, "Europe/Paris", "One day.", ("id 1",), (NotePart("One day."),)
            )
        ],
        [],
    )


def test_entries_of_a_day_are_joined_in_the_order_of_writing():
    days, failures = merge_entries(
        [
            create_entry("The evening.", number=1, hours=12, zone="America/New_York"),
            create_entry("The morning.", number=2),
            create_entry("Noon.", number=3, hours=6),
        ]
    )
    assert failures == []
    [day] = days
    assert day.note == "The morning.\n\nNoon.\n\nThe evening."
    assert day.sources == ("id 2", "id 3", "id 1")
    assert (day.written_at, day.time_zone) == (MORNING, "Europe/Paris")


def test_entries_of_one_instant_keep_their_order():
    [day], _ = merge_entries([create_entry(text, number=n) for n, text in enumerate("cab")])
    assert day.note == "c\n\na\n\nb"


def test_days_are_in_order():
    later = LocalDate(date(2024, 5, 8))
    days, _ = merge_entries([create_entry(number=1, day=later, hours=-99), create_entry(number=2)])
    assert [day.local_date for day in days] == [MONDAY, later]


def test_duplicate_entries_count_once():
    assert merge_entries([create_entry("once"), create_entry("once")]) == merge_entries(
        [create_entry("once")]
    )


def test_different_text_under_the_same_id_is_reported():
    days, failures = merge_entries(
        [create_entry("first", source_id="A"), create_entry("second", number=2, source_id="A")]
    )
    assert [day.note for day in days] == ["first"]
    assert failures == [
        Failure(
            "Journal.json, entry 2",
            "It has the uuid of Journal.json, entry 1, but other words. "
            "Each entry needs a uuid of its own.",
        )
    ]


def test_same_text_twice_a_day_counts_as_two_entries():
    [day], _ = merge_entries(
        [create_entry("Called Ben.", number=1), create_entry("Called Ben.", number=2)]
    )
    assert day.note == "Called Ben.\n\nCalled Ben."


def test_note_of_the_maximum_length_is_accepted():
    half = LONGEST_NOTE // 2
    [day], failures = merge_entries(
        [create_entry("a" * half), create_entry("b" * (half - len(TEXT_SEPARATOR)), number=2)]
    )
    assert (len(day.note), failures) == (LONGEST_NOTE, [])


def test_overlong_text_is_reported_and_a_shorter_one_still_fits():
    long = "a" * (LONGEST_NOTE // 2)
    [day], [failure] = merge_entries(
        [
            create_entry(long, number=1),
            create_entry(long, number=2, hours=1),
            create_entry("short", number=3, hours=2),
        ]
    )
    assert day.note == f"{long}\n\nshort"
    assert failure.where == "Journal.json, entry 2"
    assert failure.why == (
        "With it, 2024-05-06 would hold more than 20,000 characters, the most a note may."
    )


def test_day_without_fitting_text_is_skipped():
    days, failures = merge_entries([create_entry("a" * (LONGEST_NOTE + 1))])
    assert days == []
    assert [failure.where for failure in failures] == ["Journal.json, entry 1"]


SOME_TEXT = st.text("ab ", min_size=1, max_size=5) | st.integers(5_000, LONGEST_NOTE).map(
    "c".__mul__
)
SOME_ENTRIES = st.lists(
    st.builds(
        create_entry,
        SOME_TEXT,
        hours=st.integers(-3, 3),
        day=st.dates(date(2024, 5, 5), date(2024, 5, 7)).map(LocalDate),
        source_id=st.sampled_from("ABCDEFGH"),
    ),
    max_size=12,
).map(lambda entries: [_number(entry, n) for n, entry in enumerate(entries)])


def _number(entry, number):
    return JournalEntry(
        f"entry {number}",
        entry.source_id,
        entry.local_date,
        entry.written_at,
        entry.time_zone,
        entry.text,
    )


@settings(max_examples=200)
@given(SOME_ENTRIES)
def test_every_text_is_in_a_note_or_reported(entries):
    days, failures = merge_entries(entries)
    first = {}
    for entry in entries:
        first.setdefault(entry.source_id, entry)
    named = {failure.where for failure in failures}
    assert len(named) == len(failures)
    for entry in entries:
        same = first[entry.source_id]
        if same.text != entry.text:
            assert entry.where in named
        elif same is not entry:
            assert entry.where not in named
    notes = {}
    for entry in sorted(first.values(), key=lambda entry: entry.written_at):
        if entry.where not in named:
            notes.setdefault(entry.local_date, []).append(entry)
    assert [day.local_date for day in days] == sorted(notes)
    for day in days:
        of_day = notes[day.local_date]
        assert day.note == "\n\n".join(entry.text for entry in of_day)
        assert day.sources == tuple(entry.source_id for entry in of_day)
        assert (day.written_at, day.time_zone) == (of_day[0].written_at, of_day[0].time_zone)
        assert len(day.note) <= LONGEST_NOTE
