"""The worker's loop over prompts: find what is due, claim it, send it, record what came of it.

A turn does each of these once and never waits for a service: what is on its way is finished in a
later turn. While nothing is due, the questions are chosen of those who are asked soon, so that at
an instant at which very many are due there is only the sending left. Mails and pushes each have a
room of their own, and a push service that answers nothing any more is left alone for a while, so
that neither holds up anybody else's prompt.
"""

import logging
import random
from collections import Counter
from collections.abc import Callable, Container, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import timedelta
from queue import Empty, SimpleQueue
from threading import Event
from typing import Self
from urllib.parse import urlsplit
from uuid import UUID

import sqlalchemy as sa
from flask import Flask

from leaderjournal.accounts import store as accounts_store
from leaderjournal.accounts.locks.store import lock_day_settings
from leaderjournal.accounts.practice_calendar import store as calendar_store
from leaderjournal.accounts.store import Leader
from leaderjournal.accounts.suspension import store as suspension_store
from leaderjournal.kernel import clock
from leaderjournal.kernel.context import get_settings
from leaderjournal.kernel.database import db
from leaderjournal.kernel.days import Instant
from leaderjournal.kernel.encryption import DecryptionFailed
from leaderjournal.kernel.outages import format_outage
from leaderjournal.prompts.delivery import metrics, store
from leaderjournal.prompts.delivery.content import compose_contents, ensure_questions
from leaderjournal.prompts.delivery.invitations import PromptKey, find_invitations
from leaderjournal.prompts.delivery.mailer import Mailer, MailResult
from leaderjournal.prompts.delivery.rules import is_still_wanted
from leaderjournal.prompts.delivery.store import ClaimedMessage, MessageResult
from leaderjournal.prompts.letters.mails import compose_prompt_mail
from leaderjournal.prompts.letters.unsubscribing import create_unsubscribe_token
from leaderjournal.prompts.push.endpoints import EndpointRefused, PushHosts
from leaderjournal.prompts.push.messages import MessageWriter
from leaderjournal.prompts.push.rules import (
    BadDevice,
    Device,
    Outcome,
    ServiceResponse,
    determine_outcome,
    parse_retry_after,
    plan_retry,
)
from leaderjournal.prompts.push.sender import PushSender
from leaderjournal.prompts.rules import PromptContent, build_payload, derive_topic
from leaderjournal.prompts.schedule import store as schedule_store
from leaderjournal.prompts.schedule.rules import AT_RISK
from leaderjournal.reflections.figures import store as day_figures_store
from leaderjournal.reviews.streaks import store as streaks_store

log = logging.getLogger("leaderjournal.prompts")

CLAIM_BATCH = 500
MAX_PUSHES = 200
"""How many pushes may be on their way; all of them at once, so that none outwaits its lease."""
MAX_MAILS = 20
PREPARE_BATCH = 100
PREPARE_AHEAD = timedelta(minutes=10)
POLL_SECONDS = 1.0
"""Seconds between looks at the schedules while nothing is due."""
RESULT_WAIT_SECONDS = 0.05
"""Seconds in which a turn gathers answers, so that they are recorded together."""
DATABASE_RETRY_SECONDS = 5.0
"""Seconds until the database is asked again after it failed."""
MAX_SILENT_TRIES = 5
"""After how many tries in a row without an answer a push service is left alone."""
SERVICE_PAUSE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class SendResult:
    """What came of one try; `outcome` is None where its turn came too late and nothing was sent."""

    message: ClaimedMessage
    outcome: Outcome | None
    status: int | None = None
    wait: timedelta | None = None
    failure: str = ""


