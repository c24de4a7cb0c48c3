"""Roam's JSON export: daily pages come in block by block."""

import io
import json
import random
import zipfile
from datetime import date, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leaderjournal.kernel.days import LocalDate
from leaderjournal.portability.imports.archives import UnreadableJournal
from leaderjournal.portability.imports.formats.roam import detect_roam, read_roam
from leaderjournal.portability.imports.journal_format import ReadingOptions
from leaderjournal.portability.imports.reader import FileReader
from leaderjournal.portability.imports.rules import JournalEntry
from leaderjournal.portability.imports.uploads import Upload

TODAY = LocalDate(date(2026, 11, 24))
OPTIONS = ReadingOptions("Europe/Berlin", time(3), TODAY)
PHOTO = "![](https://firebasestorage.googleapis.com/v0/b/x/o/imgs%2Fapp%2Fg%2Fabc.png?alt=media)"


def create_block(string, *children, uid=""):
    return {"string": string, "uid": uid or f"uid-{string}"[:40], "children": [*children]}


GRAPH = [
    {"title": "Sapiens", "uid": "page-1", "children": [create_block("A book", uid="blk-book1")]},
    {
        "title": "March 5th, 2024",
        "uid": "03-05-2024",
        "create-time": 1709600000000,
        "children": [
            create_block("{{[[TODO]]}} Call [[Ben]]", create_block("about\nthe deck")),
            create_block("Read ((blk-book1)) and ((nosuchone))"),
            create_block(PHOTO),
            create_block(""),
        ],
    },
    {"title": "March 6th, 2024", "uid": "03-06-2024"},
    {"title": "February 30th, 2024", "uid": "x", "children": [create_block("never")]},
    {"title": "March 7th, 2031", "uid": "y", "children": [create_block("too early")]},
    "no page",
]


def read(graph, name="graph.json"):
    return FileReader("Europe/Berlin", time(3), TODAY).read(json.dumps(graph).encode(), name=name)


def create_zip(files):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file.getvalue()


def test_daily_pages_come_in_and_others_are_named():
    reading = read(GRAPH)
    assert reading.kind == "roam"
    [day] = reading.days
    assert str(day.local_date) == "2024-03-05"
    assert day.content.note == (
        "TODO Call [[Ben]]\n  about\n  the deck\n\nRead A book and ((nosuchone))"
    )
    assert reading.left_behind == {"photos": 1}
    whys = {failure.where: failure.why for failure in reading.failures}
    assert "no date" in whys["graph.json, page 1"]
    assert "no words" in whys["graph.json, page 3"]
    assert "not exist" in whys["graph.json, page 4"]
    assert "not between" in whys["graph.json, page 5"]
    assert "no date" in whys["graph.json, page 6"]


def test_zip_with_a_broken_file_beside_the_graph_comes_in():
    content = create_zip({"a.json": "{", "graph.json": json.dumps(GRAPH)})
    reading = FileReader("UTC", time(3), TODAY).read(content, name="Roam-Export.zip")
    assert len(reading.days) == 1
    assert "a.json" in [failure.where for failure in reading.failures]


def test_block_keeps_its_id_while_its_page_grows():
    page = {"title": "March 5th, 2024", "children": [create_block("one"), create_block("two")]}
    grown = page | {"children": [create_block("zero"), *page["children"]]}

    def list_ids(graph):
        upload = Upload(json.dumps(graph).encode(), "graph.json")
        found = read_roam(upload, OPTIONS)
        return {one.text: one.source_id for one in found if isinstance(one, JournalEntry)}

    assert list_ids([page]).items() < list_ids([grown]).items()


def test_graph_without_daily_pages_is_refused():
    with pytest.raises(UnreadableJournal, match="daily page"):
        read(GRAPH[:1])


@pytest.mark.parametrize(
    "value",
    [[], {}, [1], ["x"], [{"title": "x"}], [{"title": "x", "children": [{"text": "y"}]}], None],
)
def test_other_json_is_not_taken_for_roams(value):
    assert not detect_roam(Upload(json.dumps(value).encode(), "x.json"))


def test_deep_blocks_are_read():
    block = create_block("deepest")
    for level in range(300):
        block = create_block(str(level), block)
    [day] = read([{"title": "March 5th, 2024", "children": [block]}]).days
    assert "deepest" in day.content.note


@settings(max_examples=200)
@given(seed=st.integers(0, 2**64))
def test_any_mutated_graph_is_read_or_refused(seed):
    chance = random.Random(seed)  # noqa: S311 - it makes no secret
    content = bytearray(json.dumps(GRAPH).encode())
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(content))
        piece = chance.choice([b"[", b"]", b"{", b"}", b'"', b"null", b"1e999", b",", b"\xff", b""])
        content[at : at + chance.randint(0, 5)] = piece
    try:
        FileReader("UTC", time(3), TODAY).read(bytes(content), name="graph.json")
    except UnreadableJournal:
        return


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.sampled_from(["title", "children", "string", "uid", "heading"]), inner)
    ),
    max_leaves=8,
)


@settings(max_examples=60)
@given(pages=st.lists(JSON), children=st.lists(JSON))
def test_any_json_in_a_graph_is_read_or_refused(pages, children):
    page = {"title": "March 5th, 2024", "children": [*children, {"string": "x"}]}
    upload = Upload(json.dumps([page, *pages]).encode(), "graph.json")
    try:
        list(read_roam(upload, OPTIONS))
    except UnreadableJournal:
        return
