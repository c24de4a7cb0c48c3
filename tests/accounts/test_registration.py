"""Who may register: open, by invitation, or closed."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
import time_machine
from factories import create_leader, csrf_token

from leaderjournal import create_app
from leaderjournal.accounts import store as accounts_store
from leaderjournal.accounts.invitations import store as invitations_store
from leaderjournal.accounts.invitations.models import Invitation
from leaderjournal.kernel.database import db
from leaderjournal.kernel.first_run import create_secrets
from leaderjournal.kernel.setting_values import Registration, SettingsError
from leaderjournal.kernel.settings import Settings

NEW = {
    "name": "Ann",
    "email": "ann@example.com",
    "password": "a mirror for Ann",
    "time_zone": "Europe/Paris",
}


@pytest.fixture
def set_registration(app, monkeypatch):
    """Set who may register."""

    def set_registration(registration, **changes):
        chosen = replace(
            app.extensions["settings"], registration=Registration(registration), **changes
        )
        monkeypatch.setitem(app.extensions, "settings", chosen)

    return set_registration


def run_command(app, *arguments):
    return app.test_cli_runner().invoke(args=["accounts", *arguments])


def register(client, **change):
    return client.post("/api/v1/accounts", json=NEW | change)


def create_invitation(app, email=NEW["email"]):
    """Create an invitation by command; return the path it prints."""
    printed = run_command(app, "invite", email, "--print").output
    return re.search(r"http://localhost(/register/\S+)", printed)[1]


def test_registration_is_open_by_default(tmp_path):
    assert Settings.from_environment(create_secrets(), tmp_path).registration == "open"
    with pytest.raises(SettingsError, match="REGISTRATION"):
        Settings.from_environment(create_secrets() | {"REGISTRATION": "members"}, tmp_path)


def test_closed_registration_refuses_with_advice(client, set_registration):
    set_registration("closed")
    refused = register(client)
    assert (refused.status_code, refused.mimetype) == (403, "application/problem+json")
    assert "Ask the person who runs it" in refused.json["detail"]
    page = client.get("/register")
    assert page.status_code == 403
    assert "Ask the person who runs it" in page.text
    form = NEW | {"csrf_token": csrf_token(client)}
    assert client.post("/register", data=form).status_code == 403
    assert 'href="/register"' not in client.get("/login").text
    set_registration("open")
    assert 'href="/register"' in client.get("/login").text
    assert register(client).status_code == 201


def test_invitation_works_once(app, client, set_registration):
    set_registration("invite")
    assert client.get("/register").status_code == 403
    assert "invit" in register(client).json["detail"]
    assert 'href="/register"' not in client.get("/login").text
    path = create_invitation(app)
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


def test_invitation_works_in_the_api_and_survives_a_taken_email(app, client, set_registration):
    set_registration("invite")
    leader = create_leader(client)
    token = create_invitation(app).rpartition("/")[2]
    assert register(client, email=leader.email, invitation=token).status_code == 409
    assert register(client, password="short", invitation=token).status_code == 422
    made = register(client, invitation=token)
    assert made.status_code == 201
    assert "invitation" not in made.json


def test_only_a_mailed_invitation_verifies_the_address(app, client, set_registration, mailbox):
    set_registration("invite")
    token = create_invitation(app).rpartition("/")[2]
    assert register(client, invitation=token).json["email_verified"] is False
    assert "Link sent to" in run_command(app, "invite", "bea@example.com").output
    [mail] = mailbox
    assert mail["To"] == "bea@example.com"
    token = re.search(r"http://localhost/register/(\S+)", mail.get_payload())[1]
    made = register(client, email="Bea@example.com", invitation=token)
    assert made.json["email_verified"] is True
    run_command(app, "invite", "cleo@example.com")
    token = re.search(r"http://localhost/register/(\S+)", mailbox[-1].get_payload())[1]
    handed_on = register(client, email="someone@example.com", invitation=token)
    assert handed_on.json["email_verified"] is False


def test_invitation_expires_is_replaced_and_can_be_withdrawn(app, client, set_registration):
    set_registration("invite")
    first, second = (create_invitation(app).rpartition("/")[2] for _ in range(2))
    assert register(client, invitation=first).status_code == 403
    with time_machine.travel(datetime.now(UTC) + timedelta(days=15)):
        assert register(client, invitation=second).status_code == 403
    assert "withdrawn" in run_command(app, "invite", NEW["email"], "--withdraw").output
    assert run_command(app, "invite", NEW["email"], "--withdraw").exit_code == 1
    assert register(client, invitation=second).status_code == 403


def test_stored_invitation_holds_neither_token_nor_address(app, client, set_registration):
    set_registration("invite")
    token = create_invitation(app).rpartition("/")[2]
    with app.app_context():
        row = db.session.query(Invitation).one()
        kept = b"".join(value for value in vars(row).values() if isinstance(value, bytes))
    assert token.encode() not in kept
    assert b"ann" not in kept


def test_invite_refuses_closed_registration_and_existing_accounts(app, client, set_registration):
    set_registration("closed")
    assert "accounts add" in run_command(app, "invite", "ann@example.com").output
    set_registration("open")
    leader = create_leader(client)
    refused = run_command(app, "invite", leader.email)
    assert (refused.exit_code, "has an account" in refused.output) == (1, True)
    assert run_command(app, "invite", "ann").exit_code == 2


def test_concurrent_uses_of_an_invitation_create_one_account(app, client, set_registration):
    set_registration("invite")
    token = create_invitation(app).rpartition("/")[2]
    barrier = Barrier(4)

    def use(n):
        other = app.test_client()
        barrier.wait()
        return register(other, email=f"ann{n}@example.com", invitation=token).status_code

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(use, range(4))) == [201, 403, 403, 403]


def test_invitation_used_up_between_two_looks_creates_no_account(
    app, client, set_registration, monkeypatch
):
    """A fault: of four concurrent uses, two created an account, once in some hundred runs."""
    set_registration("invite")
    token = create_invitation(app).rpartition("/")[2]
    is_pending = invitations_store.is_pending

    def look_and_lose(token, *, now):
        found = is_pending(token, now=now)
        invitations_store.withdraw_invitation(NEW["email"])
        return found

    monkeypatch.setattr(invitations_store, "is_pending", look_and_lose)
    assert register(client, invitation=token).status_code == 403
    with app.app_context():
        assert list(accounts_store.iter_account_ids()) == []


def test_registration_succeeds_while_the_queue_is_down(app, database_url, environment, tmp_path):
    away = {"DATABASE_URL": database_url, "QUEUE_URL": "redis://127.0.0.1:9/0"}
    without_queue = create_app(Settings.from_environment(environment | away, tmp_path))
    assert register(without_queue.test_client()).status_code == 201
    with without_queue.app_context():
        db.engine.dispose()
    assert register(app.test_client()).status_code == 409
