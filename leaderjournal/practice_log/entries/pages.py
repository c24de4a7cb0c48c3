"""The pages of the log: commitments, hand-offs, wins and the number."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_login import login_required
from marshmallow import ValidationError

from leaderjournal.accounts.access import get_current_leader
from leaderjournal.kernel import clock
from leaderjournal.kernel.undo import flash_undo
from leaderjournal.practice_log.blueprints import pages as blueprint
from leaderjournal.practice_log.entries.entry_page import build_entry_page
from leaderjournal.practice_log.entries.forms import (
    Page,
    flash_changed,
    get_entry,
    raise_not_found,
    redirect_back,
    restore_and_flash,
    save_form,
)
from leaderjournal.practice_log.entries.log_page import FailedSave, build_log_page
from leaderjournal.practice_log.entries.rules import Kind
from leaderjournal.practice_log.entries.store import Position
from leaderjournal.practice_log.fields import Cursor
from leaderjournal.practice_log.trash import store as trash_store

KINDS_BY_PATH = {
    "commitments": Kind.COMMITMENT,
    "hand-offs": Kind.HAND_OFF,
    "wins": Kind.WIN,
    "numbers": Kind.NUMBER,
}


@blueprint.get("/log")
@login_required
def log() -> str:
    """Show the log, which begins with commitments."""
    return render_log(Kind.COMMITMENT)


@blueprint.get("/log/<collection>")
@login_required
def log_section(collection: str) -> str:
    """Show the entries of one kind, the latest first."""
    return render_log(_get_kind(collection))


@blueprint.post("/log/<collection>")
@login_required
def add(collection: str) -> Page:
    """Add an entry to the log."""
    kind = _get_kind(collection)
    errors = save_form(kind, None)
    if errors:
        return render_log(kind, FailedSave(request.form.to_dict(), errors)), 422
    flash("Logged.", "good")
    return redirect_back(collection)


@blueprint.get("/log/<collection>/<uuid:entry_id>")
@login_required
def entry(collection: str, entry_id: UUID) -> str:
    """Show an entry of the log, to be read and changed."""
    return _render_entry(_get_kind(collection), entry_id)


@blueprint.post("/log/<collection>/<uuid:entry_id>")
@login_required
def change(collection: str, entry_id: UUID) -> Page:
    """Change an entry of the log; fields that the form does not send stay."""
    kind = _get_kind(collection)
    before = get_entry(kind, entry_id)
    errors = save_form(kind, before)
    if errors:
        return _render_entry(kind, entry_id, FailedSave(request.form.to_dict(), errors)), 422
    flash_changed(collection, before)
    return redirect_back(collection)


@blueprint.post("/log/<collection>/<uuid:entry_id>/delete")
@login_required
def delete(collection: str, entry_id: UUID) -> Page:
    """Delete an entry of the log; the next page offers to undo that."""
    found = get_entry(_get_kind(collection), entry_id)
    if found.kind == Kind.COMMITMENT and found.content.of_day:
        return redirect(url_for("reflections.day", local_date=found.local_date), 303)
    cipher = get_current_leader().cipher
    if not trash_store.delete_entry(cipher, found.kind, entry_id, now=clock.now()):
        raise_not_found()
    restore_url = url_for("practice_log.restore", collection=collection, entry_id=entry_id)
    flash_undo("Deleted.", restore_url)
    return redirect_back(collection)


@blueprint.post("/log/<collection>/<uuid:entry_id>/restore")
@login_required
def restore(collection: str, entry_id: UUID) -> Page:
    """Undo deleting an entry; one that is back already stays."""
    restore_and_flash(_get_kind(collection), entry_id)
    return redirect_back(collection)


def render_log(kind: Kind, failed: FailedSave | None = None) -> str:
    """Return the page of the log, with the form of a new entry that could not be saved."""
    leader = get_current_leader()
    page = build_log_page(
        leader.cipher,
        kind,
        today=leader.today(clock.now()),
        shows_closed=request.args.get("show") == "closed",
        before=_read_position(),
        failed=failed,
    )
    return render_template("practice_log/log.html", page=page)


def _render_entry(kind: Kind, entry_id: UUID, failed: FailedSave | None = None) -> str:
    leader = get_current_leader()
    page = build_entry_page(
        leader.cipher, get_entry(kind, entry_id), today=leader.today(clock.now()), failed=failed
    )
    return render_template("practice_log/entry.html", page=page)


def _read_position() -> Position | None:
    """Return the position that a page of older entries begins after; None if it is none."""
    try:
        return Cursor().deserialize(request.args["before"]) if "before" in request.args else None
    except ValidationError:
        return None


def _get_kind(collection: str) -> Kind:
    return KINDS_BY_PATH[collection] if collection in KINDS_BY_PATH else raise_not_found()
