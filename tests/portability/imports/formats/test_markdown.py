"""Vaults, folders and single files of texts: which day each is of, and what of it comes in."""

import io
import random
import zipfile
from datetime import date, time
from pathlib import Path

import pytest
from factories import create_leader
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from leaderjournal.kernel.days import LocalDate
from leaderjournal.portability.imports.archives import UnreadableJournal
from leaderjournal.portability.imports.journal_format import ReadingOptions
from leaderjournal.portability.imports.reader import FileReader
from leaderjournal.portability.imports.registry import find_format
from leaderjournal.portability.imports.rules import Failure, JournalEntry
from leaderjournal.portability.imports.uploads import Upload

TODAY = LocalDate(date(2026, 11, 24))
SAMPLES = Path(__file__).resolve().parents[1] / "samples"
OPTIONS = ReadingOptions("Europe/Berlin", time(3), TODAY)


def create_zip(files):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file.getvalue()


def read(files, *, name="notes.zip", zone="Europe/Berlin"):
    content = create_zip(files) if isinstance(files, dict) else files
    return FileReader(zone, time(3), TODAY).read(content, name=name)


def read_sample(name):
    return read((SAMPLES / name).read_bytes(), name=name)


def list_notes(reading):
    return {str(day.local_date): day.content.note for day in reading.days}


def list_whys(reading):
    return {failure.where: failure.why for failure in reading.failures}


def list_entries(content, name="notes.zip"):
    upload = Upload(content, name)
    found = find_format(upload)
    assert found.kind == "markdown"
    return [one for one in found.read(upload, OPTIONS) if isinstance(one, JournalEntry)]


def test_obsidian_vault_comes_in_without_settings_and_deleted_notes():
    reading = read_sample("md-obsidian-vault.zip")
    assert list_notes(reading) == {
        "2024-03-05": "Obsidian words\ntags: a",
        "2024-03-06": "second",
    }
    assert reading.failures == ()
    assert reading.left_behind == {}


def test_logseq_journals_come_in_without_old_copies():
    reading = read_sample("md-logseq.zip")
    assert list_notes(reading) == {"2024-03-05": "bullet one\n  bullet two\nTODO thing"}
    assert [*list_whys(reading)] == ["pages/Boss.md"]


def test_backslashes_divide_folders_from_names():
    reading = read_sample("md-backslash.zip")
    assert list_notes(reading) == {"2024-03-05": "words of 2024-03-05", "2024-03-06": "six"}


def test_names_with_dates_in_many_forms():
    reading = read_sample("md-names.zip")
    assert list_notes(reading) == {
        "2024-03-05": "plain iso",
        "2024-03-06": "logseq form",
        "2024-03-08": "roam form",
        "2024-03-09": "compact",
        "2024-03-10": "iso with text",
        "2024-03-11": "odd",
        "2024-03-12": "dots",
        "2024-03-13": "us",
        "2024-03-14": "folders",
    }
    whys = list_whys(reading)
    assert "cannot be told apart" in whys["07-03-2024.md"]
    assert "week" in whys["2024-W11.md"]
    for undated in ("12024-03-15.md", "2024-03-166.md", "no date.md"):
        assert "has a date" in whys[undated]
    assert len(whys) == 5


def test_front_matter_in_many_forms():
    notes = list_notes(read_sample("md-frontmatter.zip"))
    assert [*notes] == [f"2024-03-{day:02}" for day in range(5, 30)]
    assert notes["2024-03-06"] == "yaml datetime with offset: local day 6 March"
    assert notes["2024-03-16"] == "CRLF words\nsecond"
    assert notes["2024-03-18"] == "template left in yaml"
    assert notes["2024-03-19"] == "bad yaml 2\ntags: work, @mention"
    assert notes["2024-03-22"] == "has month like ours\nmood: 4"
    assert notes["2024-03-25"].endswith("blank line first")


