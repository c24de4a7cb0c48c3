"""The worker's loop over prompts: find what is due, claim it, send it, record what came of it.

A turn does each of these once and never waits for a service: what is on its way is finished in a
later turn. So one service that hangs holds up nobody else's prompt.
"""

import logging
import random
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from datetime import timedelta
from queue import Empty, SimpleQueue
from threading import Event
from typing import Self

import sqlalchemy as sa
from flask import Flask

from leaderjournal.accounts import store as accounts_store
from leaderjournal.kernel import clock
from leaderjournal.kernel.context import settings
from leaderjournal.kernel.database import db
from leaderjournal.kernel.days import Instant
from leaderjournal.prompts.delivery import figures, store
from leaderjournal.prompts.delivery.mailer import Mailer
from leaderjournal.prompts.delivery.store import Finished, Waiting
from leaderjournal.prompts.delivery.words import words_of
from leaderjournal.prompts.letters.mails import prompt_mail
from leaderjournal.prompts.letters.unsubscribing import unsubscribe_token
from leaderjournal.prompts.push.endpoints import EndpointRefused, PushHosts
from leaderjournal.prompts.push.messages import MessageWriter
from leaderjournal.prompts.push.rules import (
    Answer,
    BadDevice,
    Device,
    Outcome,
    next_try,
    outcome,
    retry_after,
)
from leaderjournal.prompts.push.sender import PushSender
from leaderjournal.prompts.rules import Said, payload, topic
from leaderjournal.prompts.schedule.rules import AT_RISK
from leaderjournal.reflections import store as reflections_store
from leaderjournal.reviews import store as reviews_store

log = logging.getLogger("leaderjournal.prompts")

CLAIMED_AT_ONCE = 500
MOST_ON_THEIR_WAY = 400
LOOKS_EVERY = 1.0
"""Seconds between looks at the schedules while nothing is due."""
WAITS_FOR_ANSWERS = 0.05
"""Seconds in which a turn gathers answers, so that they are recorded together."""
RESTS_AFTER_TROUBLE = 5.0
"""Seconds until the database is asked again after it failed."""

Told = tuple[Waiting, Outcome, int | None, timedelta | None]
"""A message, what became of it, the service's status, and how long it asks to wait."""


