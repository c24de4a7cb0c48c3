"""What verified addresses leave to the worker: mail."""

import logging
from uuid import UUID

from leaderjournal.accounts.mailing import send_account_mail
from leaderjournal.accounts.store import Leader
from leaderjournal.accounts.verification import mail_texts, store
from leaderjournal.accounts.verification.store import NoticeKind
from leaderjournal.kernel import clock
from leaderjournal.kernel.context import get_settings
from leaderjournal.kernel.days import Instant
from leaderjournal.kernel.queue import QUEUE_ERRORS, enqueue, register_task

log = logging.getLogger("leaderjournal.accounts")

NOTICES = {
    NoticeKind.CHANGE_REQUESTED: (
        mail_texts.CHANGE_REQUESTED_SUBJECT,
        mail_texts.CHANGE_REQUESTED_BODY,
    ),
    NoticeKind.CHANGED: (mail_texts.CHANGED_SUBJECT, mail_texts.CHANGED_BODY),
}


@register_task
def send_proof(proof_id: str) -> None:
    """Send the link that verifies an address; the same one at each try."""
    proof = store.find_verification(UUID(proof_id), now=clock.now())
    if proof is not None:
        link = f"{get_settings().public_url}/verify/{store.make_verification_token(proof.id)}"
        send_account_mail(
            proof.email,
            mail_texts.VERIFICATION_SUBJECT,
            mail_texts.VERIFICATION_BODY.format(link=link),
        )


@register_task
def send_email_notice(notice_id: str) -> None:
    """Tell an address what became of it."""
    found = store.find_notice(UUID(notice_id), now=clock.now())
    if found is None:
        return
    email, notice = found
    subject, body = NOTICES[notice]
    send_account_mail(email, subject, body.format(link=f"{get_settings().public_url}/settings"))
    store.delete_notice(UUID(notice_id))


def ask_to_verify(leader: Leader, *, now: Instant) -> None:
    """Have the link sent that verifies the leader's present address, where mail can be sent.

    Where the queue does not answer, settings offer to send it later: an account that was just
    created is none the worse for it.
    """
    if not get_settings().smtp_url or leader.email_verified_at is not None:
        return
    proof_id = store.create_verification(leader, leader.email, now=now)
    try:
        enqueue(send_proof, str(proof_id))
    except QUEUE_ERRORS as error:
        log.warning("the queue took no mail to verify an address: %s", type(error).__name__)
