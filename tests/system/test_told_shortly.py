"""What an operator reads where a setting is missing, a store is away or the schema is old."""

import os
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from factories import create_leader

from leaderjournal import create_app
from leaderjournal.kernel.database import db
from leaderjournal.kernel.first_run import create_secrets
from leaderjournal.kernel.schema import upgrade
from leaderjournal.kernel.settings import Settings

ROOT = Path(__file__).resolve().parents[2]


def run(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", "flask", "--app", "app", *arguments],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("arguments", [("db", "upgrade"), ("--help",)])
def test_a_missing_setting_is_one_line_and_status_78(tmp_path, arguments):
    ended = run(*arguments, INSTANCE_PATH=str(tmp_path))
    assert ended.returncode == os.EX_CONFIG
    assert ended.stderr.startswith("SECRET_KEY is not set.")
    assert len(ended.stderr.splitlines()) == 1


@pytest.fixture
def away(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"postgresql://nobody@127.0.0.1:{free.getsockname()[1]}/none"
    return create_secrets() | {
        "INSTANCE_PATH": str(tmp_path),
        "DATABASE_URL": url,
        "QUEUE_URL": url,
    }


def test_doctor_names_a_database_that_is_away(away):
    ended = run("doctor", **away)
    assert ended.returncode == 1
    assert "wrong: DATABASE_URL: the database does not answer" in ended.stdout
    assert "wrong: QUEUE_URL: the queue does not answer" in ended.stdout
    assert "Traceback" not in ended.stderr


def test_a_command_says_in_a_line_that_the_database_is_away(away):
    for arguments in (("accounts", "list"), ("db", "upgrade"), ("worker", "--once")):
        ended = run(*arguments, **away)
        assert ended.returncode == 1
        assert "Traceback" not in ended.stderr
        assert "does not take or give anything" in ended.stderr.splitlines()[-1]


def test_a_worker_waits_for_a_server_that_is_away_without_a_traceback(away):
    said = []
    with subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "app", "worker"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **away},
        stderr=subprocess.PIPE,
        text=True,
    ) as worker:
        for line in worker.stderr:
            said.append(line)
            if "queue: Error reading from queue" in line:
                worker.terminate()
    assert "Traceback" not in "".join(said)
    assert len(said) < 10


@pytest.fixture(params=["sqlite", "postgresql"])
def without_schema(request, tmp_path):
    url = f"sqlite:///{tmp_path / 'journal.db'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("new_postgresql_database")()
    environment = create_secrets() | {"DATABASE_URL": url, "PUBLIC_URL": "http://localhost"}
    app = create_app(Settings.from_environment(environment, tmp_path))
    yield app.test_client()
    with app.app_context():
        db.engine.dispose()


def test_an_old_schema_answers_503_and_the_log_names_the_command(without_schema, caplog):
    given = {"Authorization": "Bearer lj_something"}
    for answer in (
        without_schema.get("/api/v1/me", headers=given),
        without_schema.post("/api/v1/tokens", json={"email": "a@b.org", "password": "x" * 12}),
    ):
        assert answer.status_code == 503
        assert answer.headers["Retry-After"]
    assert "run `flask --app app db upgrade`" in caplog.text
    assert "fault in" not in caplog.text


def test_a_file_that_is_taken_away_takes_no_more_saves(tmp_path):
    file = tmp_path / "journal.db"
    chosen = Settings.from_environment(
        create_secrets() | {"DATABASE_URL": f"sqlite:///{file}", "PUBLIC_URL": "http://localhost"},
        tmp_path,
    )
    upgrade(chosen.database_url)
    leader = create_leader(create_app(chosen).test_client())
    saves = partial(leader.call, "PUT", f"/reflections/{leader.today()}", {"note": "calm"})
    assert saves().status_code == 201
    copy = tmp_path / "copy.db"
    with closing(sqlite3.connect(file)) as opened:
        opened.execute("VACUUM INTO ?", [str(copy)])
    for each in tmp_path.glob("journal.db*"):
        each.unlink()
    assert saves().status_code == 503
    assert leader.client.get("/readyz").status_code == 503
    for each in tmp_path.glob("journal.db*"):
        each.unlink()
    copy.rename(file)
    assert saves().status_code == 200
    assert leader.client.get("/readyz").status_code == 200


def test_a_low_limit_of_open_files_is_told_at_the_start(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    secrets = create_secrets() | {"INSTANCE_PATH": str(tmp_path), "HOST": "127.0.0.1", "PORT": port}
    with subprocess.Popen(
        ["/bin/sh", "-c", 'ulimit -n 64; exec "$0" -m leaderjournal.web', sys.executable],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **secrets},
        stderr=subprocess.PIPE,
        text=True,
    ) as web:
        first = web.stderr.readline()
        web.terminate()
    assert first.startswith("Each process may open 64 files only")
