"""Verified addresses as pages: the mailed link, and what settings offer about it."""

from flask import Blueprint, flash, redirect, render_template, session, url_for
from flask_login import current_user, login_required
from werkzeug import Response

from leaderjournal.accounts.access import get_current_leader
from leaderjournal.accounts.store import EmailTaken
from leaderjournal.accounts.verification import store
from leaderjournal.accounts.verification.limits import limit_links
from leaderjournal.accounts.verification.tasks import send_email_notice, send_proof
from leaderjournal.kernel import clock
from leaderjournal.kernel.context import get_settings
from leaderjournal.kernel.queue import enqueue

blueprint = Blueprint("verification", __name__)

Page = Response | str


@blueprint.get("/verify/<token>")
def open_link(token: str) -> Response:
    """Move the token from the address, where it can be seen, to the session."""
    session["verify"] = token
    return redirect(url_for("verification.verify"), 303)


@blueprint.get("/verify")
def verify() -> Page:
    """Ask to confirm the address: a program that follows links must not do it."""
    verification = store.find_verification_by_token(session.get("verify", ""), now=clock.now())
    if verification is None:
        return _redirect_expired_link()
    return render_template("accounts/verify.html", verification=verification)


@blueprint.post("/verify")
def submit_verification() -> Page:
    """Confirm the address."""
    try:
        verified = store.verify(session.get("verify", ""), now=clock.now())
    except EmailTaken:
        session.pop("verify", None)
        return _redirect_with_message(
            "Another account has this address by now. Yours stays as it was.", "problem"
        )
    if verified is None:
        return _redirect_expired_link()
    session.pop("verify", None)
    if verified.notice_id and get_settings().smtp_url:
        enqueue(send_email_notice, str(verified.notice_id))
    return _redirect_with_message("Your address is confirmed.", "good")


def _redirect_expired_link() -> Response:
    session.pop("verify", None)
    return _redirect_with_message(
        "This link no longer works. Your settings say whether an address waits to be confirmed.",
        "problem",
    )


def _redirect_with_message(sentence: str, category: str) -> Response:
    flash(sentence, category)
    signed_in = current_user.is_authenticated
    return redirect(url_for("accounts.settings" if signed_in else "accounts.login"), 303)


@blueprint.post("/settings/email/send")
@login_required
@limit_links
def send_link() -> Response:
    """Send the link again: to the new address if one is pending, else to the current one."""
    leader, now = get_current_leader(), clock.now()
    pending = store.find_pending_verification(leader, now=now)
    if not get_settings().smtp_url or not (pending or leader.email_verified_at is None):
        return redirect(url_for("accounts.security"), 303)
    email = pending.email if pending else leader.email
    enqueue(send_proof, str(store.create_verification(leader, email, now=now)))
    flash(f"The link is on its way to {email}. It works for three days.", "good")
    return redirect(url_for("accounts.security"), 303)


@blueprint.post("/settings/email/cancel")
@login_required
def cancel() -> Response:
    """Cancel the change of address."""
    store.cancel_verification(get_current_leader().id)
    flash("Your email stays as it is.", "good")
    return redirect(url_for("accounts.security"), 303)
