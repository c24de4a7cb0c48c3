"""The page on which somebody opts out of mail that others request. It needs no sign-in."""

from enum import StrEnum

from flask import Blueprint, abort, render_template
from werkzeug import Response

from leaderjournal.accounts.access import needs_no_csrf_token
from leaderjournal.accounts.mail_opt_outs import store

blueprint = Blueprint("mail_opt_outs", __name__)

Page = Response | str


class OptOutState(StrEnum):
    """What the page says: it asks, or confirms what was done."""

    ASK = "ask"
    OPTED_OUT = "opted-out"
    OPTED_IN = "opted-in"


TITLES = {
    OptOutState.ASK: "Never get these emails again?",
    OptOutState.OPTED_OUT: "You won’t get these emails again",
    OptOutState.OPTED_IN: "You can get these emails again",
}


@blueprint.get("/mail/never/<token>")
def ask(token: str) -> Page:
    """Ask for confirmation: a program that follows links must not opt anybody out."""
    if not store.is_valid_token(token):
        abort(404)
    return _render_page(token, OptOutState.ASK)


@blueprint.post("/mail/never/<token>")
@needs_no_csrf_token
def opt_out(token: str) -> Page:
    """Opt the address out; a mail program does it with one click (RFC 8058, 3.2)."""
    if not store.record_opt_out(token):
        abort(404)
    return _render_page(token, OptOutState.OPTED_OUT)


@blueprint.post("/mail/never/<token>/undo")
@needs_no_csrf_token
def opt_in(token: str) -> Page:
    """Allow such mails again after a mistake."""
    if not store.delete_opt_out(token):
        abort(404)
    return _render_page(token, OptOutState.OPTED_IN)


def _render_page(token: str, state: OptOutState) -> str:
    return render_template(
        "mail_opt_outs/never.html", token=token, state=state.value, title=TITLES[state]
    )
