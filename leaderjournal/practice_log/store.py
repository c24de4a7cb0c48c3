"""Entries of any kind, as pages and the API list, find and save them."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID

from leaderjournal.accounts.practice_calendar import store as calendar_store
from leaderjournal.accounts.store import Leader
from leaderjournal.kernel.database import new_id
from leaderjournal.kernel.days import Instant, LocalDate
from leaderjournal.kernel.encryption import Cipher
from leaderjournal.kernel.preconditions import NO_PRECONDITION, Precondition
from leaderjournal.practice_log.commitments import store as commitments_store
from leaderjournal.practice_log.entries import store as entries_store
from leaderjournal.practice_log.entries.rules import Content, Kind
from leaderjournal.practice_log.entries.store import Entry, EntryNotFound, InvalidEntry
from leaderjournal.practice_log.rules import apply_values, choose_local_date, find_date_errors


def list_entries(
    cipher: Cipher, kind: Kind, *, first: LocalDate | None = None, last: LocalDate | None = None
) -> list[Entry]:
    """Return the entries of a kind, the latest first, commitments in reflections included."""
    if kind == Kind.COMMITMENT:
        return commitments_store.list_commitments(cipher, first=first, last=last)
    return entries_store.list_stored_entries(cipher, kind, first=first, last=last)


def find_entry(cipher: Cipher, kind: Kind, entry_id: UUID) -> Entry | None:
    """Return an entry, or a commitment in a reflection; None if it does not exist."""
    if kind == Kind.COMMITMENT:
        return commitments_store.find_commitment(cipher, entry_id)
    return entries_store.find_stored_entry(cipher, kind, entry_id)


def to_values(entry: Entry) -> dict[str, Any]:
    """Return the values of an entry as its kind's schema loads them."""
    return asdict(entry.content) | {"local_date": entry.local_date}


def save_entry(
    leader: Leader,
    kind: Kind,
    entry_id: UUID | None,
    values: Mapping[str, Any],
    *,
    partial: bool = False,
    now: Instant,
    expected: Precondition = NO_PRECONDITION,
) -> tuple[Entry, bool]:
    """Save `values`, as the kind's schema loads them; return the entry and whether it is new.

    Without an id the entry is new. With `partial`, fields that are not given stay as they are.

    Raises InvalidEntry, EntryNotFound for a partial change to an entry that does not exist,
    EntryChangedMeanwhile, IdTaken and NumberExists.
    """
    cipher = leader.cipher
    with entries_store.lock_log(cipher) as session:
        before = find_entry(cipher, kind, entry_id) if entry_id else None
        if partial:
            if before is None:
                raise EntryNotFound
            values = to_values(before) | dict(values)
        local_date, content = _build_content(leader, kind, before, values, leader.today(now))
        if before and before.kind == Kind.COMMITMENT and before.content.of_day:
            return commitments_store.save_result(
                session, cipher, before, content, now=now, expected=expected
            )
        return entries_store.put_entry(
            cipher,
            kind,
            entry_id or new_id(),
            local_date,
            content,
            now=now,
            expected=expected,
            session=session,
        )


def _build_content(
    leader: Leader,
    kind: Kind,
    before: Entry | None,
    values: Mapping[str, Any],
    today: LocalDate,
) -> tuple[LocalDate, Content]:
    """Return the local date and the content of an entry once saved. Raises InvalidEntry."""
    date_before, content_before = (before.local_date, before.content) if before else (None, None)
    local_date = choose_local_date(kind, values, date_before, today=today)
    due_on = local_date
    if kind == Kind.COMMITMENT:
        calendar = calendar_store.load_calendar(leader.id)
        due_on = commitments_store.get_due_date(calendar, local_date)
    content = apply_values(kind, values, content_before, today=today, due_on=due_on)
    errors = find_date_errors(
        local_date,
        content,
        before=(before.local_date, before.content) if before else None,
        today=today,
    )
    person_id = getattr(content, "person_id", None)
    if person_id and not entries_store.find_stored_entry(leader.cipher, Kind.PERSON, person_id):
        errors["person_id"] = ["Use the id of a person of the team."]
    if errors:
        raise InvalidEntry(errors)
    return local_date, content
