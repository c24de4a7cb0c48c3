"""Adding the first people of the team on today's page, by their names alone."""

from flask import flash, redirect, request, url_for
from flask_login import login_required

from leaderjournal.accounts.access import get_current_leader
from leaderjournal.kernel import clock
from leaderjournal.kernel.forms import read_form
from leaderjournal.practice_log import store
from leaderjournal.practice_log.blueprints import pages as blueprint
from leaderjournal.practice_log.entries.forms import Page
from leaderjournal.practice_log.entries.rules import Kind
from leaderjournal.practice_log.entries.store import InvalidEntry
from leaderjournal.practice_log.schemas import REQUEST_SCHEMAS

MOST_NAMES = 5


@blueprint.post("/log/people")
@login_required
def add_people() -> Page:
    """Add people by name; a name that is refused is said, and the others are added."""
    names = [name.strip() for name in request.form.getlist("name")][:MOST_NAMES]
    for name in filter(None, names):
        refused = _add_person(name)
        if refused:
            flash(f"{name}: {refused}", "problem")
    return redirect(url_for("reflections.today", _anchor="next-step"), 303)


def _add_person(name: str) -> str:
    """Add a person; return why that was refused, "" if it was not."""
    values, errors = read_form(REQUEST_SCHEMAS[Kind.PERSON](), {"name": name})
    if not errors:
        try:
            store.save_entry(get_current_leader(), Kind.PERSON, None, values, now=clock.now())
        except InvalidEntry as error:
            errors = error.errors
    return " ".join(message for messages in errors.values() for message in messages)
