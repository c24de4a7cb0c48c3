"""Links sent by mail, with failing mail servers, dying workers and leaders who leave."""

import json
import os
import re
import signal
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
from factories import create_leader, sign_in
from team_mirror.mail_server import MailServer

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


@pytest.fixture
def server(app, monkeypatch):
    """The mail server that the application uses."""
    server = MailServer()
    with app.app_context():
        kept = get_settings()
    changed = replace(kept, smtp_url=f"smtp://127.0.0.1:{server.port}")
    monkeypatch.setitem(app.extensions, "settings", changed)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def browser(app, client):
    """The browser of a leader who has mailed links to TEAM."""
    leader = create_leader(client)
    browser = app.test_client()
    browser.leader = leader
    browser.csrf = sign_in(browser, leader)
    form = {"csrf_token": browser.csrf, "addresses": "\n".join(TEAM)}
    assert browser.post("/team-mirror", data=form).status_code == 303
    return browser


def get_page(browser):
    return browser.get("/team-mirror").text


def get_mailing(app):
    with app.app_context():
        return db.session.scalar(
            sa.select(TeamMirrorMailing).execution_options(populate_existing=True)
        )


def get_tally(app):
    """Return the decrypted document of the only mirror."""
    with app.app_context():
        row = db.session.scalar(sa.select(TeamMirror))
        cipher = accounts_store.find_leader(row.account_id).cipher
        return cipher.decrypt_json(
            row.document, table="team_mirrors", column="document", row=row.id
        )


def list_waiting_addresses(app):
    with app.app_context():
        row = db.session.scalar(sa.select(TeamMirrorMailing))
        cipher = accounts_store.find_leader(row.account_id).cipher
        document = cipher.decrypt_json(
            row.document, table="team_mirror_mailings", column="document", row=row.mirror_id
        )
        return sorted(filter(None, [*document["waiting"], document["trying"]]))


def dump_database(app):
    """Return every row as text, and the decrypted documents."""
    found = []
    with app.app_context():
        for table in Base.metadata.sorted_tables:
            found += [str(tuple(row)) for row in db.session.execute(sa.select(table))]
    found.append(json.dumps(get_tally(app)))
    if get_mailing(app):
        found += list_waiting_addresses(app)
    return "\n".join(found)


def travel(delay):
    return time_machine.travel(clock.now() + delay, tick=False)


def answer(app, link):
    return app.test_client().post(link, data={"score-let-go": "3"})


def test_permanent_and_temporary_refusals_do_not_stop_other_mails(app, browser, server):
    server.replies = {TEAM[0]: "550 Nobody here", TEAM[1]: "451 Later"}
    assert send_team_mirrors(app) == 3
    assert "3 of 5 links are sent. 1 is still on the way." in get_page(browser)
    assert "1 could not be sent." in get_page(browser)
    assert list_waiting_addresses(app) == [TEAM[1]], "what is settled is forgotten"
    assert len(get_tally(app)["unused"]) == 3, "a link that reached nobody answers nothing"
    assert send_team_mirrors(app) == 0, "not before its time"
    with travel(RETRY_DELAYS[0]):
        assert send_team_mirrors(app) == 0
    server.replies = {}
    with travel(RETRY_DELAYS[0] + RETRY_DELAYS[1]):
        assert send_team_mirrors(app) == 1
    assert list_waiting_addresses(app) == []
    assert get_mailing(app).next_try_at is None
    assert get_tally(app)["issued"] == 4
    links = dict(server.links())
    assert set(links) == set(TEAM[1:])
    for link in links.values():
        assert answer(app, link).status_code == 200
    assert browser.leader.get("/team-mirrors").json["items"][0]["is_closed"], "all have answered"


