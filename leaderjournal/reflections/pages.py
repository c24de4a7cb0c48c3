"""The day's page: today, or any earlier day; deleting and restoring it."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_login import current_user, login_required
from werkzeug import Response

from leaderjournal.accounts.access import get_current_leader, needs_no_csrf_token
from leaderjournal.accounts.store import Leader
from leaderjournal.kernel import clock
from leaderjournal.kernel.days import Instant, LocalDate
from leaderjournal.kernel.forms import parse_whole_number, read_form
from leaderjournal.kernel.problems import Errors
from leaderjournal.kernel.undo import flash_undo
from leaderjournal.practice import catalogue
from leaderjournal.reflections import store
from leaderjournal.reflections.day_page import get_day_status, get_day_url, render_day
from leaderjournal.reflections.rules import Writing
from leaderjournal.reflections.saving import store as saving_store
from leaderjournal.reflections.schemas import DaySchema
from leaderjournal.reflections.trash import store as trash_store
from leaderjournal.reflections.versions import store as versions_store
from leaderjournal.reflections.writable_days import check_day_is_writable
from leaderjournal.welcome.start_page import render_start_page

blueprint = Blueprint("reflections", __name__)

Page = Response | str | tuple[str, int]


@blueprint.get("/")
def today() -> Page:
    """Show today; somebody who is signed out sees the welcome page, or signs in."""
    if not current_user.is_authenticated:
        return render_start_page()
    leader, now = get_current_leader(), clock.now()
    return render_day(leader, leader.today(now), now)


@blueprint.post("/")
@login_required
def save_today() -> Page:
    """Save today."""
    leader, now = get_current_leader(), clock.now()
    return _save(leader, leader.today(now), now)


@blueprint.post("/share")
@needs_no_csrf_token
@login_required
def share() -> Page:
    """Show today with text from another app at the end of the note, not yet saved."""
    leader, now = get_current_leader(), clock.now()
    shared = [request.form.get(name, "").strip() for name in ("title", "text", "url")]
    return render_day(leader, leader.today(now), now, shared="\n".join(filter(None, shared)))


@blueprint.get("/day/<day:local_date>")
@login_required
def day(local_date: LocalDate) -> Page:
    """Show a day."""
    leader, now = get_current_leader(), clock.now()
    check_day_is_writable(leader, local_date, now)
    return render_day(leader, local_date, now)


@blueprint.get("/day/<day:local_date>/status")
@login_required
def day_status(local_date: LocalDate) -> str:
    """Show the status of a day, the part of its page that script updates after a save."""
    leader, now = get_current_leader(), clock.now()
    check_day_is_writable(leader, local_date, now)
    stored = store.get_day(leader.cipher, local_date)
    return render_template(
        "reflections/day_status_and_foot.html",
        day=get_day_status(leader, local_date, stored, leader.today(now)),
    )


@blueprint.post("/day/<day:local_date>")
@login_required
def save_day(local_date: LocalDate) -> Page:
    """Save a day."""
    leader, now = get_current_leader(), clock.now()
    check_day_is_writable(leader, local_date, now)
    return _save(leader, local_date, now)


def _save(leader: Leader, local_date: LocalDate, now: Instant) -> Page:
    values, errors = read_form(DaySchema(), _read_day_form())
    if errors:
        return render_day(leader, local_date, now, errors=_map_errors_to_fields(errors)), 422
    merging = saving_store.merge_day(
        leader.cipher,
        local_date,
        DaySchema.to_content(values),
        base=versions_store.get_content_by_etag(
            leader.cipher, local_date, request.form.get("etag", "")
        ),
        writing=Writing(now, leader.time_zone, leader.day_starts_at),
        now=now,
    )
    flash("Saved. Another device wrote this day too." if merging.conflicting else "Saved.", "good")
    return redirect(get_day_url(leader, local_date, now), 303)


def _read_day_form() -> dict[str, Any]:
    """Return the submitted form as the API takes a day; an untouched key is left out."""
    answers = []
    for key in catalogue.KEY_SLUGS:
        score, text = request.form.get(f"score-{key}", ""), request.form.get(f"text-{key}", "")
        if score or text:
            answers.append(
                {
                    "key": key,
                    "score": parse_whole_number(score) or None,
                    "text": text,
                    "question": request.form.get(f"question-{key}") or None,
                    "behaviour": request.form.get(f"behaviour-{key}") or None,
                }
            )
    return {
        "answers": answers,
        "note": request.form.get("note", ""),
        "commitment": request.form.get("commitment", ""),
    }


def _map_errors_to_fields(errors: Errors) -> Errors:
    """Return messages by the names of the form's fields: answers.1.score becomes score-let-go."""
    answered = [answer["key"] for answer in _read_day_form()["answers"]]
    named: Errors = {}
    for field, messages in errors.items():
        parts = field.split(".")
        if parts[0] == "answers" and len(parts) == 3:
            field = f"{parts[2]}-{answered[int(parts[1])]}"  # noqa: PLW2901
        named[field] = messages
    return named


@blueprint.post("/day/<day:local_date>/delete")
@login_required
def delete_day(local_date: LocalDate) -> Page:
    """Delete a day."""
    leader, now = get_current_leader(), clock.now()
    if not trash_store.delete_day(leader.cipher, local_date, now=now):
        abort(404)
    undo = url_for("reflections.restore_day", local_date=local_date)
    flash_undo("The day is deleted. You can also restore it here for 30 days.", undo)
    return redirect(get_day_url(leader, local_date, now), 303)


@blueprint.post("/day/<day:local_date>/restore")
@login_required
def restore_day(local_date: LocalDate) -> Page:
    """Restore a deleted day."""
    leader = get_current_leader()
    if trash_store.restore_day(leader.cipher, local_date) is None:
        abort(404)
    flash("The day is restored.", "good")
    return redirect(get_day_url(leader, local_date, clock.now()), 303)
