"""Imports, exports and PDFs as pages."""

from uuid import UUID

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask_login import login_required
from werkzeug import Response as Reply

from leaderjournal.accounts.access import exports_journal, get_current_leader
from leaderjournal.kernel import clock
from leaderjournal.kernel.concurrency import limit_concurrency
from leaderjournal.kernel.problems import parse_or_refuse
from leaderjournal.kernel.queue import enqueue
from leaderjournal.portability import tasks
from leaderjournal.portability.documents import store as documents_store
from leaderjournal.portability.documents.fonts import list_warnings
from leaderjournal.portability.documents.rules import DocumentOptions, parse_names
from leaderjournal.portability.exports.csv_tables import TABLE_TITLES, TABLES
from leaderjournal.portability.exports.formats import FULL_FORMATS, export, wrap_pdf
from leaderjournal.portability.imports import preview, store, undo
from leaderjournal.portability.imports.archives import UnreadableJournal
from leaderjournal.portability.imports.moods import list_mood_fields
from leaderjournal.portability.imports.preview import confirm_import
from leaderjournal.portability.imports.reader import MoodChoices
from leaderjournal.portability.imports.registry import get_format_name, list_guides
from leaderjournal.portability.imports.run import run_import
from leaderjournal.portability.imports.wording import list_left_behind
from leaderjournal.portability.limits import documents_per_account, imports_per_account
from leaderjournal.portability.responses import send_export
from leaderjournal.practice import catalogue
from leaderjournal.practice_log.people import store as people_store
from leaderjournal.reviews.periods.rules import Period
from leaderjournal.reviews.reports import store as reports_store
from leaderjournal.reviews.words.rules import list_names

blueprint = Blueprint("portability", __name__)

MAX_INLINE_BYTES = 1_000_000
"""Bytes of a file that is imported within the request; the worker imports larger ones."""
MAX_INLINE_DAYS = 400

Page = Reply | str


@blueprint.get("/settings/moving")
@login_required
def import_and_export() -> str:
    """Show the page of imports and exports."""
    today = get_current_leader().today(clock.now())
    return render_template(
        "portability/import_and_export.html",
        imports=store.list_imports(get_current_leader()),
        more_tables=[(name, title) for name, title in TABLE_TITLES.items() if name != "days"],
        month=Period(today.year, today.month),
        year=Period(today.year),
    )


@blueprint.get("/settings/moving/apps")
@login_required
def show_apps() -> str:
    """Show how to export from each app, and what comes along from it."""
    return render_template("portability/apps.html", guides=list_guides())


@blueprint.get("/settings/export/<wanted>")
@login_required
@exports_journal
def download(wanted: str) -> Response:
    """Send a full export as JSON, Markdown or CSV."""
    table_of = request.args.get("table", "days")
    if wanted not in FULL_FORMATS or table_of not in TABLES:
        abort(404)
    leader = get_current_leader()
    return send_export(export(leader, wanted, table_of=table_of, today=leader.today(clock.now())))


