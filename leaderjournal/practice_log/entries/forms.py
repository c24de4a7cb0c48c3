"""Reading and saving the forms of the practice log."""

from collections.abc import Callable
from typing import Any, NoReturn
from uuid import UUID

from flask import abort, flash, redirect, request, url_for
from marshmallow import ValidationError
from werkzeug import Response

from leaderjournal.accounts.access import get_current_leader
from leaderjournal.kernel import clock
from leaderjournal.kernel.days import LocalDate, to_local_date
from leaderjournal.kernel.fields import Day
from leaderjournal.kernel.forms import parse_whole_number, read_form
from leaderjournal.kernel.problems import Errors
from leaderjournal.kernel.undo import flash_undo
from leaderjournal.practice_log import store
from leaderjournal.practice_log.entries.rules import ACTS, Kind, to_document
from leaderjournal.practice_log.entries.store import (
    Entry,
    EntryNotFound,
    InvalidEntry,
    NumberExists,
)
from leaderjournal.practice_log.numbers.csv_file import normalize_amount
from leaderjournal.practice_log.numbers.rules import format_period
from leaderjournal.practice_log.schemas import REQUEST_SCHEMAS
from leaderjournal.practice_log.trash import store as trash_store

Page = Response | str | tuple[str, int]

SETTLED = {"kept": "Marked as kept.", "missed": "Marked as not kept."}

_PARSERS: dict[str, Callable[[str], object]] = {
    "every_days": parse_whole_number,
    "target": normalize_amount,
    "actual": normalize_amount,
}


def get_entry(kind: Kind, entry_id: UUID) -> Entry:
    """Return an entry of the leader; answer 404 if it does not exist."""
    entry = store.find_entry(get_current_leader().cipher, kind, entry_id)
    return entry if entry is not None else raise_not_found()


def raise_not_found() -> NoReturn:
    """Answer 404."""
    abort(404)


def save_form(kind: Kind, before: Entry | None) -> Errors:
    """Save the submitted form over an entry, or as a new one; return error messages by field."""
    values, errors = _read_values(kind, before)
    if errors:
        return errors
    try:
        store.save_entry(
            get_current_leader(),
            kind,
            before.id if before else None,
            values,
            partial=before is not None,
            now=clock.now(),
        )
    except EntryNotFound:
        raise_not_found()
    except InvalidEntry as error:
        return error.errors
    except NumberExists as error:
        period = format_period(error.current.content.period)
        return {"period": [f"{period} already has a number. Edit it instead."]}
    return {}


def _read_values(kind: Kind, before: Entry | None) -> tuple[dict[str, Any], Errors]:
    """Return the submitted values as the kind's schema loads them, and its error messages."""
    submitted = _read_submitted(kind)
    if before is None:
        return read_form(REQUEST_SCHEMAS[kind](), submitted)
    if submitted.get("state") == "kept":
        # An old reason for missing a commitment no longer applies once it is kept.
        is_unchanged = submitted.get("reason") in (None, before.content.reason)
        submitted["reason"] = None if is_unchanged else submitted["reason"]
    stored = to_document(before.content) | {"local_date": str(before.local_date)}
    values, errors = read_form(REQUEST_SCHEMAS[kind](), stored | submitted)
    return {name: values[name] for name in submitted if name in values}, errors


def _read_submitted(kind: Kind) -> dict[str, Any]:
    """Return the submitted fields of a kind as JSON would have them: empty is null."""
    submitted: dict[str, Any] = {}
    for name in REQUEST_SCHEMAS[kind]().fields:
        if name in request.form:
            text = request.form[name].strip()
            submitted[name] = _PARSERS.get(name, str)(text) if text else None
    for name in ("text", "name", "period"):
        if name in submitted:
            submitted[name] = submitted[name] or ""
    return submitted


def save_acts_form(person_id: UUID, save: Callable[..., bool]) -> tuple[LocalDate, bool]:
    """Save the ticked acts with `save` on the submitted day, or today.

    Return that day, and whether its acts were deleted, as `save` tells.
    """
    leader, now = get_current_leader(), clock.now()
    day = parse_day(request.form.get("local_date"), leader.today(now))
    acts = [act for act in ACTS if act in request.form.getlist("acts")]
    try:
        is_deleted = save(leader.cipher, person_id, day, acts, now=now)
    except EntryNotFound:
        raise_not_found()
    if acts:
        flash("Logged.", "good")
    return day, is_deleted


def parse_day(text: str | None, today: LocalDate) -> LocalDate:
    """Return the day of a date field; today if it is empty, invalid or in the future."""
    try:
        return min(to_local_date(Day().deserialize(text or str(today))), today)
    except ValidationError:
        return today


def redirect_back(collection: str | None = None) -> Response:
    """Return to today's page if the form came from there, else to the entries of a collection."""
    if request.form.get("back") == "today":
        return redirect(url_for("reflections.today", _anchor="today-panel"), 303)
    if collection is None:
        return redirect(url_for("practice_log.log"), 303)
    return redirect(url_for("practice_log.log_section", collection=collection), 303)


def restore_and_flash(kind: Kind, entry_id: UUID) -> None:
    """Undo deleting an entry, and say on the next page whether it is back."""
    try:
        trash_store.restore_entry(get_current_leader().cipher, kind, entry_id, now=clock.now())
    except EntryNotFound:
        flash("This can’t be undone any more.", "problem")
    except (InvalidEntry, NumberExists):
        flash("Something else has taken its place, so it can’t be restored.", "problem")
    else:
        flash("Restored.", "good")


def flash_changed(collection: str, before: Entry) -> None:
    """Say that an entry was saved; a commitment that was settled just now can be reopened."""
    state = request.form.get("state")
    if before.kind != Kind.COMMITMENT or state not in SETTLED or before.content.state == state:
        flash("Saved.", "good")
        return
    action = url_for("practice_log.change", collection=collection, entry_id=before.id)
    back = {"back": request.form["back"]} if "back" in request.form else {}
    flash_undo(SETTLED[state], action, state=before.content.state, **back)
