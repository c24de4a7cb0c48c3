"""A note of a vault or of a folder of texts: its fields, its text, and what it says of its day.

The day is the `date` in the front matter, or else the date in the name or its folders. Where there
is neither, it is the day on which the note was created, by its front matter, or a date that its
text begins with: `Date:: 2024-03-05` (a field of blacksmithgu/obsidian-dataview) or a heading.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time

from leaderjournal.kernel.days import LocalDate, get_local_day, to_instant, to_local_date
from leaderjournal.kernel.fields import EARLIEST_DATE
from leaderjournal.portability.imports.dates_in_names import (
    KnownDay,
    NamedDate,
    Order,
    choose_reading,
    find_date,
    is_date_alone,
    parse_clock,
)
from leaderjournal.portability.imports.dates_in_paths import find_date_in_path, find_folder_month
from leaderjournal.portability.imports.front_matter import (
    CREATED_FIELDS,
    DATE_FIELDS,
    TIME_FIELDS,
    FrontMatter,
    simplify_name,
    split_front_matter,
)
from leaderjournal.portability.imports.journal_format import ReadingOptions
from leaderjournal.portability.imports.markup import remove_data_addresses
from leaderjournal.portability.imports.member_names import list_spellings
from leaderjournal.portability.imports.rules import (
    InvalidEntry,
    clean_text,
    require_valid_date,
)
from leaderjournal.portability.imports.uploads import Member
from leaderjournal.portability.imports.vaults import strip_ending

IN_UTC = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d(?::\d\d)?)(?:[.,]\d+)?\s*(?:[Zz]|UTC)", re.ASCII
)
INLINE_FIELD = re.compile(
    r"[\[(*_]{0,4}([^\W\d][\w -]{0,30}?)[*_]{0,2}(::?|：)[*_]{0,2}\s*(\S.{0,100})"
)
LINES_WITH_FIELDS = 20
LINES_OF_HEAD = 5
"""Notion writes a page's properties below its title: `Date: March 5, 2024`."""
LONGEST_DATE_LINE = 60
MOST_DATE_LINES = 2_000
LONGEST_FILE = 2_000_000
"""Letters of a file without the photos written into it; a longer one is not looked into."""
PERIOD_NAME = re.compile(r"(?<!\d)\d{4}[-_ ]?(?:w\d{1,2}|q[1-4]|\d\d)(?![\w-])", re.IGNORECASE)

NO_DATE = "Neither its front matter nor its name has a date, such as 2026-11-24."
NO_DAY = "Its name has a date of a week or a month, not of a day, such as 2026-11-24."
SEVERAL_DAYS = "It holds several days. Give each a file of its own that has a date in its name."
NO_YAML = (
    "Its front matter is no YAML that can be read, and its name has a date neither, "
    "such as 2026-11-24."
)


class UndatedNote(InvalidEntry):
    """Nothing in a note names its day."""


@dataclass(frozen=True, slots=True)
class Note:
    """A note and the dates it has, before day and month are told apart.

    `given` is its front matter's date, `named` its name's and `created` that of its creation.
    `begun` are those that its text begins with or has as headings. `month` is its folder's.
    """

    where: str
    path: str
    front: FrontMatter
    given: NamedDate | None
    named: NamedDate | None
    created: NamedDate | None
    begun: tuple[NamedDate, ...]
    month: KnownDay | None

    @property
    def stem(self) -> str:
        """The file's name without its ending."""
        return strip_ending(self.path.rpartition("/")[2])

    def list_known(self, date: NamedDate) -> list[KnownDay]:
        """Return what the note says of its day beside one of its dates."""
        certain = (one for one in (self.given, self.named, self.created) if one not in (None, date))
        days = [
            next(iter(one.readings.values())) for one in certain if one and len(one.readings) == 1
        ]
        known = [KnownDay(day.year, day.month, day.day) for day in days]
        return [*known, self.month] if self.month is not None else known

    def list_dates(self) -> list[tuple[NamedDate, list[KnownDay]]]:
        """Return the dates in the note's name and fields, each with what else is known."""
        dates = (self.given, self.named, self.created)
        return [(one, self.list_known(one)) for one in dates if one is not None]


def read_note(member: Member, text: str, options: ReadingOptions) -> Note:
    """Return the note in a file. Raises InvalidEntry for one that is too long."""
    text = remove_data_addresses(clean_text(text))
    if len(text) > LONGEST_FILE:
        raise InvalidEntry(f"Its text is longer than {LONGEST_FILE:,} characters.")
    front = split_front_matter(text)
    path, named = _find_named(member)
    return Note(
        "".join(letter for letter in path[-80:] if letter.isprintable()),
        path,
        front,
        _find_in_fields(front.list_values(*DATE_FIELDS), options),
        named,
        _find_in_fields(front.list_values(*CREATED_FIELDS), options),
        _find_in_text(front.body),
        find_folder_month(path),
    )


