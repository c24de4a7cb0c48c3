"""The date of a file whose folders hold a part of it, such as `daily/2024/03/14.md`.

Obsidian's daily notes may be kept so (liamcain/obsidian-daily-notes-interface, README.md: formats
with `/`, such as `YYYY/MM/DD`). A folder's whole date is none of its files': it may be a backup's.
"""

import re
from dataclasses import replace

from leaderjournal.portability.imports.dates_in_names import KnownDay, NamedDate, find_date
from leaderjournal.portability.imports.month_names import MONTHS, WEEKDAYS, fold_words

_WORD = r"([^\W\d_]{3,16})"
YEAR_FOLDER = re.compile(r"((?:19|20)\d\d)\s*[年년]?")
MONTH_FOLDERS = (
    re.compile(r"(?P<month>\d{1,2})\s*[月월]?"),
    re.compile(r"(?P<year>(?:19|20)\d\d)[-_. ]?(?P<month>\d\d)"),
    re.compile(r"(?P<year>(?:19|20)\d\d)\s*[年년]\s*(?P<month>\d{1,2})\s*[月월]"),
    re.compile(r"(?:\d{1,2}[-_. ]+)?(?P<name>[^\W\d_]{3,16})"),
    re.compile(r"(?P<name>[^\W\d_]{3,16})[-_., ]+(?P<year>(?:19|20)\d\d)"),
    re.compile(r"(?P<year>(?:19|20)\d\d)(?:[-_. ]+\d\d)?[-_. ]+(?P<name>[^\W\d_]{3,16})"),
)
"""Folders of a month: `03`, `2024-03`, `03-March` or `March`, `March 2024`, `2024-03-March`."""

DAY = re.compile(
    rf"(?:{_WORD}[ ,._-]+)?(\d{{1,2}})(?:st|nd|rd|th|\.|\s*[日일号])?(?:[ ,._-]+{_WORD})?"
)
TITLED_DAY = re.compile(r"(\d{2})\s*[-–_.]\s+\D")
TWO_NUMBERS = re.compile(r"(\d{1,2})([-._ ])(\d{1,2})(?!\d)")


def find_folder_month(path: str) -> KnownDay | None:
    """Return the month of the folder that a file is in; None where its folder is of none."""
    folders = [fold_words(folder.strip()) for folder in path.split("/")[:-1]]
    if not folders:
        return None
    above = YEAR_FOLDER.fullmatch(folders[-2]) if len(folders) > 1 else None
    for pattern in MONTH_FOLDERS:
        found = pattern.fullmatch(folders[-1])
        if found is None:
            continue
        parts = found.groupdict()
        month = int(parts["month"]) if parts.get("month") else MONTHS.get(parts.get("name") or "")
        year = parts.get("year") or (above and above[1])
        if year and month and 1 <= month <= 12:
            return KnownDay(int(year), month)
    return None


def find_date_in_path(path: str, stem: str) -> NamedDate | None:
    """Return the date of a file by its name without ending, `stem`, or else by its folders too."""
    named = find_date(stem, source="name ")
    if named is not None:
        return named
    stem = fold_words(stem.strip())
    month = find_folder_month(path)
    if month is not None:
        return _find_day(stem, month)
    year = YEAR_FOLDER.fullmatch(fold_words(path.rpartition("/")[0].rpartition("/")[2].strip()))
    return _find_day_and_month(stem, year[1]) if year is not None else None


def _find_day(stem: str, month: KnownDay) -> NamedDate | None:
    found = DAY.fullmatch(stem)
    if found is not None:
        before, day, after = found.groups()
        names = {name for name in (before, after) if name is not None}
        if all(name in WEEKDAYS or MONTHS.get(name) == month.month for name in names):
            return NamedDate(month.year, month.month, int(day))
    titled = TITLED_DAY.match(stem)
    if titled is not None:
        return NamedDate(month.year, month.month, int(titled[1]))
    return _find_day_and_month(stem, str(month.year))


def _find_day_and_month(stem: str, year: str) -> NamedDate | None:
    """Return the date of `03-14`, `14 March` or `3月14日` in the folder of a year."""
    numbers = TWO_NUMBERS.match(stem)
    if numbers is not None:
        first, gap, second = numbers.groups()
        text = f"{first}{gap}{second}{gap}{year}{stem[numbers.end() :]}"
        found = find_date(text, source="folder ")
        return found and replace(found, clock=None)
    found = find_date(f"{stem} {year}") or find_date(f"{year}年{stem}")
    return found if found is not None and found.form is None else None
