"""Prompts and letters go by mail to verified addresses only, and the leader is told so."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
import time_machine
from factories import a_leader
from prompts.prompting import ask, schedule, zone_where_it_is

from leaderjournal.accounts.models import Account
from leaderjournal.kernel import clock
from leaderjournal.kernel.database import db, write_transaction
from leaderjournal.prompts.delivery import store as delivery_store
from leaderjournal.prompts.delivery.dispatch import Dispatcher
from leaderjournal.prompts.schedule.models import PromptDelivery
from leaderjournal.worker import send_letters


def set_verified(app, at):
    with app.app_context(), write_transaction() as session:
        session.execute(sa.update(Account).values(email_verified_at=at))


@pytest.fixture
def unverified(app, client):
    leader = a_leader(client, time_zone=zone_where_it_is(12))
    set_verified(app, None)
    return leader


def dispatch(app):
    with Dispatcher(app) as dispatcher:
        return dispatcher.run_once()


def test_no_prompt_goes_by_mail_until_the_address_is_verified(app, unverified, mailbox):
    ask(unverified, zone_where_it_is(12), by_mail=True)
    assert dispatch(app) == 0
    assert mailbox == []
    with app.app_context():
        assert db.session.scalar(sa.select(PromptDelivery.decision)) == "nobody"
    following = unverified.get("/prompt-schedule").json
    assert following["by_mail"] is True, "the choice waits"
    assert following["next_due_at"] > f"{datetime.now(UTC):%Y-%m-%dT%H:%M}"
    set_verified(app, clock.now())
    ask(unverified, zone_where_it_is(12), minutes_ago=3, by_mail=True)
    dispatch(app)
    assert [mail["To"] for mail in mailbox] == [unverified.email]


def test_a_prompt_that_waits_goes_to_no_address_that_was_changed_meanwhile(app, client, mailbox):
    zone = zone_where_it_is(12)
    leader = a_leader(client, time_zone=zone)
    ask(leader, zone, by_mail=True)
    with app.app_context():
        delivery_store.claim_due(now=clock.now(), limit=10, by_mail=True)
    set_verified(app, None)
    dispatch(app)
    assert mailbox == []


def test_no_letter_goes_out_until_the_address_is_verified(app, unverified, mailbox):
    chosen = unverified.call("PUT", "/letter", {"enabled": True}).json
    assert chosen["mail_waits"] is True
    due = datetime.fromisoformat(chosen["next_date"]).replace(tzinfo=UTC) + timedelta(days=1)
    with time_machine.travel(due):
        assert send_letters(app) == 0
    assert mailbox == []
    assert unverified.get("/letter").json["next_date"] > chosen["next_date"]
    set_verified(app, clock.now())
    assert unverified.get("/letter").json["mail_waits"] is False


def test_what_is_chosen_is_kept_and_said_to_wait(app, unverified):
    chosen = unverified.call("PUT", "/prompt-schedule", schedule("12:00", by_mail=True))
    assert (chosen.status_code, chosen.json["mail_waits"]) == (200, True)
    assert unverified.call("PUT", "/prompt-schedule", chosen.json).status_code == 200
    without = unverified.call("PUT", "/prompt-schedule", schedule("12:00"))
    assert without.json["mail_waits"] is False


def test_the_page_says_that_the_address_is_not_confirmed_and_leads_there(app, leader, post):
    assert "not confirmed" not in post.get("/settings/prompts").text
    set_verified(app, None)
    page = post.get("/settings/prompts").text
    assert "Your address is not confirmed yet." in page
    assert 'href="/settings#address"' in page
    saved = post("/settings/prompts", enabled="yes", times="12:00", weekdays=["1"], by_mail="yes")
    assert "Mail begins once your address is confirmed." in saved.text
    assert 'id="address"' in post.get("/settings").text
