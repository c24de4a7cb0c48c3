"""Limits on mirrors a leader opens, addresses they mail, and mails that one person receives."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from leaderjournal.accounts.mail_opt_outs.rules import normalize_mailbox
from leaderjournal.accounts.store import Leader
from leaderjournal.kernel.allowances import Allowance, AllowanceExceeded, give_back, use
from leaderjournal.kernel.database import write_transaction
from leaderjournal.kernel.days import Instant

DAY, MONTH = timedelta(days=1), timedelta(days=30)
NEW_ADDRESS_PERIOD = timedelta(days=3)
"""How long a newly verified address may mail fewer people."""

OPENINGS_A_DAY = Allowance(
    "team-mirror-opens", 5, DAY, "You can open a team mirror {most} times a day."
)
LEFT = "You have {left} left."
ADDRESSES_A_DAY = Allowance(
    "team-mirror-day", 50, DAY, f"You can send links to {{most}} addresses a day. {LEFT}"
)
ADDRESSES_WHILE_NEW = Allowance(
    "team-mirror-day",
    10,
    DAY,
    "Your address is new here, so you can send links to {most} addresses a day."
    f" After 3 days it is {ADDRESSES_A_DAY.most}. {LEFT}",
)
ADDRESSES_A_MONTH = Allowance(
    "team-mirror-month", 100, MONTH, f"You can send links to {{most}} addresses in 30 days. {LEFT}"
)
RECEIVED_A_DAY = Allowance("team-mirror-received-day", 2, DAY)
RECEIVED_A_MONTH = Allowance("team-mirror-received-month", 5, MONTH)


def use_opening(session: Session, account: UUID, *, now: Instant) -> None:
    """Count an opened mirror, in the caller's transaction. Raises AllowanceExceeded."""
    use(session, OPENINGS_A_DAY, str(account), now=now)


def use_addresses(session: Session, leader: Leader, number: int, *, now: Instant) -> None:
    """Count `number` addresses, in the caller's transaction. Raises AllowanceExceeded.

    They count for the account and for its address, so neither a new address nor a recreated account
    starts from zero.
    """
    verified_at = leader.email_verified_at
    is_new = verified_at is None or now - verified_at < NEW_ADDRESS_PERIOD
    daily = ADDRESSES_WHILE_NEW if is_new else ADDRESSES_A_DAY
    for allowance in (daily, ADDRESSES_A_MONTH):
        for subject in (str(leader.id), normalize_mailbox(leader.email)):
            use(session, allowance, subject, now=now, amount=number)


def use_receiving(address: str, *, now: Instant) -> bool:
    """Count a mail to an address from any leader; return False if it has received enough."""
    try:
        with write_transaction() as session:
            for allowance, receiver in _list_receiver_allowances(address):
                use(session, allowance, receiver, now=now)
    except AllowanceExceeded:
        return False
    return True


def give_back_receiving(address: str) -> None:
    """Undo `use_receiving` for a mail that was not sent."""
    with write_transaction() as session:
        for allowance, receiver in _list_receiver_allowances(address):
            give_back(session, allowance, receiver)


def _list_receiver_allowances(address: str) -> Iterator[tuple[Allowance, str]]:
    for allowance in (RECEIVED_A_DAY, RECEIVED_A_MONTH):
        yield allowance, normalize_mailbox(address)
