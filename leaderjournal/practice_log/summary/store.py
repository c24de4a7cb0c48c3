"""The SQL of the practice log's figures for a month or a year."""

from collections import defaultdict
from collections.abc import Iterable

import sqlalchemy as sa

from leaderjournal.kernel.database import db
from leaderjournal.kernel.days import LocalDate
from leaderjournal.kernel.encryption import Cipher
from leaderjournal.kernel.letters.folding.rules import fold
from leaderjournal.practice_log.commitments.rules import summarize_commitments
from leaderjournal.practice_log.entries.rules import Commitment, Kind
from leaderjournal.practice_log.entries.store import Entry, decrypt_entry
from leaderjournal.practice_log.hand_offs.rules import summarize_hand_offs
from leaderjournal.practice_log.models import LogEntry
from leaderjournal.practice_log.numbers.rules import (
    find_own_number,
    get_number,
    get_quarter,
    parse_period,
)
from leaderjournal.practice_log.people.rules import count_acts_by_person
from leaderjournal.practice_log.summary.rules import (
    PersonFigures,
    PracticeFigures,
    list_handed_over,
    list_unhelped,
)
from leaderjournal.reflections.commitments import store as written_commitments_store

# Built once: building it takes as long as reading a hundred rows.
LIST_ENTRIES = sa.select(
    LogEntry.id,
    LogEntry.kind,
    LogEntry.local_date,
    LogEntry.version,
    LogEntry.saved_at,
    LogEntry.document,
).where(
    LogEntry.account_id == sa.bindparam("account"),
    LogEntry.deleted_at.is_(None),
    sa.or_(
        LogEntry.local_date.between(sa.bindparam("first"), sa.bindparam("last")),
        LogEntry.kind == Kind.PERSON.value,
        # An earlier hand-off may still hold.
        (LogEntry.kind == Kind.HAND_OFF.value) & (LogEntry.local_date < sa.bindparam("first")),
        (LogEntry.kind == Kind.NUMBER.value) & (LogEntry.local_date == sa.bindparam("quarter")),
    ),
)


def get_figures(
    cipher: Cipher, period: str, first: LocalDate, last: LocalDate, *, today: LocalDate
) -> PracticeFigures:
    """Return the figures of a month or a year, as of `today` if it is not over."""
    entries = _list_entries(cipher, period, first, last)
    commitments = _list_commitments(cipher, entries[Kind.COMMITMENT], first, last)
    wins = [win.content for win in entries[Kind.WIN]]
    numbers = [number.content for number in entries[Kind.NUMBER]]
    people = [(person.id, person.local_date, person.content) for person in entries[Kind.PERSON]]
    hand_offs = [(entry.local_date, entry.content) for entry in entries[Kind.HAND_OFF]]
    helped = {acts.content.person_id for acts in entries[Kind.ACTS]}
    until = min(last, today)
    return PracticeFigures(
        commitments=summarize_commitments(commitments),
        wins=len(wins),
        celebrated=sum(win.celebrated_on is not None for win in wins),
        hand_offs=summarize_hand_offs(hand_offs, first, until),
        people=_list_people(entries[Kind.PERSON], entries[Kind.ACTS]),
        number=get_number(period, numbers),
        quarter=find_own_number(get_quarter(period), numbers),
        team=frozenset(person.name for _, _, person in people),
        unhelped=list_unhelped(people, helped, first, until),
        handed_over=list_handed_over(
            hand_offs, {person_id: person.name for person_id, _, person in people}, first, until
        ),
    )


def _list_entries(
    cipher: Cipher, period: str, first: LocalDate, last: LocalDate
) -> defaultdict[Kind, list[Entry]]:
    """Return by kind the entries that the figures of the period depend on."""
    quarter = get_quarter(period)
    first_of_quarter = parse_period(quarter)[0] if quarter else first
    rows = db.session.connection().execute(
        LIST_ENTRIES,
        {"account": cipher.account, "first": first, "last": last, "quarter": first_of_quarter},
    )
    entries: defaultdict[Kind, list[Entry]] = defaultdict(list)
    for row in rows:
        entries[Kind(row.kind)].append(decrypt_entry(cipher, row))
    return entries


def _list_commitments(
    cipher: Cipher, entries: Iterable[Entry], first: LocalDate, last: LocalDate
) -> list[Commitment]:
    """Return the commitments of the log and of the reflections, the latter without their texts."""
    stored: dict[object, Commitment] = {entry.id: entry.content for entry in entries}
    days = written_commitments_store.list_commitment_days(cipher.account, first=first, last=last)
    return [commitment for commitment in stored.values() if not commitment.of_day] + [
        stored.get(day_id, Commitment("", local_date, of_day=True)) for day_id, local_date in days
    ]


def _list_people(people: Iterable[Entry], acts: Iterable[Entry]) -> tuple[PersonFigures, ...]:
    names = {person.id: person.content.name for person in people}
    counts = count_acts_by_person(entry.content for entry in acts)
    figures = [PersonFigures(names[p], count) for p, count in counts.items() if p in names]
    return tuple(sorted(figures, key=lambda person: (-person.acts, fold(person.name))))
