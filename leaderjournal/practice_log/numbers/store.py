"""The SQL of numbers that come from a CSV file."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from leaderjournal.accounts.store import Leader
from leaderjournal.kernel.database import new_id
from leaderjournal.kernel.days import Instant
from leaderjournal.practice_log.entries import store as entries_store
from leaderjournal.practice_log.entries.rules import Kind, Number
from leaderjournal.practice_log.numbers.rules import parse_period


def import_numbers(
    leader: Leader, numbers: Iterable[Mapping[str, Any]], *, now: Instant
) -> tuple[int, int]:
    """Save numbers over those of the same periods, all or none; return how many are new, changed.

    A value that a number does not give, such as an actual not known yet, stays as it is.
    """
    created = changed = 0
    with entries_store.lock_log(leader.cipher) as session:
        stored = {
            entry.content.period: entry
            for entry in entries_store.list_stored_entries(leader.cipher, Kind.NUMBER)
        }
        for number in numbers:
            before = stored.get(number["period"])
            given = {name: value for name, value in number.items() if value not in (None, "")}
            content = replace(before.content if before else Number(number["period"]), **given)
            entry, is_new = entries_store.put_entry(
                leader.cipher,
                Kind.NUMBER,
                before.id if before else new_id(),
                parse_period(content.period)[0],
                content,
                now=now,
                session=session,
            )
            created += is_new
            changed += before is not None and entry.version > before.version
    return created, changed
