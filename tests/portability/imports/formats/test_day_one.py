"""Day One's export: which day an entry belongs to, what of its text arrives, what is said of it."""

import io
import json
import re
import zipfile
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from json_mutations import mutate_json
from mutations import mutate

from leaderjournal.kernel.days import ZONE_NAMES, LocalDate
from leaderjournal.portability.imports.archives import (
    MOST_VALUES,
    UnreadableJournal,
)
from leaderjournal.portability.imports.formats.day_one import (
    MANY_ENTRIES,
    MOST_ENTRIES,
    detect_day_one,
    read_day_one,
)
from leaderjournal.portability.imports.journal_format import ReadingOptions
from leaderjournal.portability.imports.reader import FileReader
from leaderjournal.portability.imports.rules import (
    LONGEST_NOTE,
    Failure,
    JournalEntry,
    LeftBehind,
    merge_entries,
)
from leaderjournal.portability.imports.uploads import Upload

TODAY = LocalDate(date(2026, 11, 24))
SAMPLES = Path(__file__).parents[1] / "samples"
ZONES = st.sampled_from(sorted(ZONE_NAMES))


def instants(first, last):
    """Instants between the beginnings of two UTC days, to the second."""
    begin = datetime.combine(first, time(0), UTC)
    return st.integers(0, (last - first).days * 86_400 - 1).map(
        lambda seconds: begin + timedelta(seconds=seconds)
    )


def create_zip(*members):
    """Return a zip of (name, content) pairs; what is no text or bytes is written as JSON."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            plain = isinstance(content, str | bytes)
            archive.writestr(name, content if plain else json.dumps(content))
    return file


def create_entry(text="words", **fields):
    return {
        "uuid": "9DC35F3A85734E6E9CC2D2D0DE8C1D32",
        "creationDate": "2024-05-06T20:00:00Z",
        "timeZone": "UTC",
        "text": text,
    } | fields


BARE = json.dumps(
    {
        "metadata": {"version": "1.0"},
        "entries": [
            create_entry(
                richText='{"contents": [{"text": "rich"}]}',
                tags=["a"],
                starred=True,
                location={"placeName": "Harbour", "latitude": 1, "longitude": 2},
                weather={"conditionsDescription": "Rain", "temperatureCelsius": 9},
                photos=[{"identifier": "A"}],
            )
        ],
    }
).encode()


def read_zip(*members, zone="UTC", day_starts_at=time(3), today=TODAY):
    return list(
        read_day_one(
            Upload(create_zip(*members).getvalue()), ReadingOptions(zone, day_starts_at, today)
        )
    )


def read(*entries, **leader):
    return read_zip(
        ("Journal.json", {"metadata": {"version": "1.0"}, "entries": entries}), **leader
    )


def text_of(text):
    """Return what arrives of an entry's text."""
    [entry] = read(create_entry(text))
    assert isinstance(entry, JournalEntry), entry
    return entry.text


def get_failure(entry, **leader):
    """Return why an entry is not brought in."""
    [failure] = read(entry, **leader)
    assert isinstance(failure, Failure), failure
    assert failure.where == "Journal.json, entry 1"
    return failure.why


def read_refusal(*members):
    """Return why a zip of these is refused."""
    with pytest.raises(UnreadableJournal) as refused:
        read_zip(*members)
    return str(refused.value)


def test_real_diary_is_read_whole(diary):
    content = json.loads(zipfile.ZipFile(diary).read("Journal.json"))["entries"]
    with diary.open("rb") as file:
        options = ReadingOptions("UTC", time(3), TODAY)
        entries = list(read_day_one(Upload(file.read()), options))
    common, *entries = entries
    assert common == LeftBehind("tags", 1)  # `pepys`, which each of them has
    assert [entry.where for entry in entries] == [f"Journal.json, entry {n}" for n in range(1, 357)]
    assert [entry.text for entry in entries] == [entry["text"] for entry in content]
    days, failures = merge_entries(entries)
    assert failures == []
    assert len(days) == 356
    assert days[0].local_date == date(2016, 1, 11)
    assert days[0].written_at == datetime(2016, 1, 11, 21, 30, tzinfo=UTC)
    assert {day.time_zone for day in days} == {"Europe/London"}
    assert {str(day.local_date): day.note for day in days} == {
        entry["creationDate"][:10]: entry["text"] for entry in content
    }


