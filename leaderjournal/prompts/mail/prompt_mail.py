"""The prompt by mail: one of today's questions, a link to reflect and a link to unsubscribe."""

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

    The question must be one of the catalogue: a mail passes through other people's servers and
    shows on locked screens, so it contains nothing that the leader wrote. `local_date` is the
    leader's day. `reflect_url` is the address that a notification would open; `unsubscribe_url`
    ends in a token of `create_unsubscribe_token`. Mail programs show it as a button (RFC 2369,
    3.2), which works by one click (RFC 8058) where the address is https, as that RFC demands.

    The same prompt always makes the same mail, Message-ID included, so that the leader's mail
    server can drop a copy that is sent again after a crash. Its date is `due_at`.

    Needs an application context, for its templates. Raises MailNotConfigured where `sender`
    contains no address.
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
    # Not `render_template`, whose context processors need a request.
    return current_app.jinja_env.get_template(f"prompts/mail/{template}").render(values)
