"""Checking the configured keys at start, and rotating data keys in batches."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from factories import create_leader, many_leaders

from leaderjournal.accounts import data_keys
from leaderjournal.accounts.models import Account
from leaderjournal.kernel.database import db
from leaderjournal.kernel.encryption import KeyEncryption
from leaderjournal.kernel.first_run import create_data_key, create_secrets
from leaderjournal.kernel.operations import refuse_wrong_keys
from leaderjournal.kernel.setting_values import SettingsError
from leaderjournal.kernel.settings import ROOT, Settings


@pytest.fixture
def configure_keys(app):
    """Configure other keys until the test ends."""
    right = app.extensions["key_encryption"]

    def give(data_keys):
        app.extensions["key_encryption"] = KeyEncryption(data_keys)

    yield give
    app.extensions["key_encryption"] = right


def generate_data_keys(environment, **changes):
    chosen = Settings.from_environment(environment | create_secrets() | changes, Path())
    return chosen.data_keys


def test_missing_keys_are_named_by_readyz(app, client, environment, configure_keys):
    create_leader(client)
    refuse_wrong_keys(app)
    configure_keys(generate_data_keys(environment))
    with pytest.raises(SettingsError, match="DATA_KEYS lacks the key"):
        refuse_wrong_keys(app)
    reply = client.get("/readyz")
    assert (reply.status_code, reply.data) == (503, b"DATA_KEYS does not open what is stored\n")
    assert "DATA_KEYS lacks the key" in app.test_cli_runner().invoke(args=["doctor"]).output


def test_wrong_key_under_a_known_id_is_refused(app, client, environment, configure_keys):
    create_leader(client)
    [(identifier, _)] = app.extensions["settings"].data_keys
    [(_, other)] = generate_data_keys(environment)
    configure_keys([(identifier, other)])
    with pytest.raises(SettingsError, match=f"DATA_KEYS holds another key under .*{identifier}"):
        refuse_wrong_keys(app)
    assert client.get("/readyz").status_code == 503
    assert "another key under" in app.test_cli_runner().invoke(args=["doctor"]).output


def test_missing_older_key_is_refused_although_newer_keys_work(
    app, client, environment, configure_keys
):
    create_leader(client)
    right = app.extensions["settings"].data_keys
    newer = generate_data_keys(environment)
    configure_keys([*newer, *right])
    many_leaders(app, 1)
    assert client.get("/readyz").status_code == 200
    configure_keys(newer)
    assert client.get("/readyz").status_code == 503


def test_key_check_takes_the_same_queries_with_many_accounts(app, client):
    def statements():
        seen = []
        with app.app_context():
            sa.event.listen(db.engine, "before_cursor_execute", lambda *a: seen.append(a[2]))
            data_keys.find_key_problems()
        return len(seen)

    create_leader(client)
    few = statements()
    many_leaders(app, 300)
    assert statements() <= 2 * few  # this listener and the first one's


def run_python(environment, *command):
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_web_and_worker_refuse_to_start_without_keys_but_commands_work(tmp_path):
    right = create_secrets() | {"INSTANCE_PATH": str(tmp_path)}
    flask = ["-m", "flask", "--app", "app"]
    assert run_python(right, *flask, "db", "upgrade").returncode == 0
    assert run_python(right, "-c", "import app").returncode == 0, "a fresh database starts"
    assert run_python(right, *flask, "demo").returncode == 0
    assert run_python(right, "-c", "import app").returncode == 0
    wrong = right | {"DATA_KEYS": create_data_key()}
    for refused in (["-c", "import app"], [*flask, "worker", "--once"]):
        done = run_python(wrong, *refused)
        assert done.returncode == os.EX_CONFIG
        assert "DATA_KEYS lacks the key" in done.stderr
    assert run_python(wrong, *flask, "db", "upgrade").returncode == 0
    assert run_python(wrong, *flask, "keys", "new").returncode == 0
    assert "DATA_KEYS lacks the key" in run_python(wrong, *flask, "doctor").stdout


def count_accounts_by_key(app):
    with app.app_context(), db.engine.connect() as connection:
        query = sa.select(Account.key_wrapped_by, sa.func.count()).group_by(Account.key_wrapped_by)
        return dict(connection.execute(query).all())


def test_rotation_uses_short_transactions(app, environment, configure_keys):
    many_leaders(app, 250)
    right = app.extensions["settings"].data_keys
    configure_keys([*generate_data_keys(environment), *right])
    commits, reports = [], []
    with app.app_context():

        def count(_connection):
            commits.append(1)

        sa.event.listen(db.engine, "commit", count)
        assert data_keys.rewrap_keys(lambda done, of: reports.append((done, of))) == (250, 0)
        sa.event.remove(db.engine, "commit", count)
    assert reports == [(100, 250), (200, 250), (250, 250)]
    assert len(commits) == 3
    assert count_accounts_by_key(app) == {app.extensions["key_encryption"].newest: 250}


def test_rotation_keeps_and_reports_undecryptable_keys(app, client, environment, configure_keys):
    right = app.extensions["settings"].data_keys
    many_leaders(app, 2)
    with app.app_context(), db.engine.connect().execution_options(writes=True) as connection:
        broken = connection.scalar(sa.select(Account.id).limit(1))
        connection.execute(
            sa.update(Account).where(Account.id == broken).values(key_wrapped=b"\x01" * 61)
        )
        connection.commit()
    configure_keys([*generate_data_keys(environment), *right])
    result = app.test_cli_runner().invoke(args=["keys", "rotate"])
    assert result.exit_code == 1
    assert "1 data keys rewrapped." in result.output
    assert "1 data keys do not open" in result.output


KILLED_ROTATION = """
import os, signal
from app import app
from leaderjournal.accounts import data_keys
def report(done, of):
    if done >= 200:
        os.kill(os.getpid(), signal.SIGKILL)
with app.app_context():
    data_keys.rewrap_keys(report)
"""


def test_killed_rotation_resumes_while_others_write(app, client, environment, configure_keys):
    leader = create_leader(client)
    many_leaders(app, 400)
    settings = app.extensions["settings"]
    newer = create_data_key()
    older = environment["DATA_KEYS"]
    with app.app_context():
        url = settings.database_url
    chosen = {
        **environment,
        "DATABASE_URL": url.replace("postgresql+psycopg://", "postgresql://"),
        "DATA_KEYS": f"{newer},{older}",
        "INSTANCE_PATH": str(settings.instance),
    }
    killed = run_python(chosen, "-c", KILLED_ROTATION)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    identifier = newer.partition(":")[0]
    half = count_accounts_by_key(app)
    assert half[identifier] == 200
    assert sum(half.values()) == 401

    again = Settings.from_environment(chosen, settings.instance)
    configure_keys(again.data_keys)
    written = []

    def write_meanwhile(done, _of):
        day = leader.call("PUT", f"/reflections/{leader.today()}", {"note": f"at {done}"})
        written.append(day.status_code)

    with app.app_context():
        assert data_keys.rewrap_keys(write_meanwhile) == (201, 0)
    assert len(written) == 3
    assert set(written) <= {200, 201}
    assert count_accounts_by_key(app) == {identifier: 401}
    assert leader.get("/me").status_code == 200
