"""The worker: sends prompts that are due, runs the queue's tasks, does hourly chores.

Several workers may run: each prompt is claimed by one of them, and a chore that two do at once does
no harm, since each is one conditional statement.
"""

import logging
import os
import signal
import sys
from datetime import timedelta
from threading import Event, Thread

from flask import Flask
from huey import crontab
from huey.api import Huey

from leaderjournal.accounts.erasure.store import delete_expired
from leaderjournal.kernel import clock
from leaderjournal.kernel.database_logs import clear_logs
from leaderjournal.kernel.days import Instant
from leaderjournal.kernel.queue import enqueue
from leaderjournal.kernel.rate_limits import limiter
from leaderjournal.portability.documents import store as documents_store
from leaderjournal.portability.imports import store as imports_store
from leaderjournal.portability.tasks import bring_in_import
from leaderjournal.practice_log.trash import store as log_trash_store
from leaderjournal.prompts.delivery import store as delivery_store
from leaderjournal.prompts.delivery.dispatcher import Dispatcher
from leaderjournal.prompts.letter.sending import send_due
from leaderjournal.prompts.push import ended_store
from leaderjournal.prompts.push.plain_devices import encrypt_plain_devices
from leaderjournal.reflections.search.segments.closing import store as search_closing_store
from leaderjournal.reflections.trash import store as trash_store
from leaderjournal.team_mirror import store as team_mirror_store
from leaderjournal.team_mirror.mailing import sending as team_mirror_mailing

log = logging.getLogger("leaderjournal.worker")

UNUSED_IMPORT_LASTS = timedelta(days=1)
"""How long a previewed file waits to be imported."""

LONGEST_IMPORT = timedelta(hours=1)
"""An import that takes longer was interrupted; it is resumed."""

SWITCH_INTERVAL = 0.0005
"""Seconds after which Python switches threads, instead of the default of 5 ms.

The sending thread releases the lock at each call of libcurl, several times per message, and would
wait that long each time while another thread prepares prompts.
"""


def run_chores(app: Flask) -> dict[str, int]:
    """Delete what has expired; return how much of each kind."""
    with app.app_context():
        now = clock.now()
        return {
            "expired sign-ins, tokens and resets": delete_expired(now=now),
            "deleted log entries past keeping": log_trash_store.purge_deleted_entries(now=now),
            "deleted days past restoring": trash_store.purge_deleted_days(now=now),
            "devices encrypted that were plain": encrypt_plain_devices(),
            "devices removed long ago": ended_store.delete_old(now=now),
            "imports that were broken off": _resume_imports(now),
            "imports never confirmed": imports_store.delete_unused(
                before=Instant(now - UNUSED_IMPORT_LASTS)
            ),
            "team mirrors that are over": team_mirror_store.close_ended_mirrors(now=now),
            "documents of yesterday": documents_store.delete_expired(now=now),
            "old deliveries": delivery_store.delete_old(now=now),
            "months closed for searching": search_closing_store.close_settled_months(now=now),
            "expired rate counters": limiter.storage.clear_expired(),  # type: ignore[attr-defined]
            "logs wiped of all that": clear_logs(),
        }


def _resume_imports(now: Instant) -> int:
    left = imports_store.list_interrupted(before=Instant(now - LONGEST_IMPORT))
    for account, import_id in left:
        enqueue(bring_in_import, str(account), str(import_id))
    return len(left)


def clear_database_logs(app: Flask) -> bool:
    """Clear the logs of the databases, so that deleted data leaves the disk."""
    with app.app_context():
        return clear_logs()


def send_letters(app: Flask) -> int:
    """Send the fortnightly letters that are due; return how many."""
    with app.app_context():
        return send_due(now=clock.now())


def send_team_mirrors(app: Flask) -> int:
    """Send the links of team mirrors that are due; return how many."""
    with app.app_context():
        return team_mirror_mailing.send_due(now=clock.now())


def run_forever(app: Flask) -> None:
    """Work until the process is asked to stop; current tasks are finished first.

    Raises SystemExit (1) if prompts can no longer be sent, so that the supervisor restarts the
    process.
    """
    sys.setswitchinterval(SWITCH_INTERVAL)
    queue: Huey = app.extensions["queue"]
    queue.periodic_task(crontab(minute="7"), name="chores")(lambda: run_chores(app))
    queue.periodic_task(crontab(), name="wiping")(lambda: clear_database_logs(app))
    queue.periodic_task(crontab(minute="*/5"), name="letters")(lambda: send_letters(app))
    queue.periodic_task(crontab(), name="team-mirrors")(lambda: send_team_mirrors(app))
    stop, failed = Event(), Event()
    prompts = Thread(target=_send_prompts, args=(app, stop, failed), name="prompts")
    prompts.start()
    log.info("worker started")
    try:
        queue.create_consumer(workers=2, worker_type="thread", check_worker_health=True).run()
    finally:
        stop.set()
        prompts.join()
    if failed.is_set():
        raise SystemExit(1)


def _send_prompts(app: Flask, stop: Event, failed: Event) -> None:
    try:
        with Dispatcher(app) as dispatcher:
            dispatcher.run(stop)
    finally:
        if not stop.is_set():
            failed.set()
            os.kill(os.getpid(), signal.SIGTERM)  # a normal stop: huey finishes its tasks


def run_once(app: Flask) -> int:
    """Do what is due now; return the number of prompts, tasks, letters and links."""
    with Dispatcher(app) as dispatcher:
        done = dispatcher.run_once()
    done += run_queued_tasks(app)
    done += send_letters(app)
    done += send_team_mirrors(app)
    run_chores(app)
    return done


def run_queued_tasks(app: Flask) -> int:
    """Run every task that is due now; return how many."""
    queue: Huey = app.extensions["queue"]
    for task in queue.read_schedule():
        queue.enqueue(task)
    done = 0
    while (task := queue.dequeue()) is not None:
        queue.execute(task)
        done += 1
    return done
