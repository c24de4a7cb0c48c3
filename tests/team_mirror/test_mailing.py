"""Links on their way by mail: a mail server in trouble, workers that die, leaders that go."""

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
import time_machine
from aiosmtpd.controller import Controller
from factories import a_leader, sign_in

from leaderjournal import create_app
from leaderjournal.accounts import store as accounts_store
from leaderjournal.accounts.erasure.store import erase_account
from leaderjournal.accounts.models import Account
from leaderjournal.kernel import clock
from leaderjournal.kernel.context import get_settings
from leaderjournal.kernel.database import db, write_transaction
from leaderjournal.kernel.first_run import create_secrets
from leaderjournal.kernel.schema import upgrade
from leaderjournal.kernel.settings import Settings
from leaderjournal.models import Base
from leaderjournal.team_mirror.mailing import store
from leaderjournal.team_mirror.mailing.models import TeamMirrorMailing
from leaderjournal.team_mirror.mailing.rules import LEASE, RETRY_DELAYS
from leaderjournal.team_mirror.models import TeamMirror
from leaderjournal.worker import send_team_mirrors

ROOT = Path(__file__).resolve().parents[2]
START = datetime(2026, 11, 3, 9, tzinfo=UTC)
TEAM = [f"person{n}@example.com" for n in range(5)]


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


class Server:
    """A mail server that answers as it is told to, by address; the rest is taken.

    `meanwhile` is called with each mail before it is taken.
    """

    def __init__(self):
        self.port = free_port()
        self.replies = {}
        self.taken = []
        self.meanwhile = lambda: None
        self.breaks_after_first = False

    def start(self):
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self.controller.start()

    def stop(self):
        self.controller.stop()

    async def handle_RCPT(self, smtp, session, envelope, address, options):  # noqa: N802 - aiosmtpd calls it so
        reply = self.replies.get(address, "250 OK")
        if reply.startswith("250"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, smtp, session, envelope):  # noqa: N802 - aiosmtpd calls it so
        [to] = envelope.rcpt_tos
        await asyncio.get_running_loop().run_in_executor(None, self.meanwhile)
        self.taken.append((to, envelope.content.decode()))
        if self.breaks_after_first:
            self.breaks_after_first = False
            smtp.transport.close()
        return "250 OK"

    def links(self):
        """Return (address, path) of every link that was given away."""
        return [(to, re.search(r"/mirror/[\w-]{30,}", text)[0]) for to, text in self.taken]


@pytest.fixture
def server(app, monkeypatch):
    """A mail server of this test's own, which the application sends by."""
    server = Server()
    with app.app_context():
        kept = get_settings()
    changed = replace(kept, smtp_url=f"smtp://127.0.0.1:{server.port}")
    monkeypatch.setitem(app.extensions, "settings", changed)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def asking(app, client):
    """A leader who has asked TEAM, and whose browser is open on the page."""
    leader = a_leader(client)
    browser = app.test_client()
    browser.leader = leader
    browser.csrf = sign_in(browser, leader)
    form = {"csrf_token": browser.csrf, "addresses": "\n".join(TEAM)}
    assert browser.post("/team-mirror", data=form).status_code == 303
    return browser


def page(browser):
    return browser.get("/team-mirror").text


def mailing(app):
    with app.app_context():
        return db.session.scalar(
            sa.select(TeamMirrorMailing).execution_options(populate_existing=True)
        )


def heard(app):
    """Return the one mirror's document."""
    with app.app_context():
        row = db.session.scalar(sa.select(TeamMirror))
        cipher = accounts_store.find_leader(row.account_id).cipher
        return cipher.decrypt_json(
            row.document, table="team_mirrors", column="document", row=row.id
        )


def addresses_kept(app):
    with app.app_context():
        row = db.session.scalar(sa.select(TeamMirrorMailing))
        cipher = accounts_store.find_leader(row.account_id).cipher
        document = cipher.decrypt_json(
            row.document, table="team_mirror_mailings", column="document", row=row.mirror_id
        )
        return sorted(filter(None, [*document["waiting"], document["trying"]]))


def everything(app):
    """Return all that the database and the queue hold, what is encrypted opened."""
    found = []
    with app.app_context():
        for table in Base.metadata.sorted_tables:
            found += [str(tuple(row)) for row in db.session.execute(sa.select(table))]
    found.append(json.dumps(heard(app)))
    if mailing(app):
        found += addresses_kept(app)
    return "\n".join(found)


def later(delay):
    return time_machine.travel(clock.now() + delay, tick=False)


def answer(app, link):
    return app.test_client().post(link, data={"score-let-go": "3"})


