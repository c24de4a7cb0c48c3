"""Importing numbers on the page of the log."""

from flask import flash, redirect, request, url_for
from flask_login import login_required

from leaderjournal.accounts.access import get_current_leader
from leaderjournal.kernel import clock
from leaderjournal.practice_log.blueprints import pages as blueprint
from leaderjournal.practice_log.entries.forms import Page
from leaderjournal.practice_log.entries.log_page import FailedSave
from leaderjournal.practice_log.entries.pages import render_log
from leaderjournal.practice_log.entries.rules import Kind
from leaderjournal.practice_log.numbers import store
from leaderjournal.practice_log.numbers.csv_file import UnreadableNumbers, read_numbers


@blueprint.post("/log/numbers/import")
@login_required
def import_numbers() -> Page:
    """Import the numbers of a CSV file."""
    file = request.files.get("file")
    try:
        numbers = read_numbers(file.read() if file else b"")
    except UnreadableNumbers as error:
        return render_log(Kind.NUMBER, FailedSave({}, error.errors)), 422
    created, changed = store.import_numbers(get_current_leader(), numbers, now=clock.now())
    flash(f"Imported: {created} new, {changed} updated.", "good")
    return redirect(url_for("practice_log.log_section", collection="numbers"), 303)
