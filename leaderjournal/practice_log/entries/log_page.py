"""The page of the log, prepared for its template: the entries of one kind, ten at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from leaderjournal.kernel.days import LocalDate
from leaderjournal.kernel.encryption import Cipher
from leaderjournal.practice_log.commitments import store as commitments_store
from leaderjournal.practice_log.entries import store as entries_store
from leaderjournal.practice_log.entries.entry_form import (
    FIELD_NAMES,
    EntryForm,
    FailedSave,
    build_new_form,
)
from leaderjournal.practice_log.entries.row_details import format_details, format_title
from leaderjournal.practice_log.entries.rules import Kind
from leaderjournal.practice_log.entries.store import Entry, Position
from leaderjournal.practice_log.fields import Cursor
from leaderjournal.practice_log.wording import shorten_text

__all__ = ["EntryForm", "FailedSave", "build_log_page"]

PAGE_ROWS = 10
LONGEST_TITLE = 180


@dataclass(frozen=True, slots=True)
class Tab:
    """One of the kinds of entries; `collection` is its path."""

    collection: str
    name: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Row:
    """An entry in a list, which leads to its own page.

    `is_late` marks an open commitment whose due day has passed.
    """

    id: str
    title: str
    details: str
    can_be_ticked: bool
    is_late: bool


@dataclass(frozen=True, slots=True)
class LogPage:
    """The entries of one kind, and the form to add one.

    `older` is the position after which older entries follow, empty if there are none.
    """

    collection: str
    heading: str
    tabs: Sequence[Tab]
    shows_closed: bool
    rows: Sequence[Row]
    is_first: bool
    older: str
    today: LocalDate
    form: EntryForm
    is_form_open: bool
    is_import_open: bool
    field_names: Mapping[str, str]


TABS = {
    Kind.COMMITMENT: ("commitments", "Commitments"),
    Kind.HAND_OFF: ("hand-offs", "Hand-offs"),
    Kind.WIN: ("wins", "Wins"),
    Kind.NUMBER: ("numbers", "Number"),
}


def build_log_page(
    cipher: Cipher,
    kind: Kind,
    *,
    today: LocalDate,
    shows_closed: bool = False,
    before: Position | None = None,
    failed: FailedSave | None = None,
) -> LogPage:
    """Return the entries of a kind after a position, with a form that could not be saved."""
    people = entries_store.list_stored_entries(cipher, Kind.PERSON)
    entries, after = _list_page(cipher, kind, shows_closed=shows_closed, before=before)
    names = {person.id: person.content.name for person in people}
    collection, heading = TABS[kind]
    return LogPage(
        collection=collection,
        heading=heading,
        tabs=[Tab(path, name, is_current=of == kind) for of, (path, name) in TABS.items()],
        shows_closed=shows_closed and kind == Kind.COMMITMENT,
        rows=[
            Row(
                id=str(entry.id),
                title=shorten_text(format_title(entry), LONGEST_TITLE),
                details=format_details(entry, names, today=today),
                can_be_ticked=getattr(entry.content, "state", "") == "open",
                is_late=_is_late(entry, today),
            )
            for entry in entries
        ],
        is_first=before is None,
        older=Cursor.encode(*after) if after else "",
        today=today,
        form=build_new_form(kind, people, today=today, failed=failed),
        is_form_open=bool(failed and failed.submitted),
        is_import_open=bool(failed and not failed.submitted),
        field_names=FIELD_NAMES,
    )


def _list_page(
    cipher: Cipher, kind: Kind, *, shows_closed: bool, before: Position | None
) -> tuple[list[Entry], Position | None]:
    """Return the entries of a page, and the position after which more follow, if any do."""
    if kind == Kind.COMMITMENT:
        return commitments_store.list_page(
            cipher, is_open=not shows_closed, before=before, limit=PAGE_ROWS
        )
    entries, has_more = entries_store.list_page(cipher, kind, before=before, limit=PAGE_ROWS)
    return entries, (entries[-1].local_date, entries[-1].id) if has_more else None


def _is_late(entry: Entry, today: LocalDate) -> bool:
    if entry.kind != Kind.COMMITMENT or entry.content.state != "open":
        return False
    due_on: LocalDate = entry.content.due_on
    return due_on < today
