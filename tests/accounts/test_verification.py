"""Verified addresses: at registration, at a change, and after all that makes links end."""

import re
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
import time_machine
from aiosmtpd.controller import Controller
from factories import PASSWORD, a_leader, csrf_token, sign_in

from leaderjournal.accounts.models import Account
from leaderjournal.accounts.resets.models import PasswordReset
from leaderjournal.accounts.verification.models import EmailNotice, EmailVerification
from leaderjournal.kernel.database import db, write_transaction

NEW = {
    "name": "Ann",
    "email": "ann@example.com",
    "password": "a mirror for Ann",
    "time_zone": "Europe/Paris",
}
NEW_EMAIL = "new@example.com"


def work(app):
    app.test_cli_runner().invoke(args=["worker", "--once"])


def links_to(mailbox, address, kind="verify"):
    """Return the paths of the links that an address was sent, oldest first."""
    found = []
    for mail in mailbox:
        if mail["To"] == address:
            found += re.findall(rf"http://localhost(/{kind}/\S+)", mail.get_payload())
    return found


def subjects_to(mailbox, address):
    return [mail["Subject"] for mail in mailbox if mail["To"] == address]


def confirm(client, path):
    """Follow a link as a person does; return the page that it leads to."""
    client.get(path)
    page = client.get("/verify")
    if page.status_code != 200:
        return client.get("/verify", follow_redirects=True)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)[1]
    return client.post("/verify", data={"csrf_token": token}, follow_redirects=True)


def make_unverified(app, leader):
    with app.app_context(), write_transaction() as session:
        session.execute(sa.update(Account).values(email_verified_at=None))


@pytest.fixture
def without_mail(app, monkeypatch):
    chosen = replace(app.extensions["settings"], smtp_url="")
    monkeypatch.setitem(app.extensions, "settings", chosen)


@pytest.fixture
def change_to(browser, post):
    def change_to(email, password=PASSWORD):
        return post("/settings/email", email=email, current_password=password)

    return change_to


def is_verified(leader):
    return leader.get("/me").json["email_verified"]


@pytest.mark.parametrize("sends_mail", [True, False])
def test_after_registering_the_page_says_that_a_link_was_sent(app, request, mailbox, sends_mail):
    """A fault: nobody who mistyped their address would have known."""
    if not sends_mail:
        request.getfixturevalue("without_mail")
    browser = app.test_client()
    form = NEW | {"csrf_token": csrf_token(browser, "/register")}
    shown = browser.post("/register", data=form, follow_redirects=True).text
    said = "We sent a link to ann@example.com. Open it to confirm your address."
    assert (said in shown) == sends_mail
    work(app)
    assert bool(links_to(mailbox, NEW["email"])) == sends_mail


def test_who_registers_verifies_their_address_by_a_link_that_works_once(app, client, mailbox):
    made = client.post("/api/v1/accounts", json=NEW)
    assert made.json["email_verified"] is False
    work(app)
    [link] = links_to(mailbox, NEW["email"])
    assert NEW["name"] not in mailbox[0].as_string()
    opened = client.get(link)
    assert opened.location == "/verify", "the token leaves the address"
    assert "is confirmed" in confirm(client, link).text
    headers = {"Authorization": f"Bearer {_token(client)}"}
    assert client.get("/api/v1/me", headers=headers).json["email_verified"] is True
    assert "no longer works" in confirm(app.test_client(), link).text


def _token(client):
    asked = {"email": NEW["email"], "password": NEW["password"]}
    return client.post("/api/v1/tokens", json=asked).json["token"]


def test_a_program_that_follows_links_verifies_nothing(app, client, leader, mailbox):
    make_unverified(app, leader)
    browser = app.test_client()
    browser.post("/settings/email/send", data={"csrf_token": sign_in(browser, leader)})
    work(app)
    [link] = links_to(mailbox, leader.email)
    scanner = app.test_client()
    assert scanner.get(link, follow_redirects=True).status_code == 200
    assert scanner.head(link, follow_redirects=True).status_code == 200
    assert not is_verified(leader)
    assert scanner.post("/verify").status_code == 403
    assert not is_verified(leader)
    confirm(scanner, link)
    assert is_verified(leader)


def test_the_newest_link_alone_works_and_not_for_ever(app, client, browser, post, leader, mailbox):
    make_unverified(app, leader)
    assert "Send me the link" in browser.get("/settings").text
    for _ in range(2):
        assert "on its way" in post("/settings/email/send").text
        work(app)
    assert "Send it again" in browser.get("/settings").text
    first, second = links_to(mailbox, leader.email)
    assert "no longer works" in confirm(client, first).text
    with time_machine.travel(datetime.now(UTC) + timedelta(days=3, minutes=1)):
        assert "no longer works" in confirm(app.test_client(), second).text
    confirm(client, second)
    assert is_verified(leader)
    assert "not confirmed" not in browser.get("/settings").text


