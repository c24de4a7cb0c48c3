"""Signing in under attack: guessing is slowed down where it comes from, and locks nobody out."""

import dataclasses
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from factories import PASSWORD, a_leader, csrf_token, sign_in

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
def proxied(app):
    """The same service behind one proxy, which says where a request comes from."""
    with app.app_context():
        chosen = dataclasses.replace(get_settings(), trusted_proxies=1)
    behind = create_app(chosen)
    yield behind
    with behind.app_context():
        db.engine.dispose()


@pytest.fixture
def ask(proxied):
    """Ask for a token from an address; return the reply."""

    def ask(email, password, address):
        return proxied.test_client().post(
            "/api/v1/tokens",
            json={"email": email, "password": password},
            headers={"X-Forwarded-For": address},
        )

    return ask


def send_form(client, leader, password, address):
    """Post the page's form from an address; return the reply."""
    headers = {"X-Forwarded-For": address}
    form = {"email": leader.email, "password": password, "csrf_token": csrf_token(client)}
    return client.post("/login", data=form, headers=headers)


def worked(app):
    return app.test_cli_runner().invoke(args=["worker", "--once"]).output


@pytest.fixture
def quick_hash(app, leader):
    """Let the leader's password be checked quickly, so that many guesses cost no minutes."""
    from argon2 import PasswordHasher

    cheap = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)
    with app.app_context(), write_transaction() as session:
        session.query(Account).update({"password_hash": cheap})


def test_a_stranger_cannot_lock_a_leader_out(ask, leader):
    statuses = [ask(leader.email, WRONG, ELSEWHERE).status_code for _ in range(12)]
    assert statuses == [401] * 10 + [429] * 2
    assert ask(leader.email, PASSWORD, HOME).status_code == 201


def test_guesses_from_many_addresses_lock_nobody_out(ask, leader, quick_hash):
    with ThreadPoolExecutor(8) as pool:
        guesses = pool.map(lambda n: ask(leader.email, WRONG, f"192.0.2.{n}"), range(1, 121))
    assert {guess.status_code for guess in guesses} == {401}
    assert ask(leader.email, PASSWORD, HOME).status_code == 201


def test_simultaneous_guesses_do_not_slip_past_the_counter(ask, leader, quick_hash):
    with ThreadPoolExecutor(8) as pool:
        guesses = list(pool.map(lambda _: ask(leader.email, WRONG, ELSEWHERE), range(30)))
    statuses = [guess.status_code for guess in guesses]
    assert statuses.count(401) == BY_NETWORK_AND_ACCOUNT.free
    assert statuses.count(429) == 20
    assert all(int(g.headers["Retry-After"]) > 0 for g in guesses if g.status_code == 429)


def test_each_further_failure_waits_longer(ask, leader, quick_hash):
    waits = []
    with time_machine.travel(clock.now(), tick=False) as traveller:
        for _ in range(10):
            ask(leader.email, WRONG, ELSEWHERE)
        for _ in range(7):
            refused = ask(leader.email, PASSWORD, ELSEWHERE)
            assert refused.status_code == 429
            waits.append(int(refused.headers["Retry-After"]))
            traveller.shift(timedelta(seconds=waits[-1]))
            assert ask(leader.email, WRONG, ELSEWHERE).status_code == 401
        traveller.shift(timedelta(seconds=900))
        assert ask(leader.email, PASSWORD, ELSEWHERE).status_code == 201
        assert ask(leader.email, WRONG, ELSEWHERE).status_code == 401
    assert waits == [30, 60, 120, 240, 480, 900, 900]


def test_a_new_day_forgets_the_failures(ask, leader, quick_hash):
    with time_machine.travel(clock.now(), tick=False) as traveller:
        for _ in range(11):
            ask(leader.email, WRONG, ELSEWHERE)
        traveller.shift(timedelta(days=1, seconds=1))
        statuses = [ask(leader.email, WRONG, ELSEWHERE).status_code for _ in range(11)]
    assert statuses == [401] * 10 + [429]


def test_all_addresses_of_an_ipv6_network_count_as_one(ask, leader, quick_hash):
    statuses = [ask(leader.email, WRONG, f"2001:db8:0:7::{n:x}").status_code for n in range(1, 13)]
    assert statuses == [401] * 10 + [429] * 2
    assert ask(leader.email, PASSWORD, "2001:db8:0:8::1").status_code == 201


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
def test_the_network_of_an_address(address, network):
    assert get_network(address) == network


