"""Journals of other apps: Journey, Daylio and Markdown."""

import io
import json
import zipfile
from datetime import UTC, date, datetime, time

import pytest

from leaderjournal.kernel.days import LocalDate
from leaderjournal.portability.imports.archives import UnreadableJournal
from leaderjournal.portability.imports.moods import score_moods
from leaderjournal.portability.imports.reader import FileReader, MoodChoices
from leaderjournal.reflections.rules import Answer

TODAY = LocalDate(date(2026, 11, 24))
DAYLIO = """full_date,date,weekday,time,mood,activities,note_title,note
2026-11-23,November 23,Monday,9:12 PM,good,work | team,Call,"Sat in, and kept quiet."
2026-11-23,November 23,Monday,07:30,awful,,,Bad start
2026-11-22,November 22,Sunday,1:30 AM,Splendid,,,
soon,x,x,x,good,,,Lost
2027-01-01,x,x,12:00,good,,,Too early
"""


def create_zip(files):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file.getvalue()


def read(content, **options):
    return FileReader("Europe/Berlin", time(3), TODAY, **options).read(content)


def create_entry(text="Words.", at="2026-11-23T22:30:00+00:00", **rest):
    moment = int(datetime.fromisoformat(at).timestamp() * 1000)
    return json.dumps(
        {"id": f"{text}{at}", "date_journal": moment, "timezone": "Europe/London", "text": text}
        | rest
    )


def test_journey_entries_keep_the_local_day_of_their_zone():
    reading = read(
        create_zip(
            {
                "1.json": create_entry("Evening."),
                "2.json": create_entry("After midnight.", "2026-11-24T02:30:00+00:00"),
                "3.json": create_entry("Elsewhere.", timezone="Mars/Olympus"),
                "1-photo.jpg": b"x",
            }
        )
    )
    assert reading.kind == "journey"
    [day] = reading.days
    assert str(day.local_date) == "2026-11-23"
    assert day.content.note == "Evening.\n\nElsewhere.\n\nAfter midnight."
    assert reading.failures == ()


def test_journey_html_becomes_text_and_photos_are_counted():
    text = "<p>Sat with <b>Mira</b> &amp; Jonas.</p><ul><li>One</li><li>Two</li></ul>"
    reading = read(create_zip({"1.json": create_entry(text, photos=["a.jpg", "b.jpg"])}))
    assert reading.days[0].content.note == "Sat with Mira & Jonas.\nOne\nTwo"
    assert reading.left_behind == {"photos": 2}


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        (create_entry(""), "no words"),
        (create_entry("x", date_journal="soon"), "no time"),
        (create_entry("x", date_journal=1e300), "no time"),
        (create_entry(7), "no text"),
        (create_entry("x", "2026-12-24T10:00:00+00:00"), "between"),
        (create_entry("x" * 20_001), "20,000"),
        (create_entry("<p>" * 100_000), "no words"),
        (create_entry("<p>" * 700_000), "2,000,000"),
        ("{", "no JSON"),
    ],
)
def test_unreadable_journey_entry_is_reported_with_its_reason(entry, why):
    reading = read(create_zip({"0.json": create_entry("Fine."), "1.json": entry}))
    [failure] = reading.failures
    assert failure.where == "1.json"
    assert why in failure.why
    assert len(reading.days) == 1


def test_daylio_moods_become_scores_only_as_chosen():
    plain = read(DAYLIO.encode("utf-8-sig"))
    assert plain.kind == "daylio"
    assert plain.moods == {"good": 1, "awful": 1, "splendid": 1}
    assert [str(day.local_date) for day in plain.days] == ["2026-11-21", "2026-11-23"]
    assert plain.days[1].content.answers == ()
    assert plain.days[1].content.note == (
        "Bad start\nawful\n\nCall\nSat in, and kept quiet.\ngood: work, team"
    )
    assert plain.days[1].writing.written_at == datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
    assert [failure.where for failure in plain.failures] == ["row 5", "row 6"]

    scores = {"good": 4, "awful": 1, "splendid": 5}
    chosen = read(DAYLIO.encode(), choices=MoodChoices("let-go", scores))
    assert [day.content.answers for day in chosen.days] == [
        (Answer("let-go", score=5),),
        (Answer("let-go", score=3),),
    ]


