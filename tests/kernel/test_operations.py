"""What the operator's tools are told: up, ready, counted."""

import os
import subprocess
import sys
from dataclasses import replace

import pytest
from alembic.script import ScriptDirectory
from factories import create_leader

from leaderjournal import create_app
from leaderjournal.kernel.database import db
from leaderjournal.kernel.schema import MIGRATIONS, get_newest_revision, upgrade
from leaderjournal.kernel.settings import ROOT, Settings


def an_app(environment, tmp_path, **changes):
    return create_app(Settings.from_environment(environment | changes, tmp_path))


def test_readyz_succeeds_with_database_and_schema(client):
    assert client.get("/healthz").data == b"up\n"
    assert client.get("/readyz").data == b"ready\n"


def test_newest_revision_is_the_one_that_alembic_finds():
    assert get_newest_revision() == ScriptDirectory(str(MIGRATIONS)).get_current_head()


def test_readyz_fails_without_the_schema_while_healthz_succeeds(environment, tmp_path):
    app = an_app(environment, tmp_path)
    reply = app.test_client().get("/readyz")
    assert (reply.status_code, reply.data) == (503, b"the schema is not up to date\n")
    assert app.test_client().get("/healthz").status_code == 200
    with app.app_context():
        db.engine.dispose()


def test_readyz_fails_without_the_database_while_healthz_succeeds(environment, tmp_path):
    url = "postgresql://nobody@127.0.0.1:9/none?connect_timeout=1"
    client = an_app(environment, tmp_path, DATABASE_URL=url).test_client()
    reply = client.get("/readyz")
    assert (reply.status_code, reply.data) == (503, b"the database does not answer\n")


def test_metrics_count_requests_by_endpoint_without_private_data(client):
    leader = create_leader(client, name="Quintessa")
    leader.writes(leader.today(), ("let-go", 3, "marzipan"))
    told = client.get("/metrics").text
    assert 'journal_requests_total{endpoint="reflections-api.put_reflection",status="201"}' in told
    for private in ("Quintessa", "marzipan", leader.email, leader.id, leader.today()):
        assert private not in told


def test_metrics_need_loopback_or_the_token(app, client, monkeypatch):
    chosen = replace(app.extensions["settings"], metrics_token="count on me")
    monkeypatch.setitem(app.extensions, "settings", chosen)
    elsewhere = {"REMOTE_ADDR": "203.0.113.9"}

    def status(authorization=None, **options):
        headers = {"Authorization": f"Bearer {authorization}"} if authorization else {}
        return client.get("/metrics", headers=headers, **options).status_code

    assert status() == 200
    assert status(environ_base=elsewhere) == 404
    assert status("wrong", environ_base=elsewhere) == 404
    assert status("count on me", environ_base=elsewhere) == 200
    forwarded = client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"})
    assert forwarded.status_code == 404


@pytest.mark.parametrize(
    "behind",
    [
        {"PUBLIC_URL": "https://journal.example.org"},
        {"TRUSTED_PROXIES": "1"},
    ],
)
def test_metrics_need_the_token_if_there_may_be_a_proxy(environment, tmp_path, behind):
    """Whoever comes through a proxy on this machine comes from loopback, with any header."""
    app = an_app(environment, tmp_path, METRICS_TOKEN="count on me", **behind)
    host = {"base_url": "https://journal.example.org" if "PUBLIC_URL" in behind else None}
    asked = app.test_client().get
    assert asked("/metrics", **host).status_code == 404
    right = {"Authorization": "Bearer count on me"}
    assert asked("/metrics", headers=right, **host).status_code == 200
    with app.app_context():
        db.engine.dispose()


@pytest.mark.parametrize("host", ["journal.example.org", "127.0.0.1.example.org", "[::2]"])
def test_metrics_are_refused_under_a_foreign_host(client, host):
    assert client.get("/metrics", headers={"Host": host}).status_code in (400, 404, 421)


def test_doctor_reports_forwarded_requests(environment, tmp_path):
    def said(**changes):
        app = an_app(environment, tmp_path, **changes)
        upgrade(app.extensions["settings"].database_url)
        app.test_client().get("/healthz", headers=forwarded)
        output = app.test_cli_runner().invoke(args=["doctor"]).output
        with app.app_context():
            db.engine.dispose()
        return output

    forwarded = {}
    assert "TRUSTED_PROXIES" not in said()
    forwarded = {"X-Forwarded-Proto": "https"}
    assert "TRUSTED_PROXIES is 0, but requests arrived through a proxy" in said()
    assert "TRUSTED_PROXIES" not in said(TRUSTED_PROXIES="1")


def test_metrics_of_several_processes_are_summed(tmp_path):
    """Each process counts into a file of its own; whoever is asked adds them up."""
    counts = "from leaderjournal.kernel.operations import REQUESTS\n"
    counts += "REQUESTS.labels('reflections.today', 200).inc(2)"
    folder = tmp_path / "counts"
    folder.mkdir()
    environment = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(folder)}
    for _ in range(2):
        subprocess.run([sys.executable, "-c", counts], env=environment, check=True)
    ask = (
        "from leaderjournal import create_app\n"
        "from leaderjournal.kernel.first_run import create_secrets\n"
        "from leaderjournal.kernel.settings import Settings\n"
        "from pathlib import Path\n"
        "app = create_app(Settings.from_environment(create_secrets(), Path('.')))\n"
        "print(app.test_client().get('/metrics').text)"
    )
    told = subprocess.run(
        [sys.executable, "-c", ask],
        env=environment | {"PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
    )
    assert 'journal_requests_total{endpoint="reflections.today",status="200"} 4.0' in told.stdout