def test_some_are_refused_for_good_some_for_now_and_the_rest_are_sent(app, asking, server):
    server.replies = {TEAM[0]: "550 Nobody here", TEAM[1]: "451 Later"}
    assert send_team_mirrors(app) == 3
    assert "3 of 5 links are sent. 1 is still on the way." in page(asking)
    assert "1 could not be sent." in page(asking)
    assert addresses_kept(app) == [TEAM[1]], "what is settled is forgotten"
    assert len(heard(app)["unused"]) == 3, "a link that reached nobody answers nothing"
    assert send_team_mirrors(app) == 0, "not before its time"
    with later(RETRY_DELAYS[0]):
        assert send_team_mirrors(app) == 0
    server.replies = {}
    with later(RETRY_DELAYS[0] + RETRY_DELAYS[1]):
        assert send_team_mirrors(app) == 1
    assert addresses_kept(app) == []
    assert mailing(app).next_try_at is None
    assert heard(app)["issued"] == 4
    links = dict(server.links())
    assert set(links) == set(TEAM[1:])
    for link in links.values():
        assert answer(app, link).status_code == 200
    assert asking.leader.get("/team-mirrors").json["items"][0]["is_closed"], "all have answered"


def test_missing_links_are_made_once_and_handed_out(app, asking, server):
    server.replies = dict.fromkeys(TEAM[:2], "550 Nobody here")
    send_team_mirrors(app)
    month = asking.leader.today()[:7]
    assert "Make 2 links to hand out" in page(asking)
    form = {"csrf_token": asking.csrf}
    made = asking.post(f"/team-mirror/{month}/links", data=form)
    links = re.findall(r'value="http://localhost(/mirror/[\w-]{30,})"', made.text)
    assert len(set(links)) == 2
    assert asking.post(f"/team-mirror/{month}/links", data=form).status_code == 303
    assert "2 were made for you to hand out." in page(asking)
    assert heard(app)["issued"] == 5
    assert all(answer(app, link).status_code == 200 for link in links)


def test_a_server_that_is_down_loses_nothing_and_is_given_up_in_the_end(app, asking, server):
    server.stop()
    at = clock.now()
    for turn, wait in enumerate(RETRY_DELAYS):
        with time_machine.travel(at, tick=False):
            assert send_team_mirrors(app) == 0
            assert mailing(app).attempts == turn + 1
            assert addresses_kept(app) == TEAM
            assert "0 of 5 links are sent. 5 are still on the way." in page(asking)
            assert heard(app)["unused"] == []
        at += wait
    with time_machine.travel(at, tick=False):
        send_team_mirrors(app)
        assert "5 could not be sent." in page(asking)
    assert addresses_kept(app) == []
    assert heard(app)["issued"] == 0
    assert sum(RETRY_DELAYS, timedelta()) < timedelta(days=1), "no address is kept for longer"
    server.start()


def test_it_goes_on_where_it_was_once_the_server_is_back(app, asking, server):
    server.stop()
    send_team_mirrors(app)
    server.start()
    with later(RETRY_DELAYS[0]):
        assert send_team_mirrors(app) == 5
    assert sorted(to for to, _ in server.links()) == TEAM


def test_no_row_ever_holds_a_link_nor_which_address_got_it(app, asking, server):
    looks, hashes = [everything(app)], []

    def look():
        looks.append(everything(app))
        hashes.append(tuple(heard(app)["unused"]))

    server.meanwhile = look
    assert send_team_mirrors(app) == 5
    looks.append(everything(app))
    assert len(set(hashes)) == 1, "sending changes the mirror no more"
    assert len(hashes[0]) == 5
    for _, link in server.links():
        assert all(link.rpartition("/")[2] not in look for look in looks)
    assert all(address in looks[0] for address in TEAM)
    assert not any(address in looks[-1] for address in TEAM)


def test_the_addresses_stand_nowhere_in_plain(app, asking):
    with app.app_context():
        rows = [
            value if isinstance(value, bytes) else str(value).encode()
            for table in Base.metadata.sorted_tables
            for row in db.session.execute(sa.select(table))
            for value in row
        ]
    assert not any(address.encode() in value for address in TEAM for value in rows)
    assert len(app.extensions["queue"]) == 0


def test_many_workers_at_once_send_each_mail_once(app, asking, server):
    with ThreadPoolExecutor(6) as workers:
        sent = list(workers.map(lambda _: send_team_mirrors(app), range(6)))
    assert sum(sent) == 5
    assert sorted(to for to, _ in server.links()) == TEAM
    assert len(heard(app)["unused"]) == 5


@pytest.mark.parametrize("how", ["suspended", "unproven", "erased", "closed"])
def test_nothing_is_sent_for_a_leader_who_may_not_or_a_mirror_that_is_over(
    app, asking, server, how
):
    server.replies = {TEAM[0]: "451 Later"}
    assert send_team_mirrors(app) == 4
    account = UUID(asking.leader.id)
    with app.app_context():
        if how == "erased":
            erase_account(account, now=clock.now())
        elif how != "closed":
            values = (
                {"suspended_at": clock.now()} if how == "suspended" else {"email_verified_at": None}
            )
            with write_transaction() as session:
                session.execute(sa.update(Account).values(values))
    if how == "closed":
        asking.leader.call("POST", f"/team-mirrors/{asking.leader.today()[:7]}/close")
    server.replies = {}
    assert send_team_mirrors(app) == 0, "and the address goes before it was due again"
    with later(timedelta(days=1)):
        assert send_team_mirrors(app) == 0
    if how in {"erased", "closed"}:
        assert mailing(app) is None
    else:
        assert addresses_kept(app) == []
        assert mailing(app).unsent == 1