def test_entry_has_its_position_and_time_of_writing():
    [first, second] = read(
        create_entry("One."),
        create_entry("Two.", uuid="B", creationDate="2024-05-07T01:00:00Z", timeZone="Asia/Tokyo"),
    )
    assert first.where == "Journal.json, entry 1"
    assert first.source_id == "9DC35F3A85734E6E9CC2D2D0DE8C1D32"
    assert second == JournalEntry(
        "Journal.json, entry 2",
        "B",
        LocalDate(date(2024, 5, 7)),
        datetime(2024, 5, 7, 1, tzinfo=UTC),
        "Asia/Tokyo",
        "Two.",
        words="Two.",
    )


def test_details_become_a_line_and_other_metadata_is_ignored():
    # Field names and shapes of a real export (metadata version 1.0, macOS app 1552).
    entry = create_entry(
        "Reef view",
        photos=[{"identifier": "27A4", "md5": "64fd45", "type": "jpeg", "fileSize": 1287214}],
        richText='{"contents":[{"text":"Reef view"}],"meta":{"version":1}}',
        location={"region": {"center": {"longitude": 148.03}}, "timeZoneName": "Asia/Tokyo"},
        weather={"temperatureCelsius": 31, "sunsetDate": "2021-03-04T08:40:06Z"},
        userActivity={"activityName": "Stationary", "stepCount": 4708},
        isPinned=False,
        starred=True,
        isAllDay=False,
        editingTime=162.41393291950226,
        tags=["reef"],
        modifiedDate="2024-05-07T11:46:50Z",
    )
    [found, left_behind] = read(entry)
    assert found.text == "Reef view\nStarred · Tags: reef · Weather: 31 °C"
    assert left_behind == LeftBehind("photos", 1)


# ---- which day ----


def test_local_day_follows_the_zone_of_writing():
    [entry] = read(create_entry(timeZone="Pacific/Auckland"), zone="America/New_York")
    assert entry.local_date == date(2024, 5, 7)
    assert entry.time_zone == "Pacific/Auckland"


@pytest.mark.parametrize(
    "fields", [{"timeZone": name} for name in ("Mars/Olympus", "GMT+9900", "", None, 2, ["UTC"])]
)
def test_unknown_zone_falls_back_to_the_leaders(fields):
    [entry] = read(create_entry(**fields), zone="Pacific/Auckland")
    assert (entry.local_date, entry.time_zone) == (date(2024, 5, 7), "Pacific/Auckland")


def test_missing_zone_falls_back_to_the_leaders():
    entry = create_entry()
    del entry["timeZone"]
    [entry] = read(entry, zone="Pacific/Auckland")
    assert entry.local_date == date(2024, 5, 7)


def test_entries_before_the_day_starts_belong_to_the_day_before():
    [before, after] = read(
        create_entry(creationDate="2024-05-07T02:59:59Z"),
        create_entry(creationDate="2024-05-07T03:00:00Z"),
    )
    assert (before.local_date, after.local_date) == (date(2024, 5, 6), date(2024, 5, 7))


def test_day_start_of_the_leader_applies():
    [entry] = read(create_entry(creationDate="2024-05-07T02:59:59Z"), day_starts_at=time(0))
    assert entry.local_date == date(2024, 5, 7)


def test_all_day_entry_keeps_its_plain_date():
    # As Day One writes it: midnight where one was.
    [entry] = read(
        create_entry(isAllDay=True, creationDate="2024-04-16T23:00:00Z", timeZone="Europe/Dublin")
    )
    assert entry.local_date == date(2024, 4, 17)


