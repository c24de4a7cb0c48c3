"""jrnl's JSON export and its text files."""

import io
import json
import zipfile
from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mutations import mutate

from leaderjournal.kernel.days import LocalDate
from leaderjournal.portability.imports.archives import UnreadableJournal
from leaderjournal.portability.imports.reader import FileReader

TODAY = LocalDate(date(2026, 11, 24))
JSON = {
    "tags": {"@idea": 1},
    "entries": [
        {
            "title": "Met @mira.",
            "body": "She had an @idea.\n",
            "date": "2024-03-05",
            "time": "21:30",
            "tags": ["@idea", "@mira", "@more"],
            "starred": True,
        },
        {"title": "Morning.", "body": "", "date": "2024-03-05", "time": "07:15", "tags": []},
        {"title": "Night.", "body": "", "date": "2024-03-07", "time": "01:15", "tags": []},
        {"title": "No time.", "body": "", "date": "2024-03-09", "time": "00:00", "tags": []},
    ],
}
TEXT = """[2024-03-05 09:30] First entry.
Everything is alright.
[1] is no date, and neither is
[x] this

[2024-03-05 21:30] Second entry. *

[2024-03-06 08:00 PM] Third entry.
"""


def read(content, name="journal"):
    content = json.dumps(content) if isinstance(content, dict) else content
    content = content.encode() if isinstance(content, str) else content
    return FileReader("Europe/Berlin", time(3), TODAY).read(content, name=name)


def list_notes(reading):
    return {str(day.local_date): day.content.note for day in reading.days}


def create_zip(files):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file.getvalue()


def test_json_has_several_entries_a_day():
    reading = read(JSON)
    assert reading.kind == "jrnl"
    assert list_notes(reading) == {
        "2024-03-05": "Morning.\n\nMet @mira.\nShe had an @idea.\nStarred · Tags: @more",
        "2024-03-06": "Night.",
        "2024-03-09": "No time.",
    }
    assert reading.days[0].writing.written_at == datetime(2024, 3, 5, 6, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        "05 March 2024 21:30",
        "5 mars 2024 21:30",
        "March 5, 2024 09:30 PM",
        "Tuesday, Mar 05, 2024 09:30 PM",
        "Di 5. März 2024 21:30",
    ],
)
def test_text_has_dates_in_words_where_its_owner_chose_them(written):
    reading = read(f"[{written}] First entry. *\nMore.\n\n[{written}] Second.\n")
    assert (reading.kind, reading.failures) == ("jrnl", ())
    assert list_notes(reading) == {"2024-03-05": "First entry.\nMore.\nStarred\n\nSecond."}
    assert reading.days[0].writing.written_at == datetime(2024, 3, 5, 20, 30, tzinfo=UTC)


@pytest.mark.parametrize("line", ["[Chorus 2024] words", "[a 5 b 2024] c", "[5 2024] c", "[x"])
def test_text_in_brackets_without_a_date_is_no_journal_of_jrnl(line):
    with pytest.raises(UnreadableJournal):
        read(f"{line}\n[2024-03-05 09:30] First.", name="song.txt")


def test_export_with_a_file_for_each_entry_is_read():
    entries = [entry | {"starred": False} for entry in JSON["entries"]]
    files = {f"out/{number}.json": json.dumps(one) for number, one in enumerate(entries)}
    reading = read(create_zip(files | {"out/other.json": "{}"}))
    assert (reading.kind, reading.failures) == ("jrnl", ())
    assert list(list_notes(reading)) == ["2024-03-05", "2024-03-06", "2024-03-09"]
    assert len(read(json.dumps(entries[0])).days) == 1
    broken = read(create_zip(files | {"out/0.json": json.dumps(entries[0] | {"date": "soon"})}))
    assert [failure.where for failure in broken.failures] == ["out/0.json, the entry"]