def test_a_leader_who_is_suspended_meanwhile_sends_no_more(app, asking, server):
    def suspend():
        with app.app_context(), write_transaction() as session:
            values = {"suspended_at": clock.now()}
            session.execute(sa.update(Account).values(values))

    server.meanwhile = suspend
    assert send_team_mirrors(app) == 1
    send_team_mirrors(app)
    assert len(server.taken) == 1
    assert addresses_kept(app) == []


def test_a_worker_that_died_leaves_one_in_doubt_and_another_sends_the_rest(app, asking, server):
    with app.app_context():
        turn = store.begin_round(mailing(app).mirror_id, now=clock.now())
        first, second = turn.waiting[:2]
        store.begin_mail(turn, first, now=clock.now())
        store.end_mail(turn, was_sent=True, now=clock.now())
        store.begin_mail(turn, second, now=clock.now())
    assert send_team_mirrors(app) == 0, "the lease is the dead worker's"
    with later(LEASE + timedelta(seconds=1)):
        assert send_team_mirrors(app) == 3
        with app.app_context():
            assert not store.end_mail(turn, was_sent=True, now=clock.now()), "it comes too late"
        assert "4 of 5 links are sent." in page(asking)
        assert "1 may not have arrived" in page(asking)
    assert {to for to, _ in server.links()} == set(TEAM) - {first, second}
    assert addresses_kept(app) == []
    assert heard(app)["issued"] == 5
    for link in (turn.links[first], turn.links[second]):
        assert answer(app, f"/mirror/{link}").status_code == 200, "it may have arrived"


def test_a_worker_that_dies_at_every_try_is_not_followed_for_ever(app, asking, server):
    at = clock.now()
    for _ in range(len(RETRY_DELAYS) + 1):
        with app.app_context():
            assert store.begin_round(mailing(app).mirror_id, now=at)
        at += LEASE + timedelta(seconds=1)
    with time_machine.travel(at, tick=False):
        assert send_team_mirrors(app) == 0
        assert "5 could not be sent." in page(asking)
    assert addresses_kept(app) == []


def test_a_connection_that_breaks_after_a_mail_leaves_one_link_that_works(app, asking, server):
    server.breaks_after_first = True
    send_team_mirrors(app)
    with later(RETRY_DELAYS[0]):
        assert send_team_mirrors(app) == 5
    twice = server.links()[0][0]
    both = [link for to, link in server.links() if to == twice]
    assert [answer(app, link).status_code for link in both] == [410, 200]


def test_a_key_that_is_not_configured_holds_up_nobody_else(app, asking, server, client):
    with app.app_context(), write_transaction() as session:
        session.execute(sa.update(Account).values(key_wrapped_by="lost"))
    other = a_leader(client)
    browser = app.test_client()
    form = {"csrf_token": sign_in(browser, other), "addresses": "\n".join(TEAM)}
    browser.post("/team-mirror", data=form)
    assert send_team_mirrors(app) == 5


def test_a_killed_worker_sends_nobody_two_links(tmp_path, new_postgresql_database):
    """A real process on PostgreSQL, killed (SIGKILL) while the mail server holds its mail."""
    server, holds, goes_on = Server(), threading.Event(), threading.Event()

    def hold():
        if len(server.taken) == 2 and not goes_on.is_set():
            holds.set()
            goes_on.wait(60)

    server.meanwhile = hold
    server.start()
    environment = create_secrets() | {
        "DATABASE_URL": new_postgresql_database(),
        "QUEUE_URL": f"sqlite:///{tmp_path / 'queue.db'}",
        "INSTANCE_PATH": str(tmp_path),
        "SMTP_URL": f"smtp://127.0.0.1:{server.port}",
        "PUBLIC_URL": "http://localhost",
    }
    chosen = Settings.from_environment(environment, tmp_path)
    upgrade(chosen.database_url)
    app = create_app(chosen)
    leader = a_leader(app.test_client())
    browser = app.test_client()
    csrf = sign_in(browser, leader)
    form = {"csrf_token": csrf, "addresses": "\n".join(TEAM)}
    assert browser.post("/team-mirror", data=form).status_code == 303
    worker = subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "app", "worker", "--once"],
        cwd=ROOT,
        env=os.environ | environment,
    )
    try:
        assert holds.wait(120)
        worker.send_signal(signal.SIGKILL)
    finally:
        worker.kill()
        worker.wait()
        goes_on.set()
    with later(LEASE + timedelta(minutes=1)):
        assert send_team_mirrors(app) == 2
    server.stop()
    written_to = [to for to, _ in server.links()]
    assert len(set(written_to)) == len(written_to) == 4, "nobody gets two"
    assert "1 may not have arrived" in page(browser)
    assert "Make 1 link to hand out" in page(browser)
    for _, link in server.links():
        assert answer(app, link).status_code == 200
    with app.app_context():
        db.engine.dispose()
