"""Prompts and letters are mailed only to verified addresses, and the leader sees why."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
import time_machine
from factories import create_leader
from prompts.factories import build_schedule, find_zone_at_hour, make_prompt_due

from leaderjournal.accounts.models import Account
from leaderjournal.kernel import clock
from leaderjournal.kernel.database import db, write_transaction
from leaderjournal.prompts.delivery import store as delivery_store
from leaderjournal.prompts.delivery.dispatcher import Dispatcher
from leaderjournal.prompts.schedule.models import PromptDelivery
from leaderjournal.worker import send_letters


def set_verified(app, at):
    with app.app_context(), write_transaction() as session:
        session.execute(sa.update(Account).values(email_verified_at=at))


@pytest.fixture
def unverified(app, client):
    leader = create_leader(client, time_zone=find_zone_at_hour(12))
    set_verified(app, None)
    return leader


def run_dispatcher(app):
    with Dispatcher(app) as dispatcher:
        return dispatcher.run_once()


def test_no_prompt_is_mailed_to_an_unverified_address(app, unverified, mailbox):
    make_prompt_due(unverified, find_zone_at_hour(12), by_mail=True)
    assert run_dispatcher(app) == 0
    assert mailbox == []
    with app.app_context():
        assert db.session.scalar(sa.select(PromptDelivery.decision)) == "nobody"
    following = unverified.get("/prompt-schedule").json
    assert following["by_mail"] is True, "the choice waits"
    assert following["next_due_at"] > f"{datetime.now(UTC):%Y-%m-%dT%H:%M}"
    set_verified(app, clock.now())
    make_prompt_due(unverified, find_zone_at_hour(12), minutes_ago=3, by_mail=True)
    run_dispatcher(app)
    assert [mail["To"] for mail in mailbox] == [unverified.email]


def test_waiting_prompt_is_not_mailed_to_a_changed_address(app, client, mailbox):
    zone = find_zone_at_hour(12)
    leader = create_leader(client, time_zone=zone)
    make_prompt_due(leader, zone, by_mail=True)
    with app.app_context():
        delivery_store.claim_due(now=clock.now(), limit=10, by_mail=True)
    set_verified(app, None)
    run_dispatcher(app)
    assert mailbox == []


def test_no_letter_is_mailed_to_an_unverified_address(app, unverified, mailbox):
    chosen = unverified.call("PUT", "/letter", {"enabled": True}).json
    assert chosen["mail_waits"] is True
    due = datetime.fromisoformat(chosen["next_date"]).replace(tzinfo=UTC) + timedelta(days=1)
    with time_machine.travel(due):
        assert send_letters(app) == 0
    assert mailbox == []
    assert unverified.get("/letter").json["next_date"] > chosen["next_date"]
    set_verified(app, clock.now())
    assert unverified.get("/letter").json["mail_waits"] is False


def test_mail_choice_is_saved_and_reported_as_waiting(app, unverified):
    chosen = unverified.call("PUT", "/prompt-schedule", build_schedule("12:00", by_mail=True))
    assert (chosen.status_code, chosen.json["mail_waits"]) == (200, True)
    assert unverified.call("PUT", "/prompt-schedule", chosen.json).status_code == 200
    without = unverified.call("PUT", "/prompt-schedule", build_schedule("12:00"))
    assert without.json["mail_waits"] is False


def test_page_links_to_confirming_the_address(app, leader, post):
    assert "not confirmed" not in post.get("/settings/prompts").text
    set_verified(app, None)
    page = post.get("/settings/prompts").text
    assert "Your email is not confirmed yet." in page
    assert 'href="/settings/security#address"' in page
    saved = post("/settings/prompts", enabled="yes", times="12:00", weekdays=["1"], by_mail="yes")
    assert "We can write to you once your email is confirmed." in saved.text
    for page in ("/settings", "/settings/security"):
        assert 'id="address"' in post.get(page).text