def test_texts_in_many_encodings():
    reading = read_sample("md-encodings.zip")
    notes = list_notes(reading)
    assert notes["2024-03-05"] == "Grüße vom Führungskräfte"
    assert notes["2024-03-06"] == "utf16 text"
    assert notes["2024-03-07"] == "BOM"
    assert len(notes["2024-03-10"]) == 19_999
    assert notes["2024-03-12"] == "a\nb\nc CR only"
    assert notes["2024-03-14"] == "upper ext"
    assert notes["2024-03-15"] == "long ext"
    assert notes["2024-03-16"] == "text file"
    assert notes["2024-03-18"] == "first of two\n\nsecond of two"
    assert notes["2024-03-20"] == "\\# literal\n\\\\# two\n\\#tag at start stays"
    [structured] = [day for day in reading.days if str(day.local_date) == "2024-03-19"]
    assert structured.content.commitment == "call"
    assert [answer.text for answer in structured.content.answers] == ["key words"]
    whys = list_whys(reading)
    for empty in ("08", "09", "21", "22"):
        assert "no words" in whys[f"2024-03-{empty}.md"]
    assert "20,000" in whys["2024-03-11.md"]
    assert "no text" in whys["2024-03-13.md"]
    assert "Markdown" in whys["2024-03-17.org"]
    assert len(whys) == 7
    assert reading.left_behind == {"photos": 1}


@pytest.mark.parametrize(
    ("files", "day"),
    [
        ({"5. März 2024.md": "x"}, "2024-03-05"),
        ({"Journal/2024/2024-03/14.md": "x"}, "2024-03-14"),
        ({"2024/März/14.md": "x"}, "2024-03-14"),
        ({"../../2024-03-05.md": "x"}, "2024-03-05"),
        ({"C:\\Users\\Ana\\2024-03-05.md": "x"}, "2024-03-05"),
        ({"2023-01-01 backup/2024-03-05.md": "x"}, "2024-03-05"),
        ({"05-03-2024.md": "x", "13-03-2024.md": "---\ndate: 1890-01-01\n---"}, "2024-03-05"),
        ({"2024-03/05-03-2024.md": "x"}, "2024-03-05"),
        ({"05-03-2024.md": "---\ncreated: 2024-03-05T09:00\n---\nx"}, "2024-03-05"),
        ({"Tue 05-03-2024.md": "x"}, "2024-03-05"),
        (
            {".obsidian/daily-notes.json": '{"format": "DD-MM-YYYY"}', "05-03-2024.md": "x"},
            "2024-03-05",
        ),
        (
            {
                ".obsidian/plugins/periodic-notes/data.json": '{"daily": {"format": "MM-DD-YYYY"}}',
                "03-05-2024.md": "x",
            },
            "2024-03-05",
        ),
        (
            {
                "logseq/config.edn": '{:journal/file-name-format "dd-MM-yyyy"}',
                "journals/05-03-2024.md": "- x",
            },
            "2024-03-05",
        ),
        ({"a.md": "# 2024-03-05\nx"}, "2024-03-05"),
        ({"a.md": "# Tuesday, March 5, 2024\n\nx"}, "2024-03-05"),
        ({"a.txt": "Date: 5 March 2024\nx"}, "2024-03-05"),
        ({"a.md": "# Offsite\n\nDate: March 5, 2024\nTags: x\n\nWords."}, "2024-03-05"),
        ({"a.md": "Some words.\n[Date:: [[2024-03-05]]]\nx"}, "2024-03-05"),
        ({"a.md": "---\nJournal-Day: 2024-03-05\n---\nx"}, "2024-03-05"),
        ({"a.md": '---\ndate: "[[5 March 2024|today]]"\n---\nx'}, "2024-03-05"),
        ({"a.md": "---\ndate: [[2024-03-05]]\n---\nx"}, "2024-03-05"),
        ({"a.md": "---\ndate: 2024-02-30\ncreated: 2024-03-05\n---\nx"}, "2024-03-05"),
        ({"a.md": "+++\ndate = 2024-03-05T10:00:00\ntitle = 'x'\n+++\nx"}, "2024-03-05"),
        ({"a.md": "+++\ndate = 2024-03-05\nbroken = {{\n+++\nx"}, "2024-03-05"),
        ({"2024-03-05.md": "---\ncreated: 2021-01-01\n---\nx"}, "2024-03-05"),
        ({"2024-03-04.md": "---\ndate: 2024-03-05\n---\nx"}, "2024-03-05"),
        ({"05/03/2024.md": "---\ndate: 2024-03-05\n---\nx"}, "2024-03-05"),
    ],
)
def test_day_of_a_text(files, day):
    assert [*list_notes(read(files))] == [day]


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({"05-03-2024.md": "x"}, "cannot be told apart"),
        ({"05-03-2024.md": "x", "13-03-2024.md": "x", "03-13-2024.md": "y"}, "told apart"),
        ({"a.md": "---\ndate: 05/03/2024\n---\nx"}, "cannot be told apart"),
        ({"2024-02-30.md": "x"}, "does not exist"),
        ({"31 April 2024.md": "x"}, "does not exist"),
        ({"2031-01-01.md": "x"}, "not between"),
        ({"2024-W11.md": "x", "2024-03-01.md": "y"}, "week"),
        ({"2024-03.md": "x", "2024-03-01.md": "y"}, "month"),
        ({"2024-03-05/notes.md": "x", "2024-03-01.md": "y"}, "has a date"),
        ({"log.md": "# 2024-03-01\nx\n# 2024-03-02\ny"}, "several days"),
        ({"2024-03-05.md": ""}, "no words"),
        ({"2024-03-05.md": "---\ntags:\n---\n\u200b"}, "no words"),
        ({"2024-03-05.md": "x" * 300_000}, "20,000"),
        ({"2024-03-05.org": "* x", "2024-03-01.md": "y"}, "Export it as Markdown"),
    ],
)
def test_text_that_cannot_be_placed_is_named_with_its_reason(files, why):
    reading = read(files)
    where = next(iter(files))
    assert why in list_whys(reading)[where]
    assert "x" not in list_notes(reading).values() or "13-03" in str(files)


