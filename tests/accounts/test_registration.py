"""Who may register: open, by invitation, or closed."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
import time_machine
from factories import a_leader, csrf_token

from leaderjournal import create_app
from leaderjournal.accounts.invitations.models import Invitation
from leaderjournal.kernel.database import db
from leaderjournal.kernel.first_run import create_secrets
from leaderjournal.kernel.settings import Registration, Settings, SettingsError

NEW = {
    "name": "Ann",
    "email": "ann@example.com",
    "password": "a mirror for Ann",
    "time_zone": "Europe/Paris",
}


@pytest.fixture
def stands(app, monkeypatch):
    """Lets registration stand as said."""

    def stands(registration, **changes):
        chosen = replace(
            app.extensions["settings"], registration=Registration(registration), **changes
        )
        monkeypatch.setitem(app.extensions, "settings", chosen)

    return stands


def run(app, *arguments):
    return app.test_cli_runner().invoke(args=["accounts", *arguments])


def register(client, **change):
    return client.post("/api/v1/accounts", json=NEW | change)


def invited(app, email=NEW["email"]):
    """Return the path of an invitation that the operator printed."""
    printed = run(app, "invite", email, "--print").output
    return re.search(r"http://localhost(/register/\S+)", printed)[1]


def test_registration_is_open_unless_the_operator_says_otherwise(tmp_path):
    assert Settings.from_environment(create_secrets(), tmp_path).registration == "open"
    with pytest.raises(SettingsError, match="REGISTRATION"):
        Settings.from_environment(create_secrets() | {"REGISTRATION": "members"}, tmp_path)


def test_a_closed_journal_takes_nobody_and_says_what_to_do(client, stands):
    stands("closed")
    refused = register(client)
    assert (refused.status_code, refused.mimetype) == (403, "application/problem+json")
    assert "Ask the person who runs it" in refused.json["detail"]
    page = client.get("/register")
    assert page.status_code == 403
    assert "Ask the person who runs it" in page.text
    form = NEW | {"csrf_token": csrf_token(client)}
    assert client.post("/register", data=form).status_code == 403
    assert 'href="/register"' not in client.get("/login").text
    stands("open")
    assert 'href="/register"' in client.get("/login").text
    assert register(client).status_code == 201


def test_an_invitation_lets_one_person_in_once(app, client, stands):
    stands("invite")
    assert client.get("/register").status_code == 403
    assert "invit" in register(client).json["detail"]
    assert 'href="/register"' not in client.get("/login").text
    path = invited(app)
    opened = client.get(path)
    assert opened.location == "/register", "the token leaves the address"
    assert client.get("/register").status_code == 200
    form = NEW | {"csrf_token": csrf_token(client, "/register")}
    assert client.post("/register", data=form).location == "/"
    other = app.test_client()
    other.get(path)
    used = other.get("/register")
    assert used.status_code == 403
    assert "no longer works" in used.text
    again = register(client, email="bea@example.com", invitation=path.rpartition("/")[2])
    assert again.status_code == 403
    assert register(client, email="bea@example.com", invitation="guessed").status_code == 403


def test_an_invitation_works_in_the_api_and_outlives_a_taken_address(app, client, stands):
    stands("invite")
    leader = a_leader(client)
    token = invited(app).rpartition("/")[2]
    assert register(client, email=leader.email, invitation=token).status_code == 409
    assert register(client, password="short", invitation=token).status_code == 422
    made = register(client, invitation=token)
    assert made.status_code == 201
    assert "invitation" not in made.json


def test_a_printed_invitation_proves_no_address_and_a_mailed_one_does(app, client, stands, mailbox):
    stands("invite")
    token = invited(app).rpartition("/")[2]
    assert register(client, invitation=token).json["email_verified"] is False
    assert "is sent to" in run(app, "invite", "bea@example.com").output
    [mail] = mailbox
    assert mail["To"] == "bea@example.com"
    token = re.search(r"http://localhost/register/(\S+)", mail.get_payload())[1]
    made = register(client, email="Bea@example.com", invitation=token)
    assert made.json["email_verified"] is True
    run(app, "invite", "cleo@example.com")
    token = re.search(r"http://localhost/register/(\S+)", mailbox[-1].get_payload())[1]
    handed_on = register(client, email="someone@example.com", invitation=token)
    assert handed_on.json["email_verified"] is False


def test_an_invitation_ends_by_time_by_a_newer_one_and_by_hand(app, client, stands):
    stands("invite")
    first, second = (invited(app).rpartition("/")[2] for _ in range(2))
    assert register(client, invitation=first).status_code == 403
    with time_machine.travel(datetime.now(UTC) + timedelta(days=15)):
        assert register(client, invitation=second).status_code == 403
    assert "withdrawn" in run(app, "invite", NEW["email"], "--withdraw").output
    assert run(app, "invite", NEW["email"], "--withdraw").exit_code == 1
    assert register(client, invitation=second).status_code == 403


def test_an_invitation_is_kept_without_its_token_and_its_address(app, client, stands):
    stands("invite")
    token = invited(app).rpartition("/")[2]
    with app.app_context():
        row = db.session.query(Invitation).one()
        kept = b"".join(value for value in vars(row).values() if isinstance(value, bytes))
    assert token.encode() not in kept
    assert b"ann" not in kept


def test_nobody_is_invited_to_what_is_closed_or_theirs_already(app, client, stands):
    stands("closed")
    assert "accounts add" in run(app, "invite", "ann@example.com").output
    stands("open")
    leader = a_leader(client)
    refused = run(app, "invite", leader.email)
    assert (refused.exit_code, "has an account" in refused.output) == (1, True)
    assert run(app, "invite", "ann").exit_code == 2


def test_of_many_who_use_one_invitation_at_once_one_gets_in(app, client, stands):
    stands("invite")
    token = invited(app).rpartition("/")[2]
    barrier = Barrier(4)

    def use(n):
        other = app.test_client()
        barrier.wait()
        return register(other, email=f"ann{n}@example.com", invitation=token).status_code

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(use, range(4))) == [201, 403, 403, 403]


def test_who_registers_while_the_queue_is_away_has_an_account(
    app, database_url, environment, tmp_path
):
    away = {"DATABASE_URL": database_url, "QUEUE_URL": "redis://127.0.0.1:9/0"}
    without_queue = create_app(Settings.from_environment(environment | away, tmp_path))
    assert register(without_queue.test_client()).status_code == 201
    with without_queue.app_context():
        db.engine.dispose()
    assert register(app.test_client()).status_code == 409
