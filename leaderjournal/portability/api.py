"""Moving in and out, in the API."""

from typing import Any

from flask_login import login_required
from flask_smorest import Blueprint
from werkzeug.datastructures import FileStorage

from leaderjournal.accounts.access import current_leader
from leaderjournal.kernel import clock
from leaderjournal.kernel.api import PREFIX
from leaderjournal.kernel.problems import invalid
from leaderjournal.portability import store
from leaderjournal.portability.archives import UnreadableJournal
from leaderjournal.portability.schemas import ImportedSchema, UploadSchema

blueprint = Blueprint("portability-api", __name__, url_prefix=PREFIX, description="Moving")


@blueprint.post("/imports")
@login_required
@blueprint.arguments(UploadSchema, location="files")
@blueprint.response(200, ImportedSchema)
def import_journal(files: dict[str, FileStorage]) -> Any:
    """Bring in a journal. Days that are there stay as they are."""
    leader = current_leader()
    try:
        return store.import_journal(leader, files["file"].stream, now=clock.now())
    except UnreadableJournal as error:
        invalid({"file": [str(error)]})
