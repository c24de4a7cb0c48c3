"""The page on which somebody opts out of mail that others request. It needs no sign-in."""

from flask import Blueprint, abort, render_template
from werkzeug import Response

from leaderjournal.accounts.access import needs_no_csrf_token
from leaderjournal.accounts.mail_opt_outs import store

blueprint = Blueprint("mail_opt_outs", __name__)

Page = Response | str


@blueprint.get("/mail/never/<token>")
def ask(token: str) -> Page:
    """Ask for confirmation: a program that follows links must not opt anybody out."""
    if not store.is_valid_token(token):
        abort(404)
    return render_template("mail_opt_outs/never.html", token=token, state="ask")


@blueprint.post("/mail/never/<token>")
@needs_no_csrf_token
def opt_out(token: str) -> Page:
    """Opt the address out; a mail program does it with one click (RFC 8058, 3.2)."""
    if not store.record_opt_out(token):
        abort(404)
    return render_template("mail_opt_outs/never.html", token=token, state="ended")


@blueprint.post("/mail/never/<token>/undo")
@needs_no_csrf_token
def opt_in(token: str) -> Page:
    """Allow such mails again after a mistake."""
    if not store.delete_opt_out(token):
        abort(404)
    return render_template("mail_opt_outs/never.html", token=token, state="allowed")