@given(
    instants(date(2024, 1, 1), date(2031, 1, 1)),
    ZONES,
    ZONES,
    st.sampled_from([time(0), time(3), time(4, 30)]),
    st.booleans(),
)
def test_local_day_follows_the_wall_clock_in_every_zone(
    written_at, zone, leaders_zone, day_starts_at, all_day
):
    [entry] = read(
        create_entry(
            creationDate=f"{written_at:%Y-%m-%dT%H:%M:%SZ}", timeZone=zone, isAllDay=all_day
        ),
        zone=leaders_zone,
        day_starts_at=day_starts_at,
        today=LocalDate(date(2031, 1, 2)),
    )
    wall = written_at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    begins = timedelta(hours=day_starts_at.hour, minutes=day_starts_at.minute)
    assert entry.local_date == (wall if all_day else wall - begins).date()
    assert (entry.written_at, entry.time_zone) == (written_at, zone)


def test_timestamp_with_offset_is_accepted():
    [entry] = read(create_entry(creationDate="2024-05-06T20:00:00.123+05:00"))
    assert entry.written_at == datetime(2024, 5, 6, 15, 0, 0, 123_000, tzinfo=UTC)


def test_timestamp_without_offset_is_utc():
    [entry] = read(create_entry(creationDate="2024-05-06T20:00:00", timeZone="Asia/Tokyo"))
    assert entry.written_at == datetime(2024, 5, 6, 20, tzinfo=UTC)


def test_days_after_today_are_refused():
    assert len(merge_entries(read(create_entry(creationDate="2026-11-24T23:00:00Z")))[0]) == 1
    why = get_failure(create_entry(creationDate="2026-11-25T03:00:00Z"))
    assert why == "Its date, 2026-11-25, is not between 1900-01-01 and today."


def test_days_before_1900_are_refused():
    [entry] = read(create_entry(creationDate="1900-01-01T12:00:00Z"))
    assert entry.local_date == date(1900, 1, 1)
    assert "1899-12-31" in get_failure(create_entry(creationDate="1900-01-01T02:00:00Z"))


@pytest.mark.parametrize(
    "date_",
    [
        "soon",
        "",
        "2024-05-06",
        "20240506",
        "2024-W19-1",
        "2024-02-30T12:00:00Z",
        "2024-05-06T25:00:00Z",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59-12:00",
        "２０２４-05-06T12:00:00Z",
        "2024-05-06T12:00:00\ud800",
        float("nan"),
        float("inf"),
        1_715_000_000,
        True,
        [],
        {},
    ],
    ids=repr,
)
def test_invalid_date_is_reported(date_):
    assert "2016-01-11T21:30:00Z" in get_failure(create_entry(creationDate=date_))


def test_missing_date_is_reported():
    entry = create_entry()
    del entry["creationDate"]
    assert (
        get_failure(entry)
        == get_failure(create_entry(creationDate=None))
        == "It has no creationDate."
    )


# ---- what of the text ----


def test_line_ends_are_normalized():
    assert text_of("a\r\nb\rc\nd\n\re") == "a\nb\nc\nd\n\ne"


def test_day_one_escapes_are_removed():
    # Pairs of `text` and `richText` from real exports.
    text = r'"This text is in quotes" This\-text\-is\-hyphenated \(This text is in parentheses\)'
    assert text_of(text) == (
        '"This text is in quotes" This-text-is-hyphenated (This text is in parentheses)'
    )
    assert text_of("picked up\\.\\. toyota yaris\\.\\. 🐿") == "picked up.. toyota yaris.. 🐿"


def test_lone_backslash_is_kept():
    assert text_of(r"C:\temp \o/ \"") == r"C:\temp \o/ \""
    assert text_of("the end\\") == "the end\\"


def test_escaped_backslash_escapes_nothing():
    assert text_of(r"\\. \\\\") == r"\. \\"


def test_markdown_in_texts_is_kept():
    text = "# Title\n\n> **bold** *italic*\n\n- [ ] one\n1. two\n\n---\n[link](https://a.example)"
    assert text_of(text) == text


