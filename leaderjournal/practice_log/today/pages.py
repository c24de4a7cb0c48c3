"""What today's page shows of the log, and the first people that are added from it."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from flask import flash, redirect, request, url_for
from flask_login import current_user, login_required
from werkzeug.local import LocalProxy

from leaderjournal.accounts.access import get_current_leader
from leaderjournal.kernel import clock
from leaderjournal.kernel.forms import read_form
from leaderjournal.practice_log import store
from leaderjournal.practice_log.blueprints import pages as blueprint
from leaderjournal.practice_log.entries.forms import Page
from leaderjournal.practice_log.entries.rules import Kind
from leaderjournal.practice_log.entries.store import Entry, InvalidEntry
from leaderjournal.practice_log.schemas import REQUEST_SCHEMAS
from leaderjournal.practice_log.today import store as today_store
from leaderjournal.practice_log.today.panel import TodayPanel, build_today_panel
from leaderjournal.practice_log.wording import list_person_options

MOST_NAMES = 5
"""How many people are added at once."""


@blueprint.app_context_processor
def provide_log_values() -> dict[str, Any]:
    """Return what pages of lower packages show of the log, prepared only when a template asks."""
    if not current_user:
        return {}
    list_people = cache(_list_people)  # decrypted once, though today's page shows both values
    return {
        "today_panel": LocalProxy(cache(lambda: _get_today_panel(list_people()))),
        "team_names": LocalProxy(cache(lambda: _list_team_names(list_people()))),
    }


def _list_people() -> list[Entry]:
    return today_store.list_people(get_current_leader().cipher)


def _get_today_panel(people: Sequence[Entry]) -> TodayPanel:
    leader = get_current_leader()
    return build_today_panel(leader.cipher, people, today=leader.today(clock.now()))


def _list_team_names(people: Sequence[Entry]) -> list[str]:
    return [option.name for option in list_person_options(people)]


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
