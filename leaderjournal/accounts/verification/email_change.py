"""Another address for an account: at once where no mail can be sent, else once it is verified."""

from leaderjournal.accounts import store
from leaderjournal.accounts.store import Leader
from leaderjournal.accounts.verification import store as verification_store
from leaderjournal.accounts.verification.tasks import send_email_notice, send_proof
from leaderjournal.kernel.context import get_settings
from leaderjournal.kernel.days import Instant
from leaderjournal.kernel.queue import enqueue


class SameEmail(Exception):
    """The address is the account's already."""


def request_email_change(leader: Leader, email: str, *, now: Instant) -> bool:
    """Give the account another address; tell whether that waits until it is verified.

    The present address hears of it. Raises EmailTaken and SameEmail.
    """
    if store.find_account_id(email) == leader.id:
        raise SameEmail
    if not get_settings().smtp_url:
        store.change_email(leader, email)
        return False
    proof_id, notice_id = verification_store.request_change(leader, email, now=now)
    enqueue(send_email_notice, str(notice_id))
    enqueue(send_proof, str(proof_id))
    return True
