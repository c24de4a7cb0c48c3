"""Another address for an account: at once where no mail can be sent, else once it is verified."""

from leaderjournal.accounts.store import Leader, change_email, find_account_id
from leaderjournal.accounts.verification import store
from leaderjournal.accounts.verification.tasks import send_email_notice, send_proof
from leaderjournal.kernel.context import get_settings
from leaderjournal.kernel.days import Instant
from leaderjournal.kernel.queue import enqueue


class SameEmail(Exception):
    """The address is the account's already."""


def request_email_change(leader: Leader, email: str, *, now: Instant) -> bool:
    """Give the account another address; tell whether it first has to be verified.

    The current address gets a notice. Raises EmailTaken and SameEmail.
    """
    if find_account_id(email) == leader.id:
        raise SameEmail
    if not get_settings().smtp_url:
        change_email(leader, email)
        return False
    verification_id, notice_id = store.request_change(leader, email, now=now)
    enqueue(send_email_notice, str(notice_id))
    enqueue(send_proof, str(verification_id))
    return True
