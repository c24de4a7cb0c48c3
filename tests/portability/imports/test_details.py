"""What is kept beside an entry's words, and the media that stay behind."""

import io
import zipfile
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from json_mutations import VALUES

from leaderjournal.kernel.days import LocalDate, to_instant
from leaderjournal.portability.imports.details import (
    Details,
    build_entry,
    read_coordinates,
    read_line,
    read_names,
    read_number,
    read_place,
    read_weather,
)
from leaderjournal.portability.imports.media import MediaCount, get_media_kind
from leaderjournal.portability.imports.moments import Moment
from leaderjournal.portability.imports.rules import (
    LONGEST_NOTE,
    InvalidEntry,
    JournalEntry,
    LeftBehind,
    has_words,
    merge_entries,
)
from leaderjournal.portability.imports.uploads import Upload

MOMENT = Moment(LocalDate(date(2026, 3, 2)), to_instant(datetime(2026, 3, 2, tzinfo=UTC)), "UTC")


def build(*texts, source_id="a", **details):
    return list(build_entry("here", source_id, MOMENT, texts, Details(**details)))


def test_details_are_one_line_after_the_words():
    [entry] = build(
        "Title",
        "Body\n",
        mood="Good",
        activities=("run",),
        tags=("team", "boss"),
        people=("Mira",),
        place="Harbour",
        weather="Rain",
        music="Song",
        is_starred=True,
        is_pinned=True,
    )
    assert entry.text == (
        "Title\nBody\nStarred · Pinned · Mood: Good · Activities: run · Tags: team, boss"
        " · People: Mira · Place: Harbour · Weather: Rain · Music: Song"
    )
    assert entry.mood == "good"


@pytest.mark.parametrize(
    "details", [{"mood": "3"}, {"tags": ("a",)}, {"people": ("a",)}, {"activities": ("a",)}]
)
def test_what_the_leader_chose_is_a_day_without_words(details):
    [entry] = build("", None, "\ufffc\u200b", **details)
    assert entry.text == Details(**details).describe()


@pytest.mark.parametrize(
    "details", [{}, {"place": "Harbour"}, {"weather": "Rain"}, {"is_starred": True}]
)
def test_what_the_app_noted_is_no_day_without_words(details):
    with pytest.raises(InvalidEntry, match="no words"):
        build("", **details)


def test_details_come_along_with_the_beginning_of_a_long_text():
    [entry] = build("x" * 7, "y" * LONGEST_NOTE, tags=("team",))
    [day], [failure] = merge_entries([entry])
    assert len(day.note) == LONGEST_NOTE
    assert day.note == f"xxxxxxx\n{'y' * (LONGEST_NOTE - 19)}\nTags: team"
    assert "last 19 of its 20,019 characters" in failure.why


def test_id_of_an_entry_without_one_is_made_of_its_words():
    [first], [again], [other] = (build(text, source_id="") for text in ("a", "a", "b"))
    assert first.source_id == again.source_id != other.source_id


@pytest.mark.parametrize(
    "text",
    ["\u2060\ufe0f\u00ad", "\ufffc", "\u3164", "\u2800", "\u034f", "\U000e0041", " \u200b\n"],
)
def test_invisible_letters_alone_are_no_words(text):
    assert not has_words(text)
    assert has_words(f"{text}x")


def test_names_are_read_from_texts_and_objects():
    assert read_names(["a", {"name": " b\nc "}, {"title": "d"}, 5, None, "", "a", "\ud800e"]) == (
        *("a", "b c", "d", "e"),
    )
    assert read_names("work") == ("work",)
    assert read_names({"name": "work"}) == ("work",)
    assert read_names(5) == ()


def test_weather_and_places_are_words():
    assert read_weather("Rain", 9.4) == "Rain, 9 °C"
    assert read_weather("", 1.8e308) == ""
    assert read_weather("Rain", "warm") == "Rain"
    assert read_weather(None, -3) == "-3 °C"
    place = {"placeName": "Harbour", "city": "Harbour", "country": "Norway", "latitude": 5}
    assert read_place(place, "placeName", "city", "country") == "Harbour, Norway"
    assert read_place({"latitude": 53.5, "lng": 9.9}) == "53.5, 9.9"
    assert read_place("Harbour") == "Harbour"
    assert read_coordinates(1.8e308, 1.8e308) == read_coordinates(0, 0) == ""
    assert read_coordinates("53.123456", -9) == "53.12346, -9"


@given(VALUES, VALUES)
def test_any_values_are_read(one, other):
    assert "\n" not in read_line(one)
    read_names(one), read_number(one), read_weather(one, other), read_coordinates(one, other)
    read_place(one, "name"), read_place({"name": one, "lat": one, "lon": other}, "name")


def test_media_are_counted_by_kind_whether_named_or_lying_there():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in ("photos/a.JPG", "photos/b.heic", "c.mov", "d.m4a", "e.pdf", "f.json", "g.txt"):
            archive.writestr(name, b"x")
    media = MediaCount()
    media.add("photos", [{}, {}, {}])
    media.add("photos", "none")
    media.add_files(["a.mp4", {"filename": "b.mp4"}, {"name": "c.opus"}, 5, None, ""])
    media.add_files("none")
    assert list(media.list_left_behind(Upload(file.getvalue()))) == [
        LeftBehind("files", 3),
        LeftBehind("photos", 3),
        LeftBehind("sounds", 1),
        LeftBehind("videos", 2),
    ]
    assert list(MediaCount().list_left_behind(Upload(b"{}"))) == []
    assert get_media_kind("x.webp") == "photos"


def test_entry_is_what_is_built():
    assert build("words") == [
        JournalEntry(
            *("here", "a", MOMENT.local_date, MOMENT.written_at, "UTC", "words"), words="words"
        )
    ]
