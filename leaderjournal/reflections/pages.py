"""The day's page: today, or any earlier day; deleting and restoring it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_login import current_user, login_required
from werkzeug import Response

from leaderjournal.accounts.access import get_current_leader, needs_no_csrf_token
from leaderjournal.accounts.store import Leader
from leaderjournal.kernel import clock
from leaderjournal.kernel.days import Instant, LocalDate, days_after
from leaderjournal.kernel.forms import parse_whole_number, read_form
from leaderjournal.kernel.problems import Errors
from leaderjournal.practice import catalogue
from leaderjournal.practice.catalogue import MIRROR_SCORES
from leaderjournal.questions.focus_key import store as focus_key_store
from leaderjournal.questions.served import store as served_questions_store
from leaderjournal.reflections import store
from leaderjournal.reflections.api import check_day_is_writable
from leaderjournal.reflections.figures import store as day_figures_store
from leaderjournal.reflections.rules import StoredDay, Writing
from leaderjournal.reflections.saving import store as saving_store
from leaderjournal.reflections.schemas import DaySchema
from leaderjournal.reflections.trash import store as trash_store
from leaderjournal.reflections.versions import store as versions_store

blueprint = Blueprint("reflections", __name__)

SUPERSEDED_SHOWN_FOR = timedelta(days=7)

Page = Response | str | tuple[str, int]


@dataclass(frozen=True, slots=True)
class Entry:
    """A key on the day's page: its question, and what was answered to it."""

    key: Any
    question: Any
    score: int | str | None
    text: str
    leaned_on: bool


@blueprint.get("/")
def today() -> Page:
    """Show today, or the way in."""
    if not current_user.is_authenticated:
        return redirect(url_for("accounts.login"), 303)
    leader, now = get_current_leader(), clock.now()
    return _render_day(leader, leader.today(now), now)


@blueprint.post("/")
@login_required
def save_today() -> Page:
    """Save the day that the form is for, which was today when it was opened."""
    leader, now = get_current_leader(), clock.now()
    return _save(leader, leader.today(now), now)


@blueprint.post("/share")
@needs_no_csrf_token
@login_required
def share() -> Page:
    """Show today with the text that another app shared at the end of the note, to be saved."""
    leader, now = get_current_leader(), clock.now()
    shared = [request.form.get(name, "").strip() for name in ("title", "text", "url")]
    return _render_day(leader, leader.today(now), now, shared="\n".join(filter(None, shared)))


@blueprint.get("/day/<day:local_date>")
@login_required
def day(local_date: LocalDate) -> Page:
    """Show a day."""
    leader, now = get_current_leader(), clock.now()
    check_day_is_writable(leader, local_date, now)
    return _render_day(leader, local_date, now)


