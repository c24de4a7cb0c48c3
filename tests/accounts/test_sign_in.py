"""Signing in under attack: guessing is slowed down at its source and locks nobody out."""

import dataclasses
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from factories import PASSWORD, create_leader, csrf_token, sign_in

from leaderjournal import create_app
from leaderjournal.accounts import store
from leaderjournal.accounts.models import Account
from leaderjournal.accounts.sign_in import BY_NETWORK, BY_NETWORK_AND_ACCOUNT
from leaderjournal.kernel import clock
from leaderjournal.kernel.context import get_settings
from leaderjournal.kernel.database import db, write_transaction
from leaderjournal.kernel.rate_limits import get_network, limiter

WRONG = "not this one"
HOME = "198.51.100.7"
ELSEWHERE = "203.0.113.9"


@pytest.fixture
def proxied_app(app):
    """The same service behind a proxy that names the client's address."""
    with app.app_context():
        chosen = dataclasses.replace(get_settings(), trusted_proxies=1)
    behind = create_app(chosen)
    yield behind
    with behind.app_context():
        db.engine.dispose()


@pytest.fixture
def request_token(proxied_app):
    """Request an API token from a network address; return the response."""

    def request_token(email, password, address):
        return proxied_app.test_client().post(
            "/api/v1/tokens",
            json={"email": email, "password": password},
            headers={"X-Forwarded-For": address},
        )

    return request_token


def send_form(client, leader, password, address):
    """Post the sign-in form from a network address; return the response."""
    headers = {"X-Forwarded-For": address}
    form = {"email": leader.email, "password": password, "csrf_token": csrf_token(client)}
    return client.post("/login", data=form, headers=headers)


def run_worker(app):
    return app.test_cli_runner().invoke(args=["worker", "--once"]).output


@pytest.fixture
def quick_hash(app, leader):
    """Store a cheap hash of the leader's password, so that many guesses run quickly."""
    from argon2 import PasswordHasher

    cheap = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)
    with app.app_context(), write_transaction() as session:
        session.query(Account).update({"password_hash": cheap})


def test_failures_elsewhere_do_not_lock_a_leader_out(request_token, leader):
    statuses = [request_token(leader.email, WRONG, ELSEWHERE).status_code for _ in range(12)]
    assert statuses == [401] * 10 + [429] * 2
    assert request_token(leader.email, PASSWORD, HOME).status_code == 201


def test_failures_from_many_networks_lock_nobody_out(request_token, leader, quick_hash):
    with ThreadPoolExecutor(8) as pool:
        guesses = pool.map(
            lambda n: request_token(leader.email, WRONG, f"192.0.2.{n}"), range(1, 121)
        )
    assert {guess.status_code for guess in guesses} == {401}
    assert request_token(leader.email, PASSWORD, HOME).status_code == 201


def test_concurrent_guesses_are_all_counted(request_token, leader, quick_hash):
    with ThreadPoolExecutor(8) as pool:
        guesses = list(pool.map(lambda _: request_token(leader.email, WRONG, ELSEWHERE), range(30)))
    statuses = [guess.status_code for guess in guesses]
    assert statuses.count(401) == BY_NETWORK_AND_ACCOUNT.free
    assert statuses.count(429) == 20
    assert all(int(g.headers["Retry-After"]) > 0 for g in guesses if g.status_code == 429)


def test_each_failure_doubles_the_delay(request_token, leader, quick_hash):
    waits = []
    with time_machine.travel(clock.now(), tick=False) as traveller:
        for _ in range(10):
            request_token(leader.email, WRONG, ELSEWHERE)
        for _ in range(7):
            refused = request_token(leader.email, PASSWORD, ELSEWHERE)
            assert refused.status_code == 429
            waits.append(int(refused.headers["Retry-After"]))
            traveller.shift(timedelta(seconds=waits[-1]))
            assert request_token(leader.email, WRONG, ELSEWHERE).status_code == 401
        traveller.shift(timedelta(seconds=900))
        assert request_token(leader.email, PASSWORD, ELSEWHERE).status_code == 201
        assert request_token(leader.email, WRONG, ELSEWHERE).status_code == 401
    assert waits == [30, 60, 120, 240, 480, 900, 900]


def test_failures_expire_after_a_day(request_token, leader, quick_hash):
    with time_machine.travel(clock.now(), tick=False) as traveller:
        for _ in range(11):
            request_token(leader.email, WRONG, ELSEWHERE)
        traveller.shift(timedelta(days=1, seconds=1))
        statuses = [request_token(leader.email, WRONG, ELSEWHERE).status_code for _ in range(11)]
    assert statuses == [401] * 10 + [429]