def test_links_are_limited_by_account(app, browser, post, leader):
    make_unverified(app, leader)
    statuses = [
        browser.post("/settings/email/send", data={"csrf_token": browser.csrf}).status_code
        for _ in range(6)
    ]
    assert statuses == [303] * 5 + [429]


def test_a_new_address_is_the_accounts_once_it_is_verified(
    app, client, browser, change_to, leader, mailbox
):
    assert "We sent a link to new@example.com" in change_to(NEW_EMAIL).text
    work(app)
    assert leader.get("/me").json["email"] == leader.email
    page = browser.get("/settings").text
    assert "new@example.com is not confirmed yet" in page
    assert "Cancel the change" in page
    [asked] = [mail for mail in mailbox if mail["To"] == leader.email]
    assert "change your password" in asked.get_payload()
    assert NEW_EMAIL not in asked.as_string()
    [link] = links_to(mailbox, NEW_EMAIL)
    assert "is confirmed" in confirm(client, link).text
    me = leader.get("/me").json
    assert (me["email"], me["email_verified"]) == (NEW_EMAIL, True)
    work(app)
    assert subjects_to(mailbox, leader.email) == [
        "A new address for your Leader Journal?",
        "Your Leader Journal has a new address",
    ]
    asked = {"email": NEW_EMAIL, "password": PASSWORD}
    assert client.post("/api/v1/tokens", json=asked).status_code == 201
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(EmailNotice)) == 0


def test_a_change_is_cancelled(app, client, browser, post, change_to, leader, mailbox):
    change_to(NEW_EMAIL)
    work(app)
    assert "stays as it is" in post("/settings/email/cancel").text
    [link] = links_to(mailbox, NEW_EMAIL)
    assert "no longer works" in confirm(client, link).text
    assert leader.get("/me").json["email"] == leader.email
    assert is_verified(leader)


def test_an_address_that_was_taken_meanwhile_is_said_to_be_one(
    app, client, change_to, leader, mailbox
):
    other = a_leader(client)
    assert "Another account has this address." in change_to(other.email).text
    assert "your address already" in change_to(leader.email).text
    change_to(NEW["email"])
    client.post("/api/v1/accounts", json=NEW)
    work(app)
    link = links_to(mailbox, NEW["email"])[0]
    assert "Another account has this address by now" in confirm(client, link).text
    assert leader.get("/me").json["email"] == leader.email


def _forget_password(app, email):
    browser = app.test_client()
    form = {"email": email, "csrf_token": csrf_token(browser, "/forgot")}
    browser.post("/forgot", data=form)
    work(app)


def test_a_reset_asked_for_at_the_old_address_ends_with_the_change(
    app, client, change_to, leader, mailbox
):
    _forget_password(app, leader.email)
    [reset] = links_to(mailbox, leader.email, "reset")
    change_to(NEW_EMAIL)
    work(app)
    confirm(client, links_to(mailbox, NEW_EMAIL)[0])
    assert "no longer works" in app.test_client().get(reset, follow_redirects=True).text


def test_without_mail_the_address_changes_at_once_and_links_end(
    app, client, change_to, leader, mailbox, monkeypatch
):
    _forget_password(app, leader.email)
    [reset] = links_to(mailbox, leader.email, "reset")
    chosen = replace(app.extensions["settings"], smtp_url="")
    monkeypatch.setitem(app.extensions, "settings", chosen)
    assert "Your new address is saved." in change_to(NEW_EMAIL).text
    me = leader.get("/me").json
    assert (me["email"], me["email_verified"]) == (NEW_EMAIL, False)
    assert "no longer works" in app.test_client().get(reset, follow_redirects=True).text


def test_a_new_password_ends_every_link_that_was_sent(
    app, client, post, change_to, leader, mailbox
):
    change_to(NEW_EMAIL)
    work(app)
    changed = post("/settings/password", current_password=PASSWORD, password="quiet harbour lamp")
    assert "Your new password is set" in changed.text
    [link] = links_to(mailbox, NEW_EMAIL)
    assert "no longer works" in confirm(client, link).text
    with app.app_context():
        for table in (EmailVerification, PasswordReset):
            assert db.session.scalar(sa.select(sa.func.count()).select_from(table)) == 0


