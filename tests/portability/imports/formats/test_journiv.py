"""Journiv's export in its three shapes: Markdown, Quill Delta, and moments."""

import io
import json
import zipfile
from contextlib import suppress
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
from hypothesis import given, settings
from json_mutations import mutate_json
from mutations import mutate

from leaderjournal.kernel.days import LocalDate
from leaderjournal.portability.imports.archives import UnreadableJournal
from leaderjournal.portability.imports.reader import FileReader

SAMPLES = Path(__file__).parents[1] / "samples"
TODAY = LocalDate(date(2026, 11, 24))
ENTRY = {
    "title": "Harbour",
    "content": "Walked **far**.\n\n- one",
    "entry_date": "2026-03-02",
    "entry_datetime_utc": "2026-03-02T20:45:00Z",
    "entry_timezone": "Europe/Berlin",
    "word_count": 4,
    "is_pinned": True,
    "location": "Pier 1",
    "weather": "Rain",
    "tags": ["team", "boss"],
    "mood_log": {"mood_name": "calm", "note": "After the rain", "logged_date": "2026-03-02"},
    "media": [
        {"filename": "a.jpg", "media_type": "image"},
        {"filename": "b.mp4", "media_type": "video"},
        {"filename": "c.ogg", "media_type": "unknown"},
    ],
    "prompt_text": "What went well?",
    "created_at": "2026-03-02T20:45:00Z",
    "updated_at": "2026-03-02T20:45:00Z",
    "external_id": None,
}
MOMENT = {
    "logged_at_utc": "2026-03-04T17:30:00Z",
    "logged_date_tz": "2026-03-05",
    "logged_timezone": "Asia/Tokyo",
    "note": "Late tea",
    "location_json": {"name": "Café", "locality": "Tokyo", "country": "Japan"},
    "weather_json": {"temp_c": 4.2, "condition": "Clear"},
    "is_pinned": False,
    "prompt_text": None,
    "tags": ["travel"],
    "people_external_ids": ["p1", "gone"],
    "primary_mood_name": "happy",
    "mood_activity": [{"mood_name": "happy", "activity_name": "reading"}],
    "media": [{"filename": "d.png", "media_type": "image"}],
    "entry": {
        "title": "Tokyo",
        "content_delta": {
            "ops": [
                {"insert": "Line one\nLine "},
                {"insert": "two", "attributes": {"bold": True}},
                {"insert": {"image": "media-id"}},
                {"insert": "\n"},
            ]
        },
        "content_plain_text": "not this",
        "external_id": "e1",
    },
    "external_id": "m1",
}


def create_export(entries=(), **fields):
    return {
        "export_version": "1.0",
        "export_date": "2026-11-01T10:00:00Z",
        "app_version": "0.1.0",
        "user_email": "a@example.org",
        "journals": [{"title": "Mine", "entries": list(entries)}],
        "mood_definitions": [{"name": "calm", "category": "neutral"}],
    } | fields


FULL = create_export([ENTRY], moments=[MOMENT], people=[{"name": "Mira", "external_id": "p1"}])


def create_zip(data, **files):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("data.json", json.dumps(data))
        for name, content in files.items():
            archive.writestr(name, content)
    return file.getvalue()


def read(content):
    content = content if isinstance(content, bytes) else create_zip(content)
    return FileReader("Europe/Berlin", time(3), TODAY).read(content)


def get_days(reading):
    return {str(day.local_date): day.content.note for day in reading.days}


def read_note(**fields):
    """Return the note of one entry with these fields."""
    times = {name: ENTRY[name] for name in ("entry_date", "entry_datetime_utc", "entry_timezone")}
    reading = read(create_export([times | fields]))
    assert reading.failures == ()
    [day] = reading.days
    return day.content.note


