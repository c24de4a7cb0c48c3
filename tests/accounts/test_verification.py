"""Verifying addresses: at registration, at a change, and what ends links."""

import re
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
import time_machine
from aiosmtpd.controller import Controller
from factories import PASSWORD, create_leader, csrf_token, sign_in

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


def run_worker(app):
    app.test_cli_runner().invoke(args=["worker", "--once"])


def find_links(mailbox, address, kind="verify"):
    """Return the paths of the links sent to an address, oldest first."""
    found = []
    for mail in mailbox:
        if mail["To"] == address:
            found += re.findall(rf"http://localhost(/{kind}/\S+)", mail.get_payload())
    return found


def list_subjects(mailbox, address):
    return [mail["Subject"] for mail in mailbox if mail["To"] == address]


def confirm(client, path):
    """Open a link and confirm; return the page that follows."""
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
def request_change(browser, post):
    def request_change(email, password=PASSWORD):
        return post("/settings/email", email=email, current_password=password)

    return request_change


def is_verified(leader):
    return leader.get("/me").json["email_verified"]


@pytest.mark.parametrize("sends_mail", [True, False])
def test_registration_says_that_a_link_was_sent(app, request, mailbox, sends_mail):
    """Without the message nobody would notice a mistyped address."""
    if not sends_mail:
        request.getfixturevalue("without_mail")
    browser = app.test_client()
    form = NEW | {"csrf_token": csrf_token(browser, "/register")}
    shown = browser.post("/register", data=form, follow_redirects=True).text
    said = "We sent a link to ann@example.com. Open it to confirm your address."
    assert (said in shown) == sends_mail
    run_worker(app)
    assert bool(find_links(mailbox, NEW["email"])) == sends_mail


def test_verification_link_works_once(app, client, mailbox):
    made = client.post("/api/v1/accounts", json=NEW)
    assert made.json["email_verified"] is False
    run_worker(app)
    [link] = find_links(mailbox, NEW["email"])
    assert NEW["name"] not in mailbox[0].as_string()
    opened = client.get(link)
    assert opened.location == "/verify", "the token leaves the address"
    assert "is confirmed" in confirm(client, link).text
    headers = {"Authorization": f"Bearer {request_api_token(client)}"}
    assert client.get("/api/v1/me", headers=headers).json["email_verified"] is True
    assert "no longer works" in confirm(app.test_client(), link).text


def request_api_token(client):
    credentials = {"email": NEW["email"], "password": NEW["password"]}
    return client.post("/api/v1/tokens", json=credentials).json["token"]


def test_opening_the_link_verifies_nothing(app, client, leader, mailbox):
    make_unverified(app, leader)
    browser = app.test_client()
    browser.post("/settings/email/send", data={"csrf_token": sign_in(browser, leader)})
    run_worker(app)
    [link] = find_links(mailbox, leader.email)
    scanner = app.test_client()
    assert scanner.get(link, follow_redirects=True).status_code == 200
    assert scanner.head(link, follow_redirects=True).status_code == 200
    assert not is_verified(leader)
    assert scanner.post("/verify").status_code == 403
    assert not is_verified(leader)
    confirm(scanner, link)
    assert is_verified(leader)


def test_only_the_newest_link_works_and_expires(app, client, browser, post, leader, mailbox):
    make_unverified(app, leader)
    assert "Send me the link" in browser.get("/settings").text
    for _ in range(2):
        assert "on its way" in post("/settings/email/send").text
        run_worker(app)
    assert "Send it again" in browser.get("/settings").text
    first, second = find_links(mailbox, leader.email)
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


def test_new_email_takes_effect_once_verified(
    app, client, browser, request_change, leader, mailbox
):
    assert "We sent a link to new@example.com" in request_change(NEW_EMAIL).text
    run_worker(app)
    assert leader.get("/me").json["email"] == leader.email
    page = browser.get("/settings").text
    assert "new@example.com is not confirmed yet" in page
    assert "Cancel the change" in page
    [notice] = [mail for mail in mailbox if mail["To"] == leader.email]
    assert "change your password" in notice.get_payload()
    assert NEW_EMAIL not in notice.as_string()
    [link] = find_links(mailbox, NEW_EMAIL)
    assert "is confirmed" in confirm(client, link).text
    me = leader.get("/me").json
    assert (me["email"], me["email_verified"]) == (NEW_EMAIL, True)
    run_worker(app)
    assert list_subjects(mailbox, leader.email) == [
        "A new email for your Leader Journal?",
        "Your Leader Journal email was changed",
    ]
    credentials = {"email": NEW_EMAIL, "password": PASSWORD}
    assert client.post("/api/v1/tokens", json=credentials).status_code == 201
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(EmailNotice)) == 0


def test_email_change_can_be_cancelled(app, client, browser, post, request_change, leader, mailbox):
    request_change(NEW_EMAIL)
    run_worker(app)
    assert "stays as it is" in post("/settings/email/cancel").text
    [link] = find_links(mailbox, NEW_EMAIL)
    assert "no longer works" in confirm(client, link).text
    assert leader.get("/me").json["email"] == leader.email
    assert is_verified(leader)


def test_email_taken_meanwhile_is_reported(app, client, request_change, leader, mailbox):
    other = create_leader(client)
    assert "That email is already in use." in request_change(other.email).text
    assert "already your email" in request_change(leader.email).text
    request_change(NEW["email"])
    client.post("/api/v1/accounts", json=NEW)
    run_worker(app)
    link = find_links(mailbox, NEW["email"])[0]
    assert "Another account has this address by now" in confirm(client, link).text
    assert leader.get("/me").json["email"] == leader.email