def test_a_reset_tells_that_the_password_was_changed_and_verifies(app, client, leader, mailbox):
    make_unverified(app, leader)
    for _ in range(2):
        _forget_password(app, leader.email)
    first, second = links_to(mailbox, leader.email, "reset")
    assert "no longer works" in client.get(first, follow_redirects=True).text
    client.get(second)
    form = {"password": "quiet harbour lamp", "csrf_token": csrf_token(client, "/reset")}
    client.post("/reset", data=form)
    work(app)
    assert subjects_to(mailbox, leader.email)[-1] == "Your Leader Journal has a new password"
    with app.app_context():
        assert db.session.scalar(sa.select(Account.email_verified_at)) is not None


def test_without_mail_nobody_is_told_that_one_is_on_its_way(app, client, leader, without_mail):
    page = client.get("/forgot").text
    assert "sends no mail" in page
    assert "accounts reset" in page
    form = {"email": leader.email, "csrf_token": csrf_token(client, "/login")}
    answered = client.post("/forgot", data=form)
    assert (answered.status_code, "sends no mail" in answered.text) == (409, True)
    assert client.post("/api/v1/accounts", json=NEW).status_code == 201
    with app.app_context():
        for table in (EmailVerification, PasswordReset):
            assert db.session.scalar(sa.select(sa.func.count()).select_from(table)) == 0
    assert len(app.extensions["queue"]) == 0


class _Refusing:
    """A mail server that answers every recipient with `reply` until it is told otherwise."""

    def __init__(self, reply):
        self.reply = reply
        self.tries = 0
        self.bodies = []

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):  # noqa: N802
        self.tries += 1
        if self.reply:
            return self.reply
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.bodies.append(envelope.content.decode())
        return "250 OK"


@contextmanager
def refusing(app, monkeypatch, reply):
    import socket

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    handler = _Refusing(reply)
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    chosen = replace(app.extensions["settings"], smtp_url=f"smtp://127.0.0.1:{port}")
    monkeypatch.setitem(app.extensions, "settings", chosen)
    yield handler
    controller.stop()


def test_a_mail_that_is_tried_again_carries_the_same_link(app, client, leader, monkeypatch, caplog):
    with refusing(app, monkeypatch, "451 later") as server:
        _forget_password(app, leader.email)
        with app.app_context():
            made = db.session.scalars(sa.select(PasswordReset.token_hash)).all()
        server.reply = None
        with time_machine.travel(datetime.now(UTC) + timedelta(minutes=2), tick=False):
            work(app)
        with app.app_context():
            assert db.session.scalars(sa.select(PasswordReset.token_hash)).all() == made
    [body] = server.bodies
    link = urlsplit(re.search(r"http://localhost/reset/\S+", body)[0]).path
    assert "Choose a new password" in client.get(link, follow_redirects=True).text
    assert leader.email not in caplog.text


def test_a_mail_that_is_refused_for_good_is_logged_without_its_address(
    app, leader, monkeypatch, caplog
):
    with refusing(app, monkeypatch, "550 no such user") as server:
        _forget_password(app, leader.email)
        with time_machine.travel(datetime.now(UTC) + timedelta(minutes=2), tick=False):
            work(app)
        assert server.tries == 1
    assert "was not delivered" in caplog.text
    assert "550" in caplog.text
    assert leader.email not in caplog.text


def test_addresses_of_links_are_encrypted_and_tokens_hashed(app, client, change_to, leader):
    change_to("quetzalcoatl@example.com")
    with app.app_context():
        rows = [*db.session.scalars(sa.select(EmailVerification))]
        rows += [*db.session.scalars(sa.select(EmailNotice))]
        kept = [value for row in rows for value in vars(row).values() if isinstance(value, bytes)]
    assert len(rows) == 2
    assert not any(b"quetzalcoatl" in value or leader.email.encode() in value for value in kept)


def test_verifying_the_present_address_ends_no_way_back_in(app, client, post, leader, mailbox):
    make_unverified(app, leader)
    post("/settings/email/send")
    _forget_password(app, leader.email)
    confirm(client, links_to(mailbox, leader.email)[0])
    [reset] = links_to(mailbox, leader.email, "reset")
    shown = app.test_client().get(reset, follow_redirects=True)
    assert "Choose a new password" in shown.text


def test_the_operator_asks_everybody_whose_address_is_not_verified_once(
    app, client, leader, mailbox
):
    def ask():
        return app.test_cli_runner().invoke(args=["accounts", "ask-to-verify"]).output

    assert "to 0 accounts" in ask()
    make_unverified(app, leader)
    assert "to 1 account." in ask()
    assert "to 0 accounts" in ask()
    work(app)
    assert len(links_to(mailbox, leader.email)) == 1
