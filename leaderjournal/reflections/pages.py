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
from leaderjournal.questions.first_month.store import is_first_month_offered
from leaderjournal.questions.focus_key import store as focus_key_store
from leaderjournal.reflections import store
from leaderjournal.reflections.day_form.rules import DayForm, KeyCard
from leaderjournal.reflections.day_questions import get_day_questions
from leaderjournal.reflections.rules import DayContent, StoredDay, Writing
from leaderjournal.reflections.saving import store as saving_store
from leaderjournal.reflections.schemas import DaySchema
from leaderjournal.reflections.trash import store as trash_store
from leaderjournal.reflections.versions import store as versions_store
from leaderjournal.reflections.writable_days import check_day_is_writable

blueprint = Blueprint("reflections", __name__)

SUPERSEDED_SHOWN_FOR = timedelta(days=7)

Page = Response | str | tuple[str, int]


SCRIPTS = (
    "grow-textarea",
    "score-scale",
    "autosave",
    "local-time",
    "refresh-day-status",
    "prompts/day-prompts",
    "practice_log/mention-people",
)
TODAY_SCRIPTS = ("practice_log/log-forms", "load-look-back")


@dataclass(frozen=True, slots=True)
class DayStatus:
    """What a page says about a day beside its words."""

    local_date: LocalDate
    is_today: bool
    completed: bool
    etag: str
    saved_at: Instant | None
    deleted_etag: str | None


@dataclass(frozen=True, slots=True)
class DayPage:
    """The page of a day: its form, its neighbours, and what it says to the leader."""

    day: DayStatus
    form: DayForm
    shows_year: bool
    previous_date: LocalDate
    previous_url: str
    next_date: LocalDate | None
    next_url: str | None
    offers_first_month: bool
    scripts: tuple[str, ...]


@blueprint.get("/")
def today() -> Page:
    """Show today, or lead to the sign-in page."""
    if not current_user.is_authenticated:
        return redirect(url_for("accounts.login"), 303)
    leader, now = get_current_leader(), clock.now()
    return _render_day(leader, leader.today(now), now)


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
    """Show the status of a day, the part of its page that script updates after a save."""
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


def _get_day_url(leader: Leader, local_date: LocalDate, now: Instant) -> str:
    if local_date == leader.today(now):
        return url_for("reflections.today")
    return url_for("reflections.day", local_date=local_date)


def _make_cards(
    leader: Leader, local_date: LocalDate, stored: StoredDay | None, errors: Errors
) -> list[KeyCard]:
    """Return the keys of the form, with what was submitted or else what is stored."""
    answers = {answer.key: answer for answer in stored.content.answers} if stored else {}
    questions = get_day_questions(
        leader,
        local_date,
        answered={key: answer.question or "" for key, answer in answers.items()},
    )
    focus_key = focus_key_store.get_focus_key(leader.id, local_date)
    cards = []
    for question in questions:
        slug, answer = question.key, answers.get(question.key)
        cards.append(
            KeyCard(
                slug=slug,
                name=catalogue.get_key(slug).name,
                question_id=question.id,
                question=question.text,
                behaviour=question.behaviour or "",
                behaviour_name=catalogue.get_behaviour(slug, question.behaviour).name
                if question.behaviour
                else "",
                score=request.form.get(
                    f"score-{slug}", answer.score if answer else None, type=_parse_score
                ),
                text=request.form.get(f"text-{slug}", answer.text if answer else ""),
                is_focus_key=slug == focus_key,
                first_month_day=catalogue.find_first_month_day(question.id),
                score_errors=errors.get(f"score-{slug}", ()),
                text_errors=errors.get(f"text-{slug}", ()),
            )
        )
    return cards


def _parse_score(text: str) -> int | None:
    return int(text) if text in {"1", "2", "3", "4", "5"} else None


def _make_form(
    leader: Leader,
    day: DayStatus,
    stored: StoredDay | None,
    now: Instant,
    *,
    errors: Errors,
    shared: str,
) -> DayForm:
    content = stored.content if stored else DayContent()
    note = request.form.get("note", content.note)
    return DayForm(
        cards=_make_cards(leader, day.local_date, stored, errors),
        local_date=day.local_date,
        etag=day.etag,
        deleted_etag=day.deleted_etag or "",
        note="\n\n".join(filter(None, (note, shared))),
        commitment=request.form.get("commitment", content.commitment),
        note_errors=errors.get("note", ()),
        commitment_errors=errors.get("commitment", ()),
        is_unsaved=bool(errors or shared),
        shows_superseded=versions_store.was_superseded_since(
            leader.id, day.local_date, Instant(now - SUPERSEDED_SHOWN_FOR)
        ),
    )


def _get_day_status(
    leader: Leader, local_date: LocalDate, stored: StoredDay | None, today: LocalDate
) -> DayStatus:
    return DayStatus(
        local_date=local_date,
        is_today=local_date == today,
        completed=bool(stored and stored.content.completed),
        etag=stored.etag if stored else "",
        saved_at=stored.saved_at if stored else None,
        deleted_etag=None if stored else trash_store.get_deleted_etag(leader.id, local_date),
    )


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
    day = _get_day_status(leader, local_date, stored, today)
    previous_date, next_date = days_after(local_date, -1), days_after(local_date, 1)
    has_next = local_date < today
    page = DayPage(
        day=day,
        form=_make_form(leader, day, stored, now, errors=errors or {}, shared=shared),
        shows_year=local_date.year != today.year,
        previous_date=previous_date,
        previous_url=url_for("reflections.day", local_date=previous_date),
        next_date=next_date if has_next else None,
        next_url=_get_day_url(leader, next_date, now) if has_next else None,
        offers_first_month=day.is_today
        and is_first_month_offered(leader.id, joined_on=leader.joined_on, today=today),
        scripts=SCRIPTS + (TODAY_SCRIPTS if day.is_today else ()),
    )
    return render_template(
        "reflections/day.html",
        page=page,
        day=day,
        form=page.form,
        keys=catalogue.list_keys(),
        mirror=list(MIRROR_SCORES.items()),
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
