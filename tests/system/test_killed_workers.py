"""Workers that die at any point: nothing stays unsent, and no leader is shown a prompt twice.

Real processes on PostgreSQL, which are killed (SIGKILL) while they work.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import chain
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from factories import ask_daily, many_leaders, one_device_each
from prompts.factories import find_zone_at_hour

from leaderjournal import create_app
from leaderjournal.kernel import clock
from leaderjournal.kernel.database import db
from leaderjournal.kernel.first_run import create_secrets
from leaderjournal.kernel.schema import upgrade
from leaderjournal.kernel.settings import Settings
from leaderjournal.prompts.delivery import message_store, store
from leaderjournal.prompts.delivery.rules import Decision

ROOT = Path(__file__).resolve().parents[2]
LEADERS = 2_000
WORKERS = 3
SEED = 20261125
KILLS = 12
BLACKOUTS = 3
"""How many of the kills take every worker at once, so that it is known what they left behind."""
HELD = "SELECT id FROM prompt_messages WHERE attempts > 0 AND outcome IS NULL"
TRIED_AGAIN = "SELECT id FROM prompt_messages WHERE attempts > 1"
GIVE_UP_AFTER = 300
"""Seconds after which a test that hangs ends. How long it takes is no matter of its own."""


class Service:
    """An installation on PostgreSQL, with the leaders and workers of one test."""

    def __init__(self, database_url, push_service, folder, **settings):
        self.push_service = push_service
        self.folder = folder
        self.environment = create_secrets() | {
            "DATABASE_URL": database_url,
            "QUEUE_URL": database_url,
            "INSTANCE_PATH": str(folder),
            "PUSH_ALLOWED_HOSTS": push_service.host,
            **settings,
        }
        settings = Settings.from_environment(self.environment, folder)
        upgrade(settings.database_url)
        self.app = create_app(settings)
        self.database = psycopg.connect(database_url, autocommit=True)
        self.workers = []
        self.started = 0
        self.ends_at = time.monotonic() + GIVE_UP_AFTER

    def close(self):
        for worker in self.workers:
            worker.kill()
            worker.wait()
        self.database.close()
        with self.app.app_context():
            db.engine.dispose()

    def leaders_to_be_asked_now(self, number):
        """Make leaders with one device each and a prompt that is due; return device by leader."""
        zone = find_zone_at_hour(12)
        leaders = many_leaders(self.app, number, time_zone=zone)
        devices = list(self.push_service.create_subscriptions(number))
        one_device_each(self.app, leaders, devices)
        this_minute = clock.now().replace(second=0, microsecond=0)
        ask_daily(self.app, leaders, first=this_minute, time_zone=zone)
        return {
            leader: device["endpoint"].rpartition("/")[2]
            for leader, device in zip(leaders, devices, strict=True)
        }

    def start_workers(self):
        """Start as many workers as are missing."""
        while len(self.workers) < WORKERS:
            self.started += 1
            with (self.folder / f"worker-{self.started}.log").open("wb") as log:
                worker = subprocess.Popen(
                    [sys.executable, "-m", "flask", "--app", "app", "worker"],
                    cwd=ROOT,
                    env=os.environ | self.environment,
                    stdout=log,
                    stderr=log,
                )
            self.workers.append(worker)

    def kill(self, *workers):
        for worker in workers:
            assert worker.poll() is None, "a worker ended by itself"
            worker.send_signal(signal.SIGKILL)
        for worker in workers:
            worker.wait()
        self.workers = [worker for worker in self.workers if worker not in workers]

    def ask(self, query):
        return self.database.execute(query).fetchall()

    def sent(self):
        [[sent]] = self.ask("SELECT count(*) FROM prompt_messages WHERE outcome = 'sent'")
        return sent

    def steps_done(self):
        """Return how many prompts were claimed and how many sent, together."""
        [[claimed]] = self.ask("SELECT count(*) FROM prompt_deliveries")
        return claimed + self.sent()

    def wait_until(self, reached):
        while not reached():
            if time.monotonic() > self.ends_at:
                logs = "".join(log.read_text() for log in sorted(self.folder.glob("worker-*.log")))
                raise AssertionError(f"{self.sent()} were sent, then nothing came.\n{logs[-4000:]}")
            time.sleep(0.005)


@pytest.fixture
def service(new_postgresql_database, push_service, tmp_path, request):
    """Return a function that makes the installation."""

    def make(**settings):
        made = Service(new_postgresql_database(), push_service, tmp_path, **settings)
        request.addfinalizer(made.close)
        return made

    return make


def assert_each_is_asked_once(service, devices):
    """Check that every leader's device shows one prompt, and that no work is left."""
    shown = service.push_service.list_all_shown()
    assert Counter(map(len, shown.values())) == {1: len(devices)}
    assert {identity: UUID(note["data"]["account"]) for identity, [note] in shown.items()} == {
        identity: leader for leader, identity in devices.items()
    }
    assert service.ask(
        "SELECT outcome, status, next_try_at, count(*) FROM prompt_messages GROUP BY 1, 2, 3"
    ) == [("sent", 201, None, len(devices))]
    assert service.ask(
        "SELECT decision, count(*), count(DISTINCT account_id) FROM prompt_deliveries GROUP BY 1"
    ) == [("due", len(devices), len(devices))]
    assert service.ask("SELECT count(*) FROM prompt_schedules WHERE next_due_at > now()") == [
        (len(devices),)
    ]