def test_missing_links_are_created_once_to_hand_out(app, browser, server):
    server.replies = dict.fromkeys(TEAM[:2], "550 Nobody here")
    send_team_mirrors(app)
    month = browser.leader.today()[:7]
    assert "Make 2 links to hand out" in get_page(browser)
    form = {"csrf_token": browser.csrf}
    made = browser.post(f"/team-mirror/{month}/links", data=form)
    links = re.findall(r'value="http://localhost(/mirror/[\w-]{30,})"', made.text)
    assert len(set(links)) == 2
    assert browser.post(f"/team-mirror/{month}/links", data=form).status_code == 303
    assert "2 were made for you to hand out." in get_page(browser)
    assert get_tally(app)["issued"] == 5
    assert all(answer(app, link).status_code == 200 for link in links)


def test_unreachable_server_is_retried_and_finally_given_up(app, browser, server):
    server.stop()
    at = clock.now()
    for turn, wait in enumerate(RETRY_DELAYS):
        with time_machine.travel(at, tick=False):
            assert send_team_mirrors(app) == 0
            assert get_mailing(app).attempts == turn + 1
            assert list_waiting_addresses(app) == TEAM
            assert "0 of 5 links are sent. 5 are still on the way." in get_page(browser)
            assert get_tally(app)["unused"] == []
        at += wait
    with time_machine.travel(at, tick=False):
        send_team_mirrors(app)
        assert "5 could not be sent." in get_page(browser)
    assert list_waiting_addresses(app) == []
    assert get_tally(app)["issued"] == 0
    assert sum(RETRY_DELAYS, timedelta()) < timedelta(days=1), "no address is kept for longer"
    server.start()


def test_sending_resumes_when_the_server_is_back(app, browser, server):
    server.stop()
    send_team_mirrors(app)
    server.start()
    with travel(RETRY_DELAYS[0]):
        assert send_team_mirrors(app) == 5
    assert sorted(to for to, _ in server.links()) == TEAM


def test_no_row_holds_a_link_or_its_address(app, browser, server):
    looks, hashes = [dump_database(app)], []

    def check_rows():
        looks.append(dump_database(app))
        hashes.append(tuple(get_tally(app)["unused"]))

    server.before_accepting = check_rows
    assert send_team_mirrors(app) == 5
    looks.append(dump_database(app))
    assert len(set(hashes)) == 1, "sending changes the mirror no more"
    assert len(hashes[0]) == 5
    for _, link in server.links():
        assert all(link.rpartition("/")[2] not in look for look in looks)
    assert all(address in looks[0] for address in TEAM)
    assert not any(address in looks[-1] for address in TEAM)


def test_addresses_are_never_stored_in_plain_text(app, browser):
    with app.app_context():
        rows = [
            value if isinstance(value, bytes) else str(value).encode()
            for table in Base.metadata.sorted_tables
            for row in db.session.execute(sa.select(table))
            for value in row
        ]
    assert not any(address.encode() in value for address in TEAM for value in rows)
    assert len(app.extensions["queue"]) == 0


def test_concurrent_workers_send_each_mail_once(app, browser, server):
    with ThreadPoolExecutor(6) as workers:
        sent = list(workers.map(lambda _: send_team_mirrors(app), range(6)))
    assert sum(sent) == 5
    assert sorted(to for to, _ in server.links()) == TEAM
    assert len(get_tally(app)["unused"]) == 5


@pytest.mark.parametrize("how", ["suspended", "unproven", "erased", "closed"])
def test_suspended_leader_or_closed_mirror_sends_nothing(app, browser, server, how):
    server.replies = {TEAM[0]: "451 Later"}
    assert send_team_mirrors(app) == 4
    account = UUID(browser.leader.id)
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
        browser.leader.call("POST", f"/team-mirrors/{browser.leader.today()[:7]}/close")
    server.replies = {}
    assert send_team_mirrors(app) == 0, "and the address goes before it was due again"
    with travel(timedelta(days=1)):
        assert send_team_mirrors(app) == 0
    if how in {"erased", "closed"}:
        assert get_mailing(app) is None
    else:
        assert list_waiting_addresses(app) == []
        assert get_mailing(app).unsent == 1