@blueprint.post("/settings/import")
@login_required
@limit_concurrency
@imports_per_account
def import_journal() -> Page:
    """Preview the uploaded file; the worker reads a large one."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return _refuse_file("Choose a file to import.")
    leader, now = get_current_leader(), clock.now()
    content = file.stream.read()
    import_id = store.create_import(leader, content, file.filename, now=now)
    if len(content) > MAX_INLINE_BYTES:
        enqueue(tasks.look_at_import, str(leader.id), str(import_id))
    else:
        try:
            preview.preview_import(leader, import_id, now=now)
        except UnreadableJournal as error:
            store.discard_import(leader, import_id)
            return _refuse_file(str(error))
    return redirect(url_for("portability.show_import", import_id=import_id), 303)


@blueprint.get("/settings/imports/<uuid:import_id>")
@login_required
def show_import(import_id: UUID) -> str:
    """Show the preview, the progress or the result of an import."""
    status = store.get_import(get_current_leader(), import_id)
    if status is None:
        abort(404)
    return render_template(
        "portability/import.html",
        status=status,
        kind=get_format_name(status.kind),
        left_behind=list_left_behind(status.left_behind),
        keys=catalogue.list_keys(),
        mirror=list(catalogue.MIRROR_SCORES.items()),
        moods=list_mood_fields(status.moods or {}),
    )


@blueprint.post("/settings/imports/<uuid:import_id>")
@login_required
@limit_concurrency
def start_import(import_id: UUID) -> Page:
    """Import a previewed file; the worker imports a large one."""
    leader, now = get_current_leader(), clock.now()
    status = store.get_import(leader, import_id)
    if status is None:
        abort(404)
    scores = {
        mood.name: int(score)
        for mood in list_mood_fields(status.moods or {})
        if (score := request.form.get(mood.field, "")) in ("1", "2", "3", "4", "5")
    }
    key = request.form.get("mood_key", "")
    choices = MoodChoices(key if key in catalogue.KEY_SLUGS else None, scores)
    if confirm_import(leader, import_id, choices):
        if status.total > MAX_INLINE_DAYS:
            enqueue(tasks.bring_in_import, str(leader.id), str(import_id))
        else:
            run_import(leader, import_id, now=now)
    return redirect(url_for("portability.show_import", import_id=import_id), 303)


@blueprint.post("/settings/imports/<uuid:import_id>/give-up")
@login_required
def give_up_import(import_id: UUID) -> Page:
    """Discard a previewed file."""
    if store.discard_import(get_current_leader(), import_id):
        flash("Import cancelled. The file is deleted.", "good")
    return redirect(url_for("portability.import_and_export"), 303)


@blueprint.post("/settings/imports/<uuid:import_id>/undo")
@login_required
def undo_import(import_id: UUID) -> Page:
    """Undo an import."""
    if undo.undo_import(get_current_leader(), import_id, now=clock.now()) is None:
        abort(404)
    return redirect(url_for("portability.show_import", import_id=import_id), 303)


@blueprint.get("/settings/document/<period>")
@login_required
def document(period: str) -> str:
    """Show the form of a PDF's options."""
    parsed, leader = parse_or_refuse("period", Period.parse, period), get_current_leader()
    texts = reports_store.get_texts(leader, parsed, today=leader.today(clock.now()))
    team = people_store.get_team_names(leader.cipher)
    names = team | {used.word for used in list_names(texts.words)}
    back = url_for("reviews.year" if parsed.is_year else "reviews.month", period=parsed.name)
    return render_template(
        "portability/ask_document.html",
        period=parsed,
        names=sorted(names),
        back=back,
        warnings=list_warnings(),
    )


@blueprint.post("/settings/document/<period>")
@login_required
@limit_concurrency
@documents_per_account
@exports_journal
def make_document(period: str) -> Page:
    """Make a PDF; the worker makes one of a year."""
    parsed = parse_or_refuse("period", Period.parse, period)
    leader, now = get_current_leader(), clock.now()
    leaves_out = request.form.get("names") == "without"
    names = (
        parse_or_refuse("without_names", parse_names, request.form.get("without_names", ""))
        if leaves_out
        else ()
    )
    options = DocumentOptions(request.form.get("every_day") == "yes", names)
    document_id = documents_store.request_document(leader, parsed, options, now=now)
    if parsed.month is None:
        enqueue(tasks.make_document, str(leader.id), str(document_id))
    else:
        documents_store.make_document(leader, document_id, now=now)
    return redirect(url_for("portability.show_document", document_id=document_id), 303)


@blueprint.get("/settings/documents/<uuid:document_id>")
@login_required
def show_document(document_id: UUID) -> str:
    """Show how far a PDF is."""
    status = documents_store.get_document(get_current_leader(), document_id)
    if status is None:
        abort(404)
    return render_template("portability/document.html", status=status)


@blueprint.get("/settings/documents/<uuid:document_id>/file")
@login_required
@exports_journal
def fetch_document(document_id: UUID) -> Response:
    """Send a finished PDF."""
    leader = get_current_leader()
    status = documents_store.get_document(leader, document_id)
    content = documents_store.get_pdf(leader, document_id)
    if status is None or content is None:
        abort(404)
    return send_export(wrap_pdf(status.period, content))


def _refuse_file(why: str) -> Reply:
    flash(why, "problem")
    return redirect(url_for("portability.import_and_export"), 303)
