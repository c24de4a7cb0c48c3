"""Daylio's CSV, as the app exports it and as spreadsheets save it."""

import io
import zipfile
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mutations import mutate

from leaderjournal.kernel.days import LocalDate
from leaderjournal.portability.imports.archives import UnreadableJournal
from leaderjournal.portability.imports.formats import daylio
from leaderjournal.portability.imports.journal_format import ReadingOptions
from leaderjournal.portability.imports.reader import FileReader
from leaderjournal.portability.imports.uploads import Upload

SAMPLES = Path(__file__).parents[1] / "samples"
TODAY = LocalDate(date(2026, 11, 24))
HEADER = "full_date,date,weekday,time,mood,activities,note_title,note"


def read(content, *, zone="Europe/Berlin"):
    content = content.encode() if isinstance(content, str) else content
    return FileReader(zone, time(3), TODAY).read(content, name="daylio_export.csv")


def read_sample(name):
    return read((SAMPLES / name).read_bytes())


def list_notes(reading):
    return {str(day.local_date): day.content.note for day in reading.days}


@pytest.mark.parametrize(
    "name", ["daylio-bom-crlf-cr.csv", "daylio-semicolon.csv", "daylio-utf16.csv"]
)
def test_spreadsheet_changes_nothing_that_matters(name):
    reading = read_sample(name)
    assert reading.kind == "daylio"
    assert list_notes(reading) == {"2026-03-02": "Notiz hier\ngut: Arbeit, Team"}
    [day] = reading.days
    assert day.writing.written_at == datetime(2026, 3, 2, 19, 20, tzinfo=UTC)
    assert reading.moods == {"gut": 1}


def test_table_in_a_zip_is_read_too():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("read me.csv", "a,b\n1,2\n")
        archive.writestr("daylio/export.csv", (SAMPLES / "daylio-utf16.csv").read_bytes())
    assert list_notes(read(file.getvalue())) == {"2026-03-02": "Notiz hier\ngut: Arbeit, Team"}


def test_date_may_have_spaces_around_it():
    assert list_notes(read_sample("daylio-date.csv")) == {
        "2026-03-02": "date form  2026-03-02\ngood"
    }


def test_bare_quotation_marks_spoil_no_row():
    reading = read_sample("daylio-bad-quote.csv")
    assert list_notes(reading) == {
        "2026-03-02": 'He said "hi" plain\ngood',
        "2026-03-03": "next\ngood",
    }
    assert reading.failures == ()


def test_times_and_texts_of_many_languages_are_read():
    reading = read_sample("daylio-basic-edge.csv")
    notes = list_notes(reading)
    assert notes["2026-03-02"] == (
        'Title\nLine one\nLine "two" quoted\nline, three\ngood: work, team'
    )
    assert notes["2026-03-04"] == ("dot time\ngood\n\nlower am, 01:30 on 5th belongs to 4th\ngood")
    assert notes["2026-03-07"] == "good"
    assert notes["2026-03-08"] == "no mood"
    assert notes["2026-03-10"] == "bold x\nline\na\nb\ngood"
    assert notes["2026-03-11"] == "Unicode \u2028 sep\ngood: a, b, c"
    evenings = [day for day in reading.days if str(day.local_date) != "2026-03-04"]
    assert {day.writing.written_at.time() for day in evenings} == {time(19, 20)}
    [failure] = reading.failures
    assert failure.where == "row 9"
    assert "no words" in failure.why


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Größe – „gut“, café", "cp1252"),
        ("Сегодня поговорил с командой, было трудно.", "cp1251"),
        ("今日はチームと話しました。", "cp932"),
        ("Σήμερα μίλησα με την ομάδα μου.", "cp1253"),
        ("Ça va 🙂", "utf-16"),
        ("Ça va 🙂", "utf-16-le"),
    ],
)
@pytest.mark.parametrize("delimiter", [";", "\t", ","])
def test_note_in_any_encoding_is_read(text, encoding, delimiter):
    row = f'02.03.2026,2. März,Montag,20.20,gut,Arbeit,,"{text}"'.replace("ä", "a")
    lines = [HEADER.replace(",", delimiter), row.replace(",", delimiter, 7)]
    reading = read("\r\n".join(lines).encode(encoding))
    assert list_notes(reading) == {"2026-03-02": f"{text}\ngut: Arbeit"}


