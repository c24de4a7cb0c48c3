"""Signing in with a second factor, setting it up, and losing it."""

import base64
import re
import time

import pytest
import sqlalchemy as sa
import time_machine
from accounts.second_factor.test_codes import compute_code
from factories import PASSWORD, csrf_token

from leaderjournal.accounts.second_factor.models import RecoveryCode, SecondFactor
from leaderjournal.kernel.database import db

PAGE = "/settings/second-factor"


class App:
    """An authenticator app."""

    def __init__(self, page: str) -> None:
        self.secret = base64.b32decode(
            re.search(r"<code>([A-Z2-7 ]+)</code>", page)[1].replace(" ", "")
        )

    def show(self, *, later=0) -> str:
        return compute_code(self.secret, int(time.time()) // 30 + later)


@pytest.fixture
def turn_on(post):
    """Turn two-step sign-in on; return the app and the recovery codes."""

    def turn_on() -> tuple[App, list[str]]:
        app = App(post(f"{PAGE}/start", password=PASSWORD).text)
        answer = post(f"{PAGE}/confirm", code=app.show(later=-1))
        assert answer.status_code == 200
        codes = re.findall(r"<code>([a-z2-9-]{19})</code>", answer.text)
        assert len(set(codes)) == 10
        return app, codes

    return turn_on


def sign_in_by_password(browser, leader):
    form = {"email": leader.email, "password": PASSWORD, "next": "/people"}
    return browser.post("/login", data=form | {"csrf_token": csrf_token(browser)})


def enter(browser, code):
    page = browser.get("/login/code").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    return browser.post("/login/code", data={"code": code, "csrf_token": token})


def request_token(app, leader, **otp):
    credentials = {"email": leader.email, "password": PASSWORD, "label": "cron"}
    return app.test_client().post("/api/v1/tokens", json=credentials | otp)


def test_password_alone_opens_nothing(app, leader, turn_on):
    turn_on()
    browser = app.test_client()
    answer = sign_in_by_password(browser, leader)
    assert (answer.status_code, answer.location) == (303, "/login/code")
    assert "one-time-code" in browser.get("/login/code").text
    assert browser.get("/people").status_code == 303
    assert browser.get("/api/v1/me").status_code == 401
    assert leader.email not in browser.get("/login/code").text


def test_code_signs_in_once_and_leads_where_one_wanted_to_go(app, leader, turn_on):
    authenticator, _ = turn_on()
    first, second = app.test_client(), app.test_client()
    sign_in_by_password(first, leader)
    sign_in_by_password(second, leader)
    code = authenticator.show()
    answer = enter(first, f" {code[:3]} {code[3:]} ")
    assert (answer.status_code, answer.location) == (303, "/people")
    assert first.get("/people").status_code == 200
    refused = enter(second, code)
    assert refused.status_code == 422
    assert "was used before" in refused.text
    assert second.get("/people").status_code == 303


def test_recovery_code_signs_in_once(app, leader, turn_on, browser):
    _, codes = turn_on()
    one, two = app.test_client(), app.test_client()
    sign_in_by_password(one, leader)
    sign_in_by_password(two, leader)
    assert enter(one, codes[3].upper().replace("-", " ")).status_code == 303
    assert enter(two, codes[3]).status_code == 422
    assert "9 of 10 recovery codes left" in browser.get(PAGE).text


def test_step_is_over_after_ten_minutes_and_with_another_password(app, leader, turn_on, post):
    _, codes = turn_on()
    late, changed = app.test_client(), app.test_client()
    sign_in_by_password(late, leader)
    sign_in_by_password(changed, leader)
    form = re.search(r'name="csrf_token" value="([^"]+)"', changed.get("/login/code").text)[1]
    post("/settings/password", current_password=PASSWORD, password="wall of nine violet kites")
    answer = changed.post("/login/code", data={"code": codes[0], "csrf_token": form})
    assert answer.location == "/login"
    with time_machine.travel(time.time() + 601):
        assert late.get("/login/code").location == "/login"
        assert "sign in again" in late.get("/login").text


def test_wrong_codes_are_slowed_down_from_wherever_they_come(app, leader, turn_on):
    _, codes = turn_on()
    for _ in range(11):
        attacker = app.test_client()  # each time without the cookie of a known device
        sign_in_by_password(attacker, leader)
        answer = enter(attacker, "000000")
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert request_token(app, leader, otp=codes[0]).status_code == 429


def test_known_device_gets_in_while_others_guess(app, leader, turn_on, browser, post):
    authenticator, _ = turn_on()
    for _ in range(11):
        attacker = app.test_client()
        sign_in_by_password(attacker, leader)
        enter(attacker, "000000")
    post("/logout")
    sign_in_by_password(browser, leader)
    assert enter(browser, authenticator.show()).status_code == 303


def test_reset_password_does_not_replace_the_code(app, leader, turn_on):
    turn_on()
    runner = app.test_cli_runner()
    link = runner.invoke(args=["accounts", "reset", leader.email, "--print"]).output
    browser = app.test_client()
    browser.get(re.search(r"/reset/\S+", link)[0])
    page = browser.get("/reset").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    new = "seven calm herons at noon"
    assert browser.post("/reset", data={"password": new, "csrf_token": token}).status_code == 303
    form = {"email": leader.email, "password": new, "csrf_token": csrf_token(browser)}
    assert browser.post("/login", data=form).location == "/login/code"


def test_token_takes_a_code(app, leader, turn_on):
    assert request_token(app, leader, otp="123456").status_code == 201  # no factor, none asked
    authenticator, codes = turn_on()
    missing = request_token(app, leader)
    assert missing.status_code == 401
    assert "two-step sign-in" in missing.json["errors"]["otp"][0]
    assert "WWW-Authenticate" in missing.headers
    assert request_token(app, leader, otp="000000").status_code == 401
    assert request_token(app, leader, otp=None).status_code == 401
    assert request_token(app, leader, otp=7).status_code == 422
    code = authenticator.show()
    token = request_token(app, leader, otp=code).json["token"]
    assert request_token(app, leader, otp=code).status_code == 401
    assert request_token(app, leader, otp=codes[0]).status_code == 201
    me = app.test_client().get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})
    assert me.json["email"] == leader.email