@pytest.mark.parametrize(
    "place",
    [
        "dayone-moment://24BD79E9E42F4A4CA0C9F384F547B5BC",
        "dayone-moment:/video/6F9B2DC7EADE4242A80DC76470D2264E",
        "dayone-moment:/audio/08514236013D4E4A9389BFDC24A5F727",
        "dayone-moment:/pdfAttachment/D229A6574C0340E68AD3BB65F950A77C",
    ],
)
def test_photos_are_removed_without_a_gap(place):
    photo = f"![]({place})"
    assert text_of(f"{photo}\n\nThe reef") == "The reef"
    assert text_of(f"The reef\n\n{photo}\n{photo}") == "The reef"
    assert text_of(f"# Reef\n\n{photo}\n\nThere it is") == "# Reef\n\nThere it is"
    assert text_of(f"et\\.{photo}. Nostrud") == "et.. Nostrud"


def test_photo_alt_text_is_kept():
    assert text_of("![The reef\\!](dayone-moment://A)") == "The reef!"


@pytest.mark.parametrize(
    "text",
    [
        "![](https://a.example/photo.jpeg)",
        "![](dayone-moment://A",
        "[](dayone-moment://A)",
        "see dayone-moment://A",
        "dayone://view?entryId=479270F4CAD1429AB1564DB34D0FE337",
    ],
)
def test_other_links_are_kept(text):
    assert text_of(text) == text


# Any text that a note may hold, with what matters here in it often.
WRITTEN = st.lists(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufffc"), max_size=20)
    | st.sampled_from([*"\\![](){}.-+*_#`~>|=\r\n", "\n\n", "![](dayone-moment://A)"]),
    max_size=30,
).map("".join)


def escape(text):
    """Return `text` with the backslashes that Day One's own tools write."""
    return re.sub(r"([\\`*_{}\[\]()#+\-.!~>|=])", r"\\\1", text)


@settings(max_examples=200)
@given(WRITTEN.map("word".__add__), st.sampled_from(["", "![](dayone-moment://A)\n\n"]))
@example("¯\\_(ツ)_/¯", "")
@example("\\\\.", "")
def test_texts_are_imported_unchanged(text, photo):
    assert text_of(photo + escape(text)) == text.replace("\r\n", "\n").replace("\r", "\n")


PLAIN = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0\\\r\ufffc"), max_size=200
).filter(lambda text: "dayone-moment" not in text)


@given(PLAIN)
def test_plain_text_is_unchanged(text):
    assert text_of(f"word{text}") == f"word{text}"


