"""Keys that do not open what is stored: a start refuses them; and wrapping anew, batch by batch."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from factories import a_leader, many_leaders

from leaderjournal.accounts import data_keys
from leaderjournal.accounts.models import Account
from leaderjournal.kernel.database import db
from leaderjournal.kernel.encryption import KeyEncryption
from leaderjournal.kernel.first_run import create_data_key, create_secrets
from leaderjournal.kernel.operations import refuse_wrong_keys
from leaderjournal.kernel.settings import ROOT, Settings, SettingsError


@pytest.fixture
def with_keys(app):
    """Give the application other keys, which go back after the test."""
    right = app.extensions["key_encryption"]

    def give(data_keys):
        app.extensions["key_encryption"] = KeyEncryption(data_keys)

    yield give
    app.extensions["key_encryption"] = right


def other_keys(environment, **changes):
    chosen = Settings.from_environment(environment | create_secrets() | changes, Path())
    return chosen.data_keys


def test_lost_keys_are_refused_by_name_and_readyz_tells(app, client, environment, with_keys):
    a_leader(client)
    refuse_wrong_keys(app)
    with_keys(other_keys(environment))
    with pytest.raises(SettingsError, match="DATA_KEYS lacks the key"):
        refuse_wrong_keys(app)
    reply = client.get("/readyz")
    assert (reply.status_code, reply.data) == (503, b"DATA_KEYS does not open what is stored\n")
    assert "DATA_KEYS lacks the key" in app.test_cli_runner().invoke(args=["doctor"]).output


def test_wrong_bytes_under_the_right_id_are_refused(app, client, environment, with_keys):
    a_leader(client)
    [(identifier, _)] = app.extensions["settings"].data_keys
    [(_, other)] = other_keys(environment)
    with_keys([(identifier, other)])
    with pytest.raises(SettingsError, match=f"DATA_KEYS holds another key under .*{identifier}"):
        refuse_wrong_keys(app)
    assert client.get("/readyz").status_code == 503
    assert "another key under" in app.test_cli_runner().invoke(args=["doctor"]).output


def test_one_older_key_that_is_missing_is_refused_though_newer_ones_open(
    app, client, environment, with_keys
):
    a_leader(client)
    right = app.extensions["settings"].data_keys
    newer = other_keys(environment)
    with_keys([*newer, *right])
    many_leaders(app, 1)
    assert client.get("/readyz").status_code == 200
    with_keys(newer)
    assert client.get("/readyz").status_code == 503


def test_it_costs_as_little_with_many_accounts_as_with_few(app, client):
    def statements():
        seen = []
        with app.app_context():
            sa.event.listen(db.engine, "before_cursor_execute", lambda *a: seen.append(a[2]))
            data_keys.find_key_problems()
        return len(seen)

    a_leader(client)
    few = statements()
    many_leaders(app, 300)
    assert statements() <= 2 * few  # this listener and the first one's


def start(environment, *command):
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_web_and_worker_refuse_to_start_and_the_operators_commands_work(tmp_path):
    right = create_secrets() | {"INSTANCE_PATH": str(tmp_path)}
    flask = ["-m", "flask", "--app", "app"]
    assert start(right, *flask, "db", "upgrade").returncode == 0
    assert start(right, "-c", "import app").returncode == 0, "a fresh database starts"
    assert start(right, *flask, "demo").returncode == 0
    assert start(right, "-c", "import app").returncode == 0
    wrong = right | {"DATA_KEYS": create_data_key()}
    for refused in (["-c", "import app"], [*flask, "worker", "--once"]):
        done = start(wrong, *refused)
        assert done.returncode == os.EX_CONFIG
        assert "DATA_KEYS lacks the key" in done.stderr
    assert start(wrong, *flask, "db", "upgrade").returncode == 0
    assert start(wrong, *flask, "keys", "new").returncode == 0
    assert "DATA_KEYS lacks the key" in start(wrong, *flask, "doctor").stdout


def wrapped_by(app):
    with app.app_context(), db.engine.connect() as connection:
        query = sa.select(Account.key_wrapped_by, sa.func.count()).group_by(Account.key_wrapped_by)
        return dict(connection.execute(query).all())


def test_keys_are_wrapped_anew_in_short_transactions(app, environment, with_keys):
    many_leaders(app, 250)
    right = app.extensions["settings"].data_keys
    with_keys([*other_keys(environment), *right])
    commits, told = [], []
    with app.app_context():

        def count(_connection):
            commits.append(1)

        sa.event.listen(db.engine, "commit", count)
        assert data_keys.rewrap_keys(lambda done, of: told.append((done, of))) == (250, 0)
        sa.event.remove(db.engine, "commit", count)
    assert told == [(100, 250), (200, 250), (250, 250)]
    assert len(commits) == 3
    assert wrapped_by(app) == {app.extensions["key_encryption"].newest: 250}


def test_what_does_not_open_stays_and_is_told_of(app, client, environment, with_keys):
    right = app.extensions["settings"].data_keys
    many_leaders(app, 2)
    with app.app_context(), db.engine.connect().execution_options(writes=True) as connection:
        broken = connection.scalar(sa.select(Account.id).limit(1))
        connection.execute(
            sa.update(Account).where(Account.id == broken).values(key_wrapped=b"\x01" * 61)
        )
        connection.commit()
    with_keys([*other_keys(environment), *right])
    result = app.test_cli_runner().invoke(args=["keys", "rotate"])
    assert result.exit_code == 1
    assert "1 data keys are wrapped anew." in result.output
    assert "1 data keys do not open" in result.output


ENDS_ITSELF = """
import os, signal
from app import app
from leaderjournal.accounts import data_keys
def told(done, of):
    if done >= 200:
        os.kill(os.getpid(), signal.SIGKILL)
with app.app_context():
    data_keys.rewrap_keys(told)
"""


def test_a_rotation_that_is_killed_half_way_goes_on_and_others_write_meanwhile(
    app, client, environment, with_keys
):
    leader = a_leader(client)
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
    killed = start(chosen, "-c", ENDS_ITSELF)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    identifier = newer.partition(":")[0]
    half = wrapped_by(app)
    assert half[identifier] == 200
    assert sum(half.values()) == 401

    again = Settings.from_environment(chosen, settings.instance)
    with_keys(again.data_keys)
    written = []

    def write_meanwhile(done, _of):
        day = leader.call("PUT", f"/reflections/{leader.today()}", {"note": f"at {done}"})
        written.append(day.status_code)

    with app.app_context():
        assert data_keys.rewrap_keys(write_meanwhile) == (201, 0)
    assert len(written) == 3
    assert set(written) <= {200, 201}
    assert wrapped_by(app) == {identifier: 401}
    assert leader.get("/me").status_code == 200
