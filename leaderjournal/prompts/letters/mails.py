"""The prompt by mail: one of today's questions, one way in and one way out."""

from email.message import EmailMessage
from uuid import NAMESPACE_URL, uuid5

from flask import current_app

from leaderjournal.kernel import mail
from leaderjournal.kernel.days import Instant, LocalDate
from leaderjournal.kernel.mail import build_unsubscribe_headers


def compose_prompt_mail(
    *,
    to: str,
    sender: str,
    question: str,
    key_name: str,
    reflect_url: str,
    unsubscribe_url: str,
    local_date: LocalDate,
    due_at: Instant,
) -> EmailMessage:
    """Return the mail that asks `question`, to be sent through `kernel.mail`.

    The question must be one of the catalogue: a mail crosses other people's servers and shows on
    locked screens, so no word of the leader's own goes into it. `local_date` is the leader's day.
    `reflect_url` is the address that a notification would open; `unsubscribe_url` ends in an
    `unsubscribe_token`. Mail programmes offer it as a button of their own (RFC 2369, 3.2) that
    works by one click (RFC 8058) where the address is https, which that RFC demands.

    The same prompt makes the same mail, name included, whenever it is written: a copy sent again
    after a crash can be left out by the leader's mail server. Its date is `due_at`.

    Needs the application's context, for its templates. Raises MailNotConfigured where `sender`
    holds no address.
    """
    values = {
        "question": question,
        "key_name": key_name,
        "weekday": f"{local_date:%A}",
        "day": f"{local_date.day} {local_date:%B}",
        "reflect_url": reflect_url,
        "unsubscribe_url": unsubscribe_url,
    }
    return mail.compose(
        sender=sender,
        to=to,
        subject=f"{key_name}, {values['day']}",
        body=_render("prompt.txt", values),
        html=_render("prompt.html", values),
        now=due_at,
        headers=build_unsubscribe_headers(unsubscribe_url),
        name=uuid5(NAMESPACE_URL, f"{unsubscribe_url} {due_at.isoformat()}"),
    )


def _render(template: str, values: dict[str, str]) -> str:
    # Not `render_template`, which would add what pages know of the request: here there is none.
    return current_app.jinja_env.get_template(f"prompts/letters/{template}").render(values)