@given(
    st.lists(
        st.tuples(
            WRITTEN.map("word".__add__),
            instants(date(2024, 5, 1), date(2024, 5, 5)),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_entries_become_days_with_texts_in_order(written):
    entries = read(
        *(
            create_entry(escape(text), uuid=str(n), creationDate=f"{at:%Y-%m-%dT%H:%M:%SZ}")
            for n, (text, at) in enumerate(written)
        ),
        day_starts_at=time(0),
    )
    days, failures = merge_entries(entries)
    expected = {}
    for text, at in sorted(written, key=lambda entry: entry[1]):
        expected.setdefault(at.date(), []).append(re.sub("\r\n?", "\n", text))
    assert failures == []
    assert {day.local_date: day.note for day in days} == {
        day: "\n\n".join(texts) for day, texts in expected.items()
    }


def test_text_may_be_longer_than_a_day_holds():
    long = "." * (LONGEST_NOTE + 1)
    assert text_of(f"![](dayone-moment://A)\n\n{escape(long)}") == long


def test_emoji_counts_as_one_character():
    text = "🪁" * LONGEST_NOTE
    assert text_of(text) == text


@pytest.mark.parametrize("text", [5, True, 1.5, [], ["words"], {"words": "words"}])
def test_non_text_is_reported(text):
    assert get_failure(create_entry(text)) == "There’s no text we can read."


@pytest.mark.parametrize("text", ["wo\0rds", "words\ud83d", "\udc00words", "wor\ud800\ud801ds"])
def test_invalid_characters_cost_no_words(text):
    assert text_of(text) == "words"
    rich = json.dumps({"contents": [{"text": text}]})
    assert read(create_entry("", richText=rich))[0].text == "words"


def test_halves_of_an_emoji_in_two_pieces_are_joined():
    rich = json.dumps({"contents": [{"text": "A kite \ud83e"}, {"text": "\ude81 flew."}]})
    assert read(create_entry("", richText=rich))[0].text == "A kite 🪁 flew."


def test_entry_of_invalid_characters_alone_is_reported():
    assert get_failure(create_entry("\ud800\0")) == "It has no words."


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        " \t\r\n\u00a0\u2028",
        "![](dayone-moment://A)",
        "\u200b![](dayone-moment://A)\n\u200b\n![](dayone-moment:/video/B)",
    ],
)
def test_entry_without_text_is_reported(text):
    assert get_failure(create_entry(text)) == "It has no words."


def test_entry_without_the_text_field_has_no_text():
    entry = create_entry()
    del entry["text"]
    assert "no words" in get_failure(entry)


@pytest.mark.parametrize("text", ["👍", "5", "…", "\U0010ffff", "\ue000"])
def test_single_visible_character_is_text(text):
    assert text_of(text) == text


@pytest.mark.parametrize("entry", ["words", None, 5, [], [create_entry()]])
def test_invalid_entries_are_reported_and_others_imported(entry):
    failure, arrived = read(entry, create_entry("fine"))
    assert failure == Failure("Journal.json, entry 1", "There’s no entry from Day One here.")
    assert (arrived.where, arrived.text) == ("Journal.json, entry 2", "fine")


SECRET = "Ben cried"


@pytest.mark.parametrize(
    "fields",
    [
        {"creationDate": SECRET},
        {"creationDate": "1700-01-01T00:00:00Z"},
        {"creationDate": "2099-01-01T00:00:00Z"},
        {"text": [SECRET]},
    ],
)
def test_failures_never_quote_the_text(fields):
    assert SECRET not in get_failure(create_entry(SECRET) | fields)


# ---- several files ----


def test_all_journals_in_the_zip_are_read_without_photos():
    *entries, photos = read_zip(
        ("Work.json", {"entries": [create_entry("work", uuid="A")]}),
        ("photos/64fd45.jpeg", b"\xff\xd8"),
        ("Privé/Maison.json", {"entries": [create_entry("home", uuid="B"), 5]}),
    )
    assert [entry.where for entry in entries] == [
        "Work.json, entry 1",
        "Privé/Maison.json, entry 1",
        "Privé/Maison.json, entry 2",
    ]
    assert photos == LeftBehind("photos", 1)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_entries_without_an_id_stay_distinct():
    nameless = [create_entry(text, uuid=uuid) for text, uuid in [("a", ""), ("b", None), ("c", 7)]]
    entries = read_zip(
        ("Journal.json", {"entries": nameless}),
        ("Journal.json", {"entries": [create_entry("d", uuid="")]}),
    )
    assert len({entry.source_id for entry in entries}) == 4
    [day], failures = merge_entries(entries)
    assert (day.note, failures) == ("a\n\nb\n\nc\n\nd", [])


def test_other_json_in_the_zip_is_ignored():
    entries = read_zip(
        ("package.json", {"name": "x"}),
        ("list.json", [1]),
        ("entries.json", {"entries": {"a": 1}}),
        ("Journal.json", {"entries": [create_entry("words")]}),
    )
    assert [entry.text for entry in entries] == ["words"]


def test_journal_without_entries_is_empty():
    assert read() == []


def test_long_or_unprintable_name_is_shortened():
    [failure] = read_zip((f"{'long ' * 50}\u202e\x07name.json", {"entries": [5]}))
    assert len(failure.where) < 100
    assert failure.where.isprintable()
    assert failure.where.endswith("long name.json, entry 1")


def test_byte_order_mark_is_ignored():
    content = json.dumps({"entries": [create_entry("words")]})
    [entry] = read_zip(("Journal.json", b"\xef\xbb\xbf" + content.encode()))
    assert entry.text == "words"


@pytest.mark.parametrize(
    "members",
    [
        [],
        [("photos/1.jpeg", b"\xff\xd8")],
        [("Journal.txt", "Dear diary")],
        [("__MACOSX/._Journal.json", b"\0\5")],
        [("Journal.json", {"journal": []})],
        [("Journal.json", [create_entry()])],
        [("Journal.json", {"entries": {"1": create_entry()}})],
        [("Journal.json", "null")],
        [("Journal.json", "NaN")],
    ],
)
def test_zip_without_a_journal_is_refused(members):
    assert "There’s no journal in" in read_refusal(*members)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "Dear diary",
        '{"entries": [',
        '{"entries": []} and more',
        '{"entries": [{"text": "a\nb"}]}',
        b'{"entries": [{"text": "\xff"}]}',
        '{"entries": ['.encode("utf-16"),
        "[" * 100_000,
        '{"a":' * 100_000,
    ],
    ids=lambda content: repr(content[:30]),
)
def test_unreadable_json_is_refused_by_name(content):
    assert read_refusal(("Journal.json", content)).startswith(
        "Journal.json cannot be read. There’s no JSON we can read"
    )


