"""The operator's commands for accounts, run as an operator runs them."""

import json
import re
from dataclasses import replace

import pytest
from factories import PASSWORD, create_leader, csrf_token

from leaderjournal.kernel.setting_values import Registration


def run(app, *arguments):
    return app.test_cli_runner().invoke(args=["accounts", *arguments])


@pytest.fixture
def without_mail(app, monkeypatch):
    chosen = replace(app.extensions["settings"], smtp_url="")
    monkeypatch.setitem(app.extensions, "settings", chosen)


def test_help_lists_every_command_with_a_line_of_help(app):
    listed = run(app, "--help").output
    for command in ("list", "add", "invite", "reset", "suspend", "resume"):
        assert re.search(rf"^  {command}\s+\w", listed, re.MULTILINE), command


def test_the_list_tells_what_an_operator_asks(app, client):
    leader = create_leader(client, name="Mira \x1b[31mAdler")
    client.post(
        "/login",
        data={"email": leader.email, "password": PASSWORD, "csrf_token": csrf_token(client)},
    )
    line, counted, stands = run(app, "list").output.splitlines()
    assert leader.email in line
    assert "\x1b" not in line
    assert re.search(r"created \d{4}-\d\d-\d\d +seen \d{4}-\d\d-\d\d +verified$", line)
    assert counted == "1 account, 0 open invitations."
    assert stands.startswith("Registration is open")
    run(app, "suspend", leader.email)
    told = json.loads(run(app, "list", "--json").output)
    assert (told["email"], told["verified"]) == (leader.email, True)
    assert told["suspended_at"]


def test_an_account_is_added_and_its_link_sets_the_first_password(
    app, client, without_mail, monkeypatch
):
    added = run(app, "add", "ann@example.com", "--name", "Ann", "--time-zone", "Europe/Paris")
    assert added.exit_code == 0, added.output
    link = re.search(r"http://localhost(/reset/\S+)", added.output)[1]
    asked = {"email": "ann@example.com", "password": ""}
    assert client.post("/api/v1/tokens", json=asked).status_code == 401
    assert client.get(link).location == "/reset"
    form = {"password": "a mirror for Ann", "csrf_token": csrf_token(client, "/reset")}
    assert client.post("/reset", data=form).location == "/login"
    token = client.post("/api/v1/tokens", json=asked | {"password": form["password"]}).json["token"]
    me = client.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"}).json
    assert (me["name"], me["time_zone"], me["email_verified"]) == ("Ann", "Europe/Paris", False)
    assert run(app, "add", "ann@example.com").exit_code == 1
    assert run(app, "add", "bea@example.com", "--time-zone", "Mars").exit_code == 2


def test_a_link_that_is_mailed_is_not_printed_and_verifies_the_address(app, client, mailbox):
    added = run(app, "add", "ann@example.com")
    assert "/reset/" not in added.output
    [mail] = mailbox
    assert mail["To"] == "ann@example.com"
    link = re.search(r"http://localhost(/reset/\S+)", mail.get_payload())[1]
    client.get(link)
    form = {"password": "a mirror for Ann", "csrf_token": csrf_token(client, "/reset")}
    client.post("/reset", data=form)
    [told] = [json.loads(line) for line in run(app, "list", "--json").output.splitlines()]
    assert told["verified"] is True


def test_a_mail_that_does_not_go_out_is_said_to_be_one(app, monkeypatch):
    chosen = replace(app.extensions["settings"], smtp_url="smtp://127.0.0.1:9")
    monkeypatch.setitem(app.extensions, "settings", chosen)
    failed = run(app, "invite", "ann@example.com")
    assert failed.exit_code == 1
    assert "--print" in failed.output
    printed = run(app, "invite", "ann@example.com", "--print")
    assert "/register/" in printed.output


def test_the_operator_makes_a_way_back_in(app, client, without_mail):
    leader = create_leader(client)
    first, second = (
        re.search(r"(/reset/\S+)", run(app, "reset", leader.email).output)[1] for _ in range(2)
    )
    assert "no longer works" in client.get(first, follow_redirects=True).text
    assert "Choose a new password" in client.get(second, follow_redirects=True).text
    assert run(app, "reset", "nobody@example.com").exit_code == 1


def test_suspending_and_resuming_say_when_there_is_nothing_to_do(app, client):
    leader = create_leader(client)
    assert run(app, "resume", leader.email).exit_code == 1
    assert run(app, "suspend", leader.email).exit_code == 0
    assert run(app, "suspend", leader.email).exit_code == 1
    assert run(app, "resume", leader.email).exit_code == 0
    assert run(app, "suspend", "nobody@example.com").exit_code == 1


@pytest.mark.parametrize("registration", list(Registration))
def test_the_worker_and_the_doctor_say_how_registration_stands(app, monkeypatch, registration):
    chosen = replace(app.extensions["settings"], registration=registration)
    monkeypatch.setitem(app.extensions, "settings", chosen)
    said = app.test_cli_runner().invoke(args=["doctor"]).output
    assert re.search(r"^Registration is .*REGISTRATION=", said, re.MULTILINE)