def test_dates_of_one_form_vouch_for_each_other_and_not_for_other_forms():
    reading = read(
        {
            "05-03-2024.md": "day first",
            "25-03-2024.md": "certain",
            "06.03.2024.md": "another form",
        }
    )
    assert list_notes(reading) == {"2024-03-05": "day first", "2024-03-25": "certain"}
    assert [*list_whys(reading)] == ["06.03.2024.md"]


@pytest.mark.parametrize(
    ("value", "zone", "day"),
    [
        ("2024-03-07T23:30:00Z", "Asia/Tokyo", "2024-03-08"),
        ("2024-03-07T23:30:00Z", "America/New_York", "2024-03-07"),
        ("2024-03-07T23:30:00.000Z", "Europe/Berlin", "2024-03-07"),
        ("2024-03-07T03:30:00Z", "America/New_York", "2024-03-06"),
        ("2024-03-07T00:00:00Z", "America/New_York", "2024-03-07"),
        ("2024-03-06T23:30:00-05:00", "Asia/Tokyo", "2024-03-06"),
        ("2024-03-06T01:30:00+09:00", "America/New_York", "2024-03-06"),
        ("2024-03-06 01:30", "Asia/Tokyo", "2024-03-06"),
    ],
)
def test_time_in_utc_is_of_the_leaders_day_and_any_other_is_the_writers(value, zone, day):
    assert [*list_notes(read({"a.md": f"---\ndate: {value}\n---\nx"}, zone=zone))] == [day]


def test_texts_of_one_day_are_joined_by_time_and_then_by_path():
    reading = read(
        {
            "z/2024-03-05 0930.md": "half past nine",
            "b/2024-03-05.md": "second",
            "a/2024-03-05.txt": "first",
            "c.md": "---\ndate: 2024-03-05 21:15\n---\nevening",
            "d/2024-03-05.md": "---\ntime: 08:00\n---\neight",
            "e/2024-03-05.md": "---\ncreated: 2024-03-05T07:00\n---\nseven",
            "copy/2024-03-05.md": "second",
        }
    )
    assert list_notes(reading) == {
        "2024-03-05": "seven\n\neight\n\nhalf past nine\n\nfirst\n\nsecond\n\nevening"
    }
    assert reading.failures == ()


def test_numbered_texts_of_one_day_are_joined_in_their_order():
    names = ["2024-03-05.md", "2024-03-05 (1).md", "2024-03-05-2.md", "2024-03-05-10.md"]
    reading = read({name: name for name in reversed(names)})
    assert list_notes(reading) == {"2024-03-05": "\n\n".join(names)}


def test_source_follows_day_and_text_and_no_path():
    [here] = list_entries(create_zip({"a/2024-03-05.md": "words"}))
    [there] = list_entries(create_zip({"b/c/5 March 2024.txt": "words\r\n"}))
    [later] = list_entries(create_zip({"a/2024-03-06.md": "words"}))
    assert here.source_id == there.source_id
    assert here.source_id != later.source_id


