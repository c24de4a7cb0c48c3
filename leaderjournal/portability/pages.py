"""Bringing a journal in, as a page."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import login_required
from werkzeug import Response

from leaderjournal.accounts.access import current_leader
from leaderjournal.kernel import clock
from leaderjournal.portability import store
from leaderjournal.portability.archives import UnreadableJournal

blueprint = Blueprint("portability", __name__)


@blueprint.post("/settings/import")
@login_required
def import_journal() -> Response | str:
    """Bring in the journal that was chosen, and say what came of it."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return _refused("Choose the zip file that Day One exported as JSON.")
    try:
        result = store.import_journal(current_leader(), file.stream, now=clock.now())
    except UnreadableJournal as error:
        return _refused(str(error))
    return render_template("portability/imported.html", result=result)


def _refused(why: str) -> Response:
    flash(why, "problem")
    return redirect(url_for("accounts.settings"), 303)