def choose_day(
    note: Note,
    orders: Mapping[str, Order | None],
    options: ReadingOptions,
    *,
    otherwise: Order | None,
) -> tuple[LocalDate, time | None]:
    """Return a note's day, and its time where the note has one.

    A date that is impossible or still to come gives way to the next one. Raises UndatedNote for a
    note without any, and InvalidEntry for one whose dates are no valid day.
    """
    days = {(one.year, one.month, one.day) for one in note.begun}
    if not (note.given or note.named or note.created) and len(days) > 1:
        raise InvalidEntry(SEVERAL_DAYS)
    problem: InvalidEntry | None = None
    others = (note.created, *note.begun[:1]) if note.named is None else ()
    for date in (note.given, note.named, *others):
        if date is None:
            continue
        try:
            chosen = choose_reading(date, note.list_known(date), orders, otherwise=otherwise)
            day = to_local_date(chosen)
            require_valid_date(day, earliest=EARLIEST_DATE, today=options.today)
        except InvalidEntry as why:
            problem = problem or why
        else:
            return day, date.clock or _find_clock(note, day)
    raise problem or UndatedNote(_explain_missing_date(note))


def _find_named(member: Member) -> tuple[str, NamedDate | None]:
    """Return a file's path and the date in it, in the first encoding in which it has one."""
    named = find_date_in_path(member.name, strip_ending(member.base_name))
    if named is not None or member.info is None:
        return member.name, named
    for spelling in list_spellings(member.info):
        path = spelling.replace("\\", "/")
        named = find_date_in_path(path, strip_ending(path.rpartition("/")[2]))
        if named is not None:
            return path, named
    return member.name, None


def _find_in_fields(values: Iterable[str], options: ReadingOptions) -> NamedDate | None:
    for value in values:
        date = _parse_instant(value, options) or find_date(value, source="field ")
        if date is not None:
            return date
    return None


def _parse_instant(value: str, options: ReadingOptions) -> NamedDate | None:
    """Return the leader's local day at a time in UTC; None for any other value.

    A time with another offset, or with none, is the writer's own, and so is its date. Midnight in
    UTC is how programs write a date without a time.
    """
    found = IN_UTC.fullmatch(value.strip())
    if found is None:
        return None
    try:
        moment = datetime.fromisoformat(f"{found[1]}T{found[2]}+00:00")
    except ValueError:
        return None
    if moment.time() == time(0) or moment.year < EARLIEST_DATE.year:
        return None
    day = get_local_day(to_instant(moment), options.zone, options.day_starts_at)
    return NamedDate(day.year, day.month, day.day, clock=moment.time())


def _find_in_text(body: str) -> tuple[NamedDate, ...]:
    """Return the date that a text begins with, or in a field of its first lines; nothing without.

    All others that stand alone on their lines follow: such a text holds several days.
    """
    lines = [line.strip().lstrip("-*+#> \t") for line in body.split("\n") if line.strip()]
    found = (
        _find_in_line(line, is_first=number == 0, is_head=number < LINES_OF_HEAD)
        for number, line in enumerate(lines[:LINES_WITH_FIELDS])
    )
    first = next((date for date in found if date is not None), None)
    if first is None:
        return ()
    short = [one for one in lines if len(one) <= LONGEST_DATE_LINE and re.search(r"\d", one)]
    others = (_find_in_line(line, is_first=True, is_head=True) for line in short[:MOST_DATE_LINES])
    return (first, *(date for date in others if date is not None))


def _find_in_line(line: str, *, is_first: bool, is_head: bool) -> NamedDate | None:
    """Return the date that is a first line, or in a field: `Date:` in a head, `Date::` anywhere."""
    if is_first and is_date_alone(line) and (date := find_date(line, source="text ")):
        return date
    field = INLINE_FIELD.match(line)
    if field is None or not (is_head or field[2] == "::"):
        return None
    is_date = simplify_name(field[1]) in DATE_FIELDS
    return find_date(field[3], source="text ") if is_date else None


def _find_clock(note: Note, day: LocalDate) -> time | None:
    """Return the time that another date of the same day has, or the front matter's."""
    for date in (note.named, note.created):
        if date is not None and date.clock and day in date.readings.values():
            return date.clock
    clocks = map(parse_clock, note.front.list_values(*TIME_FIELDS))
    return next((clock for clock in clocks if clock is not None), None)


def _explain_missing_date(note: Note) -> str:
    if note.front.is_broken:
        return NO_YAML
    return NO_DAY if PERIOD_NAME.search(note.stem) else NO_DATE
