"""Backups appear whole or not at all, one at a time, readable by their owner alone."""

import multiprocessing
from datetime import UTC, datetime, timedelta

import pytest

from leaderjournal.backups.folder import (
    find_backup,
    list_backups,
    lock_folder,
    remove_obsolete,
    write_new,
)
from leaderjournal.backups.rules import DATA, KEYS, BackupFailed, Retention

NOW = datetime(2027, 5, 6, 7, 8, 9, 123_456, tzinfo=UTC)


def write(folder, at=NOW, kind=DATA, content=b"words"):
    with write_new(folder, kind, at) as (file, path):
        file.write(content)
    return path


def test_files_and_new_folders_are_private(tmp_path):
    folder = tmp_path / "deep" / "backups"
    with lock_folder(folder):
        path = write(folder)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert [file.stat().st_mode & 0o777 for file in folder.iterdir()] == [0o600] * 2
    assert path.read_bytes() == b"words"


def test_a_folder_of_the_operators_keeps_its_mode(tmp_path):
    tmp_path.chmod(0o750)
    with lock_folder(tmp_path):
        write(tmp_path)
    assert tmp_path.stat().st_mode & 0o777 == 0o750


def write_on_a_full_disk(folder):
    with write_new(folder, DATA, NOW) as (file, _):
        file.write(b"words")
        assert [file.suffix for file in folder.iterdir()] == [".part"]
        raise OSError(28, "No space left on device")


def test_nothing_is_left_of_a_backup_that_failed(tmp_path):
    with pytest.raises(OSError, match="28"):
        write_on_a_full_disk(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_two_at_the_same_instant_get_names_of_their_own(tmp_path):
    assert write(tmp_path).name == "journal-2027-05-06T070809.123Z.backup"
    assert write(tmp_path).name == "journal-2027-05-06T070809.124Z.backup"


def hold(folder, locked, end):
    with lock_folder(folder):
        locked.set()
        end.wait(60)


def test_a_second_backup_is_refused_until_the_first_one_ends(tmp_path):
    context = multiprocessing.get_context("fork")
    locked, end = context.Event(), context.Event()
    other = context.Process(target=hold, args=(tmp_path, locked, end))
    other.start()
    assert locked.wait(60)
    with (
        pytest.raises(BackupFailed, match="Another backup is being written"),
        lock_folder(tmp_path),
    ):
        pass
    other.kill()  # the lock ends with its process
    other.join()
    with lock_folder(tmp_path):
        pass


def test_what_a_killed_backup_left_is_removed_by_the_next(tmp_path):
    left = tmp_path / "journal-2027-05-05T000000.000Z.backup.part"
    left.write_bytes(b"half")
    other = tmp_path / "film.part"
    other.touch()
    with lock_folder(tmp_path):
        assert (left.exists(), other.exists()) == (False, True)


def test_a_file_is_no_folder_for_backups(tmp_path):
    file = tmp_path / "journal.backup"
    file.touch()
    with pytest.raises(BackupFailed, match="is a file"), lock_folder(file):
        pass


def test_only_backups_of_their_kind_are_removed(tmp_path):
    made = [write(tmp_path, NOW - timedelta(days=number)) for number in range(4)]
    keys = write(tmp_path, NOW - timedelta(days=99), KEYS)
    others = [tmp_path / name for name in ("journal-2020.db", "notes.backup", "journal.backup")]
    for other in others:
        other.touch()
    assert remove_obsolete(tmp_path, DATA, Retention(newest=2), now=NOW) == 2
    assert sorted(tmp_path.iterdir()) == sorted([*made[:2], keys, *others])


def test_the_newest_is_kept_however_old(tmp_path):
    path = write(tmp_path, NOW - timedelta(days=900))
    assert remove_obsolete(tmp_path, DATA, Retention(newest=1, days=30), now=NOW) == 0
    assert path.exists()


def test_a_folder_stands_for_its_newest_backup(tmp_path):
    older, newest = write(tmp_path, NOW - timedelta(days=1)), write(tmp_path)
    assert find_backup(tmp_path) == newest
    assert find_backup(older) == older
    assert list(list_backups(tmp_path, KEYS)) == []
    with pytest.raises(BackupFailed, match="There is no backup"):
        find_backup(tmp_path, KEYS)
    with pytest.raises(BackupFailed, match="There is no "):
        find_backup(tmp_path / "elsewhere")
