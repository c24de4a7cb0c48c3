"""The JSON of an upload: by which members it is recognized, and that each is parsed once."""

import io
import json
import zipfile

import pytest

from leaderjournal.portability.imports.rules import InvalidEntry
from leaderjournal.portability.imports.uploads import MOST_SAMPLES, Upload


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