class Dispatcher:
    """Sends the prompts that are due, for as long as it is asked for turns.

    It belongs to one thread. Any number of dispatchers may work on one database.
    """

    def __init__(self, app: Flask, *, seconds: float = 10) -> None:
        """Send for `app`; a push service that takes longer than `seconds` is given up on."""
        self._app = app
        with app.app_context():
            chosen = get_settings()
        self._chosen = chosen
        self._writer = MessageWriter(chosen.vapid_private_key, chosen.vapid_subject)
        self._sender = PushSender(
            PushHosts(chosen.push_allowed_hosts), seconds=seconds, most_in_flight=MAX_PUSHES
        )
        self._mailer = Mailer(chosen.smtp_url) if chosen.smtp_url else None
        self._results: SimpleQueue[SendResult] = SimpleQueue()
        self._in_flight: dict[UUID, ClaimedMessage] = {}
        self._silences: Counter[str] = Counter()
        self._paused_until: dict[str, Instant] = {}
        self._cursor: store.ScheduleCursor = clock.now(), UUID(int=0)
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
            self._record(self._collect_results(0))

    def run(self, stop: Event) -> None:
        """Take turns until `stop` is set; rest while nothing is due or the database is away."""
        while not stop.is_set():
            try:
                busy = self.process_batch() or self.prepare_questions()
            except sa.exc.SQLAlchemyError as error:
                # What was claimed and not sent is sent when its lease runs out.
                log.warning("the database failed: %s", format_outage(error))
                stop.wait(DATABASE_RETRY_SECONDS)
                continue
            if not busy:
                stop.wait(POLL_SECONDS)

    def run_once(self) -> int:
        """Do all that is due now, answers included; return how many messages were tried."""
        before = self._tried
        while self.process_batch():
            pass
        return self._tried - before

    def process_batch(self) -> bool:
        """Claim, send and record once; tell whether there was anything to do."""
        with self._app.app_context():
            now = clock.now()
            fates = store.claim_due(now=now, limit=CLAIM_BATCH, by_mail=self._mailer is not None)
            for fate, prompts in fates.items():
                metrics.PROMPTS.labels(fate.value).inc(prompts)
            waiting = self._claim_messages(now)
            self._send(waiting, now)
            answers = self._collect_results(RESULT_WAIT_SECONDS if self._in_flight else 0)
            self._record(answers)
            return bool(fates or waiting or answers or self._in_flight)

    def prepare_questions(self) -> bool:
        """Choose the questions of some who are asked soon; tell whether there were any."""
        with self._app.app_context():
            now = clock.now()
            with store.lock_upcoming(
                now=now,
                after=max(self._cursor, (now, UUID(int=0))),
                until=Instant(now + PREPARE_AHEAD),
                limit=PREPARE_BATCH,
                by_mail=self._mailer is not None,
            ) as soon:
                if soon.last is None:
                    return False
                ensure_questions(set(soon.days))
                self._cursor = soon.last
                return True

    def _claim_messages(self, now: Instant) -> list[ClaimedMessage]:
        lease = self._chosen.prompt_lease
        mails = sum(message.device is None for message in self._in_flight.values())
        waiting = []
        if room := MAX_PUSHES - (len(self._in_flight) - mails):
            waiting += store.claim_messages(now=now, limit=room, lease=lease)
        if self._mailer is not None and (room := MAX_MAILS - mails):
            waiting += store.claim_messages(now=now, limit=room, lease=lease, mails=True)
        # A try of ours may have outlasted its lease: it is not sent a second time beside itself.
        return [message for message in waiting if message.id not in self._in_flight]

    def _send(self, waiting: Sequence[ClaimedMessage], now: Instant) -> None:
        if not waiting:
            return
        invited = find_invitations(
            db.session,
            {(message.account_id, message.local_date, message.slot) for message in waiting},
        )
        said = compose_contents(waiting, invited)
        dropped = self._find_unwanted(waiting, invited, now)
        if dropped:
            store.record_results(dropped)
            for result in dropped:
                metrics.MESSAGES.labels(_get_channel(result.message), result.outcome).inc()
        without = {result.message.id for result in dropped}
        for message in waiting:
            if message.id in without:
                continue
            self._in_flight[message.id] = message
            if message.device is None:
                self._send_mail(message, said[message.id])
            else:
                self._send_push(message, message.device, said[message.id], now)

    def _find_unwanted(
        self, waiting: Sequence[ClaimedMessage], invited: Container[PromptKey], now: Instant
    ) -> list[MessageResult]:
        """Return the messages that must not go out any more, each with its reason."""
        accounts = {message.account_id for message in waiting}
        days = {message.local_date for message in waiting}
        session = db.session
        written = day_figures_store.find_completed_days(session, accounts, days)
        paused = calendar_store.find_paused_days(session, accounts, days)
        newest = store.find_newest_numbers(session, accounts, days)
        schedules = schedule_store.find_schedules(session, accounts)
        suspended = suspension_store.find_suspended_accounts(session, accounts)
        mailable = suspension_store.find_mailable_accounts(session, accounts)
        zones = lock_day_settings(session, accounts)
        dropped = []
        for message in waiting:
            day = (message.account_id, message.local_date)
            row = schedules.get(message.account_id)
            reason = ""
            if row is None or message.account_id not in zones:
                reason = "erased"
            elif message.expires_at <= now:
                reason = "expired"
            elif day in written and (*day, message.slot) not in invited:
                reason = "written"
            elif message.number < newest.get(day, 0):
                reason = "replaced"
            elif (
                day in paused
                or message.account_id in suspended
                or (message.device is None and not (row.by_mail and message.account_id in mailable))
                or not is_still_wanted(
                    schedule_store.parse_schedule(row),
                    slot=message.slot,
                    local_date=message.local_date,
                    zone=zones[message.account_id][0],
                    snoozed_until=row.snoozed_until,
                    now=now,
                )
            ):
                reason = "unwanted"
            elif message.slot == AT_RISK and not _is_streak_at_risk(message):
                reason = "safe"
            if reason:
                dropped.append(MessageResult(message, reason, None, None, now))
        return dropped

    def _send_push(
        self, message: ClaimedMessage, device: Device, said: PromptContent, now: Instant
    ) -> None:
        service = urlsplit(device.endpoint).netloc
        left_alone = self._paused_until.get(service, now) - now
        if left_alone > timedelta(0):
            self._results.put(SendResult(message, Outcome.LATER, wait=left_alone))
            return
        content = build_payload(
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
                topic=derive_topic(message.account_id, message.local_date),
                now=now,
            )
        except (BadDevice, EndpointRefused) as error:
            self._results.put(SendResult(message, Outcome.REFUSED, failure=type(error).__name__))
            return
        self._sender.submit(push).add_done_callback(self._create_callback(message))

    def _create_callback(
        self, message: ClaimedMessage
    ) -> Callable[[Future[ServiceResponse]], None]:
        def told(future: Future[ServiceResponse]) -> None:
            if future.cancelled():
                return  # the sender is closed; the lease will run out
            answer = future.result()
            self._results.put(
                SendResult(
                    message,
                    determine_outcome(answer),
                    answer.status,
                    parse_retry_after(answer.retry_after, now=clock.now()),
                    answer.failure,
                )
            )

        return told

    def _send_mail(self, message: ClaimedMessage, said: PromptContent) -> None:
        leader = _get_leader(message.account_id)
        if leader is None or self._mailer is None:
            self._results.put(SendResult(message, Outcome.REFUSED, failure="no address"))
            return
        address = self._chosen.public_url
        token = create_unsubscribe_token(message.account_id, self._chosen.secret_key)
        mail = compose_prompt_mail(
            to=leader.email,
            sender=self._chosen.mail_from,
            question=said.body,
            key_name=said.title,
            reflect_url=f"{address}{said.target_path}",
            unsubscribe_url=f"{address}/prompts/unsubscribe/{token}",
            local_date=message.local_date,
            due_at=message.due_at,
        )

        def told(future: Future[MailResult | None]) -> None:
            if not future.cancelled():
                self._results.put(SendResult(message, *(future.result() or (None, None))))

        self._mailer.submit(mail, before=message.leased_until).add_done_callback(told)

    def _collect_results(self, patience: float) -> list[SendResult]:
        """Return the answers that have come, waiting `patience` seconds for the first."""
        answers: list[SendResult] = []
        try:
            if patience:
                answers.append(self._results.get(timeout=patience))
            while True:
                answers.append(self._results.get_nowait())
        except Empty:
            return answers

    def _record(self, answers: Iterable[SendResult]) -> None:
        now = clock.now()
        answers = list(answers)
        finished = [
            self._build_message_result(told, now) for told in answers if told.outcome is not None
        ]
        try:
            if finished:
                store.record_results(finished)
        except sa.exc.SQLAlchemyError:
            for told in answers:  # to be recorded when the database is back
                self._results.put(told)
            raise
        for told in answers:
            self._in_flight.pop(told.message.id, None)
            self._track_service(told, now)
        self._tried += len(finished)
        for result in finished:
            counted = "retried" if result.next_try_at else result.outcome
            metrics.MESSAGES.labels(_get_channel(result.message), counted).inc()
            if result.service_outcome is Outcome.SENT:
                lateness = (now - result.message.due_at).total_seconds()
                metrics.LATENESS.observe(max(0.0, lateness))

    def _build_message_result(self, told: SendResult, now: Instant) -> MessageResult:
        message = told.message
        became, again = str(told.outcome), None
        if told.outcome is Outcome.LATER:
            again = plan_retry(
                message.attempts,
                now=now,
                wait=told.wait,
                expires_at=message.expires_at,
                luck=random.random(),  # noqa: S311 - spreads retries, guards nothing
            )
            if again is None:
                became = "expired"
        return MessageResult(message, became, told.outcome, told.status, now, again)

    def _track_service(self, told: SendResult, now: Instant) -> None:
        """Note which services are silent, and tell the operator of those that refuse us."""
        if told.message.device is None:
            return
        service = urlsplit(told.message.device.endpoint).netloc
        if told.failure in {"timeout", "connect"}:
            self._silences[service] += 1
            if self._silences[service] >= MAX_SILENT_TRIES:
                self._paused_until[service] = Instant(now + SERVICE_PAUSE)
        elif told.status is not None:
            self._silences[service] = 0
        if told.outcome is Outcome.REFUSED:
            log.warning("%s refused a message: %s", service, told.status or told.failure)


def _get_leader(account_id: UUID) -> Leader | None:
    """Return the leader of an account; None where it is gone or its key is not configured here."""
    try:
        return accounts_store.find_leader(account_id)
    except DecryptionFailed:
        log.warning("DATA_KEYS lacks the key of an account: it gets no mail")
        return None


def _is_streak_at_risk(message: ClaimedMessage) -> bool:
    leader = _get_leader(message.account_id)
    if leader is None:
        return False
    return streaks_store.get_streaks(leader, today=message.local_date).overall.at_risk


def _get_channel(message: ClaimedMessage) -> str:
    return "push" if message.device else "mail"
