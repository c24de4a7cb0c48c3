"""Suspended accounts: nobody can sign in, nothing is sent, and nothing is lost."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from factories import PASSWORD, create_leader, csrf_token, sign_in
from prompts.factories import EVERY_DAY, find_zone_at_hour, make_prompt_due

from leaderjournal.prompts.delivery.dispatcher import Dispatcher
from leaderjournal.worker import send_letters


@pytest.fixture
def run_accounts_command(app):
    def run_accounts_command(command, leader):
        result = app.test_cli_runner().invoke(args=["accounts", command, leader.email])
        assert result.exit_code == 0, result.output
        return result.output

    return run_accounts_command


def test_suspended_account_is_closed_until_resumed(app, client, run_accounts_command):
    leader = create_leader(client)
    browser = app.test_client()
    sign_in(browser, leader)
    leader.writes(leader.today(), ("let-go", 3, "mine"))
    run_accounts_command("suspend", leader)
    assert browser.get("/settings").status_code == 303
    assert leader.get("/me").status_code == 401
    credentials = {"email": leader.email, "password": PASSWORD}
    refused = client.post("/api/v1/tokens", json=credentials)
    assert refused.status_code == 403
    assert "suspended" in refused.json["detail"]
    form = credentials | {"csrf_token": csrf_token(browser)}
    page = browser.post("/login", data=form)
    assert (page.status_code, "This account is suspended" in page.text) == (403, True)
    run_accounts_command("resume", leader)
    assert browser.get("/settings").status_code == 303, "an ended session stays ended"
    assert leader.get("/reflections").json["items"][0]["answers"][0]["text"] == "mine"
    sign_in(browser, leader)


def test_suspension_is_revealed_only_with_the_right_password(app, client, run_accounts_command):
    leader = create_leader(client)
    run_accounts_command("suspend", leader)
    credentials = {"email": leader.email, "password": "wrong"}
    refused = client.post("/api/v1/tokens", json=credentials)
    assert (refused.status_code, "suspended" in refused.text) == (401, False)


def test_suspension_ends_and_prevents_reset_links(app, client, run_accounts_command, mailbox):
    leader = create_leader(client)
    browser = app.test_client()

    def forgot():
        form = {"email": leader.email, "csrf_token": csrf_token(browser, "/forgot")}
        browser.post("/forgot", data=form)
        app.test_cli_runner().invoke(args=["worker", "--once"])

    forgot()
    link = re.search(r"http://localhost(/reset/\S+)", mailbox[0].get_payload())[1]
    run_accounts_command("suspend", leader)
    assert "no longer works" in browser.get(link, follow_redirects=True).text
    forgot()
    assert len(mailbox) == 1
    refused = app.test_cli_runner().invoke(args=["accounts", "reset", leader.email])
    assert "suspended" in refused.output


def test_prompts_pause_during_suspension(app, client, run_accounts_command, mailbox):
    zone = find_zone_at_hour(12)
    leader = create_leader(client, time_zone=zone)
    make_prompt_due(leader, zone, by_mail=True)
    run_accounts_command("suspend", leader)
    with Dispatcher(app) as dispatcher:
        assert dispatcher.run_once() == 0
    assert mailbox == []
    run_accounts_command("resume", leader)
    make_prompt_due(leader, zone, by_mail=True)
    kept = leader.get("/prompt-schedule").json
    assert (kept["by_mail"], kept["weekdays"]) == (True, EVERY_DAY)


def test_claimed_prompt_is_not_sent_after_suspension(
    app, client, run_accounts_command, mailbox, mail_server
):
    zone = find_zone_at_hour(12)
    leader = create_leader(client, time_zone=zone)
    make_prompt_due(leader, zone, by_mail=True)
    from leaderjournal.kernel import clock
    from leaderjournal.prompts.delivery import store as delivery_store

    with app.app_context():
        delivery_store.claim_due(now=clock.now(), limit=10, by_mail=True)
    run_accounts_command("suspend", leader)
    with Dispatcher(app) as dispatcher:
        dispatcher.run_once()
    assert mailbox == []


def test_letters_pause_during_suspension(app, client, run_accounts_command, mailbox):
    leader = create_leader(client)
    chosen = leader.call("PUT", "/letter", {"enabled": True})
    due = datetime.fromisoformat(chosen.json["next_date"]).replace(tzinfo=UTC)
    run_accounts_command("suspend", leader)
    with time_machine.travel(due + timedelta(days=1)):
        assert send_letters(app) == 0
    assert mailbox == []


def test_calendar_and_team_mirror_pause_during_suspension(app, client, run_accounts_command):
    leader = create_leader(client)
    browser = app.test_client()
    form = {"csrf_token": sign_in(browser, leader)}
    browser.post("/settings/prompts/calendar", data=form)
    page = browser.get("/settings/prompts").text
    calendar = re.search(r"http://localhost(/calendar/[^\"]+\.ics)", page)[1]
    mirror = browser.post("/team-mirror", data=form | {"links": "3"}).text
    answer = re.search(r"http://localhost(/mirror/[\w.-]{20,})", mirror)[1]
    assert client.get(calendar).status_code == 200
    shown = client.get(answer).text
    run_accounts_command("suspend", leader)
    assert client.get(calendar).status_code == 404
    assert client.get(answer).text != shown
    run_accounts_command("resume", leader)
    assert client.get(calendar).status_code == 200
    assert client.get(answer).text == shown
