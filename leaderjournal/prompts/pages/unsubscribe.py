"""The links in mails that end them, without a sign-in (RFC 8058)."""

from uuid import UUID

from flask import abort, render_template

from leaderjournal.accounts.access import needs_no_csrf_token
from leaderjournal.kernel.context import get_settings
from leaderjournal.prompts.letter import store as letter_store
from leaderjournal.prompts.mail.unsubscribe_tokens import LETTER, PROMPTS, read_unsubscribe_token
from leaderjournal.prompts.pages.blueprint import Page, blueprint
from leaderjournal.prompts.schedule import store as schedule_store


@blueprint.get("/prompts/unsubscribe/<token>")
def unsubscribe(token: str) -> Page:
    """Ask whether to end prompts by mail: programs that open links must not end them."""
    _read_token(token)
    return render_template("prompts/unsubscribe.html", title="Stop reminder emails?", ended=False)


@blueprint.post("/prompts/unsubscribe/<token>")
@needs_no_csrf_token
def confirm_unsubscribe(token: str) -> Page:
    """End prompts by mail, for a mail program with one click (RFC 8058, 3.2)."""
    schedule_store.stop_mail(_read_token(token))
    return render_template(
        "prompts/unsubscribe.html", title="You won’t get reminder emails any more", ended=True
    )


@blueprint.get("/letter/unsubscribe/<token>")
def end_letter(token: str) -> Page:
    """Ask whether to end the letter: programs that open links must not end it."""
    _read_token(token, ends=LETTER)
    return render_template(
        "prompts/unsubscribe.html", title="Stop the two-week summary?", ended=False
    )


@blueprint.post("/letter/unsubscribe/<token>")
@needs_no_csrf_token
def confirm_end_letter(token: str) -> Page:
    """End the letter, for a mail program with one click (RFC 8058, 3.2)."""
    letter_store.end_letter(_read_token(token, ends=LETTER))
    return render_template(
        "prompts/unsubscribe.html", title="You won’t get the two-week summary any more", ended=True
    )


def _read_token(token: str, *, ends: str = PROMPTS) -> UUID:
    """Return the account of a token that ends these mails. Raises NotFound."""
    account_id = read_unsubscribe_token(token, get_settings().secret_key, ends=ends)
    if account_id is None:
        abort(404)
    return account_id
