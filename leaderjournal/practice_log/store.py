"""The SQL of the practice log: entries are encrypted and versioned; clients make their own ids."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from typing import Any, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from leaderjournal.accounts.locks.store import lock_account
from leaderjournal.accounts.practice_calendar import store as calendar_store
from leaderjournal.accounts.practice_calendar.rules import PracticeCalendar
from leaderjournal.accounts.store import Leader
from leaderjournal.kernel.database import db, new_id, write_transaction
from leaderjournal.kernel.days import Instant, LocalDate, days_after
from leaderjournal.kernel.encryption import Cipher
from leaderjournal.kernel.preconditions import NO_PRECONDITION, Precondition
from leaderjournal.practice_log.models import LogEntry
from leaderjournal.practice_log.quotas import check_entry_quota
from leaderjournal.practice_log.rules import (
    FOLLOW_UP_DAYS,
    Commitment,
    Content,
    Kind,
    Number,
    Person,
    PersonFigures,
    PracticeFigures,
    apply_values,
    choose_local_date,
    count_acts_by_person,
    find_date_errors,
    find_own_number,
    from_document,
    get_follow_up_from,
    get_number,
    get_quarter,
    needs_follow_up,
    parse_period,
    summarize_commitments,
    summarize_hand_offs,
    to_document,
)
from leaderjournal.reflections import store as reflections_store

BATCH_SIZE = 500
RECENT_DAYS = 90
"""Days within which a day's commitment was made that nothing is noted of and that is due now."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as it stands; `local_date` is when it was made, done, handed over or won."""

    id: UUID
    kind: Kind
    local_date: LocalDate
    content: Any
    version: int
    saved_at: Instant

    @property
    def etag(self) -> str:
        """The version's name in ETag and If-Match (RFC 9110, 8.8.3), without quotes."""
        return f"{self.id.hex}-{self.version}"


class EntryChangedMeanwhile(Exception):
    """The entry is not at the version that the writer had seen; `current` is what is stored."""

    def __init__(self, current: Entry | None) -> None:
        super().__init__("the entry has been changed meanwhile")
        self.current = current


class EntryNotFound(Exception):
    """There is no such entry, or not any more."""


class IdTaken(Exception):
    """Something else of the account has this id."""


class NumberExists(Exception):
    """The period has a number already; `current` is that."""

    def __init__(self, current: Entry) -> None:
        super().__init__("the period has a number already")
        self.current = current


class InvalidEntry(Exception):
    """What was written cannot be; `errors` holds messages by field."""

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__("what was written cannot be")
        self.errors = errors


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
    """Write `values`, as the kind's schema loads them; return the entry and whether it is new.

    Without an id the entry is a new one. What `partial` values do not name stays as it is.

    Raises InvalidEntry, EntryNotFound for part of one that is not there, EntryChangedMeanwhile,
    IdTaken and NumberExists.
    """
    today = leader.today(now)
    with lock_log(leader.cipher) as session:
        before = find_entry(leader.cipher, kind, entry_id) if entry_id else None
        if partial:
            if before is None:
                raise EntryNotFound
            values = to_values(before) | dict(values)
        local_date = choose_local_date(
            kind, values, before.local_date if before else None, today=today
        )
        due_on = local_date
        if kind == Kind.COMMITMENT:
            due_on = get_due_date(calendar_store.load_calendar(leader.id), local_date)
        was = before.content if before else None
        content = apply_values(kind, values, was, today=today, due_on=due_on)
        stood = (before.local_date, before.content) if before else None
        wrong = find_date_errors(local_date, content, before=stood, today=today)
        person = getattr(content, "person_id", None)
        if person is not None and find_stored_entry(leader.cipher, Kind.PERSON, person) is None:
            wrong["person_id"] = ["Use the id of a person of the team."]
        if wrong:
            raise InvalidEntry(wrong)
        if before and before.kind == Kind.COMMITMENT and before.content.of_day:
            return _settle_daily_commitment(
                session, leader.cipher, before, content, now=now, expected=expected
            )
        return put_entry(
            leader.cipher,
            kind,
            entry_id or new_id(),
            local_date,
            content,
            now=now,
            expected=expected,
            session=session,
        )


def _settle_daily_commitment(
    session: Session,
    cipher: Cipher,
    before: Entry,
    content: Content,
    *,
    now: Instant,
    expected: Precondition,
) -> tuple[Entry, bool]:
    """Write what became of a commitment whose text stands in a day's reflection."""
    if not expected.is_met_by(before):
        raise EntryChangedMeanwhile(before)
    text = before.content.text
    if getattr(content, "text", text) != text:
        raise InvalidEntry({"text": [f"Change it in the reflection of {before.local_date}."]})
    kept, _ = put_entry(
        cipher,
        Kind.COMMITMENT,
        before.id,
        before.local_date,
        replace(cast("Commitment", content), text=""),
        now=now,
        session=session,
    )
    return replace(kept, content=replace(kept.content, text=text)), False


