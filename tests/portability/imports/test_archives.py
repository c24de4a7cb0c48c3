"""Zip files that mean harm, or came to it on the way."""

import copy
import hashlib
import io
import struct
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leaderjournal.portability.imports.archives import (
    MEGABYTE,
    MOST_MEMBERS,
    Archive,
    UnreadableJournal,
)

# Zip's own records (APPNOTE 6.3.10, 4.3.7 and 4.3.12): where the flags stand in them.
FLAGS_IN_LOCAL_HEADER = 6
FLAGS_IN_DIRECTORY = 8


def create_noise(size):
    """Return bytes that do not shrink, the same each time."""
    return hashlib.shake_128(b"noise").digest(size)


def create_zip(*members, compression=zipfile.ZIP_DEFLATED, change=None):
    """Return a zip of (name, content) pairs; `change` may falsify its directory."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, content in members:
            archive.writestr(name, content)
        if change:
            change(archive.filelist)
    return file


def read_all(file):
    archive = Archive(file)
    return {member.filename: archive.read(member) for member in archive.list_members(".json")}


def read_refusal(file):
    """Return why `file` is refused."""
    with pytest.raises(UnreadableJournal) as refused:
        read_all(file)
    return str(refused.value)


def alter(content, position, value):
    return io.BytesIO(content[:position] + value + content[position + len(value) :])


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_members_are_read_whole(compression):
    content = create_noise(300_000)
    file = create_zip(("Journal.json", content), ("empty.json", b""), compression=compression)
    assert read_all(file) == {"Journal.json": content, "empty.json": b""}


def test_system_files_are_ignored():
    names = ["Journal.json", "Café/WORK.JSON", "photos/1.jpeg", "x.json/", "json"]
    system = ["__MACOSX/._Journal.json", "._Journal.json", "Café/._WORK.JSON"]
    archive = Archive(create_zip(*((name, b"") for name in names + system)))
    assert [member.filename for member in archive.list_members(".json")] == names[:2]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_members_with_the_same_name_are_both_read():
    archive = Archive(create_zip(("Journal.json", b"one"), ("Journal.json", b"two")))
    assert [archive.read(member) for member in archive.list_members(".json")] == [b"one", b"two"]


def test_member_paths_are_only_labels(tmp_path, monkeypatch):
    here = tmp_path / "one" / "two"
    here.mkdir(parents=True)
    monkeypatch.chdir(here)
    read_all(create_zip(("../../escaped.json", b"{}"), (f"{tmp_path}/absolute.json", b"{}")))
    assert list(tmp_path.glob("**/*.json")) == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"Dear diary",
        b"PK\x03\x04",
        b"PK\x05\x06" + bytes(17),  # an end record cut short by one byte
        b"\xff\xd8\xff\xe0" * 1_000,
    ],
)
def test_non_zip_is_refused(content):
    assert "isn’t a zip file" in read_refusal(io.BytesIO(content))


def test_empty_zip_opens():
    assert read_all(create_zip()) == {}


def test_truncated_zip_is_refused():
    whole = create_zip(("Journal.json", b"{}" * 100)).getvalue()
    for length in range(len(whole)):
        read_refusal(io.BytesIO(whole[:length]))


def test_wrong_checksum_is_detected():
    content = create_zip(("a.json", b"words" * 9), compression=zipfile.ZIP_STORED).getvalue()
    assert "damaged" in read_refusal(alter(content, content.index(b"words"), b"swords"))


def test_broken_compression_is_refused():
    content = create_zip(("a.json", create_noise(99))).getvalue()
    assert "damaged" in read_refusal(alter(content, 30 + len("a.json"), b"\xff" * 20))


def test_encrypted_zip_error_mentions_the_password():
    content = bytearray(create_zip(("a.json", b"words")).getvalue())
    content[FLAGS_IN_LOCAL_HEADER] |= 1
    content[content.index(b"PK\x01\x02") + FLAGS_IN_DIRECTORY] |= 1
    assert "without a password" in read_refusal(io.BytesIO(bytes(content)))


@pytest.mark.parametrize("compression", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_unbounded_compression_is_refused(compression):
    file = create_zip(("a.json", bytes(10 * MEGABYTE)), compression=compression)
    assert "unusual way" in read_refusal(file)


def test_non_utf_8_member_name_is_refused():
    content = create_zip(("Ä.json", b"{}")).getvalue()
    assert "damaged" in read_refusal(alter(content, 30, b"\xff"))


def test_mismatched_member_names_are_refused():
    content = create_zip(("a.json", b"{}")).getvalue()
    assert "damaged" in read_refusal(alter(content, 30, b"b"))


def test_zip_of_20_000_files_opens():
    file = create_zip(*((f"{number}.txt", b"") for number in range(MOST_MEMBERS)))
    assert read_all(file) == {}


def test_too_many_files_are_refused_despite_a_false_end_record():
    content = create_zip(*((f"{number}.txt", b"") for number in range(MOST_MEMBERS + 1))).getvalue()
    end = content.rindex(b"PK\x05\x06")
    for file in (io.BytesIO(content), alter(content, end + 8, struct.pack("<HH", 1, 1))):
        assert "20,000" in read_refusal(file)


def test_zip_bomb_is_refused():
    assert "200 times" in read_refusal(create_zip(("bomb.json", bytes(5 * MEGABYTE))))


def test_small_file_may_compress_well():
    assert read_all(create_zip(("a.json", b" " * MEGABYTE)))["a.json"] == b" " * MEGABYTE


def test_member_with_a_too_large_size_is_refused_unread():
    def lie(members):
        members[0].file_size = 100 * MEGABYTE + 1

    assert "100 MB a file" in read_refusal(create_zip(("a.json", b"{}"), change=lie))


def test_huge_zip64_size_is_refused():
    def lie(members):
        members[0].file_size = 1 << 62

    assert "100 MB a file" in read_refusal(create_zip(("a.json", b"{}"), change=lie))


def test_zip_bomb_with_a_false_size_is_refused():
    def lie(members):
        members[0].file_size = 10

    assert "damaged" in read_refusal(create_zip(("bomb.json", bytes(5 * MEGABYTE)), change=lie))


def test_members_over_200_mb_together_are_refused():
    # 70 MB each, with enough noise that none looks like a bomb.
    block = create_noise(5_000) + bytes(95_000)
    file = create_zip(*((f"{number}.json", block * 700) for number in range(3)))
    archive = Archive(file)
    first, second, third = archive.list_members(".json")
    assert len(archive.read(first)) == len(archive.read(second)) == 70 * MEGABYTE
    with pytest.raises(UnreadableJournal, match="200 MB in all"):
        archive.read(third)


def test_overlapping_members_are_refused():
    def share(members):
        members += [copy.copy(members[0]) for _ in range(100)]

    assert "over one another" in read_refusal(create_zip(("a.json", b"words"), change=share))


def test_member_overlapping_the_next_is_refused():
    def reach(members):
        members[0].compress_size += 40

    file = create_zip(("a.json", b"words"), ("b.json", b"words"), change=reach)
    assert "over one another" in read_refusal(file)


@pytest.mark.parametrize("size", [1_000, 1 << 31, 1 << 62])
def test_member_overlapping_the_directory_is_refused(size):
    def reach(members):
        members[0].compress_size = size

    assert "over one another" in read_refusal(create_zip(("a.json", b"words"), change=reach))


def test_member_outside_the_file_is_refused():
    def move(members):
        members[0].header_offset = 1 << 62

    assert "over one another" in read_refusal(create_zip(("a.json", b"words"), change=move))


def test_nested_zip_is_not_opened():
    inner = create_zip(("Journal.json", b"{}")).getvalue()
    assert read_all(create_zip(("inner.zip", inner))) == {}


def test_zip_after_other_bytes_is_read():
    file = io.BytesIO(b"#!/bin/sh\n" * 100 + create_zip(("a.json", b"{}")).getvalue())
    assert read_all(file) == {"a.json": b"{}"}


BASES = [
    create_zip(("a.json", b'{"entries": []}'), ("Ä/b.json", b"words " * 50)).getvalue(),
    create_zip(("a.json", b"words"), compression=zipfile.ZIP_STORED).getvalue(),
]


@settings(max_examples=200)
@given(
    st.sampled_from(BASES),
    st.lists(st.tuples(st.integers(0, 400), st.binary(min_size=1, max_size=8)), max_size=4),
    st.integers(0, 60),
)
def test_damaged_zip_is_read_or_refused(base, changes, missing):
    content = base
    for position, value in changes:
        content = alter(content, position % len(base), value).getvalue()
    with suppress(UnreadableJournal):
        read_all(io.BytesIO(content[: len(content) - missing]))