def test_broken_json_is_named_and_the_rest_read():
    entry, failure = read_zip(
        ("photos/meta.json", "{broken"), ("Work.json", {"entries": [create_entry()]})
    )
    assert entry.text == "words"
    assert failure == Failure("photos/meta.json", "There’s no JSON we can read.")


def test_damaged_member_is_named_and_the_rest_read():
    noise = "".join(map(str, range(500)))
    content = bytearray(
        create_zip(
            ("Home.json", {"entries": [], "noise": noise}),
            ("Work.json", {"entries": [create_entry()]}),
        ).getvalue()
    )
    content[200] ^= 0xFF
    upload = Upload(bytes(content))
    assert detect_day_one(upload)
    entry, failure = read_day_one(upload, ReadingOptions("UTC", time(3), TODAY))
    assert entry.text == "words"
    assert failure == Failure("Home.json", "It is damaged in this zip. Export it again.")


def test_huge_numbers_are_ignored():
    huge = "9" * 10_000
    content = json.dumps({"entries": [create_entry("words")]}).replace(
        '"uuid"', f'"a": {huge}, "b": -{huge}.5e{huge}, "uuid"'
    )
    [entry] = read_zip(("Journal.json", content))
    assert entry.text == "words"


def test_too_many_entries_over_all_files_are_refused():
    half = "[" + ",".join("0" for _ in range(MOST_ENTRIES // 2)) + "]"
    members = [(f"{number}.json", f'{{"entries": {half}}}') for number in range(2)]
    assert len(read_zip(*members)) == MOST_ENTRIES
    assert "2.json" in read_refusal(*members, ("2.json", {"entries": [0]}))
    assert "100,000 entries" in read_refusal(*members, ("2.json", {"entries": [0]}))


def test_oversized_json_is_refused_before_it_is_parsed():
    noise = "".join(map(str, range(20_000)))  # or the zip would be refused as a bomb
    content = f'{{"metadata": ["{noise}"{",[]" * (MOST_VALUES // 2)}], "entries": []}}'
    assert "more values than a journal may" in read_refusal(("Journal.json", content))


@pytest.mark.parametrize("opening", ["![", "![a", "![](dayone-moment:", "\\", "\n\n", "![]("])
def test_text_of_only_open_brackets_is_read_fast(opening):
    # Quadratic work would take hours here, not the blink that it is.
    noise = "".join(map(str, range(10_000)))
    assert noise in text_of(opening * 400_000 + noise)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=9),
    lambda value: st.lists(value, max_size=3) | st.dictionaries(st.text(max_size=3), value),
    max_leaves=5,
)
FIELDS = ["uuid", "creationDate", "timeZone", "text", "isAllDay", "tags"]


@settings(max_examples=200)
@given(
    st.lists(
        st.dictionaries(st.sampled_from(FIELDS), JSON).map(lambda odd: create_entry() | odd) | JSON,
        max_size=5,
    )
)
def test_every_entry_is_imported_or_reported(entries):
    results = read(*entries)
    assert [result.where for result in results] == [
        f"Journal.json, entry {number}" for number in range(1, len(entries) + 1)
    ]
    for result in results:
        if isinstance(result, JournalEntry):
            assert result.text.encode()
            assert len(result.text) <= LONGEST_NOTE
            assert result.time_zone in ZONE_NAMES
            assert date(1900, 1, 1) <= result.local_date <= TODAY
        else:
            assert result.why


# ---- what else an export holds ----