class Dispatcher:
    """Sends the prompts that are due, for as long as it is asked for turns.

    It belongs to one thread. Any number of dispatchers may work on one database.
    """

    def __init__(self, app: Flask) -> None:
        self._app = app
        with app.app_context():
            chosen = settings()
        self._chosen = chosen
        self._writer = MessageWriter(chosen.vapid_private_key, chosen.vapid_subject)
        self._sender = PushSender(PushHosts(chosen.push_allowed_hosts))
        self._mailer = Mailer(chosen.smtp_url) if chosen.smtp_url else None
        self._told: SimpleQueue[Told] = SimpleQueue()
        self._on_their_way = 0
        self._tried = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Finish what is on its way, record it, and let go of every connection.

        What had not begun stays claimed until its lease runs out, and is sent then.
        """
        self._sender.close()
        if self._mailer is not None:
            self._mailer.close()
        with self._app.app_context():
            self._record(self._answers(0))

    def run(self, stop: Event) -> None:
        """Take turns until `stop` is set; rest while nothing is due or the database is away."""
        while not stop.is_set():
            try:
                busy = self.turn()
            except sa.exc.SQLAlchemyError as error:
                # What was claimed and not recorded is sent again when its lease runs out.
                log.warning("the database failed: %s", type(error).__name__)
                stop.wait(RESTS_AFTER_TROUBLE)
                continue
            if not busy:
                stop.wait(LOOKS_EVERY)

    def run_once(self) -> int:
        """Do all that is due now, answers included; return how many messages were tried."""
        before = self._tried
        while self.turn():
            pass
        return self._tried - before

    def turn(self) -> bool:
        """Claim, send and record once; tell whether there was anything to do."""
        with self._app.app_context():
            now = clock.now()
            fates = store.claim_due(
                now=now, limit=CLAIMED_AT_ONCE, by_mail=self._mailer is not None
            )
            for fate, prompts in fates.items():
                figures.DUE.labels(fate.value).inc(prompts)
            waiting = self._claim_waiting(now)
            self._send(waiting, now)
            answers = self._answers(WAITS_FOR_ANSWERS if self._on_their_way else 0)
            self._record(answers)
            return bool(fates or waiting or answers or self._on_their_way)

    def _claim_waiting(self, now: Instant) -> list[Waiting]:
        room = MOST_ON_THEIR_WAY - self._on_their_way
        lease = self._chosen.prompt_lease
        return store.claim_waiting(now=now, limit=room, lease=lease) if room else []

    def _send(self, waiting: Sequence[Waiting], now: Instant) -> None:
        if not waiting:
            return
        said = words_of(waiting)
        dropped = self._no_longer_wanted(waiting, now)
        if dropped:
            store.finish(dropped)
            for result in dropped:
                figures.MESSAGES.labels(_channel(result.message), result.outcome).inc()
        without = {result.message.id for result in dropped}
        for message in waiting:
            if message.id not in without:
                self._send_one(message, said[message.id], now)

    def _no_longer_wanted(self, waiting: Sequence[Waiting], now: Instant) -> list[Finished]:
        """Return the messages that are out of time, or that the leader has answered meanwhile."""
        written = reflections_store.kept_among(
            db.session, {m.account_id for m in waiting}, {m.local_date for m in waiting}
        )
        dropped = []
        for message in waiting:
            reason = None
            if message.expires_at <= now:
                reason = "expired"
            elif (message.account_id, message.local_date) in written:
                reason = "written"
            elif message.slot == AT_RISK and not _at_risk(message):
                reason = "safe"
            if reason:
                dropped.append(Finished(message, reason, None, now))
        return dropped

    def _send_one(self, message: Waiting, said: Said, now: Instant) -> None:
        self._on_their_way += 1
        if message.device is None:
            self._send_mail(message, said)
        else:
            self._send_push(message, message.device, said, now)

    def _send_push(self, message: Waiting, device: Device, said: Said, now: Instant) -> None:
        content = payload(
            said=said,
            local_date=message.local_date,
            account=message.account_id,
            public_url=self._chosen.public_url,
        )
        try:
            push = self._writer.write(
                content,
                device,
                ttl=max(0, int((message.expires_at - now).total_seconds())),
                urgency="normal",
                topic=topic(message.account_id, message.local_date),
                now=now,
            )
        except (BadDevice, EndpointRefused):
            self._told.put((message, Outcome.REFUSED, None, None))
            return
        self._sender.submit(push).add_done_callback(self._when_answered(message))

    def _when_answered(self, message: Waiting) -> Callable[[Future[Answer]], None]:
        def told(future: Future[Answer]) -> None:
            if future.cancelled():  # its lease will run out
                return
            answer = future.result()
            wait = retry_after(answer.retry_after, now=clock.now())
            self._told.put((message, outcome(answer), answer.status, wait))

        return told

    def _send_mail(self, message: Waiting, said: Said) -> None:
        leader = accounts_store.leader(message.account_id)
        if leader is None or self._mailer is None:
            self._told.put((message, Outcome.REFUSED, None, None))
            return
        address = self._chosen.public_url
        token = unsubscribe_token(message.account_id, self._chosen.secret_key)
        mail = prompt_mail(
            to=leader.email,
            sender=self._chosen.mail_from,
            question=said.body,
            key_name=said.title,
            reflect_url=f"{address}/?key={said.key}",
            unsubscribe_url=f"{address}/prompts/unsubscribe/{token}",
            local_date=message.local_date,
            due_at=message.due_at,
        )

        def told(future: Future[tuple[Outcome, int | None]]) -> None:
            if not future.cancelled():
                self._told.put((message, *future.result(), None))

        self._mailer.submit(mail).add_done_callback(told)

    def _answers(self, patience: float) -> list[Told]:
        """Return the answers that have come, waiting `patience` seconds for the first."""
        answers: list[Told] = []
        try:
            while True:
                answers.append(self._told.get(timeout=patience) if patience else self._next())
                patience = 0
        except Empty:
            return answers

    def _next(self) -> Told:
        return self._told.get_nowait()

    def _record(self, answers: Iterable[Told]) -> None:
        now = clock.now()
        finished = [self._finished(answer, now) for answer in answers]
        if not finished:
            return
        self._on_their_way -= len(finished)
        self._tried += len(finished)
        store.finish(finished)
        for result in finished:
            counted = "retried" if result.next_try_at else result.outcome
            figures.MESSAGES.labels(_channel(result.message), counted).inc()
            if result.outcome == Outcome.SENT:
                lateness = (now - result.message.due_at).total_seconds()
                figures.LATENESS.observe(max(0.0, lateness))

    def _finished(self, told: Told, now: Instant) -> Finished:
        message, became, status, wait = told
        again = None
        if became is Outcome.LATER:
            again = next_try(
                message.attempts,
                now=now,
                wait=wait,
                expires_at=message.expires_at,
                luck=random.random(),  # noqa: S311 - spreads retries, guards nothing
            )
        return Finished(message, became.value, status, now, again)


def _at_risk(message: Waiting) -> bool:
    leader = accounts_store.leader(message.account_id)
    if leader is None:
        return False
    return reviews_store.streaks_of(leader, today=message.local_date).overall.at_risk


def _channel(message: Waiting) -> str:
    return "push" if message.device else "mail"