def test_each_leader_is_shown_one_prompt_though_workers_are_killed(service, capsys):
    chance = random.Random(SEED)  # noqa: S311 - the same kills every time
    service = service(PROMPT_LEASE_SECONDS="3")
    devices = service.leaders_to_be_asked_now(LEADERS)
    moments = sorted(chance.sample(range(1, 2 * LEADERS - 200), KILLS))
    blackouts = set(chance.sample(moments, BLACKOUTS))
    left_behind = set()
    told = []
    service.start_workers()
    for moment in moments:
        service.wait_until(lambda moment=moment: service.steps_done() >= moment)
        time.sleep(chance.uniform(0, 0.05))  # into the midst of the next step
        killed = service.workers if moment in blackouts else [chance.choice(service.workers)]
        sent = service.sent()
        service.kill(*killed)
        held = set(service.ask(HELD))
        told.append(f"{len(killed)} killed when {sent} were sent, {len(held)} half done")
        if moment in blackouts:
            left_behind |= held
        service.start_workers()
    service.wait_until(lambda: service.sent() == LEADERS)
    service.kill(*service.workers)

    assert_each_is_asked_once(service, devices)
    tried_again = set(service.ask(TRIED_AGAIN))
    assert left_behind, "no worker was killed in the midst of its work"
    assert left_behind <= tried_again
    arrivals = Counter(map(len, service.push_service.list_arrivals().values()))
    told.append(f"{len(tried_again)} tried again; devices by arrivals: {dict(arrivals)}")
    with capsys.disabled():
        sys.stdout.write("\n" + "\n".join(told) + "\n")


def test_workers_that_claim_at_the_same_time_are_never_given_the_same(service):
    service = service()
    service.leaders_to_be_asked_now(LEADERS)
    hour = timedelta(hours=1)

    def claim_due(_):
        due = Counter()
        with service.app.app_context():
            while fates := store.claim_due(now=clock.now(), limit=40, by_mail=False):
                due += fates
        return due

    def claim_waiting(_):
        waiting = []
        with service.app.app_context():
            while given := message_store.claim_messages(now=clock.now(), limit=40, lease=hour):
                waiting += given
        return waiting

    with ThreadPoolExecutor(WORKERS) as threads:
        due = list(threads.map(claim_due, range(WORKERS)))
        given = list(chain.from_iterable(threads.map(claim_waiting, range(WORKERS))))
    assert sum(due, Counter()) == {Decision.DUE: LEADERS}
    assert Counter(Counter(message.account_id for message in given).values()) == {1: LEADERS}
    assert {message.attempts for message in given} == {1}