def test_front_matter_is_carried_as_words():
    text = (
        "---\ntitle: A good day\ntags: [work, '#team']\nmood: calm\nlocation: '[[Berlin]]'\n"
        "gratitude: Mira stayed late\naliases: [x y z]\nid: a b\n---\nWords."
    )
    assert list_notes(read({"2024-03-05.md": text})) == {
        "2024-03-05": "A good day\nWords.\n"
        "tags: work, team · mood: calm · location: Berlin · gratitude: Mira stayed late"
    }


def test_title_that_the_text_has_already_is_not_repeated():
    text = "---\ntitle: A good day\n---\n# A good day\nWords."
    assert list_notes(read({"2024-03-05.md": text})) == {"2024-03-05": "# A good day\nWords."}


@pytest.mark.parametrize(
    "text",
    [
        "---\nToday was good.\nWe won.\n---\nMore.",
        "---\nA sentence: with a colon: twice\nand no field\n---\nMore.",
        "---\nNo second rule.",
        "+++\nplus signs\n+++\nMore.",
        "\n---\ndate: 2020-01-01\n---\nafter a blank line",
    ],
)
def test_no_words_between_rules_are_lost(text):
    assert list_notes(read({"2024-03-05.md": text})) == {"2024-03-05": text.strip()}


def test_broken_front_matter_keeps_words_and_date():
    text = "---\ndate: 2024-03-05\ntitle: Mira: a win\ntags:\n  - [work\nmood: {{mood}}\n---\nMore."
    assert list_notes(read({"a.md": text})) == {"2024-03-05": "Mira: a win\nMore.\ntags: work"}


def test_aliases_of_aliases_do_not_unfold():
    lists = "".join(f"k{n}: &k{n} [{', '.join([f'*k{n - 1}'] * 300)}]\n" for n in range(1, 9))
    text = f"---\nk0: &k0 [a b]\n{lists}---\nWords."
    [day] = read({"2024-03-05.md": text}).days
    assert len(day.content.note) < 20_000


def test_attachments_are_counted_by_kind_and_once():
    reading = read(
        {
            "2024-03-05.md": "Words ![[photo.png|300]] and ![Mira](img/other.jpg) "
            "and ![x](https://example.org/a.png).\n![[photo.png]]\n![[memo.m4a]]",
            "2024-03-06.md": "![[Boss]]",
            "files/photo.png": "x",
            "files/plan.pdf": "x",
            "files/film.mov": "x",
            "Board.canvas": "{}",
            "Drawing 2024-03-05 10.20.excalidraw.md": "---\nexcalidraw-plugin: parsed\n---\nx",
            "Vault/.trash/old.png": "x",
            "data.xlsx": "x",
            "Thumbs.db": "x",
        }
    )
    assert list_notes(reading) == {
        "2024-03-05": "Words  and Mira and ![x](https://example.org/a.png).",
        "2024-03-06": "![[Boss]]",
    }
    assert reading.left_behind == {
        "photos": 2,
        "sounds": 1,
        "files": 2,
        "videos": 1,
        "drawings": 2,
    }
    assert reading.failures == ()


def test_logseq_pages_lose_what_is_for_the_app_alone():
    text = (
        "title:: Mar 5th, 2024\n\n- Called **Ben**\n  id:: 65e6-1\n  collapsed:: true\n"
        "\t- he said yes\n\t  and laughed\n\t- ```\n\t  if x:\n\t      y\n\t  ```\n"
        "- DONE Report\n  :LOGBOOK:\n  CLOCK: [2024-03-05 Tue 09:00]\n  :END:\n- mood:: calm\n-\n"
        "- ![team.png](../assets/team_1.png){:height 300, :width 600}"
    )
    reading = read({"journals/2024_03_05.md": text, "assets/team_1.png": "x"})
    assert list_notes(reading) == {
        "2024-03-05": "title:: Mar 5th, 2024\n\nCalled **Ben**\n  he said yes\n  and laughed\n"
        "  ```\n  if x:\n      y\n  ```\nDONE Report\nmood:: calm"
    }
    assert reading.left_behind == {"photos": 1}


@pytest.mark.parametrize("graph", ["", "logseq/", "My graph/", "Logseq/logseq/"])
def test_logseqs_own_folder_is_left_out_wherever_the_graph_is(graph):
    reading = read(
        {
            f"{graph}journals/2024_03_05.md": "- words",
            f"{graph}pages/2024_03_06.md": "- page",
            f"{graph}logseq/config.edn": "{}",
            f"{graph}logseq/bak/journals/2024_03_05/2024-03-05T10.md": "- old",
            f"{graph}logseq/version-files/local/journals/2024_03_07.md": "- older",
            f"{graph}logseq/.recycle/journals_2024_03_08.md": "- gone",
            f"{graph}logseq/2024-03-09.md": "- theirs",
        }
    )
    assert list_notes(reading) == {"2024-03-05": "words", "2024-03-06": "- page"}
    assert reading.failures == ()


