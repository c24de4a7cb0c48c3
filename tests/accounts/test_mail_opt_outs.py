"""Opting out of mail that others request, without anybody learning of it."""

import re

import pytest
import sqlalchemy as sa
from factories import create_leader, sign_in
from hypothesis import given
from hypothesis import strategies as st

from leaderjournal.accounts.mail_opt_outs import store
from leaderjournal.accounts.mail_opt_outs.models import MailOptOut
from leaderjournal.accounts.mail_opt_outs.rules import normalize_mailbox
from leaderjournal.accounts.models import Account
from leaderjournal.kernel.database import db
from leaderjournal.worker import send_team_mirrors

ADDRESS = "Ann.Person+work@example.com"


@pytest.fixture
def path(app):
    """The path of the opt-out link in a mail to ADDRESS."""
    with app.app_context():
        url = store.build_opt_out_url(ADDRESS)
    assert url.startswith("http://localhost/mail/never/")
    return url.removeprefix("http://localhost")


def has_opted_out(app, address):
    with app.app_context():
        return store.has_opted_out(address)


def test_opening_the_page_changes_nothing_and_the_button_opts_out(app, path):
    stranger = app.test_client()
    page = stranger.get(path)
    assert page.status_code == 200
    assert "Set-Cookie" not in page.headers
    assert '<form method="post"' in page.text
    assert not has_opted_out(app, ADDRESS)
    assert stranger.post(path).status_code == 200
    assert stranger.post(path).status_code == 200, "as often as one likes"
    for spelling in ("ann.person@example.com", "ANN.PERSON+x@EXAMPLE.COM."):
        assert has_opted_out(app, spelling)
    assert not has_opted_out(app, "annperson@example.com"), "dots mean something but at Gmail"


def test_mail_program_opts_out_with_one_click(app, path):
    reply = app.test_client().post(path, data={"List-Unsubscribe": "One-Click"})
    assert reply.status_code == 200
    assert "Location" not in reply.headers, "RFC 8058, 3.1: no redirect"
    assert has_opted_out(app, ADDRESS)


def test_opt_out_can_be_undone(app, path):
    app.test_client().post(path)
    assert app.test_client().post(f"{path}/undo").status_code == 200
    assert not has_opted_out(app, ADDRESS)


def test_address_is_neither_in_the_token_nor_in_the_row(app, path):
    app.test_client().post(path)
    with app.app_context():
        other = store.build_opt_out_url(ADDRESS)
        [kept] = db.session.scalars(sa.select(MailOptOut.address_hash))
        lookups = list(db.session.scalars(sa.select(Account.email_lookup)))
    assert other != f"http://localhost{path}", "two mails to one person have nothing in common"
    assert len(kept) == 32
    assert kept not in lookups, "nor does the row say whether the person has an account"
    assert set(MailOptOut.__table__.columns.keys()) == {"address_hash"}


@pytest.mark.parametrize("token", ["x", "A" * 82, "%00", "é", "A" * 5_000])
def test_guessed_token_opts_nobody_out(app, path, token):
    for wrong in (f"/mail/never/{token}", path[:-3] + ("AAA" if path[-3:] != "AAA" else "BBB")):
        assert app.test_client().get(wrong).status_code == 404
        assert app.test_client().post(wrong).status_code == 404
        assert app.test_client().post(f"{wrong}/undo").status_code == 404
    assert not has_opted_out(app, ADDRESS)


def test_mail_skips_opted_out_address_without_telling_the_leader(app, client, mailbox):
    others = ["one@example.com", "two@example.com"]
    pages = []
    for turn in range(2):
        leader = create_leader(client)
        browser = app.test_client()
        form = {"csrf_token": sign_in(browser, leader), "addresses": "\n".join([ADDRESS, *others])}
        assert browser.post("/team-mirror", data=form).status_code == 303
        mailbox.clear()
        send_team_mirrors(app)
        pages.append(browser.get("/team-mirror").text)
        if turn == 0:
            [mail] = [mail for mail in mailbox if mail["To"] == ADDRESS]
            [url] = re.findall("<(.*)>", mail["List-Unsubscribe"])
            assert url in mail.get_payload(decode=True).decode()
            app.test_client().post(url.removeprefix("http://localhost"))
    assert {mail["To"] for mail in mailbox} == set(others)
    assert "1 could not be sent." in pages[1]
    assert "ann" not in pages[1].casefold().replace("cannot", "")


@given(st.emails())
def test_normalized_mailbox_is_stable(address):
    receiver = normalize_mailbox(address)
    assert normalize_mailbox(receiver) == receiver
    assert normalize_mailbox(address.upper()) == normalize_mailbox(address.lower())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ann@bücher.example", "ann@xn--bcher-kva.example"),
        ("a.n.n+x@googlemail.com", "ann@gmail.com"),
        ("ann+a+b@example.com", " Ann@Example.com "),
    ],
)
def test_spellings_of_one_mailbox_are_equal(one, other):
    assert normalize_mailbox(one) == normalize_mailbox(other)


def test_leading_plus_is_a_mailbox_of_its_own():
    assert normalize_mailbox("+1@example.com") != normalize_mailbox("+2@example.com")
