"""Sending messages: pushes and mails at the same time, their results collected later.

Pushes and mails have a limit each, and a push service that does not respond is paused, so that
neither delays anybody else's prompt.
"""

import logging
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from datetime import timedelta
from queue import Empty, SimpleQueue
from uuid import UUID

from leaderjournal.accounts import store as accounts_store
from leaderjournal.kernel import clock
from leaderjournal.kernel.days import Instant
from leaderjournal.kernel.encryption import DecryptionFailed
from leaderjournal.kernel.settings import Settings
from leaderjournal.prompts.content.rules import PromptContent, build_payload, derive_topic
from leaderjournal.prompts.delivery.circuit_breaker import CircuitBreaker, get_service
from leaderjournal.prompts.delivery.message_store import ClaimedMessage
from leaderjournal.prompts.delivery.results import SendResult
from leaderjournal.prompts.mail.prompt_mail import compose_prompt_mail
from leaderjournal.prompts.mail.sender import MailResult, MailSender
from leaderjournal.prompts.mail.unsubscribe_tokens import create_unsubscribe_token
from leaderjournal.prompts.push.endpoints import EndpointRefused, PushHosts
from leaderjournal.prompts.push.messages import MessageWriter
from leaderjournal.prompts.push.rules import (
    BadDevice,
    Device,
    Outcome,
    ServiceResponse,
    determine_outcome,
    parse_retry_after,
)
from leaderjournal.prompts.push.sender import PushSender

log = logging.getLogger("leaderjournal.prompts")

MAX_PUSHES = 200
"""How many pushes may be in flight, all of them sending, so that none outlasts its lease."""
MAX_MAILS = 20


class MessageSender:
    """Sends messages and collects their results. It belongs to one thread."""

    def __init__(self, chosen: Settings, *, seconds: float) -> None:
        """Send as the settings say; a push service has `seconds` to respond."""
        self._settings = chosen
        self._writer = MessageWriter(chosen.vapid_private_key, chosen.vapid_subject)
        self._pushes = PushSender(
            PushHosts(chosen.push_allowed_hosts), seconds=seconds, max_in_flight=MAX_PUSHES
        )
        self._mails = MailSender(chosen.smtp_url) if chosen.smtp_url else None
        self._breaker = CircuitBreaker()
        self._in_flight: dict[UUID, ClaimedMessage] = {}
        self._results: SimpleQueue[SendResult] = SimpleQueue()

    @property
    def can_send_mail(self) -> bool:
        """Whether there is a mail server."""
        return self._mails is not None

    @property
    def is_busy(self) -> bool:
        """Whether any message is in flight."""
        return bool(self._in_flight)

    @property
    def push_capacity(self) -> int:
        """How many pushes can be sent now."""
        return MAX_PUSHES - sum(message.device is not None for message in self._in_flight.values())

    @property
    def mail_capacity(self) -> int:
        """How many mails can be sent now; 0 without a mail server."""
        if self._mails is None:
            return 0
        return MAX_MAILS - sum(message.device is None for message in self._in_flight.values())

    def is_in_flight(self, message: ClaimedMessage) -> bool:
        """Return whether an attempt of the message has no recorded result yet."""
        return message.id in self._in_flight

    def send(self, message: ClaimedMessage, content: PromptContent, now: Instant) -> None:
        """Begin to send a message; `collect` returns its result."""
        self._in_flight[message.id] = message
        if message.device is None:
            self._send_mail(message, content)
        else:
            self._send_push(message, message.device, content, now)

    def collect(self, seconds: float) -> list[SendResult]:
        """Return the results that are there, after waiting up to `seconds` for the first."""
        results: list[SendResult] = []
        try:
            if seconds:
                results.append(self._results.get(timeout=seconds))
            while True:
                results.append(self._results.get_nowait())
        except Empty:
            return results

    def put_back(self, results: Iterable[SendResult]) -> None:
        """Let a later `collect` return these results again."""
        for result in results:
            self._results.put(result)

    def finish(self, result: SendResult, now: Instant) -> None:
        """End an attempt whose result is recorded, and judge its push service by it."""
        self._in_flight.pop(result.message.id, None)
        device = result.message.device
        if device is None:
            return
        if result.failure in {"timeout", "connect"}:
            self._breaker.record_silence(device, now)
        elif result.status is not None:
            self._breaker.record_response(device)
        if result.outcome is Outcome.REFUSED:
            reason = result.status or result.failure
            log.warning("%s refused a message: %s", get_service(device), reason)

    def close(self) -> None:
        """Wait for the messages that are being sent and close every connection."""
        self._pushes.close()
        if self._mails is not None:
            self._mails.close()

    def _send_push(
        self, message: ClaimedMessage, device: Device, content: PromptContent, now: Instant
    ) -> None:
        pause = self._breaker.get_pause(device, now)
        if pause > timedelta(0):
            self._results.put(SendResult(message, Outcome.LATER, wait=pause))
            return
        payload = build_payload(
            content=content,
            local_date=message.local_date,
            account=message.account_id,
            public_url=self._settings.public_url,
        )
        try:
            push = self._writer.write(
                payload,
                device,
                ttl=max(0, int((message.expires_at - now).total_seconds())),
                urgency="normal",
                topic=derive_topic(message.account_id, message.local_date),
                now=now,
            )
        except (BadDevice, EndpointRefused) as error:
            self._results.put(SendResult(message, Outcome.REFUSED, failure=type(error).__name__))
            return
        self._pushes.submit(push).add_done_callback(self._create_push_callback(message))

    def _create_push_callback(
        self, message: ClaimedMessage
    ) -> Callable[[Future[ServiceResponse]], None]:
        def record_result(future: Future[ServiceResponse]) -> None:
            if future.cancelled():
                return  # the sender is closed; the lease will expire
            response = future.result()
            self._results.put(
                SendResult(
                    message,
                    determine_outcome(response),
                    response.status,
                    parse_retry_after(response.retry_after, now=clock.now()),
                    response.failure,
                )
            )

        return record_result

    def _send_mail(self, message: ClaimedMessage, content: PromptContent) -> None:
        email = _find_email(message.account_id)
        if email is None or self._mails is None:
            self._results.put(SendResult(message, Outcome.REFUSED, failure="no address"))
            return
        public_url = self._settings.public_url
        token = create_unsubscribe_token(message.account_id, self._settings.secret_key)
        mail = compose_prompt_mail(
            to=email,
            sender=self._settings.mail_from,
            question=content.body,
            key_name=content.title,
            reflect_url=f"{public_url}{content.target_path}",
            unsubscribe_url=f"{public_url}/prompts/unsubscribe/{token}",
            local_date=message.local_date,
            due_at=message.due_at,
        )

        def record_result(future: Future[MailResult | None]) -> None:
            if not future.cancelled():
                self._results.put(SendResult(message, *(future.result() or (None, None))))

        future = self._mails.submit(mail, deadline=message.leased_until)
        future.add_done_callback(record_result)


def _find_email(account_id: UUID) -> str | None:
    """Return an account's address; None where it is gone or its key is not configured here."""
    try:
        leader = accounts_store.find_leader(account_id)
    except DecryptionFailed:
        log.warning("DATA_KEYS lacks the key of an account: it gets no mail")
        return None
    return leader.email if leader else None