def test_roam_pages_become_plain_text():
    text = "- {{[[TODO]]}} Call [[Ben]]\n    - about the deck\n- {{DONE}} Lunch"
    assert list_notes(read({"March 5th, 2024.md": text})) == {
        "2024-03-05": "TODO Call [[Ben]]\n  about the deck\nDONE Lunch"
    }


def test_lists_of_other_vaults_stay_lists():
    assert list_notes(read({"2024-03-05.md": "- one\n- two"})) == {"2024-03-05": "- one\n- two"}


OWN = (
    "---\ndate: '2024-03-05'\nwritten_at: '2024-03-05T20:00:00+00:00'\ntime_zone: UTC\nwords: 3\n"
    "let-go:\n  score: 4\n---\n\n## Let go\n\nStood aside.\n\n## A note\n\n\\# Mine\n"
)


def test_own_day_takes_other_texts_of_its_date_into_its_note():
    reading = read(
        {
            "2024/2024-03-05.md": OWN,
            "a/2024-03-05.md": "## Let go\ntheirs",
            "b/2024-03-05 0800.md": "early",
            "c/2024-03-05.md": "x" * 19_990,
        }
    )
    head = "# Mine\n\nearly\n\n## Let go\ntheirs\n\n"
    [day] = reading.days
    assert day.content.answers[0].text == "Stood aside."
    assert day.content.answers[0].score == 4
    assert day.content.note == head + "x" * (20_000 - len(head))
    assert f"last {len(head) - 10} of its 19,990" in list_whys(reading)["c/2024-03-05.md"]


def test_two_own_days_of_one_date_stay_an_error():
    reading = read({"a/2024-03-05.md": OWN, "b/2024-03-05.md": OWN.replace("aside", "by")})
    assert reading.days[0].content.answers[0].text == "Stood aside."
    assert "two files for this day" in list_whys(reading)["b/2024-03-05.md"]


def test_month_in_front_matter_alone_makes_no_review():
    review = "---\nmonth: 2024-03\nwritten_at: '2024-04-01T08:00:00+00:00'\nlean_on: let-go\n---\n"
    reading = read({"2024-03-05.md": "---\nmonth: 2024-03\n---\nx", "reviews/2024-03.md": review})
    assert list_notes(reading) == {"2024-03-05": "x"}
    assert [review.month.name for review in reading.reviews] == ["2024-03"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (OWN.replace("'2024-03-05'", "soon"), "no date, such as"),
        (OWN.replace("'2024-03-05'", "'2024-02-30'"), "does not exist"),
        (OWN.partition("let-go")[0] + "---\n", "no words and no scores"),
        ("---\nmonth: soon\nwritten_at: x\n---\n", "invalid or in the future"),
        ("---\nmonth: 2031-01\nwritten_at: x\n---\n", "invalid or in the future"),
    ],
)
def test_own_file_that_was_spoiled_is_named(text, why):
    assert why in list_whys(read({"a.md": text, "2024-03-01.md": "x"}))["a.md"]


def test_own_day_without_a_valid_time_is_of_noon():
    [day] = read({"a.md": OWN.replace("'2024-03-05T20:00:00+00:00'", "soon")}).days
    assert day.writing.written_at.hour == 12


def test_own_log_is_named_with_the_way_in_which_it_comes():
    whys = list_whys(read({"between-reflections.md": "# Wins", "2024-03-05.md": "x"}))
    assert "JSON" in whys["between-reflections.md"]


def test_scores_alone_make_a_day_and_are_words_on_a_day_that_is_there():
    scores = "---\ndate: 2024-03-05\nlet-go: {score: 4}\n---\n"
    reading = read({"a.md": scores, "b.md": scores, "c.md": "---\ndate: 2024-03-05\n---\nWords."})
    [day] = reading.days
    assert (day.content.answers[0].score, day.content.note) == (
        4,
        "let-go: score 4\n\nWords.",
    )
    assert reading.failures == ()


