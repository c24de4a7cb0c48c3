"""The page of the log: commitments, hand-offs, wins and the number."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_login import login_required

from leaderjournal.accounts.access import get_current_leader
from leaderjournal.kernel import clock
from leaderjournal.practice_log.blueprints import pages as blueprint
from leaderjournal.practice_log.entries import store as entries_store
from leaderjournal.practice_log.entries.forms import (
    Page,
    get_entry,
    raise_not_found,
    redirect_back,
    save_form,
)
from leaderjournal.practice_log.entries.log_page import FailedSave, build_log_page
from leaderjournal.practice_log.entries.rules import Kind

KINDS_BY_PATH = {
    "commitments": Kind.COMMITMENT,
    "hand-offs": Kind.HAND_OFF,
    "wins": Kind.WIN,
    "numbers": Kind.NUMBER,
}


@blueprint.get("/log")
@login_required
def log() -> str:
    """Show commitments, hand-offs, wins and the number."""
    return render_log()


@blueprint.post("/log/<collection>")
@login_required
def add(collection: str) -> Page:
    """Add an entry to the log."""
    kind = _get_kind(collection)
    errors = save_form(kind, None)
    if errors:
        return render_log(FailedSave(kind, request.form.to_dict(), errors)), 422
    flash("Noted.", "good")
    return redirect_back(collection)


@blueprint.post("/log/<collection>/<uuid:entry_id>")
@login_required
def change(collection: str, entry_id: UUID) -> Page:
    """Change an entry of the log; fields that the form does not send stay."""
    kind = _get_kind(collection)
    entry = get_entry(kind, entry_id)
    errors = save_form(kind, entry)
    if errors:
        return render_log(FailedSave(kind, request.form.to_dict(), errors, entry)), 422
    flash("Noted.", "good")
    return redirect_back(collection)


@blueprint.post("/log/<collection>/<uuid:entry_id>/delete")
@login_required
def delete(collection: str, entry_id: UUID) -> Page:
    """Delete an entry of the log."""
    entry = get_entry(_get_kind(collection), entry_id)
    if entry.kind == Kind.COMMITMENT and entry.content.of_day:
        return redirect(url_for("reflections.day", local_date=entry.local_date), 303)
    entries_store.delete_entry(get_current_leader().cipher, entry.kind, entry_id)
    flash("Deleted.", "good")
    return redirect_back(collection)


def render_log(failed: FailedSave | None = None) -> str:
    """Return the page of the log, with a form that could not be saved."""
    leader = get_current_leader()
    page = build_log_page(
        leader.cipher,
        today=leader.today(clock.now()),
        shows_all="all" in request.args,
        failed=failed,
    )
    return render_template("practice_log/log.html", page=page)


def _get_kind(collection: str) -> Kind:
    return KINDS_BY_PATH[collection] if collection in KINDS_BY_PATH else raise_not_found()
