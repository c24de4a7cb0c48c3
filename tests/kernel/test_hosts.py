"""Only the journal's own names are served."""

import dataclasses

import pytest

from leaderjournal import create_app
from leaderjournal.kernel.context import get_settings
from leaderjournal.kernel.database import db
from leaderjournal.kernel.setting_values import SettingsError
from leaderjournal.kernel.settings import Settings

SENTENCE = "not served under this name"


@pytest.fixture
def served_as(app):
    """Make the application with other settings; return a client of it."""
    made = []

    def make(**changes):
        with app.app_context():
            chosen = dataclasses.replace(get_settings(), **changes)
        made.append(create_app(chosen))
        return made[-1].test_client()

    yield make
    for one in made:
        with one.app_context():
            db.engine.dispose()


@pytest.mark.parametrize(
    ("host", "served"),
    [
        ("localhost", True),
        ("localhost:8123", True),
        ("127.0.0.1:8000", True),
        ("[::1]:8000", True),
        ("LOCALHOST", True),
        ("evil.example", False),
        ("localhost.evil.example", False),
        ("127.0.0.1.evil.example", False),
        ("127.0.0.1@evil.example", False),
        ("evil.example:80#localhost", False),
        ("xn--\u2603", False),
        ("[::1", False),
        ("[v1.x]", False),
        ("0.0.0.0:8000", False),
        ("", False),
    ],
)
@pytest.mark.parametrize("path", ["/", "/login", "/api/v1/keys", "/nothing", "/static/x.css"])
def test_local_journal_is_served_under_all_loopback_names(client, host, served, path):
    reply = client.get(path, headers={"Host": host})
    assert (reply.status_code != 400) is served
    assert (SENTENCE in reply.text) is not served


@pytest.mark.parametrize(
    ("host", "served"),
    [
        ("journal.example", True),
        ("JOURNAL.example:443", True),
        ("xn--bcher-kva.example", True),
        ("a.teams.example", True),
        ("teams.example", False),
        ("myteams.example", False),
        ("localhost", False),
        ("127.0.0.1", False),
    ],
)
def test_public_journal_is_served_only_under_its_own_names(served_as, host, served):
    client = served_as(
        public_url="https://journal.example",
        trusted_hosts=("xn--bcher-kva.example", ".teams.example"),
    )
    assert (client.get("/login", headers={"Host": host}).status_code == 200) is served


def test_trusted_proxy_passes_the_requested_host_on(served_as):
    client = served_as(public_url="https://journal.example", trusted_proxies=1)

    def ask(**headers):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return client.get("/login", headers={"Host": "127.0.0.1:8000"} | named).status_code

    assert ask(X_Forwarded_Host="journal.example") == 200
    assert ask(X_Forwarded_Host="evil.example, journal.example") == 200
    assert ask(X_Forwarded_Host="journal.example, evil.example") == 400
    assert ask(Host="evil.example") == 400
    assert ask() == 400


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_local_tools_may_use_any_host_name(served_as, path):
    client = served_as(
        public_url="https://journal.example", metrics_token="x" * 40, trusted_proxies=1
    )
    headers = {"Host": "10.0.0.5:8000"}
    # A journal that is public gives its metrics for the token alone, under whatever name.
    local = 404 if path == "/metrics" else 200
    assert client.get(path, headers=headers).status_code == local
    forwarded = headers | {"X-Forwarded-For": "203.0.113.9"}
    assert client.get(path, headers=forwarded).status_code == 400
    elsewhere = {"REMOTE_ADDR": "203.0.113.9"}
    assert client.get(path, headers=headers, environ_base=elsewhere).status_code == 400
    token = headers | {"Authorization": "Bearer " + "x" * 40}
    assert client.get(path, headers=token, environ_base=elsewhere).status_code == 200


def test_foreign_host_is_answered_as_a_problem_in_the_api(client):
    reply = client.post("/api/v1/tokens", json={}, headers={"Host": "evil.example"})
    assert reply.status_code == 400
    assert reply.mimetype == "application/problem+json"
    assert SENTENCE in reply.json["detail"]
    assert "evil" not in reply.text


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ("", ()),
        ("a.example, B.example:8000", ("a.example", "b.example")),
        (
            "[::1] .example.org b\u00fccher.example",
            ("::1", ".example.org", "xn--bcher-kva.example"),
        ),
    ],
)
def test_trusted_hosts_is_parsed_as_a_list_of_names(environment, tmp_path, given, names):
    chosen = Settings.from_environment(environment | {"TRUSTED_HOSTS": given}, tmp_path)
    assert chosen.trusted_hosts == names


@pytest.mark.parametrize(
    "given", ["*", "https://a.example", "a.example/path", "[::1", "a..example", ".", "me@a.example"]
)
def test_invalid_trusted_host_is_refused(environment, tmp_path, given):
    with pytest.raises(SettingsError, match="TRUSTED_HOSTS"):
        Settings.from_environment(environment | {"TRUSTED_HOSTS": given}, tmp_path)


@pytest.mark.parametrize("given", ["http://", "https://:443", "http://[::1", "https://a b.example"])
def test_public_url_without_a_host_is_refused(environment, tmp_path, given):
    with pytest.raises(SettingsError, match="PUBLIC_URL"):
        Settings.from_environment(environment | {"PUBLIC_URL": given}, tmp_path)
