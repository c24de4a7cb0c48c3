"""The pages of prompts, which work as plain forms."""

import re
from dataclasses import replace
from uuid import UUID

import pytest
from factories import create_leader, sign_in
from prompts.factories import allow_push_host

from leaderjournal.kernel.first_run import create_secrets
from leaderjournal.prompts.mail.unsubscribe_tokens import create_unsubscribe_token

PATH = "/settings/prompts"
FORM = {"enabled": "yes", "times": ["07:30", "17:45"], "weekdays": ["1", "2", "3"]}
SUBSCRIPTION = {
    "endpoint": "https://fcm.googleapis.com/fcm/send/a-phone",
    "expirationTime": None,
    "keys": {
        "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpk"
        "NtoIAiw4",
        "auth": "BTBZMqHH6r4Tts7J_aSIgg",
    },
    "user_agent": "Mozilla/5.0 (Linux; Android 15) Chrome/156.0 Mobile",
}


def get_schedule(leader):
    return leader.get("/prompt-schedule").json


def list_shown_times(page):
    return re.findall(r'<input type="time" id="times[^>]* value="([^"]*)"', page.text)


def list_chosen_days(page):
    return re.findall(r'name="weekdays" value="(\d)" checked', page.text)


def test_settings_need_a_sign_in(client):
    assert client.get(PATH).headers["Location"] == "/login?next=/settings/prompts"


def test_page_offers_a_time_before_anything_is_chosen(post, leader):
    assert get_schedule(leader)["chosen"] is False
    page = post.get(PATH)
    assert list_shown_times(page) == get_schedule(leader)["times"]
    assert "can’t reach you yet" in page.text
    assert 'type="checkbox" id="enabled"' not in page.text, "a switch that switches nothing"
    assert "Next:" not in page.text
    without_script = page.text.partition("<noscript>")[2].partition("</noscript>")[0]
    assert "Notifications need script" in without_script
    assert "email or a calendar entry can remind you" in without_script
    assert PATH in post.get("/settings").text


def test_schedule_is_saved_and_shown(post, leader):
    form = FORM | {"quiet_from": "22:00", "quiet_to": "06:30", "paused_until": "2027-01-04"}
    shown = post(PATH, **form, streak_at_risk="yes", by_mail="yes")
    assert "Saved." in shown.text
    kept = get_schedule(leader)
    assert kept["enabled"] is kept["streak_at_risk"] is kept["by_mail"] is kept["chosen"] is True
    assert kept["times"] == list_shown_times(shown) == ["07:30", "17:45"]
    assert kept["weekdays"] == [1, 2, 3]
    assert list_chosen_days(shown) == ["1", "2", "3"]
    assert (kept["quiet_from"], kept["quiet_to"]) == ("22:00", "06:30")
    assert kept["paused_until"] == "2027-01-04"
    post(PATH, **(FORM | {"enabled": []}))
    assert get_schedule(leader)["enabled"] is False
    assert get_schedule(leader)["paused_until"] is None


def test_times_are_sorted_and_deduplicated_and_empty_ones_ignored(post, leader):
    post(PATH, **(FORM | {"times": ["17:45", "", "07:30", "17:45"]}))
    assert get_schedule(leader)["times"] == ["07:30", "17:45"]


def test_adding_or_removing_a_time_saves_nothing(post, leader):
    more = post(PATH, **(FORM | {"add_time": "yes", "quiet_from": "22:00"}))
    assert more.status_code == 200
    assert list_shown_times(more) == ["07:30", "17:45", ""]
    assert 'value="22:00"' in more.text
    assert list_chosen_days(more) == ["1", "2", "3"]
    less = post(PATH, **(FORM | {"remove_time": "0"}))
    assert list_shown_times(less) == ["17:45"]
    assert get_schedule(leader)["chosen"] is False


def test_form_has_at_most_six_times(post):
    times = [f"{hour:02}:00" for hour in range(6, 12)]
    full = post(PATH, **(FORM | {"times": times, "add_time": "yes"}))
    assert list_shown_times(full) == times


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("times", ["soon"]),
        ("times", [""]),
        ("weekdays", []),
        ("quiet_from", "late"),
        ("paused_until", "tomorrow"),
    ],
)
def test_invalid_values_are_reported_beside_their_fields(post, leader, field, value):
    shown = post(PATH, **(FORM | {field: value}))
    assert shown.status_code == 422
    assert f'id="{field}-wrong"' in shown.text
    assert f'href="#{field}"' in shown.text
    assert f'id="{field}"' in shown.text
    assert get_schedule(leader)["chosen"] is False


def test_incomplete_quiet_hours_are_reported(post, leader):
    shown = post(PATH, **(FORM | {"quiet_from": "22:00"}))
    assert shown.status_code == 422
    assert "quiet_to-wrong" in shown.text or "quiet_from-wrong" in shown.text
    assert get_schedule(leader)["chosen"] is False


def test_device_is_listed_with_its_last_outcome_and_removed(post, leader):
    assert "No device has reminders yet" in post.get(PATH).text
    device = leader.call("POST", "/push/subscriptions", SUBSCRIPTION).json["id"]
    page = post.get(PATH)
    assert f'data-device="{device}"' in page.text
    assert "Chrome, Android" in page.text
    assert "No reminder sent yet" in page.text
    assert "fcm.googleapis.com" not in page.text
    removed = post(f"{PATH}/devices/{device}/remove")
    assert "Reminders are off for that device" in removed.text
    assert leader.get("/push/subscriptions").json["items"] == []