def read_sample(name):
    """Return the days, failures and what stays behind of a file in `samples`."""
    content = (SAMPLES / name).read_bytes()
    read = FileReader("Europe/Berlin", time(3), TODAY).read(content, name=name)
    assert read.kind == "day-one"
    days = {str(day.local_date): day.content.note for day in read.days}
    return days, [(one.where, one.why) for one in read.failures], read.left_behind


NO_WORDS = "It has no words."


@pytest.mark.parametrize(
    ("name", "days", "failures", "left_behind"),
    [
        ("d1-bare.json", {"2026-03-02": "bare words"}, [], {}),
        ("d1-grown-1.zip", {"2026-03-02": "first"}, [], {}),
        (
            "d1-grown-2.zip",
            {"2026-03-02": "first\n\nsecond, written later that day"},
            [],
            {},
        ),
        (
            "d1-object-char.zip",
            {
                "2026-03-02": "a cup of tea",
                "2026-03-05": (
                    "# Title\nnext line\nthird  \nfourth\n\n"
                    "| a | b |\n| --- | --- |\n| 1 | 2 |\n\n- [x] done"
                ),
                "2026-03-06": "\\",
                "2026-03-08": "[//]: # (x)\n<!-- c -->",
            },
            [(f"Journal.json, entry {number}", NO_WORDS) for number in (2, 3, 6)],
            {},
        ),
        (
            "d1-one-broken.zip",
            {"2026-03-02": "good"},
            [("photos/meta.json", "There’s no JSON we can read.")],
            {},
        ),
        (
            "d1-richtext-only.zip",
            {
                "2026-03-02": "Only rich words here.\nSecond line.",
                "2026-03-03": "Plain words",
                "2026-03-05": "Empty text beside it",
            },
            [("Journal.json, entry 3", NO_WORDS)],
            {},
        ),
        (
            "d1-two-journals-mac.zip",
            {
                "2026-03-02": (
                    "Work words\nStarred · Tags: team, boss · Place: Harbour · Weather: Rain"
                    "\n\nPrivate words\n\nWork again"
                )
            },
            [],
            {"photos": 1},
        ),
    ],
)
def test_sample_is_read(name, days, failures, left_behind):
    assert read_sample(name) == (days, failures, left_behind)


def test_offsets_decide_the_local_day():
    days, failures, _ = read_sample("d1-gmt-zones.zip")
    assert failures == []
    assert {day: text[:12] for day, text in days.items()} == {
        "2026-03-01": "wrote at 23:",  # GMT-0500
        "2026-04-01": "wrote at 23:",  # GMT-05:00
        "2026-05-02": "wrote at 01:",  # GMT+08, before the day starts
        "2026-06-03": "wrote at 05:",  # GMT+9
        "2026-07-02": "wrote at 02:",  # UTC+05:30
        "2026-08-02": "wrote at 01:",
        "2026-09-02": "wrote at 01:",
        "2026-09-09": "EST? 23:30 o",
        "2026-09-14": "America/Buen",
        "2026-09-18": "US/Pacific 1",
        "2026-09-25": "no zone: lea",
    }


def test_offset_is_not_replaced_by_the_leaders_zone():
    entry = create_entry(timeZone="GMT-0330", creationDate="2024-05-06T06:00:00Z")
    [found] = read(entry, zone="Pacific/Auckland")
    assert (found.local_date, found.time_zone) == (date(2024, 5, 5), "Etc/GMT+4")
    [found] = read(entry | {"isAllDay": True}, zone="Pacific/Auckland")
    assert found.local_date == date(2024, 5, 6)


@pytest.mark.parametrize("text", [None, "", "\ufffc", "\u200b\n", "![](dayone-moment://A)"])
def test_rich_text_stands_in_for_an_absent_text(text):
    contents = [
        {"text": "A list\n", "attributes": {"line": {"header": 1}}},
        {"embeddedObjects": [{"type": "photo"}]},
        {"text": "\ufffcone\r\n", "attributes": {"line": {"listStyle": "bulleted"}}},
        {"text": "t", "attributes": {"bold": True}},
        {"text": "wo. 1 < 2\n\n"},
        *(5, None, "x", {"text": 5}, {"attributes": {}}),
    ]
    for rich in ({"contents": contents}, json.dumps({"contents": contents})):
        [found] = read(create_entry(text, richText=rich))
        assert found.text == "A list\none\ntwo. 1 < 2"


