"""Practice days and pauses as a page of the settings."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import abort, redirect, render_template, request, url_for
from flask_login import login_required

from leaderjournal.accounts.access import get_current_leader
from leaderjournal.accounts.pages.blueprint import Page, blueprint
from leaderjournal.accounts.pages.form_state import (
    FormState,
    build_form,
    redirect_with_success,
)
from leaderjournal.accounts.practice_calendar import store as calendar_store
from leaderjournal.accounts.practice_calendar.rules import Pause, PracticeDays
from leaderjournal.accounts.practice_calendar.store import StoredPause
from leaderjournal.accounts.schemas import MeSchema, PauseSchema
from leaderjournal.accounts.settings.store import change_settings
from leaderjournal.kernel import clock
from leaderjournal.kernel.days import LocalDate
from leaderjournal.kernel.forms import parse_whole_number, read_form
from leaderjournal.kernel.problems import Errors
from leaderjournal.kernel.undo import flash_undo


@dataclass(frozen=True, slots=True)
class PauseRow:
    """A pause in the list; it is over where its last day is past."""

    id: UUID
    first_date: LocalDate
    last_date: LocalDate | None
    is_over: bool

    @property
    def is_one_day(self) -> bool:
        """Whether its first day is its last."""
        return self.first_date == self.last_date


@dataclass(frozen=True, slots=True)
class PracticePage:
    """What the page shows: the practice days, the pauses, and the form of a new one."""

    practice_days: PracticeDays | frozenset[int | str]
    practice_errors: Errors
    pause: FormState
    pauses: list[PauseRow]
    past_pauses: list[PauseRow]


@blueprint.get("/settings/practice")
@login_required
def practice() -> Page:
    """Show the practice days and the pauses."""
    return _render_practice()


@blueprint.post("/settings/practice")
@login_required
def save_practice_days() -> Page:
    """Change the practice days."""
    chosen = [parse_whole_number(day) for day in request.form.getlist("practice_days")]
    values, errors = read_form(MeSchema(), {"practice_days": chosen})
    if errors:
        return _render_practice(practice_errors=errors, chosen=frozenset(chosen))
    change_settings(
        get_current_leader(), now=clock.now(), practice_days=frozenset(values["practice_days"])
    )
    return redirect_with_success("Saved.", "accounts.practice")


@blueprint.post("/settings/pauses")
@login_required
def add_pause() -> Page:
    """Add a pause."""
    values, errors = _read_pause()
    if errors:
        return _render_practice(pause_errors=errors)
    calendar_store.add_pause(get_current_leader().id, Pause(**values))
    return redirect_with_success("Pause saved. Your streak is safe.", "accounts.practice")


@blueprint.get("/settings/pauses/<uuid:pause_id>")
@login_required
def edit_pause(pause_id: UUID) -> Page:
    """Show the form to change a pause."""
    return _render_pause(pause_id)


@blueprint.post("/settings/pauses/<uuid:pause_id>")
@login_required
def save_pause(pause_id: UUID) -> Page:
    """Change a pause."""
    values, errors = _read_pause()
    if errors:
        return _render_pause(pause_id, errors)
    if not calendar_store.change_pause(get_current_leader().id, pause_id, Pause(**values)):
        abort(404)
    return redirect_with_success("Saved.", "accounts.practice")


@blueprint.post("/settings/pauses/<uuid:pause_id>/delete")
@login_required
def end_pause(pause_id: UUID) -> Page:
    """Remove a pause; the page that follows can bring it back."""
    leader = get_current_leader()
    pause = _get_pause(pause_id)
    if not calendar_store.remove_pause(leader.id, pause_id):
        abort(404)
    flash_undo("Pause removed.", url_for("accounts.add_pause"), **_format_pause(pause))
    return redirect(url_for("accounts.practice"), 303)


def _read_pause() -> tuple[dict[str, Any], Errors]:
    submitted = {name: value for name, value in request.form.items() if value}
    values, errors = read_form(PauseSchema(), submitted)
    return values, errors


def _format_pause(pause: StoredPause) -> dict[str, str]:
    return {"first_date": str(pause.first_date), "last_date": str(pause.last_date or "")}


def _get_pause(pause_id: UUID) -> StoredPause:
    """Return one of the leader's pauses; without it, answer with 404."""
    pauses = calendar_store.list_pauses(get_current_leader().id)
    pause = next((each for each in pauses if each.id == pause_id), None)
    if pause is None:
        abort(404)
    return pause


def _render_pause(pause_id: UUID, errors: Errors | None = None) -> tuple[str, int]:
    pause = build_form(_format_pause(_get_pause(pause_id)), errors)
    action = url_for("accounts.save_pause", pause_id=pause_id)
    page = render_template("accounts/pause.html", pause=pause, action=action)
    return page, 422 if errors else 200


def _render_practice(
    *,
    practice_errors: Errors | None = None,
    chosen: frozenset[int | str] | None = None,
    pause_errors: Errors | None = None,
) -> tuple[str, int]:
    leader = get_current_leader()
    today = leader.today(clock.now())
    rows = [
        PauseRow(
            pause.id,
            pause.first_date,
            pause.last_date,
            is_over=pause.last_date is not None and pause.last_date < today,
        )
        for pause in calendar_store.list_pauses(leader.id)
    ]
    page = PracticePage(
        practice_days=leader.practice_days if chosen is None else chosen,
        practice_errors=practice_errors or {},
        pause=build_form({"first_date": "", "last_date": ""}, pause_errors),
        pauses=[row for row in rows if not row.is_over],
        past_pauses=[row for row in rows if row.is_over],
    )
    html = render_template("accounts/practice.html", page=page)
    return html, 422 if practice_errors or pause_errors else 200
