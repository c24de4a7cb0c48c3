"""The import of numbers in the API."""

from typing import Any

from flask_login import login_required

from leaderjournal.accounts.access import get_current_leader
from leaderjournal.kernel import clock
from leaderjournal.kernel.problems import raise_invalid
from leaderjournal.practice_log.blueprints import api as blueprint
from leaderjournal.practice_log.numbers import store
from leaderjournal.practice_log.numbers.csv_file import UnreadableNumbers, read_numbers
from leaderjournal.practice_log.numbers.schemas import ImportedNumbersSchema, NumbersFileSchema


@blueprint.post("/numbers/import")
@blueprint.doc(**{"x-problems": ["409"]})
@login_required
@blueprint.arguments(NumbersFileSchema, location="files")
@blueprint.response(200, ImportedNumbersSchema)
def import_numbers(files: dict[str, Any]) -> dict[str, int]:
    """Import a CSV file of numbers (period, target, actual, unit): all of its lines or none."""
    try:
        numbers = read_numbers(files["file"].read())
    except UnreadableNumbers as error:
        raise_invalid(error.errors)
    created, changed = store.import_numbers(get_current_leader(), numbers, now=clock.now())
    return {"created": created, "changed": changed}
