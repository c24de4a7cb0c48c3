"""Reminders are described as they are: only channels that work, and no promise without one."""

import re
from dataclasses import replace
from datetime import timedelta
from itertools import product
from uuid import UUID

import pytest
import sqlalchemy as sa
from factories import A_BROWSER, create_leader, sign_in

from leaderjournal.accounts.models import Account
from leaderjournal.kernel import clock
from leaderjournal.kernel.database import write_transaction
from leaderjournal.prompts.channels.rules import (
    Channel,
    Channels,
    MailState,
    explain_silence,
    format_channels,
    suggest_next_step,
    suggest_other_channels,
)
from leaderjournal.prompts.push import ended_store
from leaderjournal.prompts.push.attempt_store import AttemptResult, record_attempts
from leaderjournal.prompts.push.rules import Outcome

PATH = "/settings/prompts"
FORM = {"enabled": "yes", "times": ["07:30"], "weekdays": ["1", "2", "3"]}
CHOSEN = {"enabled": True, "times": ["07:30"], "weekdays": [1, 2, 3, 4, 5, 6, 7]}


def read_text(page) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page.text))


def get_schedule(leader):
    return leader.get("/prompt-schedule").json


@pytest.fixture
def without_mail(app, monkeypatch):
    """Run the service without SMTP_URL."""
    chosen = app.extensions["settings"]
    monkeypatch.setitem(app.extensions, "settings", replace(chosen, smtp_url=""))


def unverify(app, leader):
    with app.app_context(), write_transaction() as session:
        session.execute(
            sa.update(Account).where(Account.id == UUID(leader.id)).values(email_verified_at=None)
        )


def test_every_combination_of_channels_is_described():
    for devices, resting, mail, by_mail, calendar in product(
        (0, 1, 2), (0, 1), MailState, (False, True), (False, True)
    ):
        reach = Channels(devices, resting, mail, by_mail, calendar)
        assert (Channel.PUSH in reach.channels) == (devices > 0)
        assert (Channel.MAIL in reach.channels) == (by_mail and mail is MailState.WORKS)
        assert (Channel.CALENDAR in reach.channels) == calendar
        assert bool(format_channels(reach)) == bool(reach.channels)
        offered = suggest_next_step(reach) + suggest_other_channels(reach)
        assert ("mail" in offered) == (mail is not MailState.NO_SERVER)
        assert reach.can_deliver == bool(
            reach.channels or (by_mail and mail is MailState.UNVERIFIED)
        )
    nothing = Channels(0, 0, MailState.WORKS, by_mail=False, calendar=False)
    assert explain_silence(nothing) == "no device has allowed notifications and email is off"


def test_offer_is_not_reported_as_chosen(browser, leader, post):
    """Regression: the page read as if reminders were on, with a time at which none could come."""
    offer = "Our suggestion, in your time zone"
    shown = read_text(browser.get(PATH))
    assert "Reminders can’t reach you yet. Turn them on for this device." in shown
    assert offer in shown
    assert offer not in read_text(post(PATH, **FORM))


def test_schedule_without_a_channel_stays_off(post, leader):
    shown = read_text(post(PATH, **FORM))
    assert "Saved." in shown
    assert "Reminders can’t reach you yet." in shown
    kept = get_schedule(leader)
    assert (kept["enabled"], kept["times"], kept["reaches"]) == (False, ["07:30"], [])
    assert kept["next_due_at"] is None


@pytest.mark.parametrize("way", ["push", "mail", "calendar"])
def test_each_channel_alone_is_enough_to_turn_reminders_on(post, leader, way):
    form = dict(FORM)
    if way == "push":
        leader.call("POST", "/push/subscriptions", A_BROWSER)
    elif way == "mail":
        form["by_mail"] = "yes"
    else:
        post(f"{PATH}/calendar")
    shown = read_text(post(PATH, **form))
    said = {"push": "to one device", "mail": "by email", "calendar": "in your calendar"}[way]
    assert f"Reminders come {said}." in shown
    kept = get_schedule(leader)
    assert (kept["enabled"], kept["reaches"]) == (True, [way])


def test_calendar_alone_turns_reminders_on(post, leader):
    shown = read_text(post(f"{PATH}/calendar"))
    assert "reminders are on" in shown
    assert get_schedule(leader)["reaches"] == ["calendar"]
    post(f"{PATH}/calendar/end")
    assert "Reminders can’t reach you yet." in read_text(post.get(PATH))
    assert get_schedule(leader)["reaches"] == []


