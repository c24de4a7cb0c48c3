"""Journey's export: both its shapes, HTML in texts, and what is kept beside them."""

import io
import json
import zipfile
from contextlib import suppress
from datetime import date, time
from pathlib import Path

import pytest
from hypothesis import given, settings
from json_mutations import mutate_json
from mutations import mutate

from leaderjournal.kernel.days import LocalDate
from leaderjournal.portability.imports.archives import UnreadableJournal
from leaderjournal.portability.imports.reader import FileReader

TODAY = LocalDate(date(2026, 11, 24))
SAMPLES = Path(__file__).parents[1] / "samples"
UNKNOWN = 1.7976931348623157e308

CLASSIC = {
    "id": "1571425138176-lflfuesv9vkzmsu6",
    "date_journal": 1571386059000,
    "date_modified": 1571425361000,
    "timezone": "Europe/London",
    "text": '<p dir="auto">Rode my new bike!&nbsp;</p>\n<p dir="auto"></p>\n<p>It is good.</p>',
    "mood": 5,
    "sentiment": 1.25,
    "favourite": False,
    "type": "html",
    "address": "London road, Croydon",
    "lat": 51.379372,
    "lon": -0.104888,
    "weather": {"degree_c": 9.4, "description": "Overcast clouds", "place": "Croydon"},
    "photos": ["1571425138176.jpeg"],
    "tags": [],
    "music_title": "",
    "music_artist": "",
}
PRESENT = {
    "id": "xH9WUl0f8f4KShUgGZLb",
    "dateOfJournal": "2025-03-22T23:23:07.000Z",
    "createdAt": "2025-03-22T23:23:07.000Z",
    "updatedAt": "2025-03-23T00:13:09.563Z",
    "text": '<p dir="auto">うまく印刷できてる。</p><p dir="auto">サポーターがね。</p>',
    "timezone": "Asia/Tokyo",
    "favourite": True,
    "sentiment": 0.75,
    "address": "富山市",
    "location": {"lat": 36.66111755371094, "lng": 137.22857666015625},
    "weather": {"id": 0, "degreeC": 16.3, "description": "Clear sky", "place": "Toyama"},
    "attachments": ["aKBma1YNyDgmP64y5QdE.jpg", "b.mp4"],
    "tags": ["3D", "print"],
    "encrypted": False,
    "version": 1,
    "activity": 0,
    "type": "html",
    "schemaVersion": 2,
}


def create_zip(files):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content if isinstance(content, bytes) else json.dumps(content))
    return file.getvalue()


def read(content, name="journey.zip"):
    content = content if isinstance(content, bytes) else create_zip(content)
    return FileReader("Europe/Berlin", time(3), TODAY).read(content, name=name)


def read_note(**fields):
    """Return the note of one entry with these fields."""
    entry = {"id": "a", "dateOfJournal": "2026-03-02T10:00:00Z", "timezone": "UTC"} | fields
    reading = read({"a/a.json": entry})
    assert reading.failures == ()
    return reading.days[0].content.note


def get_days(reading):
    return {str(day.local_date): day.content.note for day in reading.days}


def test_classic_sample_is_read():
    reading = read((SAMPLES / "journey-classic.zip").read_bytes())
    assert reading.kind == "journey"
    assert reading.failures == ()
    assert reading.left_behind == {"photos": 1}
    assert reading.moods == {"3": 11, "5": 1, "1": 1}
    assert get_days(reading) == {
        "2026-03-02": "First line & more here\n\nSecond bold\nMood: 3",
        "2026-03-03": "Mood: 5",
        "2026-03-04": "Mood: 3",
        "2026-03-05": "one\ntwo\nMood: 3",
        "2026-03-06": "quoted\nafter\nMood: 3",
        "2026-03-07": "red\nline\nMood: 3",
        "2026-03-08": "Plain then bold and\nbreak\nMood: 3",
        "2026-03-09": "# heading\n- a & b < c > d\nMood: 3",
        "2026-03-10": "a\tb\nx\n1 < 2 and a<b\nMood: 3",
        "2026-03-12": "near midnight in Tokyo: 12 March 08:30\nMood: 3",
        "2026-03-13": "zone as offset 05:30\nMood: 3",
        "2026-03-14": "tagged\nFavourite · Mood: 1 · Tags: work, boss · Place: Harbour 1",
        "2026-03-15": "done\nopen\nMood: 3",
    }


def test_present_sample_is_read():
    reading = read((SAMPLES / "journey-newer.zip").read_bytes())
    assert reading.failures == ()
    assert get_days(reading) == {
        "2026-03-02": "Newer html\nTags: x",
        "2026-03-03": "Newer *markdown*",
        "2026-03-04": "date only",
    }


def test_all_details_of_a_classic_entry_are_carried():
    reading = read({"1571425138176-lflfuesv9vkzmsu6.json": CLASSIC, "1571425138176.jpeg": b"x"})
    assert reading.left_behind == {"photos": 1}
    assert get_days(reading) == {
        "2019-10-18": (
            "Rode my new bike!\nIt is good.\n"
            "Mood: 5 · Place: London road, Croydon · Weather: Overcast clouds, 9 °C"
        )
    }


def test_all_details_of_a_present_entry_are_carried():
    folder = "xH9WUl0f8f4KShUgGZLb"
    reading = read({f"{folder}/{folder}.json": PRESENT, f"{folder}/aKBma1YNyDgmP64y5QdE.jpg": b"x"})
    assert reading.left_behind == {"photos": 1, "videos": 1}
    assert get_days(reading) == {
        "2025-03-23": (
            "うまく印刷できてる。\nサポーターがね。\n"
            "Favourite · Mood: 0.75 of 2 · Tags: 3D, print · Place: 富山市 · "
            "Weather: Clear sky, 16 °C"
        )
    }