def list_entries(
    cipher: Cipher,
    kind: Kind,
    *,
    first: LocalDate | None = None,
    last: LocalDate | None = None,
) -> list[Entry]:
    """Return the entries of a kind, the latest first, with commitments of days."""
    if kind == Kind.COMMITMENT:
        return list_commitments(cipher, first=first, last=last)
    return list_stored_entries(cipher, kind, first=first, last=last)


def find_entry(cipher: Cipher, kind: Kind, entry_id: UUID) -> Entry | None:
    """Return an entry, None where there is none; a commitment may be one of a day."""
    if kind == Kind.COMMITMENT:
        return find_commitment(cipher, entry_id)
    return find_stored_entry(cipher, kind, entry_id)


def to_values(entry: Entry) -> dict[str, Any]:
    """Return what an entry says as its kind's schema would load it."""
    return asdict(entry.content) | {"local_date": entry.local_date}


def list_stored_entries(
    cipher: Cipher,
    kind: Kind,
    *,
    first: LocalDate | None = None,
    last: LocalDate | None = None,
) -> list[Entry]:
    """Return the entries of a kind, the latest day first."""
    query = sa.select(LogEntry).where(
        LogEntry.account_id == cipher.account, LogEntry.kind == kind.value
    )
    if first is not None:
        query = query.where(LogEntry.local_date >= first)
    if last is not None:
        query = query.where(LogEntry.local_date <= last)
    order = LogEntry.local_date.desc(), LogEntry.id.desc()
    return [decrypt_entry(cipher, row) for row in db.session.scalars(query.order_by(*order))]


def get_team_names(cipher: Cipher) -> set[str]:
    """Return the names of everyone who is or was on the team."""
    return {found.content.name for found in list_stored_entries(cipher, Kind.PERSON)}


def find_stored_entry(cipher: Cipher, kind: Kind, entry_id: UUID) -> Entry | None:
    """Return an entry of the account, None where there is none of this kind."""
    row = _find_row(db.session, cipher.account, entry_id)
    if row is None or row.kind != kind.value:
        return None
    return decrypt_entry(cipher, row)


def put_entry(
    cipher: Cipher,
    kind: Kind,
    entry_id: UUID,
    local_date: LocalDate,
    content: Content,
    *,
    now: Instant,
    expected: Precondition = NO_PRECONDITION,
    session: Session | None = None,
) -> tuple[Entry, bool]:
    """Write an entry whole, inside the caller's transaction if it has one.

    Return it and whether it is new. Writing the same again changes nothing. Raises
    EntryChangedMeanwhile where `expected` is not what is stored, IdTaken where the id is of
    something else, InvalidEntry where a person of this name is in the team, and NumberExists.
    """
    with lock_log(cipher, session) as writing:
        row = _find_row(writing, cipher.account, entry_id, locked=True)
        if row is not None and row.kind != kind.value:
            raise IdTaken
        current = decrypt_entry(cipher, row) if row else None
        if not expected.is_met_by(current):
            raise EntryChangedMeanwhile(current)
        _check_uniqueness(cipher, entry_id, local_date, content)
        if current and (current.local_date, current.content) == (local_date, content):
            return current, False
        if row is None:
            check_entry_quota(writing, cipher.account, kind)
            row = LogEntry(id=entry_id, account_id=cipher.account, kind=kind.value, version=0)
            writing.add(row)
        row.local_date, row.saved_at = local_date, now
        update_content(cipher, row, content)
        writing.flush()
        return decrypt_entry(cipher, row), current is None


def delete_entry(
    cipher: Cipher,
    kind: Kind,
    entry_id: UUID,
    *,
    expected: Precondition = NO_PRECONDITION,
    session: Session | None = None,
) -> bool:
    """Remove an entry, inside the caller's transaction if it has one; tell whether there was one.

    With a person goes what was done for them; hand-offs and wins stay, and name nobody.
    Raises EntryChangedMeanwhile.
    """
    with lock_log(cipher, session) as writing:
        row = _find_row(writing, cipher.account, entry_id, locked=True)
        if row is None or row.kind != kind.value:
            return False
        if not expected.is_met_by(decrypt_entry(cipher, row)):
            raise EntryChangedMeanwhile(decrypt_entry(cipher, row))
        if kind == Kind.PERSON:
            _unlink_person(writing, cipher, entry_id)
        writing.delete(row)
        return True