def test_a_network_that_guesses_across_accounts_has_to_wait(app, ask, leader):
    with app.test_request_context():
        for _ in range(BY_NETWORK.free - 3):  # as so many guesses would, without hashing each
            limiter.storage.incr(f"sign-in/network/{ELSEWHERE}", BY_NETWORK.window)
    statuses = [ask(f"x{n}@example.com", WRONG, ELSEWHERE).status_code for n in range(4)]
    assert statuses == [401] * 3 + [429]
    assert ask(leader.email, PASSWORD, ELSEWHERE).status_code == 429
    assert ask(leader.email, PASSWORD, HOME).status_code == 201


def test_signing_in_oneself_buys_no_further_guesses(ask, client, leader, quick_hash):
    own = a_leader(client)
    for n in range(BY_NETWORK_AND_ACCOUNT.free):
        ask(leader.email, WRONG, ELSEWHERE)
        if n % 4 == 0:
            assert ask(own.email, PASSWORD, ELSEWHERE).status_code == 201
    assert ask(leader.email, WRONG, ELSEWHERE).status_code == 429


def test_a_right_password_takes_back_only_its_own_count(app, ask, leader, quick_hash):
    for _ in range(3):
        assert [ask(leader.email, WRONG, HOME).status_code for _ in range(6)] == [401] * 6
        assert ask(leader.email, PASSWORD, HOME).status_code == 201
    with app.test_request_context():
        assert limiter.storage.get(f"sign-in/network/{HOME}") == 18


def test_known_and_unknown_accounts_are_limited_alike(ask, leader, quick_hash):
    for email in (leader.email, "nobody@example.com"):
        replies = [ask(email, WRONG, ELSEWHERE) for _ in range(12)]
        assert [reply.status_code for reply in replies] == [401] * 10 + [429] * 2


def test_a_known_device_keeps_its_way_in(proxied, ask, leader, quick_hash):
    phone, other = proxied.test_client(), proxied.test_client()
    assert send_form(phone, leader, PASSWORD, ELSEWHERE).status_code == 303
    for _ in range(11):
        ask(leader.email, WRONG, ELSEWHERE)
    phone.delete_cookie("session")
    assert send_form(other, leader, PASSWORD, ELSEWHERE).status_code == 429
    assert send_form(phone, leader, PASSWORD, ELSEWHERE).status_code == 303


def test_a_known_device_signs_in_though_its_network_has_to_wait(app, proxied, ask, leader):
    phone = proxied.test_client()
    send_form(phone, leader, PASSWORD, ELSEWHERE)
    phone.delete_cookie("session")
    with app.test_request_context():
        limiter.storage.incr(f"sign-in/network/{ELSEWHERE}", BY_NETWORK.window, BY_NETWORK.free)
    assert ask("x@example.com", WRONG, ELSEWHERE).status_code == 401
    assert ask(leader.email, PASSWORD, ELSEWHERE).status_code == 429
    assert send_form(phone, leader, PASSWORD, ELSEWHERE).status_code == 303


def test_a_known_device_that_guesses_has_to_wait_by_itself(proxied, leader, quick_hash):
    phone, other = proxied.test_client(), proxied.test_client()
    send_form(phone, leader, PASSWORD, HOME)
    phone.delete_cookie("session")
    statuses = [send_form(phone, leader, WRONG, HOME).status_code for _ in range(11)]
    assert statuses == [422] * 10 + [429]
    assert send_form(other, leader, PASSWORD, HOME).status_code == 303


def test_a_device_cookie_is_hidden_from_script_and_names_nobody(proxied, leader):
    phone = proxied.test_client()
    reply = send_form(phone, leader, PASSWORD, HOME)
    [cookie] = [c for c in reply.headers.getlist("Set-Cookie") if c.startswith("device=")]
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert leader.email not in cookie
    assert leader.id not in cookie
    assert leader.id.replace("-", "") not in cookie


def test_a_device_cookie_is_good_for_one_account_and_cannot_be_made_up(
    proxied, client, ask, leader, quick_hash
):
    thief = a_leader(client)
    device = proxied.test_client()
    send_form(device, thief, PASSWORD, ELSEWHERE)
    device.delete_cookie("session")
    own = device.get_cookie("device").value
    for _ in range(10):
        ask(leader.email, WRONG, ELSEWHERE)
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


