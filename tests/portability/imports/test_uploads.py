"""The JSON of an upload: by which members it is recognized, and that each is parsed once."""

import io
import json
import zipfile
from datetime import date, time

import pytest

from leaderjournal.kernel.days import LocalDate
from leaderjournal.portability.imports.reader import FileReader
from leaderjournal.portability.imports.rules import InvalidEntry
from leaderjournal.portability.imports.uploads import MOST_SAMPLES, Upload

TODAY = LocalDate(date(2026, 11, 24))


def create_upload(*members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members:
            archive.writestr(name, content)
    return Upload(file.getvalue())


def test_own_file_of_an_export_is_sampled_before_those_of_its_media():
    media = [(f"photos/{number}.json", "{}") for number in range(2 * MOST_SAMPLES)]
    upload = create_upload(*media, ("Journal.json", '{"entries": []}'))
    assert len(upload.sample) == MOST_SAMPLES
    assert upload.sample[0][1] == {"entries": []}


def test_broken_files_do_not_use_up_the_samples():
    broken = [(f"{number}.json", "{") for number in range(2 * MOST_SAMPLES)]
    upload = create_upload(*broken, ("z.json", "[1]"))
    assert [content for _, content in upload.sample] == [[1]]


def test_sampled_file_is_parsed_once_whatever_else_is_listed():
    upload = create_upload(("a.md", "x"), ("b.json", "[1]"), ("c.json", "{"))
    [(_, sampled)] = upload.sample
    _, first, second = upload.list_members(".md", ".json")
    assert upload.load_json(first) is sampled
    with pytest.raises(InvalidEntry, match="no JSON"):
        upload.load_json(second)


def test_file_that_is_no_zip_is_its_own_sample():
    upload = Upload(json.dumps({"a": 1}).encode(), "folder\\a.json")
    [(member, content)] = upload.sample
    assert (member.name, content) == ("a.json", {"a": 1})
    assert upload.load_json(member) is content


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_json_is_read_in_every_encoding_of_unicode(encoding):
    content = '{"text": "Grüße, 王小明"}'.encode(encoding)
    assert Upload(content).sample[0][1] == {"text": "Grüße, 王小明"}


@pytest.mark.parametrize(
    ("names", "text"),
    [
        (("2024-03-05.md", "2024-03-06.md"), "Words of {name}."),
        (("Journal.json", "Work.json"), None),
        (("Entries/2024-03-05_A.html", "Entries/2024-03-06_B.html"), "<p>{name}</p>"),
        (("jrnl-a.txt", "jrnl-b.txt"), "[2024-03-05 09:30] {name}.\nMore."),
    ],
)
def test_damaged_file_of_a_zip_is_named_and_the_others_come_in(names, text):
    journal = '{"entries": [{"creationDate": "2024-03-05T10:00:00Z", "text": "Words."}]}'
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name in names:
            archive.writestr(name, text.format(name=name) if text else journal)
        begins = archive.getinfo(names[0]).header_offset + 30 + len(names[0])
    content = bytearray(file.getvalue())
    content[begins + 5] ^= 0x20  # its checksum no longer fits
    reading = FileReader("UTC", time(3), TODAY).read(bytes(content), name="journal.zip")
    assert len(reading.days) == 1
    [failure] = reading.failures
    assert failure.where == names[0]
    assert "damaged" in failure.why