@pytest.mark.parametrize("entry", [CLASSIC, PRESENT])
def test_entry_by_itself_and_a_list_of_entries_are_read(entry):
    assert len(read(json.dumps(entry).encode(), name="entry.json").days) == 1
    assert len(read(json.dumps([entry, 5]).encode(), name="entries.json").days) == 1


@pytest.mark.parametrize(
    ("value", "day"),
    [
        (1772445600000, "2026-03-02"),
        ("1772445600000", "2026-03-02"),
        ("2026-03-02T01:30:00+01:00", "2026-03-01"),
        ("2026-03-02", "2026-03-02"),
        ("2026-03-02T22:45", "2026-03-02"),
    ],
)
@pytest.mark.parametrize("field", ["date_journal", "dateOfJournal"])
def test_dates_may_be_milliseconds_or_iso(field, value, day):
    assert list(get_days(read({"a.json": {field: value, "text": "x"}}))) == [day]


@pytest.mark.parametrize(
    ("fields", "note"),
    [
        ({"text": "<p>a</p><p>1 &lt; 2</p>", "type": "html"}, "a\n1 < 2"),
        ({"text": "a\nb", "type": "html"}, "a\nb"),
        ({"text": "# a\n\n- b <u>c</u>\n- 1 < 2", "type": "markdown"}, "# a\n\n- b c\n- 1 < 2"),
        ({"text": "a < b\nand c > d", "type": "markdown"}, "a < b\nand c > d"),
        ({"text": "<div>a</div>b"}, "a\nb"),
        ({"text": "a &amp; b", "type": None}, "a & b"),
        ({"text": "<style>p{}</style><p>a</p><script>x()</script>", "type": "html"}, "a"),
        ({"text": "", "mood": 4}, "Mood: 4"),
        ({"text": "<p><br></p>", "type": "html", "sentiment": 1.75}, "Mood: 1.75 of 2"),
        ({"text": "a", "sentiment": 3}, "a"),
        ({"text": "a", "sentiment": 0.912345, "mood": 7}, "a\nMood: 0.912345 of 2"),
        ({"text": "a", "sentiment": -1}, "a"),
        ({"text": "a", "sentiment": {"label": "joy", "score": 0.9}}, "a"),
        ({"mood": "2"}, "Mood: 2"),
        ({"mood": "calm", "activity": "walking"}, "Mood: calm · Activities: walking"),
        ({"mood": {"name": "calm"}, "activity": 3}, "Mood: calm"),
        ({"text": "a", "mood": 0, "sentiment": 0}, "a"),
        ({"text": "a", "mood": UNKNOWN, "lat": UNKNOWN, "lon": UNKNOWN}, "a"),
        ({"text": "a", "lat": 59.9, "lon": 10.7}, "a\nPlace: 59.9, 10.7"),
        ({"text": "a", "location": {"name": "Oslo", "lat": 1, "lng": 2}}, "a\nPlace: Oslo"),
        ({"text": "a", "music_title": "Song", "music_artist": "Band"}, "a\nMusic: Song, Band"),
        ({"text": "a", "music": {"title": "Song"}}, "a\nMusic: Song"),
        ({"text": "a", "tags": 5, "weather": [], "address": {}, "favourite": "no"}, "a"),
    ],
)
def test_note_of_an_entry(fields, note):
    assert read_note(**fields) == note


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        ({"dateOfJournal": "2026-03-02T10:00:00Z", "text": "x", "encrypted": True}, "encrypted"),
        ({"text": "x", "type": "html", "timezone": "UTC"}, "no dateOfJournal"),
        ({"dateOfJournal": None, "text": "x"}, "no dateOfJournal"),
        ({"dateOfJournal": "soon", "text": "x"}, "no time"),
        ({"date_journal": True, "text": "x"}, "no time"),
        ({"date_journal": UNKNOWN, "text": "x"}, "no time"),
        ({"dateOfJournal": "2026-03-02", "text": 5, "type": "html"}, "no text"),
        ({"dateOfJournal": "2026-03-02", "text": "<p>\0</p>", "type": "html"}, "no words"),
        ({"dateOfJournal": "2026-03-02", "text": "\ufffc"}, "no words"),
        ({"dateOfJournal": "2026-03-02", "text": "", "photos": ["a.jpg"]}, "no words"),
        (b"{broken", "no JSON"),
    ],
)
def test_entry_that_cannot_be_read_is_named_and_the_rest_read(entry, why):
    reading = read({"0/0.json": PRESENT, "1/1.json": entry, "2/2.json": CLASSIC})
    [failure] = reading.failures
    assert failure.where == "1/1.json"
    assert why in failure.why
    assert len(reading.days) == 2


def test_json_of_another_kind_is_left_alone():
    reading = read({"a.json": PRESENT, "manifest.json": {"version": 1}, "b.json": [1, None]})
    assert (len(reading.days), reading.failures) == (1, ())


def test_entry_of_a_later_export_is_the_same():
    [first] = read({"a.json": PRESENT}).days
    [again] = read({"folder/b.json": PRESENT}).days
    assert first == again


@settings(max_examples=300)
@given(mutate((SAMPLES / "journey-newer.zip").read_bytes()) | mutate(json.dumps(CLASSIC).encode()))
def test_damaged_file_is_read_or_refused(content):
    with suppress(UnreadableJournal):
        read(content)


@settings(max_examples=300)
@given(mutate_json(CLASSIC) | mutate_json(PRESENT))
def test_json_with_other_values_is_read_or_refused(entry):
    with suppress(UnreadableJournal):
        read(json.dumps(entry).encode())