@pytest.mark.parametrize(
    "rich",
    [
        *(5, [], {}, "", "{", "[]", "null", "[" * 100_000, "\ud800", '{"contents": 5}'),
        *('{"contents": [{"text": "\\ufffc"}]}', '{"contents": [5, null, {"text": []}]}'),
    ],
    ids=lambda rich: repr(rich)[:20],
)
def test_unreadable_rich_text_holds_no_words(rich):
    assert get_failure(create_entry("", richText=rich)) == NO_WORDS
    [found] = read(create_entry("words", richText=rich))
    assert found.text == "words"


def test_text_is_preferred_to_rich_text():
    [found] = read(create_entry("**bold**", richText='{"contents": [{"text": "bold"}]}'))
    assert found.text == "**bold**"


def test_details_of_any_type_are_ignored_where_they_are_none():
    entry = create_entry(tags={"a": 1}, location=[1], weather="Rain", starred=1, photos={"a": 1})
    assert read(entry) == read(create_entry())


def test_place_and_weather_are_words():
    [found] = read(
        create_entry(
            location={"placeName": "Pier 1", "localityName": "Oslo", "country": "Norway"},
            weather={"conditionsDescription": "Clear", "temperatureCelsius": -2.6},
            isPinned=True,
        )
    )
    assert found.text == "words\nPinned · Place: Pier 1, Oslo, Norway · Weather: Clear, -3 °C"


def test_media_are_counted_by_their_kinds_also_of_entries_without_words():
    media = {"photos": [{}, {}], "videos": [{}], "audios": [{}, {}, {}], "pdfAttachments": [{}]}
    _, _, *left_behind = read(create_entry(**media), create_entry("", **media))
    assert left_behind == [
        LeftBehind("files", 2),
        LeftBehind("photos", 4),
        LeftBehind("sounds", 6),
        LeftBehind("videos", 2),
    ]


def test_tag_of_all_of_many_entries_stays_behind():
    entries = [
        create_entry(uuid=str(number), tags=["import", f"tag {number}"])
        for number in range(MANY_ENTRIES + 1)
    ]
    common, first, *_ = read(*entries)
    assert common == LeftBehind("tags", 1)
    assert first.text == "words\nTags: tag 0"
    first, *_ = read(*entries[:-1])
    assert first.text == "words\nTags: import, tag 0"


def test_journal_is_recognized_by_its_entries():
    for entries in ([create_entry()], [5, {"creationDate": None}]):
        assert detect_day_one(Upload(json.dumps({"entries": entries}).encode()))
    for journal in ([], {}, {"entries": {}}, {"entries": [{"title": "", "date": "2026-03-02"}]}, 5):
        assert not detect_day_one(Upload(json.dumps(journal).encode()))


def test_text_that_quotes_our_export_stays_a_day_one_entry():
    text = '{"format": "leader-journal/1", "reflections": []}'
    content = json.dumps({"metadata": {}, "entries": [create_entry(text)]}).encode()
    found = FileReader("UTC", time(3), TODAY).read(content)
    assert (found.kind, found.days[0].content.note) == ("day-one", text)


def test_bare_file_without_a_name_says_where():
    upload = Upload(json.dumps({"entries": [create_entry(), 5]}).encode())
    _, failure = read_day_one(upload, ReadingOptions("UTC", time(3), TODAY))
    assert failure.where == "entry 2"


@settings(max_examples=300)
@given(mutate((SAMPLES / "d1-two-journals-mac.zip").read_bytes()) | mutate(BARE))
def test_damaged_file_is_read_or_refused(content):
    with suppress(UnreadableJournal):
        FileReader("UTC", time(3), TODAY).read(content)


@settings(max_examples=300)
@given(mutate_json(json.loads(BARE)))
def test_json_with_other_values_is_read_or_refused(journal):
    with suppress(UnreadableJournal):
        read_zip(("Journal.json", json.dumps(journal)))