def test_columns_may_be_in_any_case_and_order():
    text = "Mood;Note;Time;Full_Date;Extra\ngood;Words;20:20;2026/3/2;x\nbad;;8:20 PM;2026/3/3"
    assert list_notes(read(text)) == {"2026-03-02": "Words\ngood", "2026-03-03": "bad"}


def test_uncertain_date_is_refused_where_nothing_tells():
    reading = read(f"{HEADER}\n3/2/2026,x,x,20:20,good,,,Words\n13/2/26,x,x,20:20,bad,,,More")
    assert list_notes(reading) == {"2026-02-03": "Words\ngood", "2026-02-13": "More\nbad"}
    alone = read(f"{HEADER}\n3/2/2026,x,x,20:20,good,,,Words")
    [failure] = alone.failures
    assert failure.where == "row 2"
    assert "told apart" in failure.why


def test_row_that_cannot_be_read_is_named_as_a_spreadsheet_numbers_it():
    reading = read(
        f"{HEADER}\n"
        '2026-03-01,x,x,20:20,good,,,"two\nlines"\n'
        "soon,x,x,20:20,good,,,Secret\n"
        '2026-03-03,x,x,20:20,good,,,"Secret\n'
        "\n"
        "2026-03-04,x,x,20:20,good,,,Fine\n"
        "2026-03-05\n"
        "2027-03-05,x,x,20:20,good,,,Secret\n"
    )
    assert set(list_notes(reading)) == {"2026-03-01", "2026-03-04"}
    whys = {failure.where: failure.why for failure in reading.failures}
    assert set(whys) == {"row 3", "row 4", "row 7", "row 8"}
    assert "no date" in whys["row 3"]
    assert "quotation mark" in whys["row 4"]
    assert "no words" in whys["row 7"]
    assert "between" in whys["row 8"]
    assert "Secret" not in str(whys)


def test_entry_is_known_again_in_a_longer_export():
    row = "2026-03-02,x,x,20:20,good,,,Words"
    first, second = (
        {entry.local_date: entry.source_id for entry in read_entries(text)}
        for text in (f"{HEADER}\n{row}", f"{HEADER}\n2026-03-05,x,x,9:00,bad,,,New\n{row}")
    )
    assert first[date(2026, 3, 2)] == second[date(2026, 3, 2)]
    assert len(set(second.values())) == 2


def read_entries(text):
    options = ReadingOptions("Europe/Berlin", time(3), TODAY)
    return list(daylio.read_daylio(Upload(text.encode()), options))


def test_rows_that_are_the_same_are_entries_of_their_own():
    row = "2026-03-02,x,x,20:20,good,,,Words"
    reading = read(f"{HEADER}\n{row}\n{row}\n{row.replace('Words', 'More')}")
    assert list_notes(reading) == {"2026-03-02": "Words\ngood\n\nWords\ngood\n\nMore\ngood"}
    assert reading.moods == {"good": 3}


def test_more_rows_than_a_journal_may_have_are_refused(monkeypatch):
    monkeypatch.setattr(daylio, "MOST_ROWS", 2)
    with pytest.raises(UnreadableJournal, match="2 rows"):
        read(f"{HEADER}\n" + "2026-03-02,x,x,20:20,good,,,Words\n" * 2)


FUZZED = [path.read_bytes() for path in sorted(SAMPLES.glob("daylio-*.csv"))]


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(FUZZED).flatmap(mutate))
def test_damaged_file_is_read_or_refused(content):
    try:
        reading = read(content)
    except UnreadableJournal:
        return
    assert all(failure.where and failure.why for failure in reading.failures)
