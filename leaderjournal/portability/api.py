"""Moving in and out, in the API."""

from typing import Any
from uuid import UUID

from flask import Response, stream_with_context
from flask_login import login_required
from werkzeug.datastructures import FileStorage

from leaderjournal.accounts.access import get_current_leader
from leaderjournal.kernel import clock
from leaderjournal.kernel.api import PREFIX, create_page_schema, format_page
from leaderjournal.kernel.concurrency import limit_concurrency
from leaderjournal.kernel.problems import Problem, raise_invalid
from leaderjournal.kernel.request_checks import Blueprint
from leaderjournal.portability.documents.pdf import (
    DocumentOptions,
    PdfTooLarge,
    PdfUnavailable,
    render_pdf,
)
from leaderjournal.portability.documents.rules import parse_names
from leaderjournal.portability.exports.formats import Export, export, wrap_pdf
from leaderjournal.portability.imports import store
from leaderjournal.portability.imports.archives import UnreadableJournal
from leaderjournal.portability.limits import documents_per_account, imports_per_account
from leaderjournal.portability.schemas import (
    ChoicesSchema,
    ExportSchema,
    ImportedSchema,
    ImportStatusSchema,
    StartSchema,
    UploadSchema,
    make_choices,
)
from leaderjournal.reviews.api import parse_period

blueprint = Blueprint("portability-api", __name__, url_prefix=PREFIX, description="Moving")


def send_export(made: Export) -> Response:
    """Return the reply that sends a file as it is made."""
    response = Response(stream_with_context(made.pieces), mimetype=made.media_type)
    response.headers["Content-Type"] = made.media_type
    response.headers["Content-Disposition"] = f'attachment; filename="{made.name}"'
    return response


def read_names(text: str) -> tuple[str, ...]:
    """Return the names that a document is to leave out. Raises Problem (422)."""
    try:
        return parse_names(text)
    except ValueError as error:
        raise_invalid({"without_names": [str(error)]})


@blueprint.get("/export")
@blueprint.doc(**{"x-problems": ["429", "503"]})
@login_required
@blueprint.arguments(ExportSchema, location="query", unknown=None)
@blueprint.response(200, description="The journal as a file")
def export_journal(wanted: dict[str, Any]) -> Response:
    """Take everything along: as JSON, which can be imported again, Markdown, CSV, or as a PDF."""
    if wanted["format"] == "pdf":
        return export_pdf(wanted)
    leader = get_current_leader()
    today = leader.today(clock.now())
    return send_export(export(leader, wanted["format"], table_of=wanted["table"], today=today))


@limit_concurrency
@documents_per_account
def export_pdf(wanted: dict[str, Any]) -> Response:
    """Take a month or a year along as a PDF."""
    leader = get_current_leader()
    today = leader.today(clock.now())
    period = parse_period(wanted["period"] or f"{today.year:04}")
    wishes = DocumentOptions(wanted["every_day"], read_names(wanted["without_names"]))
    try:
        return send_export(wrap_pdf(period, render_pdf(leader, period, wishes, today=today)))
    except PdfUnavailable as error:
        raise Problem(503, str(error)) from error
    except PdfTooLarge as error:
        raise_invalid({"period": [str(error)]})


@blueprint.post("/imports")
@blueprint.doc(**{"x-problems": ["409", "429"]})
@login_required
@limit_concurrency
@imports_per_account
@blueprint.arguments(UploadSchema, location="files")
@blueprint.arguments(ChoicesSchema, location="form")
@blueprint.response(200, ImportedSchema)
def import_journal(files: dict[str, FileStorage], chosen: dict[str, Any]) -> Any:
    """Bring in a journal. Days that are there stay as they are.

    The reply's Location names the import, by which it can be taken back.
    """
    content = files["file"].stream.read()
    choices = ChoicesSchema.to_choices(chosen)
    try:
        done = store.import_now(get_current_leader(), content, choices=choices, now=clock.now())
    except UnreadableJournal as error:
        raise_invalid({"file": [str(error)]})
    return done, 200, {"Location": f"{PREFIX}/imports/{done.id}"}


@blueprint.post("/imports/preview")
@blueprint.doc(**{"x-problems": ["409", "429"]})
@login_required
@limit_concurrency
@imports_per_account
@blueprint.arguments(UploadSchema, location="files")
@blueprint.response(201, ImportStatusSchema)
def preview_import(files: dict[str, FileStorage]) -> Any:
    """Look at a journal before it is brought in."""
    leader, now = get_current_leader(), clock.now()
    import_id = store.create_import(leader, files["file"].stream.read(), now=now)
    try:
        return store.preview_import(leader, import_id, now=now)
    except UnreadableJournal as error:
        raise_invalid({"file": [str(error)]})


@blueprint.get("/imports")
@login_required
@blueprint.response(200, create_page_schema(ImportStatusSchema, "Imports"))
def list_imports() -> dict[str, Any]:
    """List the journals that were brought in, the latest first."""
    return format_page(store.list_imports(get_current_leader()))


@blueprint.get("/imports/<uuid:import_id>")
@login_required
@blueprint.response(200, ImportStatusSchema)
def read_import(import_id: UUID) -> Any:
    """Read how far an import is."""
    return _require_found(store.get_import(get_current_leader(), import_id))


@blueprint.post("/imports/<uuid:import_id>/start")
@login_required
@limit_concurrency
@blueprint.arguments(StartSchema, required=False)
@blueprint.response(200, ImportStatusSchema)
def start_import(chosen: dict[str, Any], import_id: UUID) -> Any:
    """Bring in a journal that was looked at."""
    leader, now = get_current_leader(), clock.now()
    found = _require_found(store.get_import(leader, import_id))
    if store.confirm_import(leader, import_id, make_choices(chosen["mood_key"], chosen["moods"])):
        found = store.run_import(leader, import_id, now=now) or found
    return found


@blueprint.post("/imports/<uuid:import_id>/undo")
@login_required
@blueprint.response(200, ImportStatusSchema)
def undo_import(import_id: UUID) -> Any:
    """Take back all that an import made, but what was written on since."""
    return _require_found(store.undo_import(get_current_leader(), import_id))


def _require_found(kept: store.ImportStatus | None) -> store.ImportStatus:
    if kept is None:
        raise Problem(404, "There is no such import.")
    return kept