def test_a_shared_device_is_known_to_each_of_its_leaders(proxied, client, ask, leader, quick_hash):
    tablet, second = proxied.test_client(), a_leader(client)
    for one in (leader, second, leader):
        assert send_form(tablet, one, PASSWORD, ELSEWHERE).status_code == 303
        tablet.delete_cookie("session")
    assert tablet.get_cookie("device").value.count("|") == 1
    for one in (leader, second):
        for _ in range(11):
            ask(one.email, WRONG, ELSEWHERE)
        assert send_form(tablet, one, PASSWORD, ELSEWHERE).status_code == 303
        tablet.delete_cookie("session")


def test_a_new_password_ends_known_devices_but_for_the_one_it_was_set_on(
    proxied, ask, leader, quick_hash
):
    phone, laptop = proxied.test_client(), proxied.test_client()
    for device in (phone, laptop):
        token = sign_in(device, leader)
    new = "a boat on a quiet lake"
    form = {"current_password": PASSWORD, "password": new, "csrf_token": token}
    assert laptop.post("/settings/password", data=form).status_code == 303
    for device in (phone, laptop):
        device.delete_cookie("session")
    for _ in range(11):
        ask(leader.email, WRONG, ELSEWHERE)
    assert send_form(phone, leader, new, ELSEWHERE).status_code == 429
    assert send_form(laptop, leader, new, ELSEWHERE).status_code == 303


def test_a_device_is_forgotten_after_a_year(proxied, ask, leader, quick_hash):
    phone = proxied.test_client()
    send_form(phone, leader, PASSWORD, HOME)
    known = phone.get_cookie("device").value
    with time_machine.travel(clock.now() + timedelta(days=366)):
        phone = proxied.test_client()
        phone.set_cookie("device", known)
        for _ in range(11):
            ask(leader.email, WRONG, ELSEWHERE)
        assert send_form(phone, leader, PASSWORD, ELSEWHERE).status_code == 429


def test_the_leader_hears_of_many_failures_once_a_day(app, ask, leader, mailbox, quick_hash):
    with time_machine.travel(clock.now(), tick=False) as traveller:
        for n in range(30):
            ask(leader.email, WRONG, f"192.0.2.{n // 10}")
        worked(app)
        [mail] = mailbox
        assert mail["To"] == leader.email
        assert "tried 20 wrong passwords" in mail.get_payload()
        assert "192.0.2" not in mail.get_payload()
        traveller.shift(timedelta(days=1, seconds=1))
        for n in range(19):
            ask(leader.email, WRONG, f"192.0.2.{n // 10}")
        worked(app)
        assert len(mailbox) == 1
        for n in range(2):
            ask(leader.email, WRONG, f"192.0.2.{n}")
        worked(app)
        assert len(mailbox) == 2


def test_failures_are_told_to_no_unproven_address_and_nobody_without_account(
    app, ask, leader, mailbox, quick_hash
):
    with app.app_context(), write_transaction() as session:
        session.query(Account).update({"email_verified_at": None})
    for email in (leader.email, "nobody@example.com"):
        for n in range(20):
            ask(email, WRONG, f"192.0.2.{n // 10}")
    assert worked(app) == "2 tasks done.\n"
    assert mailbox == []


def test_settings_say_how_many_sign_ins_failed(ask, browser, leader, quick_hash):
    for _ in range(4):
        ask(leader.email, WRONG, ELSEWHERE)
    assert "sign-ins failed" not in browser.get("/settings").text
    for _ in range(3):
        ask(leader.email, WRONG, ELSEWHERE)
    shown = browser.get("/settings").text
    assert re.search(r"In the last day,\s+7 sign-ins failed", shown)
    assert ELSEWHERE not in shown


def test_an_account_gets_few_reset_mails_and_the_page_says_nothing_of_it(app, leader, mailbox):
    pages = set()
    for email in [leader.email] * 5 + ["nobody@example.com"] * 5:
        browser = app.test_client()
        form = {"email": email, "csrf_token": csrf_token(browser, "/forgot")}
        reply = browser.post("/forgot", data=form)
        pages.add((reply.status_code, reply.location))
        worked(app)
    assert len(pages) == 1
    assert len(mailbox) == 3


def test_no_way_in_is_counted_by_the_account_alone(app, ask, leader, quick_hash):
    """A failure leaves no counter that another network or device meets."""
    for _ in range(11):
        ask(leader.email, WRONG, ELSEWHERE)
    with app.app_context():
        assert store.authenticate(store.find_account(leader.email), PASSWORD) is not None
    assert [ask(leader.email, PASSWORD, f"198.51.100.{n}").status_code for n in range(5)] == [
        201
    ] * 5
