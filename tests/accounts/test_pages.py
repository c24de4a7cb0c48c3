"""Accounts as pages: registering, signing in and out, password resets, and settings."""

import html
import re

import pytest
from factories import PASSWORD, create_leader, csrf_token, sign_in

from leaderjournal.accounts.rules import describe_device

FORM = {
    "name": "Ann",
    "email": "ann@example.com",
    "password": "a mirror for Ann",
    "time_zone": "Europe/Paris",
}


@pytest.fixture
def browser(app):
    return app.test_client()


@pytest.fixture
def leader(client):
    return create_leader(client)


@pytest.fixture
def post(browser, leader):
    """Post forms from a browser in which the leader is signed in."""
    token = sign_in(browser, leader)

    def post(path, follow_redirects=True, **fields):
        fields["csrf_token"] = token
        return browser.post(path, data=fields, follow_redirects=follow_redirects)

    return post


def run_worker(app):
    """Run the due background tasks."""
    return app.test_cli_runner().invoke(args=["worker", "--once"]).output


def test_registering_signs_in_and_shows_today(browser):
    form = FORM | {"csrf_token": csrf_token(browser, "/register")}
    shown = browser.post("/register", data=form, follow_redirects=True)
    assert shown.status_code == 200
    assert "text-lead-from-front" in shown.text
    assert browser.get("/login").status_code == 303


def test_refused_password_has_to_be_typed_again(browser):
    """The page must not say "What you wrote is still here" above an empty password field."""
    form = FORM | {"csrf_token": csrf_token(browser, "/register"), "password": "summer2026"}
    shown = browser.post("/register", data=form)
    assert shown.status_code == 422
    assert "Type your password again." in shown.text
    assert "What you wrote is still here." not in shown.text
    assert 'value="ann@example.com"' in shown.text
    assert "summer2026" not in shown.text


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"email": "ann"}, "name@example.com"),
        ({"password": "short"}, "8 to 200"),
        ({"name": ""}, "1 to 200"),
        ({"time_zone": "Mars"}, "Choose a time zone"),
    ],
)
def test_invalid_registration_keeps_typed_values(browser, change, message):
    form = FORM | change | {"csrf_token": csrf_token(browser, "/register")}
    shown = browser.post("/register", data=form)
    assert shown.status_code == 422
    assert message in shown.text
    assert 'aria-invalid="true"' in shown.text
    kept = {"name": "Ann", "email": "ann@example.com"} | change
    assert all(f'value="{kept[name]}"' in shown.text for name in ("name", "email") if kept[name])
    assert "a mirror for Ann" not in shown.text


def test_taken_email_is_reported(browser, leader):
    form = FORM | {"email": leader.email, "csrf_token": csrf_token(browser, "/register")}
    shown = browser.post("/register", data=form)
    assert shown.status_code == 422
    assert "has an account already" in shown.text


def test_sign_in_redirects_to_the_requested_page(browser, leader):
    sent = browser.get("/settings")
    assert (sent.status_code, sent.location) == (303, "/login?next=/settings")
    form = {"email": leader.email, "password": PASSWORD, "next": "/settings"}
    form["csrf_token"] = csrf_token(browser, sent.location)
    assert browser.post("/login", data=form).location == "/settings"


@pytest.mark.parametrize("wanted", ["https://evil.example", "//evil.example", "/\\evil", "x:y"])
def test_sign_in_ignores_foreign_redirects(browser, leader, wanted):
    form = {"email": leader.email, "password": PASSWORD, "next": wanted}
    form["csrf_token"] = csrf_token(browser)
    assert browser.post("/login", data=form).location == "/"


def test_failed_sign_in_does_not_reveal_known_addresses(browser, leader):
    shown = []
    for email in (leader.email, "nobody@example.com"):
        form = {"email": email, "password": "wrong", "csrf_token": csrf_token(browser)}
        reply = browser.post("/login", data=form)
        assert reply.status_code == 422
        shown.append("The address or the password is not right." in reply.text)
    assert shown == [True, True]
    empty = browser.post("/login", data={"csrf_token": csrf_token(browser)})
    assert empty.status_code == 422


def test_too_many_wrong_passwords_are_throttled(browser, leader):
    form = {"email": leader.email, "password": "wrong", "csrf_token": csrf_token(browser)}
    statuses = {browser.post("/login", data=form).status_code for _ in range(10)}
    refused = browser.post("/login", data=form)
    assert (statuses, refused.status_code) == ({422}, 429)
    assert re.search(r"Try again in (a minute|\d+ minutes)", refused.text)
    assert int(refused.headers["Retry-After"]) > 0
    assert "Too many attempts" in refused.text


def test_sign_out_ends_the_session(browser, post):
    assert post("/logout", follow_redirects=False).location == "/login"
    assert browser.get("/settings").status_code == 303


