"""What moving in and out leaves to the worker: reading and bringing in large files, typesetting."""

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
    """Read the file of an import, for its leader to see what is in it."""
    leader = accounts_store.find_leader(UUID(account_id))
    if leader is None:
        return
    try:
        preview_import(leader, UUID(import_id), now=clock.now())
    except UnreadableJournal:
        return  # it is noted with the import, where its leader reads why


@register_task
def bring_in_import(account_id: str, import_id: str) -> None:
    """Bring in an import that its leader chose."""
    leader = accounts_store.find_leader(UUID(account_id))
    if leader is not None:
        run_import(leader, UUID(import_id), now=clock.now())


@register_task
def make_document(account_id: str, document_id: str) -> None:
    """Typeset a document that its leader asked for."""
    leader = accounts_store.find_leader(UUID(account_id))
    if leader is not None:
        documents_store.make_document(leader, UUID(document_id), now=clock.now())
