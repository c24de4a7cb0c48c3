"""An encrypted file gives back what was written, or says what is wrong with it."""

import io

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from leaderjournal.backups import encrypted_file
from leaderjournal.backups.encrypted_file import EncryptedFile, EncryptedWriter
from leaderjournal.backups.records import RecordWriter, format_record, read_lines
from leaderjournal.backups.rules import BackupFailed, UnreadableBackup

KEY = "seven lanterns over quiet water"
CHUNK = (1 << 16) + 16
HEADER = 22 + 1 + 32


def encrypt(*pieces, key=KEY):
    file = io.BytesIO()
    writer = EncryptedWriter(file, key)
    for piece in pieces:
        writer.write(piece)
    writer.finish()
    return file.getvalue()


def decrypt(path, content, key=KEY):
    path.write_bytes(content)
    return b"".join(EncryptedFile.open(path, key).iter_chunks())


@pytest.fixture
def path(tmp_path):
    return tmp_path / "journal.backup"


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537, 131_072, 200_001])
def test_every_length_is_given_back(path, size):
    content = (b"linden " * (size // 7 + 1))[:size]
    assert decrypt(path, encrypt(content[: size // 3], content[size // 3 :])) == content


def test_the_format_is_the_one_described(path):
    """Decrypt with a second implementation: hashlib's scrypt, and nonces written by hand."""
    import hashlib

    content = bytes(range(256)) * 300
    encrypted = encrypt(content)
    header, body = encrypted[:HEADER], encrypted[HEADER:]
    assert header.startswith(b"LeaderJournal backup 1")
    stretched = hashlib.scrypt(
        KEY.encode(), salt=header[-32:], n=2 ** header[22], r=8, p=1, dklen=32
    )
    aead = AESGCM(HKDF(SHA256(), 32, None, header).derive(stretched))
    first = aead.decrypt(bytes(12), body[:CHUNK], None)
    last = aead.decrypt(bytes(10) + b"\1\1", body[CHUNK:], None)
    assert first + last == content


def test_production_stretches_passphrases_as_owasp_asks(production_cost):
    assert production_cost == 17


def test_the_same_content_is_never_encrypted_the_same():
    assert encrypt(b"amber") != encrypt(b"amber")


def test_another_key_opens_nothing(path):
    with pytest.raises(UnreadableBackup, match="BACKUP_KEY does not open"):
        decrypt(path, encrypt(b"amber"), key=KEY + "s")


@pytest.mark.parametrize("whole_chunks", [1, 2])
def test_a_file_cut_between_chunks_lacks_its_end(path, whole_chunks):
    encrypted = encrypt(bytes(200_000))
    with pytest.raises(UnreadableBackup, match="its end is missing"):
        decrypt(path, encrypted[: HEADER + whole_chunks * CHUNK])


@given(st.integers(0, 200_000))
def test_a_file_cut_anywhere_is_refused(tmp_path_factory, at):
    encrypted = encrypt(bytes(150_000))
    with pytest.raises(UnreadableBackup):
        decrypt(tmp_path_factory.getbasetemp() / "cut", encrypted[: at % len(encrypted)])


def test_reordered_repeated_and_foreign_chunks_are_refused(path):
    encrypted, foreign = encrypt(bytes(250_000)), encrypt(bytes(250_000))
    head, chunks = encrypted[:HEADER], [
        encrypted[at : at + CHUNK] for at in range(HEADER, len(encrypted), CHUNK)
    ]  # fmt: skip
    one, two, *rest = chunks
    for changed in (
        [two, one, *rest],
        [one, one, two, *rest],
        [one, *rest],
        [one, foreign[HEADER + CHUNK : HEADER + 2 * CHUNK], *rest],
        [*chunks, chunks[-1]],
        [*chunks, b"x"],
    ):
        with pytest.raises(UnreadableBackup):
            decrypt(path, head + b"".join(changed))
    assert decrypt(path, head + b"".join(chunks)) == bytes(250_000)


@given(st.integers(0, 70_000), st.integers(1, 255))
def test_a_changed_byte_is_noticed(tmp_path_factory, at, mask):
    encrypted = bytearray(encrypt(bytes(66_000)))
    at %= len(encrypted)
    if at == 22:  # the cost: a changed one may only be cheap here
        mask = 1
    encrypted[at] ^= mask
    with pytest.raises(UnreadableBackup):
        decrypt(tmp_path_factory.getbasetemp() / "changed", bytes(encrypted))


def test_a_header_cannot_ask_for_all_memory(path):
    encrypted = bytearray(encrypt(b"amber"))
    encrypted[22] = 40
    with pytest.raises(UnreadableBackup, match="its beginning is not whole"):
        decrypt(path, bytes(encrypted))


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0", b"LeaderJournal"])
def test_other_files_are_no_backups(path, content):
    with pytest.raises(UnreadableBackup, match="is no backup of this journal"):
        decrypt(path, content)


def test_errors_quote_nothing_of_the_content_or_the_key(path):
    encrypted = encrypt(b"marzipan" * 20_000)
    for changed, key in ((encrypted[:-1], KEY), (encrypted, "another " + KEY)):
        with pytest.raises(BackupFailed) as failed:
            decrypt(path, changed, key)
        assert "marzipan" not in str(failed.value)
        assert KEY not in str(failed.value)


def test_records_are_read_back_line_by_line(path, monkeypatch):
    monkeypatch.setattr("leaderjournal.backups.records.PIECE_BYTES", 7)
    records = [{"table": "days"}, ["é", None, 0.1, True], ["x" * 100_000], [], {"end": 1}]
    with path.open("wb") as file:
        writer = RecordWriter(file, KEY)
        for record in records:
            writer.write(format_record(record))
        writer.finish()
    import json

    assert [json.loads(line) for line in read_lines(EncryptedFile.open(path, KEY))] == records


def test_an_encrypted_file_of_something_else_is_refused(path):
    for content in (b"no compressed lines", b""):
        path.write_bytes(encrypt(content))
        with pytest.raises(UnreadableBackup, match="not what this release writes"):
            list(read_lines(EncryptedFile.open(path, KEY)))


def test_a_file_without_its_end_is_not_read(path):
    with path.open("wb") as file:
        writer = RecordWriter(file, KEY)
        writer.write("[]" * 300_000)
    with pytest.raises(UnreadableBackup):
        list(read_lines(EncryptedFile.open(path, KEY)))
    assert encrypted_file.CHUNK_BYTES == 65_536
