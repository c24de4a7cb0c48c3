"""Prompts by mail: one thread and one open connection to the mail server."""

import smtplib
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from email.message import EmailMessage

from leaderjournal.kernel import clock, mail
from leaderjournal.kernel.days import Instant
from leaderjournal.prompts.push.rules import Outcome

SEND_DURATION = timedelta(seconds=1)
"""How long a mail takes that nothing holds up."""

MailResult = tuple[Outcome, int | None]
"""What became of a mail, and the mail server's reply code."""


class Mailer:
    """Sends mails one after the other, away from the thread that asks for it."""

    def __init__(self, smtp_url: str) -> None:
        self._connection = mail.MailConnection(smtp_url)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="prompt-mail")

    def submit(self, message: EmailMessage, *, before: Instant) -> "Future[MailResult | None]":
        """Send `message` when its turn comes; the future holds what became of it.

        It is None where the turn came too late to be over `before` then, so nothing was sent.
        """
        return self._thread.submit(self._send_in_time, message, before)

    def close(self) -> None:
        """Wait for what is being sent, and take leave of the mail server."""
        self._thread.shutdown(cancel_futures=True)
        self._connection.close()

    def _send_in_time(self, message: EmailMessage, before: Instant) -> MailResult | None:
        return self._send(message) if clock.now() + SEND_DURATION <= before else None

    def _send(self, message: EmailMessage) -> MailResult:
        try:
            self._connection.send(message)
        except smtplib.SMTPException as error:
            code = mail.get_refusal_code(error)
            told = getattr(error, "smtp_code", None) if code is None else code
            return Outcome.REFUSED if code is not None and code >= 500 else Outcome.LATER, told
        except OSError:
            return Outcome.LATER, None
        except mail.MailNotConfigured:
            return Outcome.REFUSED, None
        return Outcome.SENT, 250