@contextmanager
def lock_log(cipher: Cipher, session: Session | None = None) -> Iterator[Session]:
    """Write to an account's log, one at a time; inside the caller's transaction if it has one.

    An entry is checked against others and goes on top of what it said before, so that two writers
    of one account must not come between each other's reading and writing.
    """
    if session is not None:
        yield session
        return
    with write_transaction() as own:
        lock_account(own, cipher.account)
        yield own


def import_numbers(
    leader: Leader, numbers: Iterable[Mapping[str, Any]], *, now: Instant
) -> tuple[int, int]:
    """Write numbers over those of the same periods, all or none; return how many are new, changed.

    What a number does not say, such as an actual that is not known yet, stays as it is.
    """
    created = changed = 0
    with lock_log(leader.cipher) as session:
        there = {
            found.content.period: found for found in list_stored_entries(leader.cipher, Kind.NUMBER)
        }
        for number in numbers:
            before = there.get(number["period"])
            given = {name: value for name, value in number.items() if value not in (None, "")}
            content = replace(before.content if before else Number(number["period"]), **given)
            entry, is_new = put_entry(
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


# ---- commitments


def get_due_date(calendar: PracticeCalendar, day: LocalDate) -> LocalDate:
    """Return when a commitment made on a day is due: the next practice day, else the next day."""
    return next(iter(calendar.find_next_practice_days(day, 1)), days_after(day, 1))


def list_commitments(
    cipher: Cipher,
    *,
    first: LocalDate | None = None,
    last: LocalDate | None = None,
) -> list[Entry]:
    """Return the commitments made from `first` to `last`, the latest first.

    One that stands in a day's reflection is due on the next practice day unless it was moved.
    """
    calendar = calendar_store.load_calendar(cipher.account)
    own = list_stored_entries(cipher, Kind.COMMITMENT, first=first, last=last)
    outcomes = {found.id: found for found in own if found.content.of_day}
    written = [
        _join_outcome(day, outcomes.get(day.id), calendar)
        for day in reflections_store.list_commitments(cipher, first=first, last=last)
    ]
    others = [found for found in own if not found.content.of_day]
    return sorted(others + written, key=lambda c: (c.local_date, str(c.id)), reverse=True)


def list_commitments_to_follow_up(cipher: Cipher, *, today: LocalDate) -> list[Entry]:
    """Return the commitments that today's page asks about, the latest made first."""
    since = days_after(today, -RECENT_DAYS)
    made_before = db.session.scalars(
        sa.select(LogEntry.id).where(
            LogEntry.account_id == cipher.account,
            LogEntry.follow_up_from.between(days_after(today, -FOLLOW_UP_DAYS), today),
            LogEntry.local_date < since,
        )
    )
    older = [made for entry_id in made_before if (made := find_commitment(cipher, entry_id))]
    found = [*list_commitments(cipher, first=since, last=today), *older]
    return [made for made in found if needs_follow_up(made.content, today)]


def find_commitment(cipher: Cipher, entry_id: UUID) -> Entry | None:
    """Return a commitment, one of a day's reflection too."""
    found = find_stored_entry(cipher, Kind.COMMITMENT, entry_id)
    if found and not found.content.of_day:
        return found
    written = reflections_store.get_commitment(cipher, entry_id)
    if written is None:
        return None
    return _join_outcome(written, found, calendar_store.load_calendar(cipher.account))


def delete_outcomes(session: Session, *, days: Sequence[tuple[UUID, UUID]]) -> None:
    """Forget what became of commitments of days, inside the caller's transaction.

    `days` are (account, id).
    """
    entry = sa.tuple_(LogEntry.account_id, LogEntry.id)
    for start in range(0, len(days), BATCH_SIZE):
        session.execute(sa.delete(LogEntry).where(entry.in_(days[start : start + BATCH_SIZE])))


def _join_outcome(
    written: reflections_store.WrittenCommitment,
    outcome: Entry | None,
    calendar: PracticeCalendar,
) -> Entry:
    if outcome is None:
        content = Commitment(written.text, get_due_date(calendar, written.local_date), of_day=True)
        return Entry(written.id, Kind.COMMITMENT, written.local_date, content, 0, written.saved_at)
    return replace(outcome, content=replace(outcome.content, text=written.text))


# ---- a period


def get_figures(
    cipher: Cipher, period: str, first: LocalDate, last: LocalDate, *, today: LocalDate
) -> PracticeFigures:
    """Return what the practice log tells of a month or a year, as it stands on `today`."""
    quarter = get_quarter(period)
    quarters_first = parse_period(quarter)[0] if quarter else first
    rows = db.session.scalars(
        sa.select(LogEntry).where(
            LogEntry.account_id == cipher.account,
            sa.or_(
                LogEntry.local_date.between(first, last),
                LogEntry.kind == Kind.PERSON.value,
                # One from before may hold on.
                (LogEntry.kind == Kind.HAND_OFF.value) & (LogEntry.local_date < first),
                (LogEntry.kind == Kind.NUMBER.value) & (LogEntry.local_date == quarters_first),
            ),
        )
    )
    found: defaultdict[Kind, list[Entry]] = defaultdict(list)
    for row in rows:
        found[Kind(row.kind)].append(decrypt_entry(cipher, row))
    outcomes = {made.id: made.content for made in found[Kind.COMMITMENT]}
    of_days = reflections_store.list_commitment_days(cipher.account, first=first, last=last)
    made = [outcome for outcome in outcomes.values() if not outcome.of_day] + [
        outcomes.get(day_id, Commitment("", local_date, of_day=True))
        for day_id, local_date in of_days
    ]
    wins = [won.content for won in found[Kind.WIN]]
    names = {person.id: person.content.name for person in found[Kind.PERSON]}
    acts = count_acts_by_person(done.content for done in found[Kind.ACTS])
    numbers = [number.content for number in found[Kind.NUMBER]]
    people = [PersonFigures(names[p], done) for p, done in acts.items() if p in names]
    return PracticeFigures(
        commitments=summarize_commitments(made),
        wins=len(wins),
        celebrated=sum(win.celebrated_on is not None for win in wins),
        hand_offs=summarize_hand_offs(
            [(given.local_date, given.content) for given in found[Kind.HAND_OFF]],
            first,
            min(last, today),
        ),
        people=tuple(sorted(people, key=lambda person: (-person.acts, person.name.casefold()))),
        number=get_number(period, numbers),
        quarter=find_own_number(quarter, numbers),
        team=frozenset(names.values()),
    )


def _check_uniqueness(
    cipher: Cipher, entry_id: UUID, local_date: LocalDate, content: Content
) -> None:
    if isinstance(content, Person) and content.left_on is None:
        name = content.name.casefold()
        for other in list_stored_entries(cipher, Kind.PERSON):
            there = cast("Person", other.content)
            if other.id != entry_id and there.left_on is None and there.name.casefold() == name:
                raise InvalidEntry({"name": ["Someone of the team has this name. Use another."]})
    if isinstance(content, Number):
        for other in list_stored_entries(cipher, Kind.NUMBER, first=local_date, last=local_date):
            if other.id != entry_id and other.content.period == content.period:
                raise NumberExists(other)


def _unlink_person(session: Session, cipher: Cipher, person_id: UUID) -> None:
    for row in list_rows(session, cipher, (Kind.ACTS, Kind.HAND_OFF, Kind.WIN)):
        found = decrypt_entry(cipher, row)
        if found.content.person_id != person_id:
            continue
        if found.kind == Kind.ACTS:
            session.delete(row)
        else:
            update_content(cipher, row, replace(found.content, person_id=None))


def list_rows(session: Session, cipher: Cipher, kinds: Iterable[Kind]) -> list[LogEntry]:
    """Return the account's rows of some kinds as they stand now."""
    query = sa.select(LogEntry).where(
        LogEntry.account_id == cipher.account, LogEntry.kind.in_([kind.value for kind in kinds])
    )
    return list(session.scalars(query.execution_options(populate_existing=True)))


def _find_row(
    session: Session, account: UUID, entry_id: UUID, *, locked: bool = False
) -> LogEntry | None:
    query = sa.select(LogEntry).where(LogEntry.account_id == account, LogEntry.id == entry_id)
    if locked:
        query = query.with_for_update()
    return session.scalar(query.execution_options(populate_existing=True))


def decrypt_entry(cipher: Cipher, row: LogEntry) -> Entry:
    """Return the entry that a row holds."""
    kind = Kind(row.kind)
    document = cipher.decrypt_json(row.document, table="log_entries", column="document", row=row.id)
    return Entry(
        row.id, kind, row.local_date, from_document(kind, document), row.version, row.saved_at
    )


def update_content(cipher: Cipher, row: LogEntry, content: Content) -> None:
    """Let a row say something else from now on, as its next version."""
    row.document = encrypt_content(cipher, row.id, content)
    row.follow_up_from = get_follow_up_from(content)
    row.version += 1


def encrypt_content(cipher: Cipher, entry_id: UUID, content: Content) -> bytes:
    """Return what an entry says, encrypted for its place."""
    return cipher.encrypt_json(
        to_document(content), table="log_entries", column="document", row=entry_id
    )
