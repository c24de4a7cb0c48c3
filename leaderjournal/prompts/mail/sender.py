"""Sends mails in one thread, over one open connection to the mail server."""

import smtplib
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from email.message import EmailMessage

from leaderjournal.kernel import clock, mail
from leaderjournal.kernel.days import Instant
from leaderjournal.prompts.push.rules import Outcome

SEND_DURATION = timedelta(seconds=1)
"""How long it takes to send a mail while the mail server is well."""

MailResult = tuple[Outcome, int | None]
"""The outcome of a mail, and the mail server's reply code."""


class MailSender:
    """Sends mails one after the other, in a thread of its own."""

    def __init__(self, smtp_url: str) -> None:
        self._connection = mail.MailConnection(smtp_url)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="prompt-mail")

    def submit(self, message: EmailMessage, *, deadline: Instant) -> Future[MailResult | None]:
        """Send `message` after those submitted before it; the future holds its result.

        The result is None where it was too late to finish before `deadline`: nothing was sent.
        """
        return self._thread.submit(self._send_in_time, message, deadline)

    def close(self) -> None:
        """Wait for the mail that is being sent, and disconnect from the mail server."""
        self._thread.shutdown(cancel_futures=True)
        self._connection.close()

    def _send_in_time(self, message: EmailMessage, deadline: Instant) -> MailResult | None:
        return self._send(message) if clock.now() + SEND_DURATION <= deadline else None

    def _send(self, message: EmailMessage) -> MailResult:
        try:
            self._connection.send(message)
        except smtplib.SMTPException as error:
            code = mail.get_refusal_code(error)
            status = getattr(error, "smtp_code", None) if code is None else code
            return Outcome.REFUSED if code is not None and code >= 500 else Outcome.LATER, status
        except OSError:
            return Outcome.LATER, None
        except mail.MailNotConfigured:
            return Outcome.REFUSED, None
        return Outcome.SENT, 250