def test_file_without_a_name_is_left_out():
    content = create_zip({"2024-03-05.md": "words", "2024-03-06.md": "none"})
    at = content.index(b"2024-03-06.md", content.index(b"PK\x01\x02"))
    nameless = bytearray(content[:at] + content[at + 13 :])
    nameless[at - 46 + 28 : at - 46 + 30] = b"\0\0"  # the length of its name
    size = int.from_bytes(nameless[-10:-6], "little") - 13  # of the directory
    nameless[-10:-6] = size.to_bytes(4, "little")
    assert list_notes(read(bytes(nameless))) == {"2024-03-05": "words"}


def test_encrypted_vault_is_refused():
    content = bytearray(create_zip({"2024-03-05.md": "words"}))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(UnreadableJournal, match="password"):
        read(bytes(content))


@pytest.mark.parametrize(
    "settings_text",
    [
        "{",
        "[1]",
        '{"format": 7, "daily": []}',
        '{"format": "YYYY-MM-DD"}',
        '{"format": "dddd"}',
        " " * 200_000,
    ],
)
def test_settings_without_an_order_leave_it_open(settings_text):
    reading = read(
        {
            ".obsidian/daily-notes.json": settings_text,
            "05-03-2024.md": "x",
            "2024-03-01.md": "y",
        }
    )
    assert "told apart" in list_whys(reading)["05-03-2024.md"]


def test_settings_that_disagree_leave_the_order_open():
    reading = read(
        {
            ".obsidian/daily-notes.json": '{"format": "DD-MM-YYYY"}',
            ".obsidian/plugins/periodic-notes/data.json": '{"daily": {"format": "MM-DD-YYYY"}}',
            "05-03-2024.md": "x",
        }
    )
    assert "told apart" in list_whys(reading)["05-03-2024.md"]


def test_names_in_old_code_pages_are_read():
    def pack(raw):
        # zipfile writes no name but ASCII without its flag for UTF-8.
        content = create_zip({"?" * len(raw): "words"})
        return content.replace(b"?" * len(raw), raw)

    for name, encoding in (
        ("2024年3月5日.md", "cp932"),
        ("2024年3月5日.md", "gb18030"),
        ("5 września 2024.md", "cp852"),
        ("5 février 2024.md", "cp437"),
        ("5. März 2024.md", "cp1252"),
        ("Grüße 2024-03-05.md", "utf-8"),
        ("5. März 2024.md", "utf-8"),
    ):
        [day] = read(pack(name.encode(encoding))).days
        assert (day.local_date.year, day.local_date.day) == (2024, 5), name


def test_failure_shows_a_name_in_utf8_that_does_not_say_so():
    name = "Grüße.md".encode()
    content = create_zip({"?" * len(name): "words", "2024-03-05.md": "x"})
    reading = read(content.replace(b"?" * len(name), name))
    assert [*list_whys(reading)] == ["Grüße.md"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("2024-03-05.md", "Words."),
        ("5 March 2024.TXT", "Words."),
        ("C:\\notes\\2024-03-05.markdown", "Words."),
        ("note.md", "---\ndate: 2024-03-05\n---\nWords."),
        ("note.txt", "Tuesday, 5 March 2024\nWords."),
        ("2024-03-05.txt", "PK called. Words."),
    ],
)
def test_single_file_comes_in(name, text):
    [day] = read(text.encode(), name=name).days
    assert str(day.local_date) == "2024-03-05"
    assert day.content.note.endswith("Words.")


@pytest.mark.parametrize(
    ("files", "name"),
    [
        ({"photo.jpg": "x", "readme.txt": "Photos of 2023."}, "a.zip"),
        ({"README.md": "# Tool", "docs/setup.md": "Steps."}, "a.zip"),
        (b"x" * 200_000, "long.txt"),
        (b"", "empty.md"),
        (b"words", "note.md"),
    ],
)
def test_texts_without_any_date_are_refused_with_what_a_name_must_hold(files, name):
    with pytest.raises(UnreadableJournal, match=r"2026-11-24\.md"):
        read(files, name=name)


def test_readme_beside_another_apps_files_does_not_hide_which_apps_can_be_read():
    with pytest.raises(UnreadableJournal, match="Daylio"):
        read({"export.json": "{}", "readme.txt": "Your export."})


def test_damaged_member_spoils_no_other():
    content = bytearray(create_zip({"2024-03-05.md": "first words", "2024-03-06.md": "second"}))
    content[content.index(b"first")] ^= 1
    reading = read(bytes(content))
    assert list_notes(reading) == {"2024-03-06": "second"}
    assert "damaged" in list_whys(reading)["2024-03-05.md"]