def request_reset(app, email):
    browser = app.test_client()
    form = {"email": email, "csrf_token": csrf_token(browser, "/forgot")}
    browser.post("/forgot", data=form)
    run_worker(app)


def test_email_change_ends_resets_sent_to_the_old_address(
    app, client, request_change, leader, mailbox
):
    request_reset(app, leader.email)
    [reset] = find_links(mailbox, leader.email, "reset")
    request_change(NEW_EMAIL)
    run_worker(app)
    confirm(client, find_links(mailbox, NEW_EMAIL)[0])
    assert "no longer works" in app.test_client().get(reset, follow_redirects=True).text


def test_email_changes_at_once_without_mail(
    app, client, request_change, leader, mailbox, monkeypatch
):
    request_reset(app, leader.email)
    [reset] = find_links(mailbox, leader.email, "reset")
    chosen = replace(app.extensions["settings"], smtp_url="")
    monkeypatch.setitem(app.extensions, "settings", chosen)
    assert "Email updated." in request_change(NEW_EMAIL).text
    me = leader.get("/me").json
    assert (me["email"], me["email_verified"]) == (NEW_EMAIL, False)
    assert "no longer works" in app.test_client().get(reset, follow_redirects=True).text


def test_new_password_ends_every_sent_link(app, client, post, request_change, leader, mailbox):
    request_change(NEW_EMAIL)
    run_worker(app)
    changed = post("/settings/password", current_password=PASSWORD, password="quiet harbour lamp")
    assert "Password changed" in changed.text
    [link] = find_links(mailbox, NEW_EMAIL)
    assert "no longer works" in confirm(client, link).text
    with app.app_context():
        for table in (EmailVerification, PasswordReset):
            assert db.session.scalar(sa.select(sa.func.count()).select_from(table)) == 0


def test_reset_verifies_the_address_and_sends_a_notice(app, client, leader, mailbox):
    make_unverified(app, leader)
    for _ in range(2):
        request_reset(app, leader.email)
    first, second = find_links(mailbox, leader.email, "reset")
    assert "no longer works" in client.get(first, follow_redirects=True).text
    client.get(second)
    form = {"password": "quiet harbour lamp", "csrf_token": csrf_token(client, "/reset")}
    client.post("/reset", data=form)
    run_worker(app)
    assert list_subjects(mailbox, leader.email)[-1] == "Your Leader Journal password was changed"
    with app.app_context():
        assert db.session.scalar(sa.select(Account.email_verified_at)) is not None


def test_pages_promise_no_mail_where_none_can_be_sent(app, client, leader, without_mail):
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


class RefusingHandler:
    """A mail server that answers every recipient with `reply` until it is set to another one."""

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
def run_refusing_server(app, monkeypatch, reply):
    import socket

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    handler = RefusingHandler(reply)
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    chosen = replace(app.extensions["settings"], smtp_url=f"smtp://127.0.0.1:{port}")
    monkeypatch.setitem(app.extensions, "settings", chosen)
    yield handler
    controller.stop()


def test_retried_mail_carries_the_same_link(app, client, leader, monkeypatch, caplog):
    with run_refusing_server(app, monkeypatch, "451 later") as server:
        request_reset(app, leader.email)
        with app.app_context():
            made = db.session.scalars(sa.select(PasswordReset.token_hash)).all()
        server.reply = None
        with time_machine.travel(datetime.now(UTC) + timedelta(minutes=2), tick=False):
            run_worker(app)
        with app.app_context():
            assert db.session.scalars(sa.select(PasswordReset.token_hash)).all() == made
    [body] = server.bodies
    link = urlsplit(re.search(r"http://localhost/reset/\S+", body)[0]).path
    assert "Choose a new password" in client.get(link, follow_redirects=True).text
    assert leader.email not in caplog.text


def test_refused_mail_is_logged_without_its_address(app, leader, monkeypatch, caplog):
    with run_refusing_server(app, monkeypatch, "550 no such user") as server:
        request_reset(app, leader.email)
        with time_machine.travel(datetime.now(UTC) + timedelta(minutes=2), tick=False):
            run_worker(app)
        assert server.tries == 1
    assert "was not delivered" in caplog.text
    assert "550" in caplog.text
    assert leader.email not in caplog.text


def test_addresses_of_links_are_encrypted_and_tokens_hashed(app, client, request_change, leader):
    request_change("quetzalcoatl@example.com")
    with app.app_context():
        rows = [*db.session.scalars(sa.select(EmailVerification))]
        rows += [*db.session.scalars(sa.select(EmailNotice))]
        kept = [value for row in rows for value in vars(row).values() if isinstance(value, bytes)]
    assert len(rows) == 2
    assert not any(b"quetzalcoatl" in value or leader.email.encode() in value for value in kept)


def test_verifying_the_current_email_keeps_resets(app, client, post, leader, mailbox):
    make_unverified(app, leader)
    post("/settings/email/send")
    request_reset(app, leader.email)
    confirm(client, find_links(mailbox, leader.email)[0])
    [reset] = find_links(mailbox, leader.email, "reset")
    shown = app.test_client().get(reset, follow_redirects=True)
    assert "Choose a new password" in shown.text


def test_ask_to_verify_mails_each_unverified_account_once(app, client, leader, mailbox):
    def ask():
        return app.test_cli_runner().invoke(args=["accounts", "ask-to-verify"]).output

    assert "to 0 accounts" in ask()
    make_unverified(app, leader)
    assert "to 1 account." in ask()
    assert "to 0 accounts" in ask()
    run_worker(app)
    assert len(find_links(mailbox, leader.email)) == 1
