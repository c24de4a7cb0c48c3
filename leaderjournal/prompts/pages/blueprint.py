"""The blueprint of all pages of prompts, and how their forms answer."""

from flask import Blueprint, Response, flash, redirect, url_for
from werkzeug import Response as Redirect

blueprint = Blueprint("prompts", __name__)

Page = Redirect | Response | str | tuple[str, int]

MAIL_WAITS = "Saved. We can write to you once your email is confirmed."


def flash_and_return(
    notice: str, category: str = "good", *, section: str | None = None
) -> Redirect:
    """Return to the settings, to a `section` by its id, with a notice of "good" or "problem"."""
    flash(notice, category)
    return redirect(url_for("prompts.settings", _anchor=section), 303)