def test_reset_link_sets_a_new_password_once(app, browser, client, leader, mailbox):
    other = app.test_client()
    sign_in(other, leader)
    form = {"email": leader.email, "csrf_token": csrf_token(browser, "/forgot")}
    sent = browser.post("/forgot", data=form, follow_redirects=True)
    assert "a mail is on its way" in sent.text
    assert run_worker(app) == "2 tasks done.\n"
    [mail] = mailbox
    assert mail["To"] == leader.email
    assert mail["Auto-Submitted"] == "auto-generated"
    link = re.search(r"http://localhost(/reset/\S+)", mail.get_payload())[1]
    opened = browser.get(link)
    assert opened.location == "/reset"
    form = {"password": "short", "csrf_token": csrf_token(browser, "/reset")}
    assert browser.post("/reset", data=form).status_code == 422
    form["password"] = "another mirror"
    assert (
        "Your new password is set" in browser.post("/reset", data=form, follow_redirects=True).text
    )
    assert other.get("/settings").status_code == 303
    assert leader.get("/me").status_code == 401
    again = browser.get(link, follow_redirects=True)
    assert "no longer works" in again.text
    credentials = {"email": leader.email, "password": "another mirror"}
    assert client.post("/api/v1/tokens", json=credentials).status_code == 201


def test_reset_for_unknown_address_looks_the_same_and_sends_nothing(app, browser, mailbox):
    form = {"email": "nobody@example.com", "csrf_token": csrf_token(browser, "/forgot")}
    sent = browser.post("/forgot", data=form, follow_redirects=True)
    assert "a mail is on its way" in sent.text
    assert run_worker(app) == "1 tasks done.\n"
    assert mailbox == []
    form["email"] = "nobody"
    assert browser.post("/forgot", data=form).status_code == 422


def test_guessed_reset_token_is_refused(browser):
    browser.get("/reset/guess")
    assert browser.get("/reset").location == "/forgot"
    form = {"password": "another mirror", "csrf_token": csrf_token(browser)}
    assert browser.post("/reset", data=form).location == "/forgot"


def test_profile_is_saved(post, leader):
    shown = post(
        "/settings/profile",
        name="Mira A.",
        time_zone="Asia/Tokyo",
        day_starts_at="04:00",
        practice_days=["1", "6"],
    )
    assert "Saved." in shown.text
    me = leader.get("/me").json
    assert (me["name"], me["time_zone"], me["day_starts_at"]) == ("Mira A.", "Asia/Tokyo", "04:00")
    assert me["practice_days"] == [1, 6]


def test_invalid_profile_changes_nothing_and_names_the_field(post, leader):
    before = leader.get("/me").json
    shown = post("/settings/profile", name="", time_zone="Mars", day_starts_at="9")
    assert shown.status_code == 422
    for message in ("1 to 200", "Choose a time zone", "03:00"):
        assert message in shown.text
    none = post("/settings/practice")
    assert none.status_code == 422
    assert "Choose 1 to 7" in none.text
    assert 'value="1" checked' not in none.text, "what was chosen, not what is stored"
    assert leader.get("/me").json == before


def test_account_and_practice_days_are_saved_apart_and_leave_each_other_alone(
    browser, post, leader
):
    shown = post("/settings/practice", practice_days=["6", "2"])
    assert "Saved." in shown.text
    assert shown.request.path == "/settings/practice"
    shown = post("/settings/profile", name="Mira", time_zone="Asia/Tokyo", day_starts_at="04:00")
    assert shown.request.path == "/settings/account"
    me = leader.get("/me").json
    assert (me["time_zone"], me["practice_days"]) == ("Asia/Tokyo", [2, 6])


def test_settings_list_leads_to_every_page_and_says_its_state(app, browser, post, leader):
    listed = html.unescape(browser.get("/settings").text)
    for state in ("1 device signed in", "Off", "Monday to Friday", "None of your own yet"):
        assert state in listed
    leader.call("POST", "/questions", {"key": "let-go", "text": "Who decided?"})
    post("/settings/pauses", first_date="2020-07-01", last_date="")
    listed = html.unescape(browser.get("/settings").text)
    assert "1 of your own" in listed
    assert "Monday to Friday, paused for now" in listed
    rows = re.findall(r'<li id="([a-z-]+)">\s*<a href="([^"]+)"', listed)
    assert {"days", "pauses", "prompts", "questions", "sign-in", "import", "help"} <= set(
        dict(rows)
    ), "where older addresses with these anchors lead"
    for _, path in rows:
        assert browser.get(path).status_code == 200


def test_aliases_of_time_zones_are_offered_only_to_who_has_one(browser, post, leader):
    def list_offered():
        return re.findall(r'<option value="([^"]+)"', browser.get("/settings/account").text)

    assert "Europe/Berlin" in list_offered()
    assert not {"ROC", "W-SU", "US/Pacific"} & set(list_offered())
    post("/settings/profile", name="Mira", time_zone="US/Pacific", day_starts_at="03:00")
    assert "US/Pacific" in list_offered()
    assert 'value="US/Pacific" selected' in browser.get("/settings/account").text


