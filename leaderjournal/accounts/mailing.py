"""Sends the mails of accounts. What goes wrong is told without an address."""

import logging
import smtplib

from leaderjournal.kernel import clock, mail
from leaderjournal.kernel.context import get_settings

log = logging.getLogger("leaderjournal.accounts")


class MailDelayed(Exception):
    """The mail server cannot take a mail just now; the message says why, and not to whom."""


class MailRefused(Exception):
    """The mail server takes this mail never; the message says why, and not to whom."""


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
    """Send a mail from the queue. One that is refused for good is logged and not tried again.

    Raises MailDelayed, which the queue answers with another try.
    """
    if not get_settings().smtp_url:
        return
    try:
        deliver(to, subject, body)
    except MailRefused as refusal:
        log.warning("a mail to an account was not delivered (%s): %s", subject, refusal)
