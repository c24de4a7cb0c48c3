"""Diarium's JSON export: a list of entries, alone or in a zip, or a file for each."""

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
from leaderjournal.portability.imports.formats.diarium import detect_diarium
from leaderjournal.portability.imports.reader import FileReader
from leaderjournal.portability.imports.uploads import Upload

TODAY = LocalDate(date(2026, 11, 24))
SAMPLES = Path(__file__).parents[1] / "samples"
ENTRY = {
    "date": "2024-03-11T21:47:53.48828",
    "heading": "Skiing",
    "html": "<p>First <b>run</b> &amp; second</p><p>1 &lt; 2</p>",
    "rating": 5,
    "location": [59.9139, 10.7522],
    "tags": ["winter", "team"],
    "people": ["Mira"],
    "tracker": ["Steps: 3.500"],
    "weather": "-3°C, Clear.",
    "sun": "☀️ Sunrise: 7:16 AM Sunset: 7:56 PM",
    "lunar": "New moon",
}


def create_zip(files):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content if isinstance(content, bytes) else json.dumps(content))
    return file.getvalue()


def read(content, name=""):
    content = content if isinstance(content, bytes) else json.dumps(content).encode()
    return FileReader("Europe/Berlin", time(3), TODAY).read(content, name=name)


def get_days(reading):
    return {str(day.local_date): day.content.note for day in reading.days}


def test_sample_is_read():
    reading = read((SAMPLES / "diarium.zip").read_bytes())
    assert (reading.kind, reading.failures) == ("diarium", ())
    assert get_days(reading) == {"2026-03-02": "H\nx\nMood: 4 of 5 · Tags: a"}


@pytest.mark.parametrize(
    "content",
    [
        [ENTRY],
        ENTRY,
        {"entries": [ENTRY]},
        create_zip({"Diarium_2024-03-11.json": ENTRY}),
        create_zip({"export/Diarium_2024.json": [ENTRY], "other.json": {"a": 1}}),
    ],
)
def test_all_of_an_entry_is_read_from_every_shape(content):
    reading = read(content)
    assert (reading.kind, reading.failures) == ("diarium", ())
    assert get_days(reading) == {
        "2024-03-11": (
            "Skiing\nFirst run & second\n1 < 2\nMood: 5 of 5 · Activities: Steps: 3.500"
            " · Tags: winter, team · People: Mira · Place: 59.9139, 10.7522 · Weather: -3°C, Clear."
        )
    }
    assert reading.days[0].writing.written_at == datetime(
        2024, 3, 11, 20, 47, 53, 488280, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("given_date", "day"),
    [
        ("2026-03-02T10:00:00", "2026-03-02"),
        ("2026-03-02T01:30:00", "2026-03-01"),
        ("2026-03-02T00:00:00", "2026-03-02"),
        ("2026-03-02T00:00:00.0000000+00:00", "2026-03-02"),
        ("2026-03-02 00:00:00", "2026-03-02"),
        ("2026-03-02", "2026-03-02"),
        ("2026-03-02T23:30:00-08:00", "2026-03-02"),
    ],
)
def test_date_is_the_wall_clocks(given_date, day):
    assert list(get_days(read([ENTRY | {"date": given_date}]))) == [day]


@pytest.mark.parametrize(
    ("entry", "note"),
    [
        ({"html": "", "rating": 3}, "Mood: 3 of 5"),
        ({"html": "<p>a</p>", "rating": 0}, "a"),
        ({"html": "<p>a</p>", "rating": "2"}, "a\nMood: 2 of 5"),
        ({"html": "<p>a</p>", "rating": [5], "tags": 5, "location": [1], "weather": 5}, "a"),
        ({"html": None, "heading": "<b>Title</b>", "text": "1 < 2"}, "Title\n1 < 2"),
        ({"heading": "", "text": "<p>a</p><p>b</p>"}, "a\nb"),
        ({"heading": "", "content": "a"}, "a"),
        (
            {"text": "a", "weather": {"description": "Rain", "temperature": 9}},
            "a\nWeather: Rain, 9 °C",
        ),
        ({"text": "a", "location": {"name": "Oslo"}, "rating": None}, "a\nPlace: Oslo"),
        ({"text": "a", "location": "Oslo"}, "a\nPlace: Oslo"),
    ],
)
def test_note_of_an_entry(entry, note):
    reading = read([{"date": "2026-03-02T10:00:00"} | entry])
    assert reading.failures == ()
    assert get_days(reading) == {"2026-03-02": note}


def test_entries_that_cannot_be_read_are_named_and_the_rest_read():
    entries = [
        *(ENTRY, 5, {"html": "no date"}, ENTRY | {"date": "soon"}, ENTRY | {"html": 5}),
        *(ENTRY | {"date": "2027-01-01T10:00:00"}, {"date": "2024-03-12", "html": "<br>"}),
    ]
    reading = read(create_zip({"a.json": b"{broken", "Diarium.json": entries}))
    assert list(get_days(reading)) == ["2024-03-11"]
    whys = {failure.where: failure.why for failure in reading.failures}
    assert list(whys) == ["a.json", *(f"Diarium.json, entry {number}" for number in range(2, 8))]
    for where, why in [(2, "no entry"), (3, "no date"), (4, "no time"), (5, "no text")]:
        assert why in whys[f"Diarium.json, entry {where}"]
    assert "between" in whys["Diarium.json, entry 6"]
    assert "no words" in whys["Diarium.json, entry 7"]
    assert read([ENTRY, 5]).failures[0].where == "entry 2"


def test_media_beside_the_entries_stay_behind():
    media = {f"media/2024-03-11_214753488/{name}": b"x" for name in ("a.jpg", "b.mp4", "c.m4a")}
    assert read(create_zip({"Diarium.json": [ENTRY]} | media)).left_behind == {
        "photos": 1,
        "videos": 1,
        "sounds": 1,
    }


@pytest.mark.parametrize(
    "content",
    [
        [],
        {},
        5,
        [{"date": "2026-03-02", "title": "a", "text": "b"}],
        {"entries": [{"title": "a", "body": "b", "date": "2026-03-02", "time": "10:00"}]},
        {"entries": [{"creationDate": "2026-03-02T10:00:00Z", "text": "b", "location": {}}]},
        {"entries": {"2026-03-02": {"title": "", "text": "t"}}},
    ],
)
def test_other_journals_are_not_taken_for_diarium(content):
    assert not detect_diarium(Upload(json.dumps(content).encode()))


@settings(max_examples=300)
@given(mutate((SAMPLES / "diarium.zip").read_bytes()) | mutate(json.dumps([ENTRY]).encode()))
def test_damaged_file_is_read_or_refused(content):
    with suppress(UnreadableJournal):
        read(content)


@settings(max_examples=300)
@given(mutate_json([ENTRY]))
def test_json_with_other_values_is_read_or_refused(content):
    with suppress(UnreadableJournal):
        read(content, name="Diarium_2026.json")
