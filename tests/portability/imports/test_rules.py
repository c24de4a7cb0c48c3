"""How entries become days: which belong together, in what order, and what is said of the rest."""

import re
from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from leaderjournal.kernel.days import Instant, LocalDate
from leaderjournal.portability.imports.rules import (
    LONGEST_NOTE,
    TEXT_SEPARATOR,
    JournalEntry,
    MergedDay,
    derive_source_id,
    merge_entries,
)
from leaderjournal.reflections.imports.joining.rules import NotePart, cut_text

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


def test_different_texts_under_the_same_id_are_entries_of_their_own():
    texts = ("first", "second", "first", "third", "second")
    entries = [create_entry(text, number=n, source_id="A") for n, text in enumerate(texts)]
    [day], failures = merge_entries(entries)
    assert (day.note, failures) == ("first\n\nsecond\n\nthird", [])
    assert day.sources[0] == "A"
    assert len(set(day.sources)) == 3
    [again], _ = merge_entries([entries[1], entries[0]])
    assert again.sources == ("A", derive_source_id("A", "first"))


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
    assert day.note == f"{long}\n\n{'a' * 9_991}\n\nshort"
    assert failure.where == "Journal.json, entry 2"
    assert failure.why == (
        "Only its beginning fits: 2024-05-06 would hold more than 20,000 characters, the most a "
        "note may. The last 9 of its 10,000 characters stay out."
    )


def test_long_text_comes_in_up_to_the_end_of_a_word():
    text = "A day of meetings with Bengü.\n" * 1_000
    [day], [failure] = merge_entries([create_entry(text, number=4)])
    assert len(text) == 30_000
    assert day.note == text[:19_979]
    assert day.note.endswith("Bengü.")
    assert failure.where == "Journal.json, entry 4"
    left_out = len(text) - len(day.note)
    assert f"The last {left_out:,} of its 30,000 characters stay out." in failure.why


def test_text_without_room_for_a_beginning_stays_out_whole():
    entries = [create_entry("a" * 19_950), create_entry("b" * 60, number=2)]
    [day], [failure] = merge_entries(entries)
    assert day.note == "a" * 19_950
    assert "2024-05-06" in failure.why
    assert "All of its 60 characters" in failure.why


def test_short_entries_come_in_whole_beside_a_long_one():
    texts = ("l" * 25_000, "first", "second")
    entries = [create_entry(text, number=n, hours=n) for n, text in enumerate(texts)]
    [day], [failure] = merge_entries(entries)
    assert day.note == f"{'l' * 19_985}\n\nfirst\n\nsecond"
    assert "last 5,015 of its 25,000" in failure.why


@given(st.text("a e\u0301👩\u200d🏽\n", min_size=201, max_size=900), st.integers(200, 400))
def test_cut_text_is_a_beginning_without_broken_letters(text, room):
    cut = cut_text(text, room)
    assert text.startswith(cut)
    assert len(cut) <= room
    if text[len(cut) :].strip() and len(cut) > room - 40:
        assert text[len(cut)] not in "\u0301\u200d🏽"


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
        first.setdefault((entry.source_id, entry.text), entry)
    named = {failure.where for failure in failures}
    assert len(named) == len(failures)
    assert named <= {entry.where for entry in first.values()}
    whole = {}
    for entry in sorted(first.values(), key=lambda entry: entry.written_at):
        if entry.where not in named:
            whole.setdefault(entry.local_date, []).append(entry.text)
    assert [day.local_date for day in days] == sorted(
        {entry.local_date for entry in first.values()}
    )
    for day in days:
        assert day.note == "\n\n".join(part.text for part in day.parts)
        assert len(day.note) <= LONGEST_NOTE
        texts = [part.text for part in day.parts]
        assert [text for text in texts if text in whole.get(day.local_date, [])] == whole.get(
            day.local_date, []
        )
    counts = (re.search(r"last ([\d,]+) of|All of its ([\d,]+)", one.why) for one in failures)
    left_out = sum(int((one[1] or one[2]).replace(",", "")) for one in counts)
    assert left_out == sum(len(entry.text) for entry in first.values()) - sum(
        len(part.text) for day in days for part in day.parts
    )
