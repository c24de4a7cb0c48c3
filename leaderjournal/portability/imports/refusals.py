"""Why a file of no known format cannot be read, and what can."""

from leaderjournal.portability.imports.rules import InvalidEntry
from leaderjournal.portability.imports.uploads import Upload, parse_json

READABLE = (
    "Choose our own JSON, a zip from Day One or Journey, a zip of Markdown files, "
    "or the CSV from Daylio."
)


def explain_refusal(upload: Upload) -> str:
    """Return a sentence that says why an upload is no journal, and which files are."""
    for member in upload.list_members(".json") if upload.is_zip else ():
        try:
            parse_json(upload.read(member))
        except InvalidEntry:
            return f"{member.label} in this zip is no JSON that can be read. Export it again."
    return f"This is no journal that can be read. {READABLE}"
