"""Limits against using the team mirror to mail strangers."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
import time_machine
from factories import create_leader, csrf_token, sign_in

from leaderjournal.accounts import store as accounts_store
from leaderjournal.accounts.erasure.store import erase_account
from leaderjournal.accounts.models import Account
from leaderjournal.kernel import clock
from leaderjournal.kernel.database import db, write_transaction
from leaderjournal.team_mirror import limits
from leaderjournal.team_mirror.models import TeamMirror
from leaderjournal.worker import send_team_mirrors

START = datetime(2026, 11, 3, 9, tzinfo=UTC)


def list_addresses(number, at="example.com", of="person"):
    return "\n".join(f"{of}{n}@{at}" for n in range(number))


class Browser:
    """A leader who mails links from the page."""

    def __init__(self, app, leader):
        self.client = app.test_client()
        self.leader = leader
        self.csrf = sign_in(self.client, leader)

    def ask(self, text):
        form = {"csrf_token": self.csrf, "addresses": text}
        return self.client.post("/team-mirror", data=form)

    def close(self):
        month = self.leader.today()[:7]
        form = {"csrf_token": self.csrf}
        assert self.client.post(f"/team-mirror/{month}/close", data=form).status_code == 303

    def page(self):
        return self.client.get("/team-mirror").text


@pytest.fixture
def create_browser(app, client):
    """Return a function that creates a leader with a browser."""

    def create(**chosen):
        return Browser(app, create_leader(client, **chosen))

    return create


def count_mirrors(app):
    with app.app_context():
        return db.session.scalar(sa.select(sa.func.count()).select_from(TeamMirror))


def update_account(app, leader, **values):
    with app.app_context(), write_transaction() as session:
        changed = sa.update(Account).where(Account.id == UUID(leader.id)).values(**values)
        session.execute(changed)


def get_text(mail):
    return mail.get_payload(decode=True).decode()


@pytest.mark.parametrize(
    "name",
    ["Win a prize at evil.example", "https://evil.example", "Ann\nBcc: x@y.example", "A" * 99],
)
def test_suspicious_leader_name_is_left_out_of_the_mail(app, create_browser, mailbox, name):
    browser = create_browser(name=name)
    browser.ask(list_addresses(3))
    send_team_mirrors(app)
    assert len(mailbox) == 3
    for mail in mailbox:
        assert name.split()[0] not in mail["Subject"]
        assert name not in get_text(mail)
        assert "evil" not in mail.as_string()
        assert browser.leader.email in get_text(mail), "the receiver learns who create_browser"


def test_leader_name_appears_with_the_verified_address_and_not_in_the_subject(
    app, create_browser, mailbox
):
    browser = create_browser(name="Mira Adler-O’Neil")
    browser.ask(list_addresses(3))
    send_team_mirrors(app)
    for mail in mailbox:
        assert "Mira" not in mail["Subject"]
        assert f"Mira Adler-O’Neil ({browser.leader.email})" in get_text(mail)


def test_request_sends_no_mail(app, create_browser, mailbox):
    asked = create_browser().ask(list_addresses(3))
    assert asked.status_code == 303
    assert len(mailbox) == 0
    assert send_team_mirrors(app) == 3
    assert len(mailbox) == 3


def test_unverified_leader_cannot_send_links(app, create_browser, mailbox):
    browser = create_browser()
    update_account(app, browser.leader, email_verified_at=None)
    assert "Confirm your own e-mail address first" in browser.page()
    refused = browser.ask(list_addresses(3))
    assert refused.status_code == 422
    assert "Confirm your own e-mail address first" in refused.text
    assert count_mirrors(app) == 0
    send_team_mirrors(app)
    assert len(mailbox) == 0
    made = browser.leader.call("POST", "/team-mirrors", {"links": 3})
    assert made.status_code == 201, "links to hand out by hand need no proof"


def test_reopening_is_limited_per_day(app, create_browser, mailbox):
    browser = create_browser()
    replies = []
    for turn in range(20):
        replies.append(browser.ask(list_addresses(3, of=f"person{turn}-")))
        if replies[-1].status_code == 303:
            browser.close()
    assert [reply.status_code for reply in replies] == [303] * 3 + [429] * 17
    assert "10 addresses a day" in replies[-1].text
    assert "person19-0@example.com" in replies[-1].text, "what was typed is given back"
    assert int(replies[-1].headers["Retry-After"]) > 0


def test_new_address_can_mail_ten_a_day_and_an_older_one_fifty(app, create_browser):
    with time_machine.travel(START, tick=False):
        browser = create_browser()
        refused = browser.ask(list_addresses(11))
        assert refused.status_code == 429
        assert "10 addresses a day" in refused.text
        assert count_mirrors(app) == 0
        assert browser.ask(list_addresses(10)).status_code == 303, (
            "a refused try counts for nothing"
        )
    with time_machine.travel(START + timedelta(days=4), tick=False):
        browser = Browser(app, browser.leader)
        browser.close()
        assert browser.ask(list_addresses(50)).status_code == 303
        browser.close()
        assert browser.ask(list_addresses(3)).status_code == 429


def test_addresses_are_limited_per_month(app, create_browser):
    with time_machine.travel(START, tick=False):
        browser = create_browser()
    reached = 0
    for day in (5, 7, 9):
        with time_machine.travel(START + timedelta(days=day), tick=False):
            browser = Browser(app, browser.leader)
            reply = browser.ask(list_addresses(50))
            if reply.status_code == 303:
                reached += 50
                browser.close()
    assert reached == 100
    assert reply.status_code == 429
    assert "100 addresses in 30 days" in reply.text


def test_limits_survive_erasing_and_recreating_the_account(app, create_browser):
    browser = create_browser()
    assert browser.ask(list_addresses(10)).status_code == 303
    with app.app_context():
        erase_account(UUID(browser.leader.id), now=clock.now())
    again = create_browser()
    again.leader.email = f"{browser.leader.email.replace('@', '+again@')}"
    with app.app_context():
        mine = accounts_store.find_leader(UUID(again.leader.id))
        accounts_store.change_email(mine, again.leader.email, verified_at=clock.now())
    assert Browser(app, again.leader).ask(list_addresses(3)).status_code == 429
    assert count_mirrors(app) == 0


def test_api_limits_mirrors_per_day(leader):
    statuses = []
    for _ in range(limits.OPENINGS_A_DAY.most + 2):
        reply = leader.call("POST", "/team-mirrors", {"links": 3})
        statuses.append(reply.status_code)
        leader.call("POST", f"/team-mirrors/{leader.today()[:7]}/close")
    assert statuses == [201] * limits.OPENINGS_A_DAY.most + [429] * 2
    assert f"{limits.OPENINGS_A_DAY.most} times a day" in reply.json["detail"]
    assert int(reply.headers["Retry-After"]) > 0


def test_existing_mirror_uses_no_allowance(leader):
    assert leader.call("POST", "/team-mirrors", {"links": 3}).status_code == 201
    for _ in range(limits.OPENINGS_A_DAY.most * 2):
        assert leader.call("POST", "/team-mirrors", {"links": 3}).status_code == 409


def test_concurrent_requests_open_one_mirror_and_use_one_allowance(app, create_browser):
    browser = create_browser()
    clients = []
    for _ in range(8):
        client = app.test_client()
        clients.append((client, sign_in(client, browser.leader)))

    def ask(one):
        client, csrf = one
        form = {"csrf_token": csrf, "addresses": list_addresses(6)}
        return client.post("/team-mirror", data=form, follow_redirects=False).status_code

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(ask, clients))
    assert count_mirrors(app) == 1
    browser.close()
    assert browser.ask(list_addresses(5)).status_code == 429
    assert browser.ask(list_addresses(4)).status_code == 303, "six of ten were used"


def test_mails_to_one_person_are_limited_across_leaders(app, create_browser, mailbox):
    victim = ["victim@gmail.com", "Victim+1@gmail.com", "v.i.c.t.i.m+x@googlemail.com"]
    for turn in range(4):
        browser = create_browser()
        browser.ask(f"{victim[turn % 3]}\n{list_addresses(2, of=f'other{turn}-')}")
    send_team_mirrors(app)
    to_victim = [mail for mail in mailbox if "ictim" in mail["To"].replace(".", "")]
    assert len(to_victim) == limits.RECEIVED_A_DAY.most == 2
    assert "2 of 3 links are sent" in browser.page()
    assert "1 could not be sent" in browser.page()


def test_spellings_of_one_address_get_one_link(create_browser):
    refused = create_browser().ask("ann@example.com\nann+1@example.com\nann+2@example.com")
    assert refused.status_code == 422
    assert "Name each address once." in refused.text


def test_unprintable_leader_address_cannot_send_links(app, create_browser):
    browser = create_browser()
    with app.app_context():
        mine = accounts_store.find_leader(UUID(browser.leader.id))
        accounts_store.change_email(mine, '"http://evil.example/"@example.com')
    update_account(app, browser.leader, email_verified_at=START)
    assert browser.ask(list_addresses(3)).status_code == 422
    assert count_mirrors(app) == 0
    assert csrf_token(browser.client, "/settings")
    assert re.search("cannot be shown", browser.ask(list_addresses(3)).text)
