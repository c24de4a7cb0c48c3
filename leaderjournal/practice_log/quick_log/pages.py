"""The page on which something is logged in short, which script shows as a sheet on every page."""

from flask import render_template, request
from flask_login import login_required

from leaderjournal.accounts.access import get_current_leader
from leaderjournal.kernel import clock
from leaderjournal.kernel.api import parse_uuid
from leaderjournal.practice_log.blueprints import pages as blueprint
from leaderjournal.practice_log.entries import store as entries_store
from leaderjournal.practice_log.entries.forms import Page, redirect_back, save_acts_form
from leaderjournal.practice_log.entries.rules import Kind
from leaderjournal.practice_log.people import store as people_store
from leaderjournal.practice_log.quick_log.page import SubmittedActs, build_quick_log_page


@blueprint.get("/log/new")
@login_required
def quick_log() -> str:
    """Show the short forms for someone helped, a win, a hand-off, a commitment and a number."""
    return _render_quick_log()


@blueprint.post("/log/acts")
@login_required
def add_acts() -> Page:
    """Log what was done for someone."""
    cipher = get_current_leader().cipher
    person_id = parse_uuid(request.form.get("person_id", ""))
    person = entries_store.find_stored_entry(cipher, Kind.PERSON, person_id) if person_id else None
    acts = request.form.getlist("acts")
    if person is None:
        return _refuse_acts(acts, "Choose who you helped.")
    if not acts:
        return _refuse_acts(acts, "Tick what you did.")
    save_acts_form(person.id, people_store.add_acts)
    return redirect_back()


def _refuse_acts(acts: list[str], problem: str) -> Page:
    refused = SubmittedActs(request.form.get("person_id", ""), acts, problem)
    return _render_quick_log(refused), 422


def _render_quick_log(refused: SubmittedActs | None = None) -> str:
    leader = get_current_leader()
    page = build_quick_log_page(
        entries_store.list_stored_entries(leader.cipher, Kind.PERSON),
        entries_store.list_stored_entries(leader.cipher, Kind.NUMBER),
        today=leader.today(clock.now()),
        refused=refused,
    )
    return render_template("practice_log/quick_log.html", page=page)