@pytest.mark.parametrize(
    ("kind", "said", "shown_later"),
    [
        ("accepted", "Test sent", "Last reminder sent"),
        ("unavailable", "did not answer", "did not answer"),
        ("too-large", "refused the test", "(413)"),
        ("gone", "Reminders are off on that device", "No device has reminders yet"),
    ],
)
def test_test_message_is_sent_and_its_outcome_shown(
    post, leader, app, monkeypatch, push_service, kind, said, shown_later
):
    allow_push_host(app, monkeypatch, push_service.host)
    key = leader.get("/push/key").json["public_key"]
    subscription = push_service.create_subscription(kind, key=key)
    device = leader.call("POST", "/push/subscriptions", subscription).json["id"]
    page = post(f"{PATH}/devices/{device}/test")
    assert said in page.text
    assert shown_later in page.text
    shown = [notification["tag"] for notification in push_service.list_shown(subscription)]
    assert shown == (["test"] if kind == "accepted" else [])


def test_device_with_an_older_key_is_shown_as_resting(post, leader, app, monkeypatch):
    leader.call("POST", "/push/subscriptions", SUBSCRIPTION)
    chosen = app.extensions["settings"]
    other = replace(chosen, vapid_private_key=create_secrets()["VAPID_PRIVATE_KEY"])
    monkeypatch.setitem(app.extensions, "settings", other)
    assert "Inactive until you open the journal on it" in post.get(PATH).text


def test_device_of_another_leader_is_not_found(post, client):
    other = create_leader(client)
    device = other.call("POST", "/push/subscriptions", SUBSCRIPTION).json["id"]
    assert device not in post.get(PATH).text
    assert post(f"{PATH}/devices/{device}/remove").status_code == 404
    assert post(f"{PATH}/devices/{device}/test").status_code == 404
    assert len(other.get("/push/subscriptions").json["items"]) == 1


def find_calendar_path(page):
    found = re.search(r'value="http://localhost(/calendar/[^"]+\.ics)"', page.text)
    return found and found[1]


def test_calendar_address_is_created_replaced_and_ended(post, client):
    post(PATH, **FORM)
    assert find_calendar_path(post.get(PATH)) is None
    first = find_calendar_path(post(f"{PATH}/calendar"))
    feed = client.get(first)
    assert feed.status_code == 200
    assert feed.mimetype == "text/calendar"
    assert feed.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in feed.headers
    assert "T073000" in feed.text
    second = find_calendar_path(post(f"{PATH}/calendar"))
    assert client.get(first).status_code == 404
    assert client.get(second).status_code == 200
    assert find_calendar_path(post(f"{PATH}/calendar/end")) is None
    assert client.get(second).status_code == 404


def test_mail_is_ended_by_one_click_without_a_sign_in(post, leader, app, client):
    post(PATH, **FORM, by_mail="yes")
    secret = app.extensions["settings"].secret_key
    path = f"/prompts/unsubscribe/{create_unsubscribe_token(UUID(leader.id), secret)}"
    looked_at = client.get(path)
    assert looked_at.status_code == 200
    assert get_schedule(leader)["by_mail"] is True, "a program that looks at links ended it"
    ended = client.post(path, data={"List-Unsubscribe": "One-Click"})
    assert ended.status_code == 200
    assert "You won’t get reminder emails any more" in ended.text
    assert get_schedule(leader)["by_mail"] is False
    assert get_schedule(leader)["enabled"] is True


def test_forged_token_does_not_end_mail(client, leader):
    path = f"/prompts/unsubscribe/{create_unsubscribe_token(UUID(leader.id), 'x' * 40)}"
    assert client.get(path).status_code == 404
    assert client.post(path).status_code == 404


@pytest.mark.parametrize(
    "path",
    [PATH, f"{PATH}/calendar", f"{PATH}/calendar/end", f"{PATH}/devices/{UUID(int=0)}/remove"],
)
def test_forms_need_a_csrf_token(app, leader, path):
    browser = app.test_client()
    sign_in(browser, leader)
    assert browser.post(path, data=FORM).status_code == 403


def test_only_todays_page_offers_prompts_and_knows_whether_the_day_is_completed(post, leader):
    new = post.get("/").text
    assert re.search(r'id="next-step" data-step="reflection">', new)
    assert 'id="ask"' not in new
    leader.writes(leader.today(), ("let-go", 4, ""))
    written = post.get("/").text
    assert re.search(r'id="next-step" data-step="reminder" data-kept>', written)
    assert re.search(r'<section class="card step ask" id="ask"[^>]* hidden>', written)
    assert 'id="ask"' not in post.get("/day/2026-01-05").text


def test_time_that_never_comes_is_warned_of(leader, browser, post):
    quiet = {"quiet_from": "20:00", "quiet_to": "08:00"}
    shown = post(PATH, **FORM | {"times": ["12:00", "21:00"]}, **quiet)
    assert "No reminder comes at 21:00." in shown.text
    assert "No reminder comes at 12:00." not in shown.text
    assert "No reminder comes at" not in post(PATH, **FORM, **quiet).text
    wrong = post(PATH, **FORM, quiet_from="25:00", quiet_to="08:00").text
    assert wrong.count("Use a time like 03:00.") == 2  # in the summary and at the field
    assert "Say when quiet hours" not in wrong


def test_reminders_that_nothing_can_bring_are_never_called_on(post, leader, app, monkeypatch):
    monkeypatch.setitem(
        app.extensions, "settings", replace(app.extensions["settings"], smtp_url="")
    )
    saved = post(PATH, **FORM)
    assert "Saved." in saved.text
    assert "Reminders can’t reach you yet." in saved.text
    assert "Next:" not in saved.text
    assert "mail" not in saved.text.partition("<main")[2], "this journal sends none"
    assert get_schedule(leader)["enabled"] is False
    made = post(f"{PATH}/calendar")
    assert "Reminders come in your calendar." in made.text
    assert "Next:" in made.text
    assert 'id="enabled" name="enabled" value="yes" checked' in made.text
