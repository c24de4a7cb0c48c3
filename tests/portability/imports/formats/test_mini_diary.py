"""Mini Diary's JSON export, and Mini Diarium's."""

import io
import json
import zipfile
from datetime import date, time
from pathlib import Path

import pytest
from hypothesis import given, settings
from mutations import mutate

from leaderjournal.kernel.days import LocalDate
from leaderjournal.portability.imports.archives import UnreadableJournal
from leaderjournal.portability.imports.reader import FileReader

SAMPLES = Path(__file__).parents[1] / "samples"
TODAY = LocalDate(date(2026, 11, 24))
METADATA = {"application": "Mini Diary", "version": "3.3.0", "dateUpdated": "Thu Jan 03 2019"}


def read(content):
    content = content if isinstance(content, bytes) else json.dumps(content).encode()
    return FileReader("Pacific/Auckland", time(3), TODAY).read(content, name="diary.json")


def list_notes(reading):
    return {str(day.local_date): day.content.note for day in reading.days}


def test_sample_is_one_day():
    reading = read((SAMPLES / "mini-diary.zip").read_bytes())
    assert reading.kind == "mini-diary"
    assert list_notes(reading) == {"2026-03-02": "t"}
    assert reading.failures == ()


def test_entry_has_a_title_and_markdown():
    entries = {
        "2024-03-05": {"dateUpdated": "x", "title": "Title", "text": "**bold**\n\n- One"},
        "2024-03-06": {"title": "", "text": "Plain, 1 < 2"},
    }
    assert list_notes(read({"metadata": METADATA, "entries": entries})) == {
        "2024-03-05": "Title\n**bold**\n\n- One",
        "2024-03-06": "Plain, 1 < 2",
    }


def test_html_of_mini_diarium_becomes_text():
    entries = {"2024-03-05": {"title": "T", "text": "<p>One <b>two</b></p><p>Three &amp; four</p>"}}
    assert list_notes(read({"metadata": {}, "entries": entries})) == {
        "2024-03-05": "T\nOne two\nThree & four"
    }


def test_pictures_within_the_html_stay_behind():
    text = '<p>One</p><img src="data:image/png;base64,AAAA"><p>Two <IMG src="x"/></p>'
    reading = read({"metadata": METADATA, "entries": {"2024-03-05": {"title": "", "text": text}}})
    assert list_notes(reading) == {"2024-03-05": "One\nTwo"}
    assert reading.left_behind == {"photos": 2}
    plain = {"2024-03-05": {"title": "", "text": "I write <img of nothing"}}
    assert read({"metadata": METADATA, "entries": plain}).left_behind == {}


def test_day_of_mini_diarium_may_have_several_entries():
    entry = {"id": 42, "date": "2024-03-05", "title": "", "text": "One", "dateUpdated": "x"}
    journal = {"metadata": {"version": "1"}, "entries": [entry, entry | {"id": 43, "text": "Two"}]}
    reading = read(journal)
    assert reading.kind == "mini-diary"
    assert list_notes(reading) == {"2024-03-05": "One\n\nTwo"}


@pytest.mark.parametrize(
    ("given", "entry", "why"),
    [
        ("2024-02-30", {"text": "Secret"}, "is no date"),
        ("Secret", {"text": "Secret"}, "is no date"),
        ("2024-03-06", "Secret", "no entry"),
        ("2024-03-06", {"text": 7}, "no text"),
        ("2024-03-06", {"title": "", "text": ""}, "no words"),
        ("2027-03-06", {"text": "Secret"}, "between"),
    ],
)
def test_broken_entry_is_named_and_spoils_no_other(given, entry, why):
    entries = {"2024-03-05": {"title": "", "text": "Fine"}, given: entry}
    reading = read({"metadata": METADATA, "entries": entries})
    [failure] = reading.failures
    assert why in failure.why
    assert "Secret" not in failure.where + failure.why
    assert list_notes(reading) == {"2024-03-05": "Fine"}


def test_broken_file_of_a_zip_is_named():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.json", "{")
        archive.writestr("b.json", json.dumps({"entries": {"2024-03-05": {"text": "Fine"}}}))
    reading = read(file.getvalue())
    assert [failure.where for failure in reading.failures] == ["a.json"]
    assert len(reading.days) == 1


WHOLE = json.dumps({"metadata": METADATA, "entries": {"2024-03-05": {"title": "", "text": "T"}}})


@settings(deadline=None)
@given(mutate(WHOLE.encode()))
def test_damaged_file_is_read_or_refused(content):
    try:
        reading = read(content)
    except UnreadableJournal:
        return
    assert all(failure.where and failure.why for failure in reading.failures)