def test_entry_of_the_first_version_is_read_whole():
    reading = read(create_export([ENTRY]))
    assert (reading.kind, reading.failures) == ("journiv", ())
    assert get_days(reading) == {
        "2026-03-02": (
            "Harbour\nWhat went well?\nWalked **far**.\n\n- one\nAfter the rain\n"
            "Pinned · Mood: calm · Tags: team, boss · Place: Pier 1 · Weather: Rain"
        )
    }
    assert reading.left_behind == {"photos": 1, "videos": 1, "sounds": 1}
    assert reading.moods == {"calm": 1}
    assert reading.days[0].writing.written_at == datetime(2026, 3, 2, 20, 45, tzinfo=UTC)


def test_moment_is_read_whole_with_the_entry_inside():
    people = [{"name": "Mira", "external_id": "p1"}, 5, {"name": "x"}]
    reading = read(create_export(moments=[MOMENT], people=people, export_version="1.4"))
    assert reading.failures == ()
    assert get_days(reading) == {
        "2026-03-05": (
            "Tokyo\nLine one\nLine two\nLate tea\nMood: happy · Activities: reading · Tags: travel"
            " · People: Mira · Place: Café, Tokyo, Japan · Weather: Clear, 4 °C"
        )
    }
    assert reading.days[0].writing.time_zone == "Asia/Tokyo"
    assert reading.left_behind == {"photos": 1}


@pytest.mark.parametrize(
    ("fields", "note"),
    [
        ({"content_delta": {"ops": [{"insert": "a\n"}]}, "content_plain_text": "b"}, "a"),
        ({"content_delta": {"ops": [{"insert": {"image": "x"}}]}, "content_plain_text": "b"}, "b"),
        ({"content_delta": {"ops": [5, {}, {"insert": 5}]}, "content": "c"}, "c"),
        ({"content_delta": [], "content": "<p>a</p><p>b</p>"}, "a\nb"),
        ({"content": "a\n\n1 < 2"}, "a\n\n1 < 2"),
        ({"content": "", "mood_log": {"mood_name": "sad"}}, "Mood: sad"),
        ({"content": None, "mood_log": {"mood_name": "sad", "note": "tired"}}, "tired\nMood: sad"),
        ({"content": "a", "mood_activity": [{"mood_name": "fine"}, 5]}, "a\nMood: fine"),
        ({"content": "a", "latitude": 59.9, "longitude": 10.7}, "a\nPlace: 59.9, 10.7"),
        ({"content": "a", "weather_summary": "Sunny, 20 °C"}, "a\nWeather: Sunny, 20 °C"),
        ({"content": "a", "tags": {"a": 1}, "media": 5, "mood_log": [], "location": 5}, "a"),
    ],
)
def test_note_of_an_entry(fields, note):
    assert read_note(**fields) == note


def test_export_of_the_app_over_sqlite_is_read_whole():
    reading = read((SAMPLES / "journiv-sqlite.zip").read_bytes())
    assert (reading.kind, reading.failures) == ("journiv", ())
    assert get_days(reading) == {
        "2026-03-02": (
            "Quiet.\n\nHarbour\nWhat went well today?\nWalked **far** with the team.\n\n- one\n"
            "- two\nAfter the rain\nPinned · Mood: calm · Tags: boss, team · Place: Pier 1"
            " · Weather: Rain, 7 °C"
        ),
        "2026-03-05": "Après minuit à Tokyo: 会議は長かった。 1 < 2",
    }
    tokyo = reading.days[1].writing
    assert (tokyo.written_at, tokyo.time_zone) == (
        datetime(2026, 3, 4, 17, 30, tzinfo=UTC),
        "Asia/Tokyo",
    )
    assert reading.left_behind == {"photos": 1, "sounds": 1}


@pytest.mark.parametrize("given", ["2026-03-02T20:45:00", "2026-03-02 20:45:00.120000"])
@pytest.mark.parametrize("field", ["entry_datetime_utc", "logged_at_utc", "logged_at"])
def test_time_without_an_offset_is_utc(field, given):
    [day] = read(
        create_export([{field: given, "entry_timezone": "Asia/Tokyo", "content": "a"}])
    ).days
    assert day.writing.written_at.replace(microsecond=0) == datetime(2026, 3, 2, 20, 45, tzinfo=UTC)
    assert str(day.local_date) == "2026-03-03"