def test_password_change_needs_the_current_password(app, client, post, leader, mailbox):
    refused = post("/settings/password", current_password="wrong", password="another mirror")
    assert refused.status_code == 422
    assert "That password is incorrect." in refused.text
    weak = post("/settings/password", current_password=PASSWORD, password="password1")
    assert "easy to guess" in weak.text
    assert (
        "Password changed"
        in post("/settings/password", current_password=PASSWORD, password="another mirror").text
    )
    run_worker(app)
    assert [mail["To"] for mail in mailbox] == [leader.email]
    credentials = {"email": leader.email, "password": "another mirror"}
    assert client.post("/api/v1/tokens", json=credentials).status_code == 201


def test_email_change_needs_the_current_password(client, post, leader):
    taken = create_leader(client).email
    wrong = post("/settings/email", email="new@example.com", current_password="wrong")
    assert "That password is incorrect." in wrong.text
    assert "already in use" in post("/settings/email", email=taken, current_password=PASSWORD).text
    page = post("/settings/email", email="new@example.com", current_password=PASSWORD)
    assert "We sent a link to new@example.com" in page.text
    assert leader.get("/me").json["email"] == leader.email, "until the new one is confirmed"


def test_other_devices_can_be_signed_out(app, browser, post, leader):
    phone, tablet = app.test_client(), app.test_client()
    sign_in(phone, leader)
    sign_in(tablet, leader)
    ending = re.findall(
        r"/settings/sessions/[0-9a-f-]{36}/end", browser.get("/settings/security").text
    )
    assert len(set(ending)) >= 2
    assert "That device is signed out." in post(ending[0]).text
    assert post(ending[0]).status_code == 404
    assert "on all other devices" in post("/settings/sessions/end-others").text
    assert {phone.get("/settings").status_code, tablet.get("/settings").status_code} == {303}
    assert browser.get("/settings").status_code == 200


def test_token_can_be_revoked(browser, post, leader):
    [path] = re.findall(
        r"/settings/tokens/[0-9a-f-]{36}/revoke", browser.get("/settings/security").text
    )
    assert "revoked" in post(path).text
    assert leader.get("/me").status_code == 401
    assert post(path).status_code == 404


def test_pauses_can_be_added_and_removed(browser, post, leader):
    upside_down = post("/settings/pauses", first_date="2026-07-14", last_date="2026-07-01")
    assert "Use the first day or a later one." in upside_down.text
    assert 'value="2026-07-14"' in upside_down.text, "what was typed"
    saved = post("/settings/pauses", first_date="2026-07-01", last_date="")
    assert "Pause saved." in saved.text
    [pause] = leader.get("/pauses").json["items"]
    assert pause["last_date"] is None
    path = f"/settings/pauses/{pause['id']}"
    assert 'value="2026-07-01"' in browser.get(path).text
    assert post(path, first_date="2026-07-02", last_date="2026-07-01").status_code == 422
    assert "Saved." in post(path, first_date="2026-07-02", last_date="2026-07-09").text
    [pause] = leader.get("/pauses").json["items"]
    assert (pause["first_date"], pause["last_date"]) == ("2026-07-02", "2026-07-09")
    removed = post(f"{path}/delete").text
    assert "Pause removed." in removed
    assert leader.get("/pauses").json["items"] == []
    assert re.search(r'name="first_date" value="2026-07-02"[^/]*value="2026-07-09"', removed)
    assert "Undo" in removed
    assert "Undo" not in browser.get("/settings/practice").text
    assert post(f"{path}/delete").status_code == 404
    assert post(path, first_date="2026-07-02", last_date="").status_code == 404
    assert browser.get(path).status_code == 404


def test_erasing_needs_the_current_password(browser, post, leader):
    assert browser.get("/settings/delete").status_code == 200
    assert post("/settings/delete", password="wrong").status_code == 422
    gone = post("/settings/delete", follow_redirects=False, password=PASSWORD)
    assert gone.location == "/login"
    assert '"storage"' in gone.headers["Clear-Site-Data"]
    assert leader.get("/me").status_code == 401


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/131.0 Mobile Safari/537.36", "Chrome, Android"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/131.0 Safari/537.36 Edg/131.0", "Edge, Windows"),
        ("curl/8.0", "Another device"),
    ],
)
def test_device_description_is_readable(agent, name):
    assert describe_device(agent) == name


def test_new_session_has_a_csrf_token(client):
    leader = create_leader(client)
    form = {"email": leader.email, "password": PASSWORD, "csrf_token": csrf_token(client)}
    client.post("/login", data=form)
    with client.session_transaction() as session:
        begun_with = session["csrf_token"]
    client.get("/settings")
    with client.session_transaction() as session:
        assert session["csrf_token"] == begun_with
