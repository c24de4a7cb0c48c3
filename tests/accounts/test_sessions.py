"""Sessions: how long they last, what rotates their token, and what ends them."""

from datetime import timedelta

import pytest
import time_machine
from factories import PASSWORD, create_leader, csrf_token, sign_in

from leaderjournal.kernel import clock

NEW = "a boat on a quiet lake"


def is_signed_in(browser):
    return browser.get("/settings").status_code == 200


def copy_session(app, browser):
    """Return a browser with a copy of the session's cookie."""
    thief = app.test_client()
    thief.set_cookie("session", browser.get_cookie("session").value)
    return thief


def use_session_for(app, cookie, days):
    """Use a session once a week for so many days; tell whether it is still valid."""
    start = clock.now()
    with time_machine.travel(start, tick=False) as traveller:
        browser = app.test_client()
        browser.set_cookie("session", cookie)
        for _ in range(0, days, 7):
            traveller.shift(timedelta(days=7))
            if not is_signed_in(browser):
                return False
        return True


def test_used_session_ends_after_180_days(app, browser):
    cookie = browser.get_cookie("session").value
    assert use_session_for(app, cookie, 170)
    assert not use_session_for(app, browser.get_cookie("session").value, 190)


def test_unused_session_ends_after_90_days(app, browser):
    cookie = browser.get_cookie("session").value
    for days, stands in ((91, False),):
        with time_machine.travel(clock.now() + timedelta(days=days)):
            again = app.test_client()
            again.set_cookie("session", cookie)
            assert is_signed_in(again) is stands


def test_cookie_is_renewed_only_with_its_session(app, browser):
    with time_machine.travel(clock.now() + timedelta(minutes=1), tick=False) as traveller:
        assert "Set-Cookie" not in browser.get("/people").headers
        traveller.shift(timedelta(minutes=11))
        assert browser.get("/people").headers["Set-Cookie"].startswith("session=")
        assert "Set-Cookie" not in browser.get("/people").headers


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/settings/password", {"password": NEW}),
        ("/settings/password", {"password": "short"}),
        ("/settings/email", {"email": "new@example.com"}),
    ],
)
def test_confirmed_password_rotates_the_session_token(app, browser, leader, path, fields):
    thief = copy_session(app, browser)
    assert is_signed_in(thief)
    form = fields | {"current_password": PASSWORD, "csrf_token": browser.csrf}
    reply = browser.post(path, data=form)
    assert is_signed_in(browser)
    changed = reply.status_code == 303
    assert is_signed_in(thief) is not changed
    assert thief.get("/api/v1/me").json.get("session") == ("expired" if changed else None)


def test_wrong_password_keeps_the_session_token(app, browser):
    thief = copy_session(app, browser)
    form = {"current_password": "wrong", "email": "new@example.com", "csrf_token": browser.csrf}
    assert browser.post("/settings/email", data=form).status_code == 422
    assert is_signed_in(thief)


def test_confirmed_password_restarts_the_180_days(app, browser):
    with time_machine.travel(clock.now() + timedelta(days=80), tick=False) as traveller:
        form = {"current_password": PASSWORD, "email": "new@example.com"}
        browser.post("/settings/email", data=form | {"csrf_token": browser.csrf})
        cookie = browser.get_cookie("session").value
        del traveller
        assert use_session_for(app, cookie, 160)


@pytest.mark.parametrize("path", ["/logout", "/settings/sessions/end-others"])
def test_token_request_cannot_end_sessions(app, client, path):
    leader = create_leader(client)
    browsers = [app.test_client(), app.test_client()]
    for browser in browsers:
        sign_in(browser, leader)
    program = app.test_client()
    form = {"csrf_token": csrf_token(program)}
    reply = program.post(path, data=form, headers=leader.headers)
    assert reply.status_code == 400
    assert "DELETE /api/v1/tokens/{id}" in reply.text
    assert all(is_signed_in(browser) for browser in browsers)
    assert leader.get("/me").status_code == 200