def test_moment_within_an_entry_adds_what_the_entry_has_not():
    moment = {
        "logged_at": "2026-03-02T23:50:00",
        "logged_date": "2026-03-03",
        "note": "Late tea",
        "location_data": {"name": "Café"},
        "weather_data": {"condition": "Clear", "temp_c": 4.2},
        "primary_mood_name": "happy",
        "mood_activity": [{"mood_name": "happy", "activity_name": "reading"}],
        "media": [],
    }
    fields = {"content_plain_text": "a", "tags": [], "media": ENTRY["media"], "is_pinned": False}
    entry = ENTRY | fields | {"content": None, "mood_log": None, "prompt_text": None}
    entry |= {"location": None, "weather": "", "moment": moment, "title": None}
    reading = read(create_export([entry], export_version="1.2"))
    assert get_days(reading) == {
        "2026-03-02": "a\nLate tea\nMood: happy · Activities: reading · Place: Café"
        " · Weather: Clear, 4 °C"
    }
    assert reading.left_behind == {"photos": 1, "videos": 1, "sounds": 1}
    kept = read(create_export([ENTRY | {"moment": moment | {"title": "no", "tags": ["no"]}}]))
    assert "Harbour" in get_days(kept)["2026-03-02"]
    assert "Tags: team, boss" in get_days(kept)["2026-03-02"]


@pytest.mark.parametrize("moment", [5, "x", [], {}, {"media": 5, "mood_activity": 5, "tags": 5}])
def test_moment_of_any_shape_spoils_nothing(moment):
    assert read_note(content="a", moment=moment) == "a"


def test_own_date_of_an_entry_is_its_day():
    late = ENTRY | {"entry_date": "2026-03-03", "entry_datetime_utc": "2026-03-03T00:30:00Z"}
    assert list(get_days(read(create_export([late])))) == ["2026-03-03"]
    without = {name: value for name, value in late.items() if name != "entry_date"}
    assert list(get_days(read(create_export([without])))) == ["2026-03-02"]
    dateless = ENTRY | {"entry_datetime_utc": None}
    assert list(get_days(read(create_export([dateless])))) == ["2026-03-02"]


def test_entries_that_cannot_be_read_are_named_and_the_rest_read():
    entries = [
        *(ENTRY, 5, ENTRY | {"entry_datetime_utc": "soon"}, ENTRY | {"content": 5}),
        {"entry_datetime_utc": "2026-03-02T20:45:00Z", "content": ""},
        ENTRY | {"entry_date": "2027-03-02"},
    ]
    reading = read(create_export(entries, moments=[None, MOMENT]))
    assert list(get_days(reading)) == ["2026-03-02", "2026-03-05"]
    whys = {failure.where: failure.why for failure in reading.failures}
    assert list(whys) == [
        *(f"data.json, journal 1, entry {number}" for number in range(2, 7)),
        "data.json, moment 1",
    ]
    assert "no text" in whys["data.json, journal 1, entry 4"]
    assert "between" in whys["data.json, journal 1, entry 6"]


def test_other_parts_of_the_zip_spoil_nothing():
    files = {"broken.json": "{", "other.json": "[]", "media/e/m_a.jpg": b"x"}
    reading = read(create_zip(create_export([ENTRY]), **files))
    assert [failure.where for failure in reading.failures] == ["broken.json"]
    assert reading.left_behind == {"photos": 1, "videos": 1, "sounds": 1}
    assert len(read(json.dumps(create_export([ENTRY])).encode()).days) == 1


@pytest.mark.parametrize("journals", [[5], [{"entries": 5}], [{}], []])
def test_journals_of_any_shape_are_read(journals):
    assert read(create_export(journals=journals)).days == ()


@settings(max_examples=300)
@given(mutate(create_zip(FULL)) | mutate(json.dumps(FULL).encode()))
def test_damaged_file_is_read_or_refused(content):
    with suppress(UnreadableJournal):
        read(content)


@settings(max_examples=300)
@given(mutate_json(FULL))
def test_json_with_other_values_is_read_or_refused(data):
    with suppress(UnreadableJournal):
        read(data)
