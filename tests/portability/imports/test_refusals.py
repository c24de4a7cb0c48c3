"""What a leader is told of a file that is no journal: what it seems to be, and what to do."""

import io
import zipfile
from datetime import date, time

import pytest
from factories import create_leader
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from leaderjournal.kernel.days import LocalDate
from leaderjournal.portability.imports.archives import UnreadableJournal
from leaderjournal.portability.imports.reader import FileReader
from leaderjournal.portability.imports.refusals import explain_refusal
from leaderjournal.portability.imports.uploads import Upload

TODAY = LocalDate(date(2026, 11, 24))
LONG_LINE = b"word " * 40_000


def create_zip(*names, content=b"x"):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, content)
    return file.getvalue()


def refuse(content, name=""):
    with pytest.raises(UnreadableJournal) as refused:
        FileReader("UTC", time(3), TODAY).read(content, name=name)
    return str(refused.value)


@pytest.mark.parametrize(
    ("content", "name", "advice"),
    [
        (b"", "", "empty"),
        (b" \r\n\t\xc2\xa0", "", "empty"),
        (b"\xff\xfe", "journal.csv", "empty"),
        (b"\xef\xbb\xbf\xe2\x80\x8b", "", "empty"),
        (LONG_LINE, "", "date at its beginning"),
        (b"a,b\rc,d\n", "", "date at its beginning"),
        (b"day;mood;note;more\n1;2;3;4", "", "full_date, mood and note"),
        (b"a,b,c\r1,2,3\n", "", "full_date, mood and note"),
        (b"Dear diary", "", "date at its beginning"),
        (b"{", "", "no JSON"),
        (b"[1, 2]", "", "read this JSON as a journal"),
        (b'{"a": 1}', "", "read this JSON as a journal"),
        (b"<html><body>Hello</body></html>", "", "web page"),
        (bytes(range(256)) * 40, "", "isn’t text"),
        (b"%PDF-1.7\n\x00\xff", "", "PDF"),
        (b"{\\rtf1\\ansi Hello}", "", "RTF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), "", "Word"),
        (b"SQLite format 3\0" + bytes(99), "", "database"),
        (b"\x89PNG\r\n\x1a\n" + bytes(99), "", "picture"),
        (b"\xff\xd8\xff\xe0" + bytes(99), "", "picture"),
        (b"\0\0\0\x18ftypheic" + bytes(99), "", "picture"),
        (b"\0\0\0\x18ftypisom" + bytes(99), "", "video"),
        (b"\x1f\x8b\x08" + bytes(99), "", "Unpack"),
        (b"7z\xbc\xaf\x27\x1c" + bytes(99), "", "Unpack"),
        (b"Rar!\x1a\x07" + bytes(99), "", "Unpack"),
        (b'<?xml version="1.0"?><en-export>', "", "Evernote"),
        (b"<?xml?><plist><dict><key>Creation Date</key>", "", "Day One Classic"),
        (b"gAAAAABk" + b"A" * 99, "journal.txt", "jrnl --decrypt"),
        (b'{"users": [{"enc_enc_key": "x"}]}', "", "encryption off"),
        (b"Dear diary", "penzu_journal.txt", "Penzu"),
    ],
)
def test_file_is_named_for_what_it_is(content, name, advice):
    sentence = refuse(content, name)
    assert advice in sentence
    assert "What can be read: " in sentence


@pytest.mark.parametrize(
    ("names", "advice"),
    [
        ((), "empty"),
        (("a.jpg",), "no journal"),
        (("word/document.xml", "[Content_Types].xml"), "Word"),
        (("xl/workbook.xml",), "CSV"),
        (("META-INF/manifest.xml", "content.xml"), "office document"),
        (("Journal.dayone/entries/A.doentry",), "Day One Classic"),
        (("Takeout/Keep/Note.html",), "Google Keep"),
        (("Page 0123456789abcdef0123456789abcdef.html",), "Notion"),
        (("My Notes.enex",), "Evernote"),
        (("export/inner.zip",), "inner one"),
        (("journal.sqlite",), "database"),
        (("diary.pdf",), "PDF"),
        (("broken.json",), "broken.json in this zip cannot be read. There’s no JSON we can read"),
    ],
)
def test_zip_is_named_for_what_it_holds(names, advice):
    assert advice in refuse(create_zip(*names))


def test_encrypted_zip_is_named_so():
    content = bytearray(create_zip("a.txt"))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    assert "without a password" in explain_refusal(Upload(bytes(content)))


def test_every_format_is_named():
    sentence = refuse(b"")
    for name in ("Day One", "Journey", "Daylio", "jrnl", "Mini Diary", "DailyTxT", "Markdown"):
        assert name in sentence


@given(st.binary(max_size=200), st.text(max_size=20))
def test_any_file_gets_a_sentence(content, name):
    try:
        upload = Upload(content, name)
    except UnreadableJournal:
        return
    assert "What can be read" in explain_refusal(upload)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (LONG_LINE, "any-text-long-line.txt"),
        (b"full_date,mood\r,note\r\n" + b"x" * 200_000, "daylio.csv"),
        (b'full_date,mood,note,"' + b"x" * 200_000, "daylio.csv"),
        (b"", "empty.csv"),
        (b"\x00\x01\x02" * 99, "garbage.bin"),
    ],
)
def test_api_answers_a_file_of_no_format_with_a_sentence(client, content, name):
    leader = create_leader(client)
    boundary, body = encode_multipart({"file": FileStorage(io.BytesIO(content), name)})
    answer = leader.client.post(
        "/api/v1/imports",
        data=body,
        headers=leader.headers,
        content_type=f'multipart/form-data; boundary="{boundary}"',
    )
    assert answer.status_code == 422
    assert "read" in answer.get_data(as_text=True)
