"""Daylio's backup: a JSON in base64 in a zip, with moods and tags by their numbers."""

import base64
import io
import json
import zipfile
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mutations import mutate

from leaderjournal.kernel.days import LocalDate
from leaderjournal.portability.imports.archives import UnreadableJournal
from leaderjournal.portability.imports.reader import FileReader

SAMPLES = Path(__file__).parents[1] / "samples"
TODAY = LocalDate(date(2026, 11, 24))
MOODS = [
    {"id": 1, "custom_name": "", "mood_group_id": 1, "predefined_name_id": 1},
    {"id": 4, "custom_name": "", "mood_group_id": 4, "predefined_name_id": 4},
    {"id": 6, "custom_name": "Meh+", "mood_group_id": 3, "predefined_name_id": -1},
    {"id": 7, "custom_name": "", "mood_group_id": 2, "predefined_name_id": -1},
]
TAGS = [{"id": 179, "name": "work"}, {"id": 177, "name": "Καφές ☕"}]


def create_entry(**values):
    return {
        "id": 15024,
        "year": 2023,
        "month": 10,
        "day": 19,
        "hour": 10,
        "minute": 45,
        "datetime": 1700408759432,
        "timeZoneOffset": -18000000,
        "mood": 1,
        "note": "Converted.",
        "note_title": "",
        "tags": [179],
        "assets": [],
    } | values


def create_backup(*entries, files=(), encode=base64.b64encode, **values):
    backup = {"version": 15, "customMoods": MOODS, "tags": TAGS, "dayEntries": list(entries)}
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("backup.daylio", encode(json.dumps(backup | values).encode()))
        for name in files:
            archive.writestr(name, b"x")
    return file.getvalue()


def read(content, *, zone="America/New_York"):
    return FileReader(zone, time(3), TODAY).read(content, name="backup.daylio")


def list_notes(reading):
    return {str(day.local_date): day.content.note for day in reading.days}


def test_backup_without_entries_tells_what_stays_behind():
    reading = read((SAMPLES / "daylio-backup.daylio").read_bytes())
    assert reading.kind == "daylio-backup"
    assert (reading.days, reading.failures) == ((), ())
    assert reading.left_behind == {"photos": 1}


def test_entry_has_the_date_that_the_app_shows():
    reading = read(
        create_backup(
            create_entry(),
            create_entry(id=2, month=0, day=1, hour=1, minute=30, mood=6, note="Late."),
        )
    )
    assert list_notes(reading) == {
        "2023-11-19": "Converted.\nrad: work",
        "2022-12-31": "Late.\nMeh+: work",
    }
    assert reading.days[1].writing.written_at == datetime(2023, 11, 19, 15, 45, tzinfo=UTC)
    assert reading.moods == {"rad": 1, "meh+": 1}


def test_note_is_html_and_activities_have_names():
    note = "<div>Sat with <b>Mira</b> &amp; Jonas</div><ul><li>One</li><li>Two</li></ul>"
    reading = read(create_backup(create_entry(note=note, note_title="Title", tags=[177, 5, "x"])))
    assert list(list_notes(reading).values()) == [
        "Title\nSat with Mira & Jonas\nOne\nTwo\nrad: Καφές ☕"
    ]


def test_mood_without_words_is_a_day():
    reading = read(create_backup(create_entry(note="", tags=[], mood=7)))
    assert list(list_notes(reading).values()) == ["good"]


def test_moods_of_the_app_need_no_list():
    assert read(create_backup(create_entry(mood=5), customMoods=None)).moods == {"awful": 1}


def test_date_without_its_parts_comes_from_the_time_and_its_offset():
    entry = create_entry()
    for part in ("year", "month", "day"):
        del entry[part]
    assert list(list_notes(read(create_backup(entry)))) == ["2023-11-19"]


def test_photos_and_sounds_are_counted_once():
    assets = [
        {"id": 1, "type": 1, "checksum": "abc"},
        {"id": 2, "type": 2, "checksum": "def"},
        {"id": 3, "type": 1, "checksum": "gone"},
    ]
    files = ["assets/photos/2023/9/abc", "assets/audio/2023/9/def", "assets/photos/2023/9/more"]
    reading = read(create_backup(create_entry(), assets=assets, files=files))
    assert reading.left_behind == {"photos": 3, "sounds": 1}


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        (create_entry(month=12), "date"),
        (create_entry(day=31), "date"),
        (create_entry(year=None, datetime="x"), "date"),
        (create_entry(year=None, datetime=1e300), "date"),
        (create_entry(year=2027), "between"),
        (create_entry(note="", mood=99, tags=[]), "no words"),
        (create_entry(note=7), "no text"),
        ("entry", "no entry"),
        (None, "no entry"),
    ],
)
def test_broken_entry_is_named_and_spoils_no_other(entry, why):
    reading = read(create_backup(entry, create_entry(id=3, note="Fine.")))
    [failure] = reading.failures
    assert failure.where == "entry 1"
    assert why in failure.why
    assert list_notes(reading) == {"2023-11-19": "Fine.\nrad: work"}


def test_inner_file_comes_in_by_itself():
    with zipfile.ZipFile(io.BytesIO(create_backup(create_entry()))) as archive:
        assert len(read(archive.read("backup.daylio")).days) == 1


def test_base64_in_lines_and_plain_json_are_read():
    assert len(read(create_backup(create_entry(), encode=base64.encodebytes)).days) == 1
    assert len(read(create_backup(create_entry(), encode=bytes)).days) == 1


@pytest.mark.parametrize("encode", [lambda _: b"", lambda _: b"\xff\0", lambda _: b"e30="[:3]])
def test_unreadable_backup_is_refused_with_how_to_make_a_new_one(encode):
    with pytest.raises(UnreadableJournal, match="Backup & Restore"):
        read(create_backup(encode=encode))


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(
        [
            create_backup(create_entry(), encode=bytes),
            (SAMPLES / "daylio-backup.daylio").read_bytes(),
        ]
    ).flatmap(mutate)
)
def test_damaged_backup_is_read_or_refused(content):
    try:
        reading = read(content)
    except UnreadableJournal:
        return
    assert all(failure.where and failure.why for failure in reading.failures)


VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(create_entry())), VALUES), VALUES, VALUES)
def test_entry_of_any_values_is_read_or_named(values, moods, tags):
    reading = read(create_backup(create_entry(**values), customMoods=moods, tags=tags))
    assert len(reading.days) + len(reading.failures) == 1