def test_days_score_is_the_mean_of_its_moods_rounded_half_up():
    scores = {"rad": 5, "good": 4, "meh": 3, "bad": 2}
    assert score_moods(["rad", "good"], scores) == 5
    assert score_moods(["rad", "bad", "bad"], scores) == 3
    assert score_moods(["unknown"], scores) is None


def test_foreign_markdown_becomes_notes_by_date():
    reading = read(
        create_zip(
            {
                "daily/2026-11-20.md": "# Friday\n\nCoached Mira.",
                "b.md": "---\ndate: 2026-11-19\ntags: [work]\n---\nFront matter.",
                "c.md": "---\ndate: 2026-11-18 10:00:00\n---\n## Let go\nStood aside.\n## Other\nx",
                "d.md": "No date anywhere.",
                "e.md": "---\n: {\n---\n2026",
                "2026-11-17.md": "   ",
                "long.md": f"---\n{'a: b' * 6_000}\n---\n2026-11-01",
                "2026-13-45.md": "No such day.",
                "copy/2026-11-20.md": "Again.",
                "2027-01-01.md": "Not yet.",
            }
        )
    )
    assert reading.kind == "markdown"
    by_day = {str(day.local_date): day.content for day in reading.days}
    assert by_day["2026-11-20"].note == "Again.\n\n# Friday\n\nCoached Mira."
    assert by_day["2026-11-19"].note == "Front matter.\ntags: work"
    assert by_day["2026-11-18"].answers == (Answer("let-go", text="Stood aside.\n## Other\nx"),)
    whys = {failure.where: failure.why for failure in reading.failures}
    assert set(by_day) == {"2026-11-18", "2026-11-19", "2026-11-20"}
    assert "has a date" in whys["e.md"]
    assert "20,000" in whys["long.md"]
    assert "has a date" in whys["d.md"]
    assert "has a date" in whys["2026-13-45.md"]
    assert "no words" in whys["2026-11-17.md"]
    assert "between" in whys["2027-01-01.md"]


def test_invisible_text_does_not_drop_the_rest_of_its_day():
    text = "---\ndate: 2026-11-19\n---\n## Let go\nWords.\n## A note\n\u00ad"
    [day] = read(create_zip({"a.md": text})).days
    assert day.content.answers == (Answer("let-go", text="Words."),)
    assert day.content.note == "\u00ad"


def test_invalid_score_in_front_matter_is_ignored():
    text = "---\ndate: 2026-11-19\nlet-go: {score: 9, behaviour: fly}\n---\n## Let go\nWords."
    [day] = read(create_zip({"a.md": text})).days
    assert day.content.answers == (Answer("let-go", text="Words."),)


def test_export_with_too_many_values_is_refused_before_parsing():
    with pytest.raises(UnreadableJournal, match="5,000,000"):
        read(b'{"reflections": [' + b"[]," * 2_600_000 + b"]}")


@pytest.mark.parametrize(
    "content", [b"", b"a,b\n1,2\n", b"\xff\xfe", b"diary", b"full_date,mood\n", b"[]"]
)
def test_unknown_file_error_lists_the_supported_formats(content):
    with pytest.raises(UnreadableJournal, match="Daylio"):
        read(content)


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_daylio_accepts_any_line_ends(ending):
    reading = read("\ufeff".encode() + DAYLIO.replace("\n", ending).encode())
    assert reading.days == read(DAYLIO.encode()).days
    assert len(reading.days) == 2


@pytest.mark.parametrize("text", ["x" * 200_000, 'full_date,"mood', "full_date\0,mood,note"])
def test_non_csv_text_is_no_journal(text):
    with pytest.raises(UnreadableJournal):
        read(text.encode())
