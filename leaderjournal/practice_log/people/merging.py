"""Merging a person into another: everything about the first becomes the other's."""

from dataclasses import replace
from typing import cast
from uuid import UUID

from sqlalchemy.orm import Session

from leaderjournal.kernel.days import Instant
from leaderjournal.kernel.encryption import Cipher
from leaderjournal.practice_log.entries import store as entries_store
from leaderjournal.practice_log.entries.rules import LONGEST_TEXT, Kind
from leaderjournal.practice_log.entries.store import Entry, InvalidEntry
from leaderjournal.practice_log.people import store
from leaderjournal.practice_log.people.rules import merge_people


def merge_person(cipher: Cipher, person_id: UUID, into: UUID, *, now: Instant) -> None:
    """Move everything about a person to the person `into`, and delete the first.

    Their note is appended to the other's; their rhythm is taken if the other has none. Raises
    EntryNotFound, and InvalidEntry if both notes together are too long.
    """
    with store.lock_people(cipher, person_id, into) as session:
        duplicate, target = (
            cast("Entry", entries_store.find_stored_entry(cipher, Kind.PERSON, person))
            for person in (person_id, into)
        )
        merged = merge_people(target.content, duplicate.content)
        if len(merged.note) > LONGEST_TEXT:
            message = (
                f"Shorten a note first: together they have more than {LONGEST_TEXT:,} characters."
            )
            raise InvalidEntry({"into": [message]})
        _move_entries(session, cipher, person_id, into, now=now)
        entries_store.put_entry(
            cipher,
            Kind.PERSON,
            into,
            min(duplicate.local_date, target.local_date),
            merged,
            now=now,
            session=session,
        )
        entries_store.delete_person(cipher, person_id, session=session)


def _move_entries(
    session: Session, cipher: Cipher, person_id: UUID, into: UUID, *, now: Instant
) -> None:
    """Move acts, hand-offs and wins; acts on the same day are joined, deleted acts are erased."""
    kinds = (Kind.ACTS, Kind.HAND_OFF, Kind.WIN)
    for row in entries_store.list_rows(session, cipher, kinds, with_deleted=True):
        entry = entries_store.decrypt_entry(cipher, row)
        if entry.content.person_id != person_id:
            continue
        if entry.kind == Kind.ACTS:
            if row.deleted_at is None:
                acts = entry.content.acts
                store.join_acts(session, cipher, into, entry.local_date, acts, now=now)
            session.delete(row)
        else:
            entries_store.update_content(cipher, row, replace(entry.content, person_id=into))
            row.saved_at = now
    session.flush()
