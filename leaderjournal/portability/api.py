"""Exports, PDFs and imports in the API."""

from typing import Any
from uuid import UUID

from flask import Response
from flask_login import login_required
from werkzeug.datastructures import FileStorage

from leaderjournal.accounts.access import exports_journal, get_current_leader
from leaderjournal.kernel import clock
from leaderjournal.kernel.api import PREFIX, create_page_schema, format_page
from leaderjournal.kernel.concurrency import limit_concurrency
from leaderjournal.kernel.problems import Problem, parse_or_refuse, raise_invalid
from leaderjournal.kernel.request_checks import Blueprint
from leaderjournal.portability.documents.fonts import find_missing_scripts, list_warnings
from leaderjournal.portability.documents.pdf import PdfTooLarge, PdfUnavailable, render_pdf
from leaderjournal.portability.documents.rules import DocumentOptions, parse_names
from leaderjournal.portability.exports.formats import export, wrap_pdf
from leaderjournal.portability.imports import preview, store, undo
from leaderjournal.portability.imports.archives import UnreadableJournal
from leaderjournal.portability.imports.preview import confirm_import
from leaderjournal.portability.imports.run import import_now, run_import
from leaderjournal.portability.limits import documents_per_account, imports_per_account
from leaderjournal.portability.responses import send_export
from leaderjournal.portability.schemas import (
    ChoicesSchema,
    ExportSchema,
    ExportWarningsSchema,
    ImportedSchema,
    ImportStatusSchema,
    StartSchema,
    UploadSchema,
    make_choices,
)
from leaderjournal.reviews.periods.rules import Period

blueprint = Blueprint("portability-api", __name__, url_prefix=PREFIX, description="Moving")


@blueprint.get("/export")
@blueprint.doc(**{"x-problems": ["429", "503"]})
@login_required
@exports_journal
@blueprint.arguments(ExportSchema, location="query", unknown=None)
@blueprint.response(200, description="The journal as a file")
def export_journal(query: dict[str, Any]) -> Response:
    """Take everything along: as JSON, which can be imported again, Markdown, CSV, or as a PDF."""
    if query["format"] == "pdf":
        return export_pdf(query)
    leader = get_current_leader()
    today = leader.today(clock.now())
    return send_export(export(leader, query["format"], table_of=query["table"], today=today))


@blueprint.get("/export/warnings")
@login_required
@blueprint.response(200, ExportWarningsSchema)
def read_export_warnings() -> dict[str, Any]:
    """Read what to know before a PDF is made: the scripts that would be empty boxes in it."""
    return {"missing_scripts": find_missing_scripts(), "warnings": list_warnings()}


@limit_concurrency
@documents_per_account
def export_pdf(query: dict[str, Any]) -> Response:
    """Take a month or a year along as a PDF."""
    leader = get_current_leader()
    today = leader.today(clock.now())
    period = parse_or_refuse("period", Period.parse, query["period"] or f"{today.year:04}")
    options = DocumentOptions(
        query["every_day"], parse_or_refuse("without_names", parse_names, query["without_names"])
    )
    try:
        return send_export(wrap_pdf(period, render_pdf(leader, period, options, today=today)))
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
    """Bring in a journal. Nothing is overwritten: what is new in a day that is there joins it.

    The reply's Location names the import, by which it can be taken back.
    """
    file = files["file"]
    choices = ChoicesSchema.to_choices(chosen)
    try:
        status = import_now(
            get_current_leader(),
            file.stream.read(),
            file.filename or "",
            choices=choices,
            now=clock.now(),
        )
    except UnreadableJournal as error:
        raise_invalid({"file": [str(error)]})
    return status, 200, {"Location": f"{PREFIX}/imports/{status.id}"}


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
    file = files["file"]
    import_id = store.create_import(leader, file.stream.read(), file.filename or "", now=now)
    try:
        return preview.preview_import(leader, import_id, now=now)
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
    if confirm_import(leader, import_id, make_choices(chosen["mood_key"], chosen["moods"])):
        found = run_import(leader, import_id, now=now) or found
    return found


@blueprint.post("/imports/<uuid:import_id>/undo")
@login_required
@blueprint.response(200, ImportStatusSchema)
def undo_import(import_id: UUID) -> Any:
    """Take back all that an import made, but what was written on since."""
    return _require_found(undo.undo_import(get_current_leader(), import_id, now=clock.now()))


def _require_found(status: store.ImportStatus | None) -> store.ImportStatus:
    if status is None:
        raise Problem(404, "There is no such import.")
    return status
