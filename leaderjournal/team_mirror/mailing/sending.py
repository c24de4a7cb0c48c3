"""Sending links by mail; which address gets which link is known in memory only."""

import logging
import smtplib
from email.message import EmailMessage
from enum import Enum, auto

from leaderjournal.accounts.mail_opt_outs import store as mail_opt_outs_store
from leaderjournal.accounts.store import Leader
from leaderjournal.kernel import clock, mail
from leaderjournal.kernel.context import get_settings
from leaderjournal.kernel.days import Instant
from leaderjournal.team_mirror import limits
from leaderjournal.team_mirror.mailing import store
from leaderjournal.team_mirror.mailing.rules import sanitize_name
from leaderjournal.team_mirror.rules import format_month

SUBJECT = "Three questions about someone you work with"
BODY = """Hello,

{who}
asks you how they led in {month}: three questions, in about a minute.

This link is only yours, and works once:

{link}

Your answer is anonymous. We keep it without your name, your address
or the time. It is shown only with others, once three people answered.
Nobody can see who has answered. How it works: {about}

You don't know this person, or want no emails like this from anyone here?
Stop all of them: {never}
"""

log = logging.getLogger("leaderjournal.team_mirror")


class _Outcome(Enum):
    SENT = auto()
    REFUSED = auto()
    """The address is refused permanently."""
    LATER = auto()
    NO_SERVER = auto()
    """The mail server accepts no mail at the moment."""


def send_due(*, now: Instant) -> int:
    """Send all links that are due; return how many mails were sent."""
    sent = 0
    with mail.MailConnection(get_settings().smtp_url) as connection:
        for mirror_id in store.list_due_mirrors(now=now):
            round_ = store.begin_round(mirror_id, now=now)
            if round_ is not None:
                sent += _send_round(connection, round_)
    return sent


def _send_round(connection: mail.MailConnection, round_: store.Round) -> int:
    """Send the waiting links; stop at once if another worker has taken over the round."""
    sent, unsent = 0, []
    for address in list(round_.waiting):
        link = round_.links[address]
        # Built before the claim: no transaction is open while the mail server answers.
        message = _build_message(round_.leader, round_.month, address, link)
        receives = message is not None and not mail_opt_outs_store.has_opted_out(address)
        receives = receives and limits.use_receiving(address, now=clock.now())
        if not store.begin_mail(round_, address, now=clock.now()):
            return sent
        outcome = _send(connection, message) if message and receives else _Outcome.REFUSED
        if outcome is not _Outcome.SENT:
            unsent.append(link)
            if receives:
                limits.give_back_receiving(address)
        if outcome in {_Outcome.SENT, _Outcome.REFUSED}:
            is_current = store.end_mail(round_, was_sent=outcome is _Outcome.SENT, now=clock.now())
        else:
            is_current = store.defer_mail(round_, address, now=clock.now())
        sent += outcome is _Outcome.SENT
        if not is_current:
            return sent
        if outcome is _Outcome.NO_SERVER:
            unsent += [round_.links[other] for other in round_.waiting if other != address]
            break
    store.end_round(round_, unsent, now=clock.now())
    return sent


def _send(connection: mail.MailConnection, message: EmailMessage) -> _Outcome:
    try:
        connection.send(message)
    except smtplib.SMTPNotSupportedError:
        return _Outcome.REFUSED  # the server does not support the address
    except smtplib.SMTPException as error:
        code = mail.get_refusal_code(error)
        if code is None:
            return _wait_for_server(error)
        return _Outcome.REFUSED if code >= 500 else _Outcome.LATER
    except (OSError, mail.MailNotConfigured) as error:
        return _wait_for_server(error)
    except UnicodeError:
        return _Outcome.REFUSED  # its domain is none
    return _Outcome.SENT


def _wait_for_server(error: Exception) -> _Outcome:
    # Its name alone: the message of an error may hold an address.
    log.warning("links of a team mirror wait, the mail server failed: %s", type(error).__name__)
    return _Outcome.NO_SERVER


def _build_message(leader: Leader, month: str, address: str, token: str) -> EmailMessage | None:
    """Return the mail to an address; None where no header can hold the address."""
    public_url = get_settings().public_url
    never = mail_opt_outs_store.build_opt_out_url(address)
    name = sanitize_name(leader.name)
    body = BODY.format(
        who=f"{name} ({leader.email})" if name else leader.email,
        month=format_month(month),
        link=f"{public_url}/mirror/{token}",
        about=f"{public_url}/mirror",
        never=never,
    )
    try:
        return mail.compose(
            sender=get_settings().mail_from,
            to=address,
            subject=SUBJECT,
            body=body,
            now=clock.now(),
            headers=mail.build_unsubscribe_headers(never),
        )
    except ValueError:
        return None
