"""The SQL of the practice log in a full export."""

import sqlalchemy as sa

from leaderjournal.kernel.database import db
from leaderjournal.kernel.encryption import Cipher
from leaderjournal.practice_log.entries.rules import Acts, Commitment, Kind
from leaderjournal.practice_log.entries.store import Entry, decrypt_entry
from leaderjournal.practice_log.models import LogEntry
from leaderjournal.reflections.commitments import store as written_commitments_store


def list_entries_for_export(cipher: Cipher) -> list[Entry]:
    """Return every stored entry, without the trash, by kind, people first, then by local date.

    Results of commitments that are in no reflection any more are left out.
    """
    query = sa.select(LogEntry).where(
        LogEntry.account_id == cipher.account, LogEntry.deleted_at.is_(None)
    )
    days = {day for day, _ in written_commitments_store.list_commitment_days(cipher.account)}
    entries = sorted(
        (decrypt_entry(cipher, row) for row in db.session.scalars(query)),
        key=lambda entry: (entry.local_date, entry.id),
    )
    entries = [e for e in entries if not getattr(e.content, "of_day", False) or e.id in days]
    people = [entry.id for entry in entries if entry.kind == Kind.PERSON]
    entries = [e for e in entries if e.kind != Kind.ACTS or e.content.person_id in people]
    kinds = list(Kind)

    # An import gives some entries other ids, so the order cannot depend on them.
    def get_order(entry: Entry) -> tuple[object, ...]:
        match entry.content:
            case Acts(person_id=person):
                within = people.index(person)
            case Commitment(of_day=of_day):
                within = int(not of_day)
            case _:
                within = 0
        return kinds.index(entry.kind), entry.local_date, within

    return sorted(entries, key=get_order)
