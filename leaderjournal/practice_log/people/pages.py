"""The pages of people: the team, a person, merging and forgetting them."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_login import login_required

from leaderjournal.accounts.access import get_current_leader
from leaderjournal.kernel import clock
from leaderjournal.kernel.api import parse_uuid
from leaderjournal.kernel.days import LocalDate
from leaderjournal.kernel.problems import Errors
from leaderjournal.kernel.undo import flash_undo
from leaderjournal.practice_log.blueprints import pages as blueprint
from leaderjournal.practice_log.entries.forms import (
    Page,
    get_entry,
    parse_day,
    raise_not_found,
    restore_and_flash,
    save_acts_form,
    save_form,
)
from leaderjournal.practice_log.entries.rules import Kind
from leaderjournal.practice_log.entries.store import EntryNotFound, InvalidEntry
from leaderjournal.practice_log.people import store
from leaderjournal.practice_log.people.forgetting import forget_person as forget
from leaderjournal.practice_log.people.merging import merge_person as merge
from leaderjournal.practice_log.people.people_page import build_people_page
from leaderjournal.practice_log.people.person_page import build_forget_page, build_person_page


@blueprint.get("/people")
@login_required
def people() -> str:
    """Show the team, the most overdue first."""
    return _render_people()


@blueprint.post("/people")
@login_required
def add_person() -> Page:
    """Add someone to the team."""
    errors = save_form(Kind.PERSON, None)
    if errors:
        return _render_people(errors), 422
    name = " ".join(request.form["name"].split())
    flash(f"{name} added to your team.", "good")
    return redirect(url_for("practice_log.people"), 303)


@blueprint.get("/people/<uuid:person_id>")
@login_required
def person(person_id: UUID) -> str:
    """Show a person, to be read before a one-to-one."""
    return _render_person(person_id)


@blueprint.post("/people/<uuid:person_id>")
@login_required
def save_person(person_id: UUID) -> Page:
    """Change a person's name, rhythm, note or last day."""
    errors = save_form(Kind.PERSON, get_entry(Kind.PERSON, person_id))
    if errors:
        return _render_person(person_id, errors), 422
    flash("Saved.", "good")
    return redirect(url_for("practice_log.person", person_id=person_id), 303)


@blueprint.post("/people/<uuid:person_id>/acts")
@login_required
def save_acts(person_id: UUID) -> Page:
    """Log what was done for a person on a day."""
    get_entry(Kind.PERSON, person_id)
    day, is_deleted = save_acts_form(person_id, store.put_acts)
    if is_deleted:
        action = url_for("practice_log.restore_acts", person_id=person_id, local_date=day)
        flash_undo("Deleted.", action)
    return redirect(url_for("practice_log.person", person_id=person_id, on=day), 303)


@blueprint.post("/people/<uuid:person_id>/acts/<day:local_date>/restore")
@login_required
def restore_acts(person_id: UUID, local_date: LocalDate) -> Page:
    """Undo deleting what was done for a person on a day."""
    get_entry(Kind.PERSON, person_id)
    acts_id = store.get_acts_id(person_id, local_date)
    restore_and_flash(Kind.ACTS, acts_id)
    return redirect(url_for("practice_log.person", person_id=person_id, on=local_date), 303)


@blueprint.post("/people/<uuid:person_id>/merge")
@login_required
def merge_person(person_id: UUID) -> Page:
    """Merge a person into another one, and delete the first."""
    get_entry(Kind.PERSON, person_id)
    into = get_entry(Kind.PERSON, parse_uuid(request.form.get("into", "")) or person_id)
    if into.id == person_id:
        return _render_person(person_id, {"into": ["Choose who to merge with."]}), 422
    try:
        merge(get_current_leader().cipher, person_id, into.id, now=clock.now())
    except InvalidEntry as error:
        return _render_person(person_id, error.errors), 422
    except EntryNotFound:
        raise_not_found()
    flash(f"Merged into {into.content.name}.", "good")
    return redirect(url_for("practice_log.person", person_id=into.id), 303)


@blueprint.get("/people/<uuid:person_id>/forget")
@login_required
def ask_to_forget_person(person_id: UUID) -> str:
    """Ask before a person is deleted for good."""
    entry = get_entry(Kind.PERSON, person_id)
    return render_template(
        "practice_log/person_forget.html", page=build_forget_page(entry), errors={}
    )


@blueprint.post("/people/<uuid:person_id>/forget")
@login_required
def forget_person(person_id: UUID) -> Page:
    """Delete a person, and replace their name in every text if the leader wishes."""
    entry = get_entry(Kind.PERSON, person_id)
    replacement = request.form.get("replacement", "").strip()[:80] or "someone"
    from_texts = "from_texts" in request.form
    forget(
        get_current_leader().cipher,
        entry,
        replacement=replacement if from_texts else None,
        any_case="any_case" in request.form,
        now=clock.now(),
    )
    done = "Deleted, and removed from everything you’ve written."
    flash(done if from_texts else "Deleted. What you’ve written hasn’t changed.", "good")
    return redirect(url_for("practice_log.people"), 303)


def _render_people(errors: Errors | None = None) -> str:
    leader = get_current_leader()
    page = build_people_page(leader.cipher, today=leader.today(clock.now()))
    return render_template(
        "practice_log/people.html", page=page, errors=errors or {}, form=request.form
    )


def _render_person(person_id: UUID, errors: Errors | None = None) -> str:
    leader = get_current_leader()
    today = leader.today(clock.now())
    page = build_person_page(
        leader.cipher,
        get_entry(Kind.PERSON, person_id),
        shown_day=parse_day(request.args.get("on"), today),
        today=today,
        submitted=request.form,
        errors=errors or {},
    )
    return render_template("practice_log/person.html", page=page)
