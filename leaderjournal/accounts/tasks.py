"""Background tasks of accounts: sending their mails."""

from uuid import UUID

from leaderjournal.accounts import mail_texts, store
from leaderjournal.accounts.mailing import send_account_mail
from leaderjournal.accounts.resets import store as resets_store
from leaderjournal.kernel import clock
from leaderjournal.kernel.context import get_settings
from leaderjournal.kernel.queue import enqueue, register_task


@register_task
def begin_reset(account_id: str) -> None:
    """Create the link for a requested password reset, and have it sent."""
    leader = store.find_active_leader(UUID(account_id))
    if leader is not None:
        reset = resets_store.create_reset(leader.id, now=clock.now(), mailed=True)
        enqueue(send_reset, str(reset))


@register_task
def send_reset(reset_id: str) -> None:
    """Send the leader the link of a reset; a retry sends the same one."""
    reset = UUID(reset_id)
    leader = resets_store.find_leader_of_reset(reset, now=clock.now())
    if leader is None:
        return
    link = f"{get_settings().public_url}/reset/{resets_store.make_reset_token(reset)}"
    body = mail_texts.RESET_BODY.format(link=link)
    send_account_mail(leader.email, mail_texts.RESET_SUBJECT, body)


@register_task
def send_password_changed(account_id: str) -> None:
    """Notify the leader that their password was changed."""
    leader = store.find_leader(UUID(account_id))
    if leader is not None:
        link = f"{get_settings().public_url}/forgot"
        body = mail_texts.CHANGED_BODY.format(link=link)
        send_account_mail(leader.email, mail_texts.CHANGED_SUBJECT, body)


@register_task
def send_failed_sign_ins(account_id: str, count: int) -> None:
    """Notify the leader how many sign-ins failed, if their address is verified."""
    leader = store.find_active_leader(UUID(account_id))
    if leader is not None and leader.email_verified_at is not None:
        link = f"{get_settings().public_url}/settings/security"
        body = mail_texts.FAILURES_BODY.format(count=count, link=link)
        send_account_mail(leader.email, mail_texts.FAILURES_SUBJECT, body)


@register_task
def send_second_factor_changed(account_id: str, state: str) -> None:
    """Notify the leader that two-step sign-in was turned "on" or "off"."""
    leader = store.find_leader(UUID(account_id))
    if leader is not None:
        link = f"{get_settings().public_url}/settings/second-factor"
        body = mail_texts.SECOND_FACTOR_BODY.format(state=state, link=link)
        send_account_mail(leader.email, mail_texts.SECOND_FACTOR_SUBJECT.format(state=state), body)