def test_enabled_reminders_without_a_channel_are_reported(post, leader):
    reply = leader.call("PUT", "/prompt-schedule", CHOSEN)
    assert (reply.status_code, reply.json["enabled"], reply.json["reaches"]) == (200, True, [])
    assert reply.json["ways"] == {"devices": 0, "mail": "works", "calendar": False}
    assert leader.call("PUT", "/prompt-schedule", reply.json).status_code == 200
    assert "No reminder will come: no device has allowed notifications and email is off." in (
        read_text(post.get("/"))
    )
    assert "Reminders can’t reach you yet." in read_text(post.get(PATH))
    leader.call("POST", "/push/subscriptions", A_BROWSER)
    assert "No reminder will come" not in read_text(post.get("/"))
    assert "Reminders come to one device." in read_text(post.get(PATH))


@pytest.mark.usefixtures("without_mail")
def test_mail_is_not_offered_without_a_mail_server(post, leader):
    page = post.get(PATH)
    assert 'name="by_mail"' not in page.text
    assert 'name="letter"' not in page.text
    assert "mail" not in read_text(page)
    assert "mail" not in read_text(post(PATH, **FORM, by_mail="yes"))
    kept = get_schedule(leader)
    assert (kept["enabled"], kept["by_mail"]) == (False, False)
    assert kept["ways"]["mail"] == "no_server"
    assert "sends no email" in read_text(post(f"{PATH}/letter", letter="yes"))
    assert leader.get("/letter").json["enabled"] is False
    assert "mail" not in read_text(post.get("/")).lower().replace("e-mail", "")


def test_mail_to_an_unconfirmed_address_is_no_channel(app, post, leader):
    unverify(app, leader)
    shown = read_text(post(PATH, **FORM, by_mail="yes"))
    assert "We can write to you once your email is confirmed." in shown
    assert "Reminders can’t reach you yet. Confirm your email" in shown
    kept = get_schedule(leader)
    assert (kept["enabled"], kept["by_mail"], kept["reaches"]) == (True, True, [])
    assert kept["ways"]["mail"] == "unverified"


def test_mail_that_was_chosen_stays_so_while_there_is_no_mail_server(post, leader, request):
    leader.call("PUT", "/prompt-schedule", CHOSEN | {"by_mail": True})
    assert get_schedule(leader)["reaches"] == ["mail"]
    request.getfixturevalue("without_mail")
    assert get_schedule(leader)["reaches"] == []
    page = post.get(PATH)
    assert 'type="hidden" name="by_mail" value="yes"' in page.text
    assert "Reminders can’t reach you yet." in read_text(page)
    post(PATH, **FORM, by_mail="yes")
    assert get_schedule(leader)["by_mail"] is True


def test_lost_device_is_reported_until_it_is_back(app, post, leader):
    leader.call("PUT", "/prompt-schedule", CHOSEN)
    device = leader.call("POST", "/push/subscriptions", A_BROWSER).json
    with app.app_context(), write_transaction() as session:
        record_attempts(
            session, [AttemptResult(UUID(device["id"]), clock.now(), Outcome.GONE, 410)]
        )
    shown = read_text(post.get(PATH))
    assert f"{device['device']} stopped taking notifications" in shown
    assert "Reminders can’t reach you yet." in shown
    assert "No reminder will come" in read_text(post.get("/"))
    assert leader.get(f"/push/subscriptions/{device['id']}").status_code == 404
    leader.call("POST", "/push/subscriptions", A_BROWSER)
    assert "stopped taking" not in read_text(post.get(PATH))


def test_lost_device_is_reported_for_a_month_to_its_leader_only(app, client, post, leader):
    device = leader.call("POST", "/push/subscriptions", A_BROWSER).json
    with app.app_context(), write_transaction() as session:
        record_attempts(
            session, [AttemptResult(UUID(device["id"]), clock.now(), Outcome.GONE, 404)]
        )
    other = create_leader(client)
    browser = app.test_client()
    sign_in(browser, other)
    assert "stopped taking" not in read_text(browser.get(PATH))
    with app.app_context():
        ended_store.delete_old(now=clock.now() + timedelta(days=31))
    assert "stopped taking" not in read_text(post.get(PATH))


def test_refusing_or_outdated_device_is_no_channel(app, post, leader):
    leader.call("PUT", "/prompt-schedule", CHOSEN)
    device = leader.call("POST", "/push/subscriptions", A_BROWSER).json
    with app.app_context(), write_transaction() as session:
        record_attempts(
            session,
            [AttemptResult(UUID(device["id"]), clock.now(), Outcome.REFUSED, 403)],
        )
    assert get_schedule(leader)["reaches"] == []
    assert "Open the journal once more on your devices" in read_text(post.get(PATH))
