"""The export of Apple's Journal: a page for each entry, with its media beside it."""

import io
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
PAGE = """<!DOCTYPE html><html><head><style>.pageHeader { font-size: 11px }</style></head><body>
<p class="p1"><span class="s1"><div class="pageContainer">
  <div class="pageHeader">Saturday, 14 September 2024</div>
  <div class="assetGrid">
    <div class="gridItem assetType_photo" id="A"><img src="../Resources/A.jpeg"/></div>
    <div class="gridItem assetType_livePhoto" id="B"><img src="../Resources/B.heic"/></div>
    <div class="gridItem assetType_music" id="C"><img src="../Resources/C.heic"/>
      <div class="mediaTitle">Song</div><div class="mediaArtist">Band</div></div>
    <div class="gridItem assetType_video" id="D"><video src="../Resources/D.MOV"></video></div>
    <div class="gridItem assetType_audio" id="E"><div class="audioAssetHeader">Voice</div></div>
    <div class="gridItem assetType_link"><a href="https://example.org/page">x</a></div>
    <div class="gridItem assetType_multiPinMap"><div class="gridItemOverlayHeader">Lake</div></div>
    <div class="gridItem assetType_contact"><div class="gridItemOverlayText">Mira</div></div>
    <div class="gridItem assetType_workoutIcon"><div class="activityType">Walk</div></div>
    <div class="gridItem assetType_reflection"><div class="reflectionPrompt">Why?</div></div>
    <div class="gridItem assetType_stateOfMind" id="F">
      <div class="gridItemOverlayHeader">Pleasant</div>
      <div class="gridItemOverlayFooter">Calm, Family</div></div>
  </div><div class="title"></div></div></span><span class="s2">Evening on the lake </span>
<span class="s1"><div class="bodyText"></div></span></p>
<p class="p2"><span class="s3">Swam at seven &amp; sat.</span></p>
<p class="p2"><span class="s3">1 &lt; 2.</span></p>
</body></html>"""


def create_page(header, words, title=""):
    return (
        f'<html><body><div class="pageHeader">{header}</div><div class="title">{title}</div>'
        f'<div class="bodyText"><p class="p2">{words}</p></div></body></html>'
    )


def create_zip(pages, resources=(), folder="AppleJournalEntries/"):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(f"{folder}index.html", "<html><body>An index.</body></html>")
        for name, page in pages.items():
            archive.writestr(f"{folder}Entries/{name}", page)
            archive.writestr(f"__MACOSX/{folder}Entries/._{name}", b"\0\5\x16\7")
        for name in resources:
            archive.writestr(f"{folder}Resources/{name}", b"x")
    return file.getvalue()


def read(content, name="AppleJournalEntries.zip"):
    return FileReader("Asia/Tokyo", time(3), TODAY).read(content, name=name)


def list_notes(reading):
    return {str(day.local_date): day.content.note for day in reading.days}


def test_entry_has_its_words_and_what_its_grid_says():
    pages = {"2024-09-14_Evening_on_the_lake.html": PAGE}
    reading = read(create_zip(pages, ["A.jpeg", "B.heic", "C.heic", "D.MOV", "F.heic", "A.json"]))
    assert reading.kind == "apple-journal"
    assert list_notes(reading) == {
        "2024-09-14": (
            "Why?\nEvening on the lake\nSwam at seven & sat.\n1 < 2.\nhttps://example.org/page\n"
            "Mood: Pleasant · Activities: Walk · Tags: Calm, Family · People: Mira · Place: Lake · "
            "Music: Song, Band"
        )
    }
    assert reading.left_behind == {"photos": 2, "videos": 1, "sounds": 1}
    assert reading.moods == {"pleasant": 1}
    assert reading.failures == ()


@pytest.mark.parametrize(
    "header",
    [
        *("Thursday, September 5, 2024", "Thursday, 5 September 2024", "September 5, 2024"),
        *("Donnerstag, 5. September 2024", "jeudi 5 septembre 2024", "2024年9月5日 木曜日"),
        *("jueves, 5 de septiembre de 2024", "2024-09-05"),
    ],
)
def test_date_is_read_from_the_header_where_the_name_has_none(header):
    pages = {"9E1C2D3E.html": create_page(header, "Words.", "Title")}
    assert list_notes(read(create_zip(pages))) == {"2024-09-05": "Title\nWords."}


def test_name_says_the_date_where_the_header_says_another():
    pages = {"2024-09-05.html": create_page("Friday, September 6, 2024", "Words.")}
    assert list(list_notes(read(create_zip(pages)))) == ["2024-09-05"]


def test_several_entries_of_a_day_are_joined():
    pages = {
        "2024-09-05.html": create_page("Thursday, September 5, 2024", "One."),
        "2024-09-05_(1).html": create_page("Thursday, September 5, 2024", "Two."),
    }
    assert list_notes(read(create_zip(pages, folder=""))) == {"2024-09-05": "One.\n\nTwo."}


def test_pages_without_names_for_their_parts_are_read():
    page = "<html><body><div>Thursday, September 5, 2024</div><h2>Rain</h2><p>All day.</p></body>"
    reading = read(create_zip({"2024-09-05_Rain.html": page}, ["A.jpeg", "B.mov"]))
    assert list_notes(reading) == {"2024-09-05": "Rain\nAll day."}
    assert reading.left_behind == {"photos": 1, "videos": 1}


def test_page_comes_in_by_itself():
    assert list(list_notes(read(PAGE.encode(), "page.html"))) == ["2024-09-14"]


@pytest.mark.parametrize(
    ("name", "page", "why"),
    [
        ("a.html", create_page("Someday", "Secret"), "no date"),
        ("2024-02-30.html", create_page("", "Secret"), "no date"),
        ("2027-01-01.html", create_page("", "Secret"), "between"),
        ("2024-01-01.html", create_page("", ""), "no words"),
        ("2024-01-01.html", "<div>" * 5_000, "no page"),
        ("2024-01-01.html", "x" * 2_000_001, "2,000,000"),
        ("2024-01-01.html", bytes(range(256)) * 9, "no text"),
    ],
)
def test_broken_page_is_named_and_spoils_no_other(name, page, why):
    pages = {name: page, "2024-09-05.html": create_page("", "Fine.")}
    reading = read(create_zip(pages))
    [failure] = reading.failures
    assert failure.where == f"AppleJournalEntries/Entries/{name}"
    assert why in failure.why
    assert list_notes(reading) == {"2024-09-05": "Fine."}


@pytest.mark.parametrize("element", ["html", "body"])
def test_page_whose_root_has_the_class_of_a_part_keeps_its_words(element):
    page = create_page("14 September 2024", "Fine.").replace(
        f"<{element}>", f'<{element} class="gridItem pageHeader">'
    )
    assert list_notes(read(create_zip({"2024-09-14.html": page}))) == {"2024-09-14": "Fine."}


@settings(deadline=None)
@given(
    st.one_of(
        mutate(PAGE.encode()).map(lambda page: create_zip({"2024-09-14.html": page})),
        mutate(create_zip({"2024-09-14.html": PAGE})),
    )
)
def test_damaged_export_is_read_or_refused(content):
    try:
        reading = read(content)
    except UnreadableJournal:
        return
    assert all(failure.where and failure.why for failure in reading.failures)