@blueprint.get("/day/<day:local_date>/status")
@login_required
def day_status(local_date: LocalDate) -> str:
    """Show how a day stands, as a piece of its page that script brings anew after a save."""
    leader, now = get_current_leader(), clock.now()
    check_day_is_writable(leader, local_date, now)
    stored = store.get_day(leader.cipher, local_date)
    return render_template(
        "reflections/day_status_and_foot.html",
        day=_get_day_status(leader, local_date, stored, leader.today(now)),
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
        return _render_day(leader, local_date, now, errors=_map_errors_to_fields(errors)), 422
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
    return redirect(_get_day_url(leader, local_date, now), 303)


def _read_day_form() -> dict[str, Any]:
    """Return the form as the API would take it; an untouched key is no answer."""
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
    """Return messages under the names of the form's fields: answers.1.score is score-let-go."""
    answered = [answer["key"] for answer in _read_day_form()["answers"]]
    named: Errors = {}
    for field, messages in errors.items():
        parts = field.split(".")
        if parts[0] == "answers" and len(parts) == 3:
            field = f"{parts[2]}-{answered[int(parts[1])]}"  # noqa: PLW2901
        named[field] = messages
    return named


def _get_day_url(leader: Leader, local_date: LocalDate, now: Instant) -> str:
    if local_date == leader.today(now):
        return url_for("reflections.today")
    return url_for("reflections.day", local_date=local_date)


def _list_entries(leader: Leader, local_date: LocalDate, stored: StoredDay | None) -> list[Entry]:
    answers = {answer.key: answer for answer in stored.content.answers} if stored else {}
    questions = served_questions_store.get_questions_of_day(
        leader.cipher,
        local_date,
        scores=day_figures_store.list_scores_before(leader.id, local_date),
        answered={key: answer.question or "" for key, answer in answers.items()},
    )
    leaning = focus_key_store.get_focus_key(leader.id, local_date)
    entries = []
    for question in questions:
        answer = answers.get(question.key)
        behaviour = (
            catalogue.get_behaviour(question.key, question.behaviour).name
            if question.behaviour
            else None
        )
        entries.append(
            Entry(
                key=catalogue.get_key(question.key),
                question={
                    "id": question.id,
                    "text": question.text,
                    "behaviour": question.behaviour,
                    "behaviour_name": behaviour,
                },
                score=request.form.get(
                    f"score-{question.key}", answer.score if answer else None, type=_parse_score
                ),
                text=request.form.get(f"text-{question.key}", answer.text if answer else ""),
                leaned_on=question.key == leaning,
            )
        )
    return entries


def _parse_score(text: str) -> int | None:
    return int(text) if text in {"1", "2", "3", "4", "5"} else None


def _get_day_status(
    leader: Leader, local_date: LocalDate, stored: StoredDay | None, today: LocalDate
) -> dict[str, Any]:
    """Return what a page says of a day beside its words."""
    return {
        "local_date": local_date,
        "is_today": local_date == today,
        "kept": bool(stored and stored.content.completed),
        "etag": stored.etag if stored else "",
        "saved_at": stored.saved_at if stored else None,
        "deleted": None if stored else trash_store.get_deleted_etag(leader.id, local_date),
    }


def _render_day(
    leader: Leader,
    local_date: LocalDate,
    now: Instant,
    *,
    errors: Errors | None = None,
    shared: str = "",
) -> str:
    today = leader.today(now)
    stored = store.get_day(leader.cipher, local_date)
    content = stored.content if stored else None
    note = request.form.get("note", content.note if content else "")
    return render_template(
        "reflections/day.html",
        day=_get_day_status(leader, local_date, stored, today)
        | {
            "note": "\n\n".join(filter(None, (note, shared))),
            "commitment": request.form.get("commitment", content.commitment if content else ""),
        },
        entries=_list_entries(leader, local_date, stored),
        mirror=list(MIRROR_SCORES.items()),
        previous_day=days_after(local_date, -1),
        next_day=days_after(local_date, 1) if local_date < today else None,
        set_aside=versions_store.was_superseded_since(
            leader.id, local_date, Instant(now - SUPERSEDED_SHOWN_FOR)
        ),
        held=bool(errors or shared),
        form=request.form,
        errors=errors or {},
    )


@blueprint.post("/day/<day:local_date>/delete")
@login_required
def delete_day(local_date: LocalDate) -> Page:
    """Delete a day."""
    leader, now = get_current_leader(), clock.now()
    if not trash_store.delete_day(leader.cipher, local_date, now=now):
        abort(404)
    flash("The day is deleted. You can restore it here for 30 days.", "good")
    return redirect(_get_day_url(leader, local_date, now), 303)


@blueprint.post("/day/<day:local_date>/restore")
@login_required
def restore_day(local_date: LocalDate) -> Page:
    """Restore a deleted day."""
    leader = get_current_leader()
    if trash_store.restore_day(leader.cipher, local_date) is None:
        abort(404)
    flash("The day is restored.", "good")
    return redirect(_get_day_url(leader, local_date, clock.now()), 303)