def import_file(leader, content, name):
    file = FileStorage(io.BytesIO(content), name)
    boundary, body = encode_multipart({"file": file})
    return leader.client.post(
        "/api/v1/imports",
        data=body,
        headers=leader.headers,
        content_type=f'multipart/form-data; boundary="{boundary}"',
    )


def test_vault_and_single_file_come_in_over_the_api(client):
    leader = create_leader(client)
    reply = import_file(leader, (SAMPLES / "md-names.zip").read_bytes(), "vault.zip")
    assert (reply.status_code, reply.json["created"], len(reply.json["failed"])) == (200, 9, 5)
    assert leader.get("/reflections/2024-03-14").json["note"] == "folders"
    assert import_file(leader, b"More.", "2024-04-05.md").json["created"] == 1
    assert leader.get("/reflections/2024-04-05").json["note"] == "More."
    refused = import_file(leader, b"More.", "notes.md")
    assert refused.status_code == 422
    assert "2026-11-24.md" in refused.json["errors"]["file"][0]


def mutate(content, seed):
    """Return `content` with some bytes changed, dropped, doubled or exchanged for a sign."""
    chance = random.Random(seed)  # noqa: S311 - it makes no secret
    content = bytearray(content)
    for _ in range(chance.randint(1, 12)):
        at = chance.randrange(len(content) + 1)
        piece = chance.choice(
            [b"", b"-", b"---\n", b":", b"\n", b"[[", b"![[", b"\x00", b"\xff", b"{", b"2024"]
        )
        content[at : at + chance.randint(0, 3)] = piece or bytes([chance.randrange(256)])
    return bytes(content)


def read_or_refuse(content, name):
    try:
        return read(content, name=name)
    except UnreadableJournal:
        return None


SAMPLE_NAMES = sorted(path.name for path in SAMPLES.glob("md-*.zip"))


@settings(max_examples=150)
@given(sample=st.sampled_from(SAMPLE_NAMES), seed=st.integers(0, 2**64))
def test_any_mutated_zip_is_read_or_refused(sample, seed):
    read_or_refuse(mutate((SAMPLES / sample).read_bytes(), seed), sample)


@settings(max_examples=150)
@given(sample=st.sampled_from(SAMPLE_NAMES), seed=st.integers(0, 2**64))
def test_any_mutated_texts_and_names_are_read_or_refused(sample, seed):
    with zipfile.ZipFile(SAMPLES / sample) as archive:
        files = {
            f"{mutate(name.encode(), seed).decode('utf-8', 'replace')}.md".replace(
                "\0", "0"
            ): mutate(archive.read(name), seed)
            for name in archive.namelist()
            if archive.getinfo(name).file_size < 1_000
        }
    reading = read_or_refuse(create_zip(files), "a.zip")
    for day in reading.days if reading else ():
        assert day.local_date <= TODAY
    for failure in reading.failures if reading else ():
        assert isinstance(failure, Failure)


@settings(max_examples=150)
@given(text=st.text(), name=st.text(max_size=30))
def test_any_text_under_any_name_is_read_or_refused(text, name):
    for start in ("", "---\n", "---\ndate: 2024-03-05\n", "+++\n"):
        content = f"{start}{text}".encode("utf-8", "replace")
        read_or_refuse(content if not content.startswith(b"PK") else b"", f"{name}.md")


def test_order_of_day_and_month_is_decided_by_one_certain_name_or_date():
    open_name = {"07-03-2023.md": "x"}
    assert list_notes(read(open_name | {"far/away/13-03-2023.md": "y"})) == {
        "2023-03-07": "x",
        "2023-03-13": "y",
    }
    assert list_notes(read({"2023/03/07-03-2023.md": "x"})) == {"2023-03-07": "x"}
    assert list_notes(read({"07-03-2023.md": "---\ndate: 7 March 2023\n---\nx"})) == {
        "2023-03-07": "x"
    }
    known = {"01-02-2023.md": "---\ndate: 2023-02-01\n---\ny"}
    assert list_notes(read(open_name | known)) == {"2023-02-01": "y", "2023-03-07": "x"}
    uncertain = read(open_name | {"2023-03-09.md": "y"})
    assert "cannot be told apart" in list_whys(uncertain)["07-03-2023.md"]
