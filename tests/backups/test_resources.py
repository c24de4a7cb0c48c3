"""A full disk leaves nothing half done, and memory does not grow with the database."""

import os
import subprocess
import tracemalloc
from uuid import UUID

import pytest
import sqlalchemy as sa
from factories import create_leader, write_days

from leaderjournal.backups import store
from leaderjournal.backups.backup_file import BackupFile
from leaderjournal.backups.creating import write_backup
from leaderjournal.backups.verifying import verify_backup
from leaderjournal.kernel import clock
from leaderjournal.kernel.context import get_key_encryption
from leaderjournal.kernel.database import db, new_id
from leaderjournal.models import Base

MOST_BYTES = 12 << 20
FULL = "Error: There is no room left on the disk. Nothing half done is left.\n"


@pytest.fixture
def small_disk(tmp_path):
    """A file system of its own, of 64 KB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no file system can be mounted here")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def add_versions(app, leader, number, size):
    """Let a day have so many versions of so many bytes."""
    with app.app_context(), db.engine.connect().execution_options(writes=True) as connection:
        tables = Base.metadata.tables
        owned = tables["reflections"].c.account_id == UUID(leader.id)
        day = connection.scalar(sa.select(tables["reflections"].c.id).where(owned).limit(1))
        for version in range(number):
            row = {"id": new_id(), "reflection_id": day, "version": 1000 + version}
            row |= {"saved_at": clock.now(), "document": os.urandom(size), "superseded": False}
            connection.execute(sa.insert(tables["revisions"]), row)
        connection.commit()


def test_a_full_disk_leaves_nothing_half_done(app, client, run, new_app, small_disk, tmp_path):
    leader = create_leader(client)
    write_days(app, leader, 2)
    add_versions(app, leader, 10, 10_000)
    done = run("backup", small_disk)
    assert (done.exit_code, done.output) == (1, FULL)
    assert [file.name for file in small_disk.iterdir()] == [".backup.lock"]
    assert run("backup", tmp_path / "large").exit_code == 0
    done = run("backup", "verify", tmp_path / "large", "--scratch", small_disk)
    assert (done.exit_code, done.output.splitlines(keepends=True)[1:]) == (1, [FULL])
    assert [file.name for file in small_disk.iterdir()] == [".backup.lock"]
    other = new_app(DATABASE_URL=f"sqlite:///{small_disk / 'journal.db'}")
    done = run("restore", tmp_path / "large", on=other)
    assert (done.exit_code, done.output.splitlines(keepends=True)[1:]) == (1, [FULL])
    with other.app_context(), db.engine.connect() as connection:
        assert sa.inspect(connection).get_table_names() == []


def test_memory_does_not_grow_with_the_database(app, client, tmp_path):
    leader = create_leader(client)
    write_days(app, leader, 2)
    add_versions(app, leader, 1500, 20_000)
    settings = app.extensions["settings"]
    path = tmp_path / "journal.backup"
    with app.app_context(), store.open_engine(settings.database_url) as engine:
        tracemalloc.start()
        try:
            with path.open("wb") as file:
                write_backup(
                    file,
                    engine,
                    app.extensions["queue"],
                    passphrase=settings.backup_key,
                    secret_key=settings.secret_key,
                    now=clock.now(),
                )
            backup = BackupFile.open(path, settings.backup_key)
            restored, _ = verify_backup(backup, get_key_encryption(), scratch=tmp_path)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert restored.rows > 1500
    assert path.stat().st_size > 30_000_000
    assert peak < MOST_BYTES
