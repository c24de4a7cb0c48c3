"""DailyTxT's backup as JSON and its export as HTML."""

import io
import json
import zipfile
from datetime import date, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mutations import mutate

from leaderjournal.kernel.days import LocalDate
from leaderjournal.portability.imports.archives import UnreadableJournal
from leaderjournal.portability.imports.reader import FileReader

TODAY = LocalDate(date(2026, 11, 24))
TAGS = {"tags": [{"id": 1, "name": "work", "icon": "💼", "color": "#fff"}, "broken"]}
DAYS = [
    {
        "day": 5,
        "text": "Hello **you**\n\n- a",
        "date_written": "3/5/24, 9:30 PM",
        "tags": [1, 9],
        "files": [{"filename": "a.jpg"}],
        "isBookmarked": True,
        "pins": [{"text": "Lake", "lat": 1.0, "lon": 2.0}],
    },
    {"day": 6, "text": "", "tags": [1]},
    {"day": 7, "text": "1 < 2 &amp; more"},
]


def create_zip(files):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in files.items():
            plain = isinstance(content, str | bytes)
            archive.writestr(name, content if plain else json.dumps(content))
    return file.getvalue()


def create_page(*entries):
    blocks = "".join(
        f'    <div class="entry">\n        <div class="entry-date">{written}</div>\n'
        f'        <div class="entry-content">\n{content}        </div>\n    </div>\n'
        for written, content in entries
    )
    return (
        '<!DOCTYPE html>\n<html lang="de">\n<head>\n    <meta charset="UTF-8">\n'
        "    <title>DailyTxT Export</title>\n    <style>.entry { color: red }</style>\n</head>\n"
        f'<body>    <div class="header"><h1>Mira</h1></div>\n{blocks}'
        "<script>Prism.highlightAll();</script></body>\n</html>"
    )


def text_of(words):
    return f'<div class="entry-text">{words}</div>\n'


def read(content):
    return FileReader("Europe/Berlin", time(3), TODAY).read(content, name="dailytxt")


def list_notes(reading):
    return {str(day.local_date): day.content.note for day in reading.days}


def test_pin_without_a_name_is_known_by_its_coordinates():
    day = {"day": 5, "text": "a", "pins": [{"lat": 1.5, "lon": 2.25}, {"text": "Lake"}, {}, 5]}
    reading = read(create_zip({"2024/03.json": {"days": [day]}}))
    assert list_notes(reading) == {"2024-03-05": "a\nPlace: 1.5, 2.25, Lake"}


def test_backup_has_texts_tags_places_and_files():
    reading = read(
        create_zip(
            {
                "tags.json": TAGS,
                "templates.json": {"templates": []},
                "2024/03.json": {"days": DAYS},
                "files/a.jpg": b"x",
                "files/memo.m4a": b"x",
                "files/no-ending": b"x",
            }
        )
    )
    assert reading.kind == "dailytxt"
    assert list_notes(reading) == {
        "2024-03-05": "Hello **you**\n\n- a\nStarred · Tags: work · Place: Lake",
        "2024-03-06": "Tags: work",
        "2024-03-07": "1 < 2 & more",
    }
    assert reading.left_behind == {"photos": 1, "sounds": 1, "files": 1}


@pytest.mark.parametrize(
    ("day", "why"),
    [
        ({"day": 32, "text": "Secret"}, "no day"),
        ({"text": "Secret"}, "no day"),
        ({"day": 1e300, "text": "Secret"}, "no day"),
        ({"day": 8, "text": 7}, "no text"),
        ({"day": 8, "text": "\u200b"}, "no words"),
        ({"day": 8, "text": "QUJD" * 20}, "encrypted"),
        ("Secret", "no day"),
    ],
)
def test_broken_day_is_named_and_spoils_no_other(day, why):
    files = {"2024/03.json": {"days": [DAYS[2], day]}, "2024/04.json": "{", "tags.json": "["}
    reading = read(create_zip(files))
    whys = {failure.where: failure.why for failure in reading.failures}
    assert set(whys) == {"2024/03.json, day 2", "2024/04.json"}
    assert why in whys["2024/03.json, day 2"]
    assert len(reading.days) == 1


def test_encrypted_backup_is_refused_with_what_to_do():
    user = {"user_id": 1, "enc_enc_key": "x", "salt": "y", "password": "z"}
    month = {"days": [{"day": 5, "text": "QUJD" * 30}]}
    for keys in ({"user.json": user}, {"users.json": {"users": [user]}}):
        with pytest.raises(UnreadableJournal, match="encryption off"):
            read(create_zip(keys | {"1/2024/03.json": month}))


def test_pages_are_read_in_the_dates_of_their_language():
    words = text_of("<p>First &amp; <b>bold</b></p><ul><li>one</li></ul>") + (
        '<div class="entry-tags"><h4>Tags</h4><span class="tag">💼 #work</span></div>'
        '<div class="entry-pins"><ul><li>Lake (1.000000, -2.000000) <a href="x">Map</a></li></ul>'
        "</div>"
    )
    reading = read(
        create_zip(
            {
                "DailyTxT_2024-03.html": create_page(("Tuesday, 03/05/2024", words)),
                "DailyTxT_2024-04.html": create_page(("Freitag, 05.04.2024", text_of("April"))),
                "DailyTxT_2024-05.html": create_page(("zondag, 05-05-2024", text_of("Mei"))),
                "DailyTxT_2024-06.html": create_page(("2024年06月05日 (水曜日)", text_of("六月"))),
                "DailyTxT_2024-07.html": create_page(("2024/07/05, 星期五", text_of("七月"))),
                "files/2024-03-05/a.jpg": b"x",
            }
        )
    )
    assert list_notes(reading) == {
        "2024-03-05": "First & bold\none\nTags: work · Place: Lake",
        "2024-04-05": "April",
        "2024-05-05": "Mei",
        "2024-06-05": "六月",
        "2024-07-05": "七月",
    }
    assert reading.left_behind == {"photos": 1}
    assert reading.failures == ()


def test_files_of_a_day_say_its_date():
    link = text_of("Words") + '<li><a href="files/2024-03-05/a.jpg">a.jpg</a></li>'
    assert list_notes(read(create_page(("unreadable", link)).encode())) == {"2024-03-05": "Words"}


def test_uncertain_date_of_a_page_is_named():
    page = create_page(("?, 03/05/2024", text_of("Secret")), ("?, x", text_of("Secret")))
    reading = read(create_zip({"DailyTxT_export.html": page}))
    first, second = reading.failures
    assert first.where == "DailyTxT_export.html, entry 1"
    assert "told apart" in first.why
    assert "no date" in second.why


WHOLE = [
    create_page(("Tuesday, 03/05/2024", text_of("Words"))).encode(),
    create_zip({"2024/03.json": {"days": DAYS}}),
]


@settings(deadline=None)
@given(st.sampled_from(WHOLE).flatmap(mutate))
def test_damaged_file_is_read_or_refused(content):
    try:
        reading = read(content)
    except UnreadableJournal:
        return
    assert all(failure.where and failure.why for failure in reading.failures)