def test_ipv6_network_is_counted_as_one(request_token, leader, quick_hash):
    statuses = [
        request_token(leader.email, WRONG, f"2001:db8:0:7::{n:x}").status_code for n in range(1, 13)
    ]
    assert statuses == [401] * 10 + [429] * 2
    assert request_token(leader.email, PASSWORD, "2001:db8:0:8::1").status_code == 201


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("192.0.2.1:4711", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2:3:4:5:6]:443", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("unknown", "unknown"),
    ],
)
def test_client_network_of_an_address(address, network):
    assert get_network(address) == network


def test_network_guessing_across_accounts_is_throttled(app, request_token, leader):
    with app.test_request_context():
        for _ in range(BY_NETWORK.free - 3):  # as so many guesses would, without hashing each
            limiter.storage.incr(f"sign-in/network/{ELSEWHERE}", BY_NETWORK.window)
    statuses = [request_token(f"x{n}@example.com", WRONG, ELSEWHERE).status_code for n in range(4)]
    assert statuses == [401] * 3 + [429]
    assert request_token(leader.email, PASSWORD, ELSEWHERE).status_code == 429
    assert request_token(leader.email, PASSWORD, HOME).status_code == 201


def test_own_sign_in_does_not_reset_guesses_on_others(request_token, client, leader, quick_hash):
    own = create_leader(client)
    for n in range(BY_NETWORK_AND_ACCOUNT.free):
        request_token(leader.email, WRONG, ELSEWHERE)
        if n % 4 == 0:
            assert request_token(own.email, PASSWORD, ELSEWHERE).status_code == 201
    assert request_token(leader.email, WRONG, ELSEWHERE).status_code == 429


def test_right_password_takes_back_only_its_own_count(app, request_token, leader, quick_hash):
    for _ in range(3):
        assert [request_token(leader.email, WRONG, HOME).status_code for _ in range(6)] == [401] * 6
        assert request_token(leader.email, PASSWORD, HOME).status_code == 201
    with app.test_request_context():
        assert limiter.storage.get(f"sign-in/network/{HOME}") == 18


def test_unknown_accounts_are_throttled_like_known_ones(request_token, leader, quick_hash):
    for email in (leader.email, "nobody@example.com"):
        replies = [request_token(email, WRONG, ELSEWHERE) for _ in range(12)]
        assert [reply.status_code for reply in replies] == [401] * 10 + [429] * 2


def test_known_device_can_sign_in_despite_failures(proxied_app, request_token, leader, quick_hash):
    phone, other = proxied_app.test_client(), proxied_app.test_client()
    assert send_form(phone, leader, PASSWORD, ELSEWHERE).status_code == 303
    for _ in range(11):
        request_token(leader.email, WRONG, ELSEWHERE)
    phone.delete_cookie("session")
    assert send_form(other, leader, PASSWORD, ELSEWHERE).status_code == 429
    assert send_form(phone, leader, PASSWORD, ELSEWHERE).status_code == 303


def test_known_device_is_exempt_from_network_throttling(app, proxied_app, request_token, leader):
    phone = proxied_app.test_client()
    send_form(phone, leader, PASSWORD, ELSEWHERE)
    phone.delete_cookie("session")
    with app.test_request_context():
        limiter.storage.incr(f"sign-in/network/{ELSEWHERE}", BY_NETWORK.window, BY_NETWORK.free)
    assert request_token("x@example.com", WRONG, ELSEWHERE).status_code == 401
    assert request_token(leader.email, PASSWORD, ELSEWHERE).status_code == 429
    assert send_form(phone, leader, PASSWORD, ELSEWHERE).status_code == 303


def test_known_device_is_throttled_by_itself(proxied_app, leader, quick_hash):
    phone, other = proxied_app.test_client(), proxied_app.test_client()
    send_form(phone, leader, PASSWORD, HOME)
    phone.delete_cookie("session")
    statuses = [send_form(phone, leader, WRONG, HOME).status_code for _ in range(11)]
    assert statuses == [422] * 10 + [429]
    assert send_form(other, leader, PASSWORD, HOME).status_code == 303


def test_device_cookie_is_http_only_and_anonymous(proxied_app, leader):
    phone = proxied_app.test_client()
    reply = send_form(phone, leader, PASSWORD, HOME)
    [cookie] = [c for c in reply.headers.getlist("Set-Cookie") if c.startswith("device=")]
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert leader.email not in cookie
    assert leader.id not in cookie
    assert leader.id.replace("-", "") not in cookie


def test_device_cookie_is_bound_to_its_account(
    proxied_app, client, request_token, leader, quick_hash
):
    thief = create_leader(client)
    device = proxied_app.test_client()
    send_form(device, thief, PASSWORD, ELSEWHERE)
    device.delete_cookie("session")
    own = device.get_cookie("device").value
    for _ in range(10):
        request_token(leader.email, WRONG, ELSEWHERE)
    nonce, issued, mac = own.split(".")
    changed = (
        "",
        "x",
        "..",
        "a.b.c",
        f"{nonce}.{int(issued) + 1}.{mac}",
        f"x{nonce}.{issued}.{mac}",
    )
    for value in (own, *changed, "|" * 50, "\u2603.1.\u2603"):
        device.set_cookie("device", value)
        assert send_form(device, leader, PASSWORD, ELSEWHERE).status_code == 429, value


