"""Opening the month's mirror: its links are handed out by the leader or mailed by the worker."""

from collections.abc import Sequence
from uuid import UUID

from leaderjournal.accounts.store import Leader
from leaderjournal.kernel.context import get_settings
from leaderjournal.kernel.days import Instant, LocalDate, days_after
from leaderjournal.team_mirror.mailing import store as mailing_store
from leaderjournal.team_mirror.mailing.rules import is_plain_address
from leaderjournal.team_mirror.rules import GRACE_DAYS
from leaderjournal.team_mirror.tokens import store as tokens_store


class SenderNotAllowed(Exception):
    """The leader's own address is not verified or cannot be shown; the message says what to do."""


def issue(leader: Leader, number: int, *, now: Instant) -> tuple[UUID, str, list[str]]:
    """Open the mirror of the leader's month; return its id, the month and the links.

    Raises MirrorExists or AllowanceExceeded.
    """
    month, last_date = _get_month(leader, now)
    mirror_id, tokens = tokens_store.issue_tokens(
        leader, month, number, last_date=last_date, now=now
    )
    return mirror_id, month, build_links(tokens)


def issue_by_mail(leader: Leader, addresses: Sequence[str], *, now: Instant) -> None:
    """Open the mirror of the leader's month; the worker sends each address a link.

    Raises SenderNotAllowed, MirrorExists or AllowanceExceeded; then nothing is opened.
    """
    if leader.email_verified_at is None:
        raise SenderNotAllowed("Confirm your own e-mail address first.")
    if not is_plain_address(leader.email):
        raise SenderNotAllowed(
            "Your own e-mail address cannot be shown in a mail. Use a plainer one."
        )
    month, last_date = _get_month(leader, now)
    mailing_store.queue_links(leader, addresses, month, last_date=last_date, now=now)


def make_missing_links(leader: Leader, month: str, *, now: Instant) -> list[str]:
    """Return links for the people whom no mail reached; empty if mails reached everybody."""
    return build_links(mailing_store.make_missing_links(leader, month, now=now))


def build_links(tokens: Sequence[str]) -> list[str]:
    """Return the links that lead to the answer page of each token."""
    return [f"{get_settings().public_url}/mirror/{token}" for token in tokens]


def _get_month(leader: Leader, now: Instant) -> tuple[str, LocalDate]:
    """Return the leader's current month, and the last date on which its mirror takes answers."""
    today = leader.today(now)
    first_of_next = days_after(LocalDate(today.replace(day=1)), 32).replace(day=1)
    return f"{today:%Y-%m}", days_after(LocalDate(first_of_next), GRACE_DAYS - 1)
