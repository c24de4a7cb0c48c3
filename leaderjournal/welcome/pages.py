"""The welcome page at an address of its own, and the page that adds what was tried there."""

from flask import Blueprint, redirect, render_template, session, url_for
from flask_login import current_user, login_required
from werkzeug import Response

from leaderjournal.welcome.start_page import render_welcome

blueprint = Blueprint("welcome", __name__)


@blueprint.get("/welcome")
def show() -> Response | str:
    """Show the welcome page, also where a leader has been on this device."""
    if current_user.is_authenticated:
        return redirect(url_for("reflections.today"), 303)
    return render_welcome()


@blueprint.get("/first-answer")
@login_required
def first_answer() -> str:
    """Add what was tried before signing in, which only the device knows, to the journal.

    Right after registering the leader has agreed to it; after signing in, the page asks.
    """
    is_agreed = session.pop("adds_first_answer", False)
    return render_template("welcome/first_answer.html", is_agreed=is_agreed)
