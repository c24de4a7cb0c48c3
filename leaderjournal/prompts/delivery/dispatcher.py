"""The worker's loop: claim the prompts that are due, send them and record the results.

A batch does each step once and never waits for a push service or mail server: a later batch
records what is still in flight. While nothing is due, the questions of the next leaders are chosen,
so that only sending is left when very many prompts are due at the same instant.
"""

import logging
from collections.abc import Sequence
from datetime import timedelta
from threading import Event
from typing import Self
from uuid import UUID

import sqlalchemy as sa
from flask import Flask

from leaderjournal.kernel import clock
from leaderjournal.kernel.context import get_settings
from leaderjournal.kernel.database import db
from leaderjournal.kernel.days import Instant
from leaderjournal.kernel.outages import format_outage
from leaderjournal.prompts.content.composing import compose_contents, ensure_questions
from leaderjournal.prompts.delivery import message_store, metrics, store
from leaderjournal.prompts.delivery.message_sender import MessageSender
from leaderjournal.prompts.delivery.message_store import ClaimedMessage
from leaderjournal.prompts.delivery.relevance import find_irrelevant
from leaderjournal.prompts.delivery.results import SendResult, build_message_result
from leaderjournal.prompts.delivery.review_invitations import find_invitations
from leaderjournal.prompts.delivery.store import ScheduleCursor

log = logging.getLogger("leaderjournal.prompts")

CLAIM_BATCH = 500
PREPARE_BATCH = 100
PREPARE_AHEAD = timedelta(minutes=10)
POLL_SECONDS = 1.0
"""Seconds between two checks while nothing is due."""
RESULT_WAIT_SECONDS = 0.05
"""Seconds for which a batch collects results, so that they are recorded together."""
DATABASE_RETRY_SECONDS = 5.0
"""Seconds until the next attempt after the database failed."""


class Dispatcher:
    """Sends the prompts that are due.

    It belongs to one thread. Any number of dispatchers can work on one database.
    """

    def __init__(self, app: Flask, *, seconds: float = 10) -> None:
        """Send for `app`; a push service has `seconds` to respond."""
        self._app = app
        with app.app_context():
            chosen = get_settings()
        self._lease = chosen.prompt_lease
        self._sender = MessageSender(chosen, seconds=seconds)
        self._cursor: ScheduleCursor = clock.now(), UUID(int=0)
        self._sent = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Wait for the messages in flight, record their results and close every connection.

        Messages that were not started stay claimed and are sent when their lease expires.
        """
        self._sender.close()
        with self._app.app_context():
            self._record(self._sender.collect(0))

    def run(self, stop: Event) -> None:
        """Process batches until `stop` is set; pause while nothing is due or the database fails."""
        while not stop.is_set():
            try:
                busy = self.process_batch() or self.prepare_questions()
            except sa.exc.SQLAlchemyError as error:
                # Messages that are claimed but not sent are sent when their lease expires.
                log.warning("the database failed: %s", format_outage(error))
                stop.wait(DATABASE_RETRY_SECONDS)
                continue
            if not busy:
                stop.wait(POLL_SECONDS)

    def run_once(self) -> int:
        """Send everything that is due now and record it; return the number of attempts."""
        before = self._sent
        while self.process_batch():
            pass
        return self._sent - before

    def process_batch(self) -> bool:
        """Claim, send and record once; return whether there was anything to do."""
        with self._app.app_context():
            now = clock.now()
            decisions = store.claim_due(
                now=now, limit=CLAIM_BATCH, by_mail=self._sender.can_send_mail
            )
            for decision, prompts in decisions.items():
                metrics.PROMPTS.labels(decision.value).inc(prompts)
            messages = self._claim_messages(now)
            self._send(messages, now)
            results = self._sender.collect(RESULT_WAIT_SECONDS if self._sender.is_busy else 0)
            self._record(results)
            return bool(decisions or messages or results or self._sender.is_busy)

    def prepare_questions(self) -> bool:
        """Choose the questions of leaders who are prompted soon; return whether there were any."""
        with self._app.app_context():
            now = clock.now()
            with store.lock_upcoming(
                now=now,
                after=max(self._cursor, (now, UUID(int=0))),
                until=Instant(now + PREPARE_AHEAD),
                limit=PREPARE_BATCH,
                by_mail=self._sender.can_send_mail,
            ) as upcoming:
                if upcoming.last is None:
                    return False
                ensure_questions(set(upcoming.days))
                self._cursor = upcoming.last
                return True

    def _claim_messages(self, now: Instant) -> list[ClaimedMessage]:
        messages = []
        if pushes := self._sender.push_capacity:
            messages += message_store.claim_messages(now=now, limit=pushes, lease=self._lease)
        if mails := self._sender.mail_capacity:
            messages += message_store.claim_messages(
                now=now, limit=mails, lease=self._lease, mails=True
            )
        # An attempt in flight can outlast its lease: the message is not sent beside it again.
        return [message for message in messages if not self._sender.is_in_flight(message)]

    def _send(self, messages: Sequence[ClaimedMessage], now: Instant) -> None:
        if not messages:
            return
        invitations = find_invitations(
            db.session,
            {(message.account_id, message.local_date, message.slot) for message in messages},
        )
        contents = compose_contents(messages, invitations)
        irrelevant = find_irrelevant(messages, invitations, now=now)
        if irrelevant:
            message_store.record_results(irrelevant)
            metrics.count_results(irrelevant, now=now)
        dropped = {result.message.id for result in irrelevant}
        for message in messages:
            if message.id not in dropped:
                self._sender.send(message, contents[message.id], now)

    def _record(self, results: Sequence[SendResult]) -> None:
        now = clock.now()
        recorded = [
            build_message_result(result, now) for result in results if result.outcome is not None
        ]
        try:
            if recorded:
                message_store.record_results(recorded)
        except sa.exc.SQLAlchemyError:
            self._sender.put_back(results)  # to be recorded when the database works again
            raise
        for result in results:
            self._sender.finish(result, now)
        self._sent += len(recorded)
        metrics.count_results(recorded, now=now)