def test_setup_takes_the_password_and_a_right_code(browser, post, leader):
    wrong = post(f"{PAGE}/start", password="not this one")
    assert wrong.status_code == 422
    assert "not your password" in wrong.text
    post(f"{PAGE}/start", password=PASSWORD)
    page = browser.get(PAGE)
    assert 'src="data:image/svg+xml' in page.text
    assert 'href="otpauth://totp/' in page.text
    refused = post(f"{PAGE}/confirm", code="000000")
    assert refused.status_code == 422
    assert App(refused.text).secret == App(page.text).secret
    assert "Set it up" not in browser.get(PAGE).text
    with time_machine.travel(time.time() + 3601):
        assert "Set it up" in browser.get(PAGE).text
        assert post(f"{PAGE}/confirm", code=App(page.text).show()).status_code == 422


def test_new_codes_end_the_old_ones(app, leader, turn_on, post):
    _, old = turn_on()
    assert post(f"{PAGE}/codes", password="not this one").status_code == 422
    answer = post(f"{PAGE}/codes", password=PASSWORD)
    new = re.findall(r"<code>([a-z2-9-]{19})</code>", answer.text)
    assert len(set(new) - set(old)) == 10
    assert request_token(app, leader, otp=old[0]).status_code == 401
    assert request_token(app, leader, otp=new[0]).status_code == 201


def test_turning_off_takes_password_and_code(app, leader, turn_on, post, browser, mailbox):
    authenticator, codes = turn_on()
    assert post(f"{PAGE}/off", password="not this one", code=codes[0]).status_code == 422
    assert post(f"{PAGE}/off", password=PASSWORD, code="000000").status_code == 422
    assert post(f"{PAGE}/off", password=PASSWORD, code=authenticator.show()).status_code == 200
    assert "Set it up" in browser.get(PAGE).text
    assert request_token(app, leader).status_code == 201
    app.test_cli_runner().invoke(args=["worker", "--once"])
    subjects = [str(mail["Subject"]) for mail in mailbox]
    assert any("Two-step sign-in is on" in subject for subject in subjects)
    assert any("Two-step sign-in is off" in subject for subject in subjects)


def test_operator_removes_a_lost_factor(app, leader, turn_on):
    runner = app.test_cli_runner()
    command = ["accounts", "remove-second-factor", leader.email]
    assert runner.invoke(args=command).exit_code == 1
    turn_on()
    assert runner.invoke(args=command).exit_code == 0
    assert request_token(app, leader).status_code == 201


def test_secret_and_codes_are_not_plain_in_the_database(app, turn_on):
    authenticator, codes = turn_on()
    with app.app_context():
        factor = db.session.scalars(sa.select(SecondFactor)).one()
        hashes = list(db.session.scalars(sa.select(RecoveryCode.code_hash)))
    assert authenticator.secret not in factor.secret_encrypted
    assert len(hashes) == 10
    assert not {code.encode() for code in codes} & set(hashes)


def test_erasing_the_account_erases_its_factor(app, leader, turn_on):
    turn_on()
    assert leader.call("DELETE", "/me", {"password": PASSWORD}).status_code in {202, 204}
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(SecondFactor)) == 0
        assert db.session.scalar(sa.select(sa.func.count()).select_from(RecoveryCode)) == 0