def test_shared_device_is_known_to_each_leader(
    proxied_app, client, request_token, leader, quick_hash
):
    tablet, second = proxied_app.test_client(), create_leader(client)
    for one in (leader, second, leader):
        assert send_form(tablet, one, PASSWORD, ELSEWHERE).status_code == 303
        tablet.delete_cookie("session")
    assert tablet.get_cookie("device").value.count("|") == 1
    for one in (leader, second):
        for _ in range(11):
            request_token(one.email, WRONG, ELSEWHERE)
        assert send_form(tablet, one, PASSWORD, ELSEWHERE).status_code == 303
        tablet.delete_cookie("session")


def test_new_password_forgets_other_known_devices(proxied_app, request_token, leader, quick_hash):
    phone, laptop = proxied_app.test_client(), proxied_app.test_client()
    for device in (phone, laptop):
        token = sign_in(device, leader)
    new = "a boat on a quiet lake"
    form = {"current_password": PASSWORD, "password": new, "csrf_token": token}
    assert laptop.post("/settings/password", data=form).status_code == 303
    for device in (phone, laptop):
        device.delete_cookie("session")
    for _ in range(11):
        request_token(leader.email, WRONG, ELSEWHERE)
    assert send_form(phone, leader, new, ELSEWHERE).status_code == 429
    assert send_form(laptop, leader, new, ELSEWHERE).status_code == 303


def test_known_device_expires_after_a_year(proxied_app, request_token, leader, quick_hash):
    phone = proxied_app.test_client()
    send_form(phone, leader, PASSWORD, HOME)
    known = phone.get_cookie("device").value
    with time_machine.travel(clock.now() + timedelta(days=366)):
        phone = proxied_app.test_client()
        phone.set_cookie("device", known)
        for _ in range(11):
            request_token(leader.email, WRONG, ELSEWHERE)
        assert send_form(phone, leader, PASSWORD, ELSEWHERE).status_code == 429


def test_leader_is_mailed_about_failures_once_a_day(
    app, request_token, leader, mailbox, quick_hash
):
    with time_machine.travel(clock.now(), tick=False) as traveller:
        for n in range(30):
            request_token(leader.email, WRONG, f"192.0.2.{n // 10}")
        run_worker(app)
        [mail] = mailbox
        assert mail["To"] == leader.email
        assert "tried 20 wrong passwords" in mail.get_payload()
        assert "192.0.2" not in mail.get_payload()
        traveller.shift(timedelta(days=1, seconds=1))
        for n in range(19):
            request_token(leader.email, WRONG, f"192.0.2.{n // 10}")
        run_worker(app)
        assert len(mailbox) == 1
        for n in range(2):
            request_token(leader.email, WRONG, f"192.0.2.{n}")
        run_worker(app)
        assert len(mailbox) == 2


def test_failures_are_not_mailed_to_unverified_or_unknown_addresses(
    app, request_token, leader, mailbox, quick_hash
):
    with app.app_context(), write_transaction() as session:
        session.query(Account).update({"email_verified_at": None})
    for email in (leader.email, "nobody@example.com"):
        for n in range(20):
            request_token(email, WRONG, f"192.0.2.{n // 10}")
    assert run_worker(app) == "2 tasks done.\n"
    assert mailbox == []


def test_settings_show_failed_sign_ins(request_token, browser, leader, quick_hash):
    for _ in range(4):
        request_token(leader.email, WRONG, ELSEWHERE)
    assert "sign-ins failed" not in browser.get("/settings/security").text
    for _ in range(3):
        request_token(leader.email, WRONG, ELSEWHERE)
    assert "7 failed sign-ins today" in browser.get("/settings").text
    shown = browser.get("/settings/security").text
    assert re.search(r"In the last day,\s+7 sign-ins failed", shown)
    assert ELSEWHERE not in shown


def test_reset_mails_are_limited_silently(app, leader, mailbox):
    pages = set()
    for email in [leader.email] * 5 + ["nobody@example.com"] * 5:
        browser = app.test_client()
        form = {"email": email, "csrf_token": csrf_token(browser, "/forgot")}
        reply = browser.post("/forgot", data=form)
        pages.add((reply.status_code, reply.location))
        run_worker(app)
    assert len(pages) == 1
    assert len(mailbox) == 3


def test_no_counter_is_keyed_by_the_account_alone(app, request_token, leader, quick_hash):
    """A failure leaves no counter that affects another network or device."""
    for _ in range(11):
        request_token(leader.email, WRONG, ELSEWHERE)
    with app.app_context():
        assert store.authenticate(store.find_account(leader.email), PASSWORD) is not None
    assert [
        request_token(leader.email, PASSWORD, f"198.51.100.{n}").status_code for n in range(5)
    ] == [201] * 5