def test_suspending_a_leader_stops_a_running_round(app, browser, server):
    def suspend():
        with app.app_context(), write_transaction() as session:
            values = {"suspended_at": clock.now()}
            session.execute(sa.update(Account).values(values))

    server.before_accepting = suspend
    assert send_team_mirrors(app) == 1
    send_team_mirrors(app)
    assert len(server.accepted) == 1
    assert list_waiting_addresses(app) == []


def test_after_a_crash_one_mail_is_in_doubt_and_the_rest_are_sent(app, browser, server):
    with app.app_context():
        turn = store.begin_round(get_mailing(app).mirror_id, now=clock.now())
        first, second = turn.waiting[:2]
        store.begin_mail(turn, first, now=clock.now())
        store.end_mail(turn, was_sent=True, now=clock.now())
        store.begin_mail(turn, second, now=clock.now())
    assert send_team_mirrors(app) == 0, "the lease is the dead worker's"
    with travel(LEASE + timedelta(seconds=1)):
        assert send_team_mirrors(app) == 3
        with app.app_context():
            assert not store.end_mail(turn, was_sent=True, now=clock.now()), "it comes too late"
        assert "4 of 5 links are sent." in get_page(browser)
        assert "1 may not have arrived" in get_page(browser)
    assert {to for to, _ in server.links()} == set(TEAM) - {first, second}
    assert list_waiting_addresses(app) == []
    assert get_tally(app)["issued"] == 5
    for link in (turn.links[first], turn.links[second]):
        assert answer(app, f"/mirror/{link}").status_code == 200, "it may have arrived"


def test_repeated_crashes_are_given_up(app, browser, server):
    at = clock.now()
    for _ in range(len(RETRY_DELAYS) + 1):
        with app.app_context():
            assert store.begin_round(get_mailing(app).mirror_id, now=at)
        at += LEASE + timedelta(seconds=1)
    with time_machine.travel(at, tick=False):
        assert send_team_mirrors(app) == 0
        assert "5 could not be sent." in get_page(browser)
    assert list_waiting_addresses(app) == []


def test_connection_lost_after_a_mail_leaves_one_valid_link(app, browser, server):
    server.breaks_after_first = True
    send_team_mirrors(app)
    with travel(RETRY_DELAYS[0]):
        assert send_team_mirrors(app) == 5
    twice = server.links()[0][0]
    both = [link for to, link in server.links() if to == twice]
    assert [answer(app, link).status_code for link in both] == [410, 200]


def test_missing_data_key_does_not_block_other_leaders(app, browser, server, client):
    with app.app_context(), write_transaction() as session:
        session.execute(sa.update(Account).values(key_wrapped_by="lost"))
    other = create_leader(client)
    browser = app.test_client()
    form = {"csrf_token": sign_in(browser, other), "addresses": "\n".join(TEAM)}
    browser.post("/team-mirror", data=form)
    assert send_team_mirrors(app) == 5


def test_killed_worker_sends_nobody_two_links(tmp_path, new_postgresql_database):
    """A real process on PostgreSQL, killed (SIGKILL) while the mail server holds its mail."""
    server, holds, goes_on = MailServer(), threading.Event(), threading.Event()

    def hold_mail():
        if len(server.accepted) == 2 and not goes_on.is_set():
            holds.set()
            goes_on.wait(60)

    server.before_accepting = hold_mail
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
    leader = create_leader(app.test_client())
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
    with travel(LEASE + timedelta(minutes=1)):
        assert send_team_mirrors(app) == 2
    server.stop()
    written_to = [to for to, _ in server.links()]
    assert len(set(written_to)) == len(written_to) == 4, "nobody gets two"
    assert "1 may not have arrived" in get_page(browser)
    assert "Make 1 link to hand out" in get_page(browser)
    for _, link in server.links():
        assert answer(app, link).status_code == 200
    with app.app_context():
        db.engine.dispose()