def test_text_is_split_at_its_dates_alone():
    reading = read(TEXT)
    assert reading.kind == "jrnl"
    assert list_notes(reading) == {
        "2024-03-05": (
            "First entry.\nEverything is alright.\n[1] is no date, and neither is\n[x] this\n\n"
            "Second entry.\nStarred"
        ),
        "2024-03-06": "Third entry.",
    }


@pytest.mark.parametrize(
    "text",
    [
        "2024-03-05 09:30 Title\nBody\n",
        "2024-03-05 09:30 Title\n| Body\n",
        "\n\n[2024-03-05 09:30] Title\nBody",
        "\ufeff[2024-03-05 09:30:00] Title\r\nBody\r\n",
        "[05.03.2024 09:30] Title\nBody",
        "[2024/03/05 9.30] Title\nBody",
        "[2024-03-05 09:30:00 AM] Title\nBody",
        "[2024-03-05] Title\nBody",
    ],
)
def test_date_may_have_the_form_of_its_owner(text):
    assert list_notes(read(text)) == {"2024-03-05": "Title\nBody"}


def test_order_of_day_and_month_is_learned_from_other_entries():
    text = "[03/05/2024 09:30] One\n[03/25/2024 09:30] Two\n"
    assert list_notes(read(text)) == {"2024-03-05": "One", "2024-03-25": "Two"}
    [failure] = read("[03/05/2024 09:30] Secret").failures
    assert failure.where == "line 1"
    assert "told apart" in failure.why


def test_folder_of_texts_is_read_from_its_zip():
    files = {
        "2020/08/29.txt": "[2020-08-29 11:11] Entry the first.\n",
        "2020/08/31.txt": "[2020-08-31 14:32] A second entry.\n[2020-08-31 15:00] A third.\n",
        "2020/should-be-named.txt": "Secret",
    }
    reading = read(create_zip(files))
    assert list_notes(reading) == {
        "2020-08-29": "Entry the first.",
        "2020-08-31": "A second entry.\n\nA third.",
    }
    [failure] = reading.failures
    assert failure.where == "2020/should-be-named.txt"


def test_json_comes_in_from_a_zip_too():
    assert len(read(create_zip({"journal.json": json.dumps(JSON), "x.txt": "?"})).days) == 3


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        ({"title": "x", "body": "", "date": "2024-02-30", "time": "1:00"}, "no date"),
        ({"title": "x", "body": "", "date": 7}, "no date"),
        ({"title": "", "body": "\u200b", "date": "2024-03-05"}, "no words"),
        ({"title": 7, "body": "", "date": "2024-03-05"}, "no text"),
        ({"title": "x", "body": "", "date": "2027-03-05"}, "between"),
        ("entry", "no date"),
    ],
)
def test_broken_entry_is_named_and_spoils_no_other(entry, why):
    reading = read({"tags": {}, "entries": [*JSON["entries"], entry]})
    [failure] = reading.failures
    assert failure.where == "entry 5"
    assert why in failure.why
    assert len(reading.days) == 3


def test_line_of_a_broken_date_is_named():
    reading = read("[2024-03-05 09:30] One\nMore\n\n[2019-07 14:23] Secret\n[2024-03-06 1:00] Two")
    [failure] = reading.failures
    assert failure.where == "line 4"
    assert "Secret" not in failure.why
    assert len(reading.days) == 1


@pytest.mark.parametrize(
    "text", ["Dear diary", "- [ ] task", "[link] text", "[1] note", "2024-03-05\nHeading", ""]
)
def test_other_texts_are_not_taken_for_a_journal(text):
    with pytest.raises(UnreadableJournal):
        read(text)


@settings(deadline=None)
@given(st.sampled_from([TEXT.encode(), json.dumps(JSON).encode()]).flatmap(mutate))
def test_damaged_journal_is_read_or_refused(content):
    try:
        reading = read(content)
    except UnreadableJournal:
        return
    assert all(failure.where and failure.why for failure in reading.failures)
