"""Background tasks: reading and importing large files, making PDFs of a year."""

from uuid import UUID

from leaderjournal.accounts import store as accounts_store
from leaderjournal.kernel import clock
from leaderjournal.kernel.queue import register_task
from leaderjournal.portability.documents import store as documents_store
from leaderjournal.portability.imports.archives import UnreadableJournal
from leaderjournal.portability.imports.preview import preview_import
from leaderjournal.portability.imports.run import run_import


@register_task
def look_at_import(account_id: str, import_id: str) -> None:
    """Read the file of an import for its preview."""
    leader = accounts_store.find_leader(UUID(account_id))
    if leader is None:
        return
    try:
        preview_import(leader, UUID(import_id), now=clock.now())
    except UnreadableJournal:
        return  # stored with the import, whose page says why


@register_task
def bring_in_import(account_id: str, import_id: str) -> None:
    """Run a confirmed import. Queues of earlier versions hold it under this name."""
    leader = accounts_store.find_leader(UUID(account_id))
    if leader is not None:
        run_import(leader, UUID(import_id), now=clock.now())


@register_task
def make_document(account_id: str, document_id: str) -> None:
    """Make a PDF that its leader requested."""
    leader = accounts_store.find_leader(UUID(account_id))
    if leader is not None:
        documents_store.make_document(leader, UUID(document_id), now=clock.now())
