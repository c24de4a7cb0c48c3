"""Sending the mails of accounts. Errors are reported without an address."""

import logging
import smtplib

from leaderjournal.kernel import clock, mail
from leaderjournal.kernel.context import get_settings

log = logging.getLogger("leaderjournal.accounts")


class MailDelayed(Exception):
    """The mail server cannot take the mail now; the message says why, without the address."""


class MailRefused(Exception):
    """The mail server will never take this mail; the message says why, without the address."""


def deliver(to: str, subject: str, body: str) -> None:
    """Send a mail now. Raises MailDelayed and MailRefused."""
    try:
        message = mail.compose(
            sender=get_settings().mail_from, to=to, subject=subject, body=body, now=clock.now()
        )
        mail.send(get_settings().smtp_url, message)
    except smtplib.SMTPException as error:
        code = mail.get_refusal_code(error)
        if code is not None and code >= 500:
            raise MailRefused(f"refused with {code}") from None
        raise MailDelayed(f"{type(error).__name__} {code or ''}".strip()) from None
    except OSError as error:
        raise MailDelayed(type(error).__name__) from None
    except (mail.MailNotConfigured, ValueError) as error:
        raise MailRefused(type(error).__name__) from None


def send_account_mail(to: str, subject: str, body: str) -> None:
    """Send a mail from a background task. A mail that is refused for good is logged and dropped.

    Raises MailDelayed, after which the queue tries again.
    """
    if not get_settings().smtp_url:
        return
    try:
        deliver(to, subject, body)
    except MailRefused as refusal:
        log.warning("a mail to an account was not delivered (%s): %s", subject, refusal)
