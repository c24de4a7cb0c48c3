"""What accounts leave to the worker: mail."""

from uuid import UUID

from leaderjournal.accounts import mails, store
from leaderjournal.kernel import clock, mail
from leaderjournal.kernel.context import settings
from leaderjournal.kernel.queue import task


def _send(to: str, subject: str, body: str) -> None:
    message = mail.compose(
        sender=settings().mail_from, to=to, subject=subject, body=body, now=clock.now()
    )
    mail.send(settings().smtp_url, message)


@task
def send_reset(account_id: str) -> None:
    """Send the leader a link to choose a new password; the link is made only here."""
    leader = store.leader(UUID(account_id))
    if leader is None:
        return
    token = store.new_reset(leader.id, now=clock.now())
    link = f"{settings().public_url}/reset/{token}"
    _send(leader.email, mails.RESET_SUBJECT, mails.RESET_BODY.format(link=link))


@task
def send_password_changed(account_id: str) -> None:
    """Tell the leader that their password was changed."""
    leader = store.leader(UUID(account_id))
    if leader is not None:
        link = f"{settings().public_url}/forgot"
        body = mails.CHANGED_BODY.format(link=link)
        _send(leader.email, mails.CHANGED_SUBJECT, body)


@task
def send_failed_sign_ins(account_id: str, count: int) -> None:
    """Tell the leader how many sign-ins failed, at an address that is proven to be theirs."""
    leader = store.leader(UUID(account_id))
    if leader is not None and leader.email_verified_at is not None:
        link = f"{settings().public_url}/settings"
        body = mails.FAILURES_BODY.format(count=count, link=link)
        _send(leader.email, mails.FAILURES_SUBJECT, body)
