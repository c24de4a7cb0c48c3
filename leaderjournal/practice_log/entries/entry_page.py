"""The page of one entry of the log, prepared for its template."""

from collections.abc import Mapping
from dataclasses import dataclass

from leaderjournal.kernel.days import LocalDate
from leaderjournal.kernel.encryption import Cipher
from leaderjournal.practice_log.entries import store as entries_store
from leaderjournal.practice_log.entries.entry_form import (
    FIELD_NAMES,
    EntryForm,
    FailedSave,
    build_change_form,
)
from leaderjournal.practice_log.entries.log_page import TABS
from leaderjournal.practice_log.entries.row_details import format_details, format_title
from leaderjournal.practice_log.entries.rules import Kind
from leaderjournal.practice_log.entries.store import Entry
from leaderjournal.practice_log.wording import format_full_day


@dataclass(frozen=True, slots=True)
class EntryPage:
    """An entry with the form to change it.

    `reflection_date` and `reflection_day` lead to the reflection that holds its text, if one does.
    """

    id: str
    collection: str
    section: str
    title: str
    details: str
    form: EntryForm
    can_be_ticked: bool
    can_step_back_in: bool
    can_share: bool
    can_delete: bool
    reflection_date: LocalDate | None
    reflection_day: str
    today: LocalDate
    field_names: Mapping[str, str]


def build_entry_page(
    cipher: Cipher, entry: Entry, *, today: LocalDate, failed: FailedSave | None
) -> EntryPage:
    """Return the page of an entry, with a change that could not be saved."""
    people = entries_store.list_stored_entries(cipher, Kind.PERSON)
    names = {person.id: person.content.name for person in people}
    content = entry.content
    of_day = getattr(content, "of_day", False)
    collection, section = TABS[entry.kind]
    return EntryPage(
        id=str(entry.id),
        collection=collection,
        section=section,
        title=format_title(entry),
        details=format_details(entry, names, today=today),
        form=build_change_form(entry, people, failed),
        can_be_ticked=getattr(content, "state", "") == "open",
        can_step_back_in=entry.kind == Kind.HAND_OFF and content.stepped_back_in_on is None,
        can_share=entry.kind == Kind.WIN,
        can_delete=not of_day,
        reflection_date=entry.local_date if of_day else None,
        reflection_day=format_full_day(entry.local_date) if of_day else "",
        today=today,
        field_names=FIELD_NAMES,
    )
