"""A disk that is full, or read-only: 507 and 503, no process ends, and all goes on afterwards.

Real processes on a real file system of a few megabytes, which takes the right to mount one. Where
that is not given, `tests/kernel/test_outages.py` still fills a database up to its page limit.
"""

import json
import os
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request

import psutil
import pytest
from browser.conftest import free_port
from factories import A_BROWSER, PASSWORD, create_leader, sign_in

from leaderjournal import create_app
from leaderjournal.kernel.database import db
from leaderjournal.kernel.first_run import create_secrets
from leaderjournal.kernel.outages import find_outage
from leaderjournal.kernel.schema import upgrade
from leaderjournal.kernel.settings import ROOT, Settings

MEGABYTES = 12


@pytest.fixture
def small_disk(tmp_path):
    """A file system of its own, of a few megabytes."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "tmpfs", folder],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip(f"no file system can be mounted here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def fill(folder):
    """Take every byte that is left."""
    filler = folder / "filler"
    with filler.open("ab", buffering=0) as file:
        for size in (1 << 16, 1 << 10, 1):
            try:
                while file.write(bytes(size)):
                    pass
            except OSError:
                continue
    return filler


class Service:
    """Web and worker, started as the Procfile starts them, with all they keep on one disk."""

    def __init__(self, folder, logs):
        self.address = f"http://127.0.0.1:{free_port()}"
        port = self.address.rpartition(":")[2]
        counts = folder / "metrics"
        counts.mkdir()
        self.environment = (
            os.environ
            | create_secrets()
            | {
                "INSTANCE_PATH": str(folder),
                "PUBLIC_URL": self.address,
                "PROMETHEUS_MULTIPROC_DIR": str(counts),
                "HOST": "127.0.0.1",
                "PORT": port,
                "WEB_CONCURRENCY": "1",
            }
        )
        self.environment.pop("FLASK_RUN_FROM_CLI", None)
        flask = [sys.executable, "-m", "flask", "--app", "app"]
        subprocess.run(
            [*flask, "db", "upgrade"],
            cwd=ROOT,
            env=self.environment,
            check=True,
            capture_output=True,
        )
        self.logs = [logs / "web.log", logs / "worker.log"]
        self.processes = []
        for command, log in zip(
            ([sys.executable, "-m", "leaderjournal.web"], [*flask, "worker"]),
            self.logs,
            strict=True,
        ):
            with log.open("wb") as file:
                self.processes.append(
                    subprocess.Popen(
                        command, cwd=ROOT, env=self.environment, stdout=file, stderr=file
                    )
                )
        self.token = None

    def close(self):
        for process in self.processes:
            for child in psutil.Process(process.pid).children(recursive=True):
                child.kill()
            process.kill()
            process.wait()

    def alive(self):
        """Return the ids of every process that serves."""
        found = set()
        for process in self.processes:
            assert process.poll() is None, self.told()
            found |= {process.pid}
            found |= {c.pid for c in psutil.Process(process.pid).children(recursive=True)}
        return found

    def told(self):
        return "\n".join(log.read_text(errors="replace")[-3000:] for log in self.logs)

    def call(self, method, path, body=None):
        """Return the status of a call, its headers and what it says."""
        headers = {"Content-Type": "application/json"} if body is not None else {}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        asked = urllib.request.Request(
            self.address + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers=headers,
        )
        try:
            with urllib.request.urlopen(asked, timeout=60) as reply:
                return reply.status, reply.headers, reply.read().decode()
        except urllib.error.HTTPError as reply:
            return reply.code, reply.headers, reply.read().decode()

    def wait_until_ready(self):
        for _ in range(600):
            try:
                if self.call("GET", "/readyz")[0] == 200:
                    return
            except OSError:
                pass
            time.sleep(0.1)
        raise AssertionError(self.told())


@pytest.fixture
def service(small_disk, tmp_path):
    made = Service(small_disk, tmp_path)
    try:
        made.wait_until_ready()
        yield made
    finally:
        made.close()


def test_a_full_disk_ends_no_process_and_everything_recovers(service, small_disk):
    account = {"email": "mira@example.com", "password": PASSWORD}
    registered = account | {"name": "Mira", "time_zone": "Europe/Berlin"}
    status, _, said = service.call("POST", "/api/v1/accounts", registered)
    assert status == 201, said
    status, _, token = service.call("POST", "/api/v1/tokens", account | {"label": "tests"})
    assert status == 201, token
    service.token = json.loads(token)["token"]
    today = json.loads(service.call("GET", "/api/v1/prompts/today")[2])["local_date"]
    day = f"/api/v1/reflections/{today}"
    assert service.call("PUT", day, {"note": "before"})[0] == 201
    processes = service.alive()

    filler = fill(small_disk)
    kept = "before"
    for number in range(300):  # the log may have some room left in it
        status, headers, said = service.call("PUT", day, {"note": f"{number} " + 2000 * "words "})
        if status == 507:
            break
        assert status == 200, said
        kept = f"{number} " + 2000 * "words "
    assert status == 507, "the disk was never full"
    assert int(headers["Retry-After"]) > 0
    assert headers["Content-Type"] == "application/problem+json"
    fill(small_disk)
    # Each of these counts under names of its own, of which there was none before.
    for method, path, body in (
        ("GET", "/", None),
        ("GET", "/login", None),
        ("GET", "/api/v1/me", None),
        ("GET", "/api/v1/streak", None),
        ("GET", "/api/v1/export?format=json", None),
        ("GET", "/api/v1/openapi.json", None),
        ("POST", "/api/v1/wins", {"text": "Ines closed it", "local_date": today}),
        ("POST", "/api/v1/people", {"name": "Ines"}),
        ("POST", "/api/v1/push/subscriptions", A_BROWSER),
        ("DELETE", day, None),
        ("GET", "/metrics", None),
        ("GET", "/nothing/there", None),
    ):
        status, _, said = service.call(method, path, body)
        assert status not in {500, 502, 504}, (path, said, service.told())
        if method != "GET":
            assert status in {503, 507}, (path, status, said)
    status, _, said = service.call("GET", day)
    assert status == 200
    assert json.loads(said)["note"].strip() == kept.strip()
    assert service.alive() == processes

    filler.unlink()
    assert service.call("PUT", day, {"note": "after"})[0] == 200
    assert json.loads(service.call("GET", day)[2])["note"] == "after"
    assert (
        service.call("POST", "/api/v1/wins", {"text": "Ines closed it", "local_date": today})[0]
        == 201
    )
    assert service.call("GET", "/readyz")[0] == 200
    assert "journal_requests_total" in service.call("GET", "/metrics")[2]
    assert service.alive() == processes


def test_a_queue_that_is_full_takes_tasks_again_when_there_is_room(environment, small_disk):
    app = create_app(Settings.from_environment(environment, small_disk))
    queue = app.extensions["queue"]
    queue.storage.enqueue(b"one")
    filler = fill(small_disk)
    refused = []
    while len(refused) < 3:
        try:
            queue.storage.enqueue(bytes(4000))
        except sqlite3.OperationalError as error:
            refused.append(error)
    assert all(map(find_outage, refused)), refused
    filler.unlink()
    taken = queue.storage.queue_size()
    queue.storage.enqueue(b"one more")
    assert queue.storage.queue_size() == taken + 1
    for _ in range(taken + 1):
        assert queue.storage.dequeue() is not None
    queue.storage.close()


def test_a_password_is_changed_though_the_queue_cannot_take_the_notice(
    environment, small_disk, tmp_path
):
    url = f"sqlite:///{tmp_path / 'journal.db'}"
    chosen = Settings.from_environment(environment | {"DATABASE_URL": url}, small_disk)
    upgrade(chosen.database_url)
    app = create_app(chosen)
    leader = create_leader(app.test_client())
    browser = app.test_client()
    form = {"csrf_token": sign_in(browser, leader)}
    form |= {"current_password": PASSWORD, "password": "seventeen quiet herons"}
    app.extensions["queue"].storage.enqueue(b"one")
    fill(small_disk)
    for _ in range(300):
        try:
            app.extensions["queue"].storage.enqueue(bytes(100))
        except sqlite3.OperationalError:
            break
    changed = browser.post("/settings/password", data=form)
    assert changed.status_code == 303, changed.text
    app.extensions["queue"].storage.close()
    with app.app_context():
        db.engine.dispose()


def remount(folder, how):
    subprocess.run(["mount", "-o", f"remount,{how}", folder], check=True, capture_output=True)


def test_a_read_only_disk_answers_503_and_takes_saves_again(environment, small_disk):
    chosen = Settings.from_environment(environment, small_disk)
    upgrade(chosen.database_url)
    app = create_app(chosen)
    leader = create_leader(app.test_client())
    day = f"/reflections/{leader.today()}"
    assert leader.call("PUT", day, {"note": "before"}).status_code == 201
    with app.app_context():
        db.engine.dispose()
    app.extensions["queue"].storage.close()
    remount(small_disk, "ro")
    try:
        reply = leader.call("PUT", day, {"note": "meanwhile"})
        assert reply.status_code == 503, reply.text
        assert int(reply.headers["Retry-After"]) > 0
        assert leader.get(day).status_code in {200, 503}
    finally:
        with app.app_context():
            db.engine.dispose()
        remount(small_disk, "rw")
    assert leader.call("PUT", day, {"note": "after"}).status_code == 200
    with app.app_context():
        db.engine.dispose()
