"""Backups of a running service: the machine is lost, or the backup's process is killed."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from datetime import date, timedelta

import pytest
from dotenv import dotenv_values
from system.running import ROOT, Running

FLASK = [sys.executable, "-W", "ignore", "-m", "flask", "--app", "app"]
PLAIN = b"heliotrope"


def flask(environment, *arguments, **options):
    """Run a command of the operator with the environment of a service."""
    return subprocess.run(
        [*FLASK, *map(str, arguments)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        **options,
    )


def lose_secrets(environment):
    """Return the environment of a machine that was never set up."""
    secret = ("SECRET_KEY", "DATA_KEYS", "VAPID_PRIVATE_KEY", "BACKUP_KEY")
    return {name: value for name, value in environment.items() if name not in secret}


class Writer(threading.Thread):
    """Writes day after day over HTTP until it is stopped; remembers what was answered."""

    def __init__(self, service, token):
        super().__init__()
        self.service, self.token = service, token
        self.today = service.call("GET", "/prompts/today", token=token)[1]["local_date"]
        self.answered, self.stop = {}, threading.Event()

    def run(self):
        number = 0
        while not self.stop.is_set():
            day = str(date.fromisoformat(self.today) - timedelta(days=number % 6))
            note = f"{PLAIN.decode()} {number}"
            status, _ = self.service.call("PUT", f"/reflections/{day}", {"note": note}, self.token)
            assert status in {200, 201}
            self.answered[number] = (day, note)
            number += 1

    def wait_for(self, number):
        while len(self.answered) < number:
            assert self.is_alive()
            time.sleep(0.01)


def read_notes(service, token, days):
    """Return every note that a service has on these days, of all their versions."""
    notes = set()
    for day in days:
        current = service.call("GET", f"/reflections/{day}", token=token)[1]
        earlier = service.call("GET", f"/reflections/{day}/revisions", token=token)[1]
        items = earlier["items"] if isinstance(earlier, dict) else earlier
        notes |= {version["note"] for version in [current, *items]}
    return notes


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_lost_machine_is_restored_from_backup_and_keys(request, kind, tmp_path):
    def choose_database():
        if kind == "sqlite":
            return {}
        url = request.getfixturevalue("new_postgresql_database")()
        return {"DATABASE_URL": url, "QUEUE_URL": url}

    first, second = tmp_path / "first", tmp_path / "second"
    backups, keys = tmp_path / "backups", tmp_path / "keys"
    first.mkdir()
    with Running(first, **choose_database()) as service:
        token = service.a_token()
        writer = Writer(service, token)
        writer.start()
        writer.wait_for(20)
        before = dict(writer.answered)
        done = flask(service.environment, "backup", backups, "--keys", keys)
        assert done.returncode == 0, done.stderr
        verified = flask(service.environment, "backup", "verify", backups)
        assert verified.returncode == 0, verified.stderr
        writer.wait_for(len(before) + 10)
        writer.stop.set()
        writer.join()
        possible = {note for _, note in writer.answered.values()}
        environment, said = service.environment, service.said()
    shutil.rmtree(first)

    for text in (done.stdout, done.stderr, verified.stdout, verified.stderr, said):
        assert PLAIN.decode() not in text
        assert "mira@example.com" not in text
    assert all(PLAIN not in file.read_bytes() for file in backups.iterdir())

    empty = lose_secrets(environment) | {"INSTANCE_PATH": str(second)} | choose_database()
    put_back = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "leaderjournal.backups.restore_keys", keys],
        cwd=ROOT,
        env=empty | {"BACKUP_KEY": environment["BACKUP_KEY"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert put_back.returncode == 0, put_back.stderr
    restored = flask(empty, "restore", backups)
    assert restored.returncode == 0, restored.stderr
    settings = dotenv_values(second / "settings.env")
    chosen = {name: empty[name] for name in ("DATABASE_URL", "QUEUE_URL") if name in empty}
    with Running(second, **settings | chosen) as service:
        notes = read_notes(service, token, {day for day, _ in before.values()})
    assert {note for _, note in before.values()} <= notes <= possible


def test_a_killed_backup_is_none_and_is_cleared_away(tmp_path):
    (tmp_path / "instance").mkdir()
    environment, folder = Running(tmp_path / "instance").environment, tmp_path / "backups"
    killed = subprocess.Popen(
        [*FLASK, "backup", folder], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL
    )
    while not list(folder.glob("*.part")):
        assert killed.poll() is None, "it was over before it could be killed"
        time.sleep(0.001)
    os.kill(killed.pid, signal.SIGKILL)
    killed.wait()
    assert list(folder.glob("*.backup")) == []
    assert flask(environment, "backup", "verify", folder).returncode == 1
    assert flask(environment, "backup", folder).returncode == 0
    assert list(folder.glob("*.part")) == []
    assert flask(environment, "backup", "verify", folder).returncode == 0
