"""The page of a person, prepared for its template."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from leaderjournal.kernel.days import LocalDate, days_after
from leaderjournal.kernel.encryption import Cipher
from leaderjournal.kernel.problems import Errors
from leaderjournal.practice_log.entries import store as entries_store
from leaderjournal.practice_log.entries.row_details import format_details
from leaderjournal.practice_log.entries.rules import HandOff, Kind, Person, Win
from leaderjournal.practice_log.entries.store import Entry
from leaderjournal.practice_log.people import store
from leaderjournal.practice_log.people.rules import PersonStatus, begin_near_name
from leaderjournal.practice_log.people.wording import format_status
from leaderjournal.practice_log.wording import (
    Option,
    format_acts,
    format_count,
    format_full_day,
    format_short_day,
    list_act_options,
    shorten_text,
)

TIMELINE_DAYS = 90
PIXELS_A_DAY = 4
MIN_DOTS = 3
MAX_DAYS = 30
MAX_ENTRIES = 5
FIRST_PASSAGES = 3
LONGEST_EXCERPT = 400


@dataclass(frozen=True, slots=True)
class Timeline:
    """A line with a dot for each day with an act; `dots` are the positions from the left."""

    days: int
    width: int
    dots: Sequence[int]
    label: str
    first_day: str


@dataclass(frozen=True, slots=True)
class ActsOfDay:
    """What was done for a person on a day."""

    local_date: LocalDate
    day: str
    acts: str


@dataclass(frozen=True, slots=True)
class RelatedEntry:
    """A commitment, a hand-off or a win that names a person; `collection` and `id` lead to it."""

    id: UUID
    collection: str
    text: str
    details: str


@dataclass(frozen=True, slots=True)
class RelatedPassage:
    """A text about a person, from the reflection of a day; `more` says how many days repeat it."""

    text: str
    local_date: LocalDate
    day: str
    more: str


@dataclass(frozen=True, slots=True)
class PersonPage:
    """A person, as a leader reads it before a one-to-one."""

    id: UUID
    name: str
    summary: str
    note: str
    shown_day: LocalDate
    shown_day_name: str
    last_day: LocalDate
    acts: Sequence[Option]
    days: Sequence[ActsOfDay]
    timeline: Timeline | None
    promises: Sequence[RelatedEntry]
    entries: Sequence[RelatedEntry]
    passages: Sequence[RelatedPassage]
    earlier_passages: Sequence[RelatedPassage]
    others: Sequence[Option]
    values: Mapping[str, Any]
    errors: Errors
    merge_errors: Errors


@dataclass(frozen=True, slots=True)
class ForgetPage:
    """The question before a person is deleted for good."""

    id: UUID
    name: str
    is_one_word: bool


def build_forget_page(person: Entry) -> ForgetPage:
    """Return the question before a person is deleted for good."""
    name = person.content.name
    return ForgetPage(person.id, name, is_one_word=" " not in name)


def build_person_page(
    cipher: Cipher,
    person: Entry,
    *,
    shown_day: LocalDate,
    today: LocalDate,
    submitted: Mapping[str, str],
    errors: Errors,
) -> PersonPage:
    """Return the page of a person with the acts of `shown_day`, and what could not be saved."""
    content: Person = person.content
    status = store.get_statuses(cipher, [person], today=today)[person.id]
    people = entries_store.list_stored_entries(cipher, Kind.PERSON)
    passages = _list_passages(cipher, person, today)
    values = {
        "name": content.name,
        "every_days": content.every_days or "",
        "note": content.note,
        "left_on": content.left_on or "",
    }
    return PersonPage(
        id=person.id,
        name=content.name,
        summary=_format_summary(content, status),
        note=content.note,
        shown_day=shown_day,
        shown_day_name="today" if shown_day == today else f"on {format_full_day(shown_day)}",
        last_day=today,
        acts=list_act_options(dict(status.days).get(shown_day, ())),
        days=[
            ActsOfDay(day, f"{format_short_day(day)} {day.year}", format_acts(acts))
            for day, acts in status.days[:MAX_DAYS]
        ],
        timeline=_build_timeline(status, today),
        promises=[
            _build_related(entry, "commitments", format_details(entry, {}, today=today))
            for entry in store.list_promises(cipher, person)[:MAX_ENTRIES]
        ],
        entries=_list_related_entries(cipher, person.id)[:MAX_ENTRIES],
        passages=passages[:FIRST_PASSAGES],
        earlier_passages=passages[FIRST_PASSAGES:],
        others=[Option(str(p.id), p.content.name) for p in people if p.id != person.id],
        values=values | {name: submitted[name] for name in values if name in submitted},
        errors={} if "into" in errors else errors,
        merge_errors={"into": errors["into"]} if "into" in errors else {},
    )


def _list_passages(cipher: Cipher, person: Entry, today: LocalDate) -> list[RelatedPassage]:
    name = person.content.name
    return [
        RelatedPassage(
            text=shorten_text(begin_near_name(found.text, name), LONGEST_EXCERPT),
            local_date=found.local_date,
            day=format_full_day(found.local_date),
            more=format_count(len(found.also_on), "more day") if found.also_on else "",
        )
        for found in store.find_passages(cipher, person, today=today)
    ]


def _format_summary(person: Person, status: PersonStatus) -> str:
    if person.left_on:
        return f"Left the team on {format_full_day(person.left_on)}"
    if not person.every_days:
        return format_status(status)
    rhythm = "day" if person.every_days == 1 else f"{person.every_days} days"
    return f"{format_status(status)} · every {rhythm}"


def _build_timeline(status: PersonStatus, today: LocalDate) -> Timeline | None:
    """Return the line of the last days; None for too few of them to say anything."""
    days = dict(status.days)
    ago = [number for number in range(TIMELINE_DAYS) if days_after(today, -number) in days]
    if len(ago) < MIN_DOTS:
        return None
    width = TIMELINE_DAYS * PIXELS_A_DAY
    return Timeline(
        days=TIMELINE_DAYS,
        width=width,
        dots=[width - (number + 1) * PIXELS_A_DAY for number in ago],
        label=f"You did something on {format_count(len(ago), 'day')}; “Day by day” lists them",
        first_day=format_short_day(days_after(today, -TIMELINE_DAYS + 1)),
    )


def _list_related_entries(cipher: Cipher, person_id: UUID) -> list[RelatedEntry]:
    hand_offs = store.list_entries_of_person(cipher, Kind.HAND_OFF, person_id)
    wins = store.list_entries_of_person(cipher, Kind.WIN, person_id)
    return [
        *(_build_related(entry, "hand-offs", _format_hand_off(entry)) for entry in hand_offs),
        *(_build_related(entry, "wins", _format_win(entry)) for entry in wins),
    ]


def _build_related(entry: Entry, collection: str, details: str) -> RelatedEntry:
    text = shorten_text(entry.content.text, LONGEST_EXCERPT)
    return RelatedEntry(entry.id, collection, text, details)


def _format_hand_off(entry: Entry) -> str:
    hand_off: HandOff = entry.content
    if hand_off.stepped_back_in_on is None:
        return f"Theirs since {format_full_day(entry.local_date)}"
    made_on, back_on = map(format_short_day, (entry.local_date, hand_off.stepped_back_in_on))
    return f"Handed over {made_on}, stepped back in {back_on}"


def _format_win(entry: Entry) -> str:
    win: Win = entry.content
    details = f"Won {format_short_day(entry.local_date)}"
    return f"{details} · {win.celebrated_how}" if win.celebrated_how else details
