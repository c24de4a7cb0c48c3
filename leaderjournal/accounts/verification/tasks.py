"""Background tasks of verified addresses: sending their mails."""

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
def send_proof(verification_id: str) -> None:
    """Send the link that verifies an address; a retry sends the same one."""
    verification = store.find_verification(UUID(verification_id), now=clock.now())
    if verification is not None:
        token = store.make_verification_token(verification.id)
        link = f"{get_settings().public_url}/verify/{token}"
        send_account_mail(
            verification.email,
            mail_texts.VERIFICATION_SUBJECT,
            mail_texts.VERIFICATION_BODY.format(link=link),
        )


@register_task
def send_email_notice(notice_id: str) -> None:
    """Send an address the notice that a change was requested or made."""
    found = store.find_notice(UUID(notice_id), now=clock.now())
    if found is None:
        return
    email, notice = found
    subject, body = NOTICES[notice]
    send_account_mail(
        email, subject, body.format(link=f"{get_settings().public_url}/settings/security")
    )
    store.delete_notice(UUID(notice_id))


def ask_to_verify(leader: Leader, *, now: Instant) -> None:
    """Have the link sent that verifies the leader's current address, where mail can be sent.

    If the queue is down, the account is created all the same; settings offer to send it later.
    """
    if not get_settings().smtp_url or leader.email_verified_at is not None:
        return
    verification_id = store.create_verification(leader, leader.email, now=now)
    try:
        enqueue(send_proof, str(verification_id))
    except QUEUE_ERRORS as error:
        log.warning("the queue took no mail to verify an address: %s", type(error).__name__)
