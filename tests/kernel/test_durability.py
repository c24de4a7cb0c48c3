"""What was answered is on the disk, and for nobody else on the machine to read."""

import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest
import sqlalchemy as sa

from leaderjournal.kernel.database import db, write_transaction
from leaderjournal.kernel.queue import open_queue
from leaderjournal.kernel.settings import ROOT

FULL = 2


def test_every_pooled_connection_syncs_at_each_commit(app):
    with app.app_context(), ExitStack() as held:
        connections = [held.enter_context(db.engine.connect()) for _ in range(8)]
        for connection in connections:
            if connection.dialect.name == "sqlite":
                pragma = connection.exec_driver_sql
                assert pragma("PRAGMA synchronous").scalar() == FULL
                assert pragma("PRAGMA journal_mode").scalar() == "wal"
                assert pragma("PRAGMA fullfsync").scalar() == 1
                assert pragma("PRAGMA checkpoint_fullfsync").scalar() == 1
            else:
                for setting in ("synchronous_commit", "fsync", "full_page_writes"):
                    assert connection.scalar(sa.text(f"SHOW {setting}")) == "on"


def test_writing_connection_syncs_at_each_commit(app):
    with app.app_context(), write_transaction() as session:
        if session.get_bind().dialect.name == "sqlite":
            assert session.scalar(sa.text("PRAGMA synchronous")) == FULL


def test_queue_syncs_tasks_and_erases_finished_ones(tmp_path):
    queue = open_queue(f"sqlite:///{tmp_path / 'queue.db'}", "a secret that signs")
    assert queue.storage.conn.execute("PRAGMA synchronous").fetchone() == (FULL,)
    assert queue.storage.conn.execute("PRAGMA secure_delete").fetchone() == (1,)


def test_doctor_reports_postgresql_without_synchronous_commit(app):
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            pytest.skip("the server's settings are PostgreSQL's")
        name = db.engine.url.database

    def set_database(clause):
        with app.app_context():
            with db.engine.connect() as connection:
                connection.exec_driver_sql(f"ALTER DATABASE {name} {clause}")
                connection.commit()
            db.engine.dispose()

    set_database("SET synchronous_commit = off")
    try:
        said = app.test_cli_runner().invoke(args=["doctor"]).output
    finally:
        set_database("RESET synchronous_commit")
    assert "PostgreSQL runs with synchronous_commit = off" in said
    assert "fsync = off" not in said


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_instance_folder_and_files_are_private_from_the_start(tmp_path):
    """A first start under an open umask; and files that an older release left open are closed."""
    instance = tmp_path / "instance"
    instance.mkdir(mode=0o755)
    older = instance / "journal.db"
    older.touch(mode=0o644)
    older.chmod(0o644)
    environment = os.environ | {"INSTANCE_PATH": str(instance)}
    looks = "import app; c = app.app.test_client(); print(c.get('/readyz').text)"
    for command in (
        ["-m", "leaderjournal.kernel.first_run"],
        ["-m", "flask", "--app", "app", "db", "upgrade"],
        ["-c", f"{looks}; import time, os; print(sorted(os.listdir({str(instance)!r})))"],
    ):
        done = subprocess.run(
            [sys.executable, *command],
            cwd=ROOT,
            env=environment,
            umask=0o022,
            check=True,
            capture_output=True,
            text=True,
        )
    assert "ready" in done.stdout
    assert mode(instance) == 0o700
    found = {file.name: mode(file) for file in instance.iterdir()}
    assert {"journal.db", "queue.db", "settings.env"} <= set(found)
    assert set(found.values()) == {0o600}, found


def test_doctor_reports_files_that_others_can_read(app):
    instance = app.extensions["settings"].instance
    queue = instance / "queue.db"
    instance.chmod(0o755)
    queue.chmod(0o644)
    try:
        said = app.test_cli_runner().invoke(args=["doctor"]).output
    finally:
        instance.chmod(0o700)
        queue.chmod(0o600)
    assert f"Others on this machine may read {instance}: run `chmod 700" in said
    assert f"may read {queue}: run `chmod 600" in said
    assert "may read" not in app.test_cli_runner().invoke(args=["doctor"]).output
