"""Links of the team mirror: made for the leader, or sent to the team without a trace."""

import secrets
import smtplib
from uuid import UUID

from leaderjournal.accounts.store import Leader
from leaderjournal.kernel import mail
from leaderjournal.kernel.context import settings
from leaderjournal.kernel.days import Instant, LocalDate, days_after
from leaderjournal.team_mirror import store
from leaderjournal.team_mirror.rules import OPEN_AFTER, name_of

SUBJECT = "{name} asks how you see them"
BODY = """Hello,

{name} leads with a journal and asks the team about {month}: how did I do, under three keys?
This is your link, and nobody else's. It takes one answer, in about a minute, on your phone:

{link}

Your answer is anonymous. It is kept without your name, your address or the time, and it is shown
only together with others, once at least three are in. {name} cannot see who has answered.
How that works: {about}
"""


def issue(leader: Leader, number: int, *, now: Instant) -> tuple[UUID, str, list[str]]:
    """Open the mirror of the leader's month; return its id, the month and the links.

    Raises MirrorThere.
    """
    today = leader.today(now)
    month = f"{today:%Y-%m}"
    mirror_id, tokens = store.issue(leader, month, number, last_date=_last_date(today))
    public = settings().public_url
    return mirror_id, month, [f"{public}/mirror/{token}" for token in tokens]


def send(leader: Leader, addresses: list[str], *, now: Instant) -> list[str]:
    """Open the mirror of the leader's month and send each address its link, in no order.

    Which address got which link is written nowhere, not in a queue either: that is why this sends
    at once. Return the links that could not be sent. Raises MirrorThere.
    """
    _, month, links = issue(leader, len(addresses), now=now)
    waiting = list(zip(addresses, links, strict=True))
    secrets.SystemRandom().shuffle(waiting)
    unsent = []
    with mail.Connection(settings().smtp_url) as connection:
        for address, link in waiting:
            try:
                connection.send(
                    mail.compose(
                        sender=settings().mail_from,
                        to=address,
                        subject=SUBJECT.format(name=leader.name),
                        body=BODY.format(
                            name=leader.name,
                            month=name_of(month),
                            link=link,
                            about=f"{settings().public_url}/mirror",
                        ),
                        now=now,
                    )
                )
            except (OSError, smtplib.SMTPException, mail.MailNotConfigured):
                unsent.append(link)
    return unsent


def _last_date(today: LocalDate) -> LocalDate:
    first_of_next = days_after(LocalDate(today.replace(day=1)), 32).replace(day=1)
    return days_after(LocalDate(first_of_next), OPEN_AFTER - 1)
