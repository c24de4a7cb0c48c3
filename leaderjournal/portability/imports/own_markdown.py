"""Our own Markdown files: days and reviews as `exports/markdown.py` writes them."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Any

from leaderjournal.kernel.days import Instant, LocalDate, get_time_zone, to_instant, to_local_date
from leaderjournal.kernel.fields import EARLIEST_DATE
from leaderjournal.portability.exports.markdown import COMMITMENT, NOTE
from leaderjournal.portability.imports.dates_in_names import choose_reading, find_date
from leaderjournal.portability.imports.front_matter import FrontMatter
from leaderjournal.portability.imports.journal_format import ReadingOptions
from leaderjournal.portability.imports.rules import (
    LONGEST_NOTE,
    TEXT_SEPARATOR,
    InvalidEntry,
    clean_text,
    get_known_zone,
    require_valid_date,
)
from leaderjournal.practice import catalogue
from leaderjournal.reflections.imports.joining.rules import cut_text
from leaderjournal.reflections.imports.store import DayToImport
from leaderjournal.reflections.rules import Answer, DayContent, Writing
from leaderjournal.reviews.monthly.imports.store import ImportedReview
from leaderjournal.reviews.monthly.rules import QUESTIONS, ReviewContent
from leaderjournal.reviews.periods.rules import Period

HEADING = re.compile(r"^## (.+?)\s*$")
ESCAPED_HEADING = re.compile(r"^\\(\\*#)", re.MULTILINE)
SCORES = {str(score): score for score in range(1, 6)}
LATEST_YEAR = 9000

Cuts = list[tuple[int, int]]
"""The length of each text that is too long, and how many of its characters stay out."""


def is_own_day(front: FrontMatter) -> bool:
    """Tell whether a file is a day as our export writes it."""
    return {"date", "written_at"} <= front.fields.keys()


def is_own_review(front: FrontMatter) -> bool:
    """Tell whether a file is a review as our export writes it."""
    return {"month", "written_at"} <= front.fields.keys() and not is_own_day(front)


def has_own_fields(front: FrontMatter) -> bool:
    """Tell whether a file has answers under our keys, or texts under our headings."""
    if any(isinstance(front.fields.get(slug), dict) for slug in catalogue.KEY_SLUGS):
        return True
    titles = _list_titles()
    headings = (HEADING.match(line) for line in front.body.split("\n") if line.startswith("## "))
    return any(heading is not None and heading[1] in titles for heading in headings)


def parse_own_day(front: FrontMatter, options: ReadingOptions) -> tuple[DayToImport, Cuts]:
    """Return a day of our export, and its texts that are cut.

    Raises InvalidEntry for one without a valid date or content.
    """
    named = find_date(str(front.fields["date"]))
    if named is None:
        raise InvalidEntry("The date in its front matter is no date, such as 2026-11-24.")
    day = to_local_date(choose_reading(named))
    require_valid_date(day, earliest=EARLIEST_DATE, today=options.today)
    zone = get_known_zone(front.fields.get("time_zone"), otherwise=options.zone)
    written_at = _parse_written_at(front.fields, day, zone)
    content, cuts = parse_content(front, is_escaped=True)
    return DayToImport(day, content, Writing(written_at, zone, options.day_starts_at)), cuts


def parse_content(front: FrontMatter, *, is_escaped: bool) -> tuple[DayContent, Cuts]:
    """Return a day's answers, note and commitment, by the headings over its texts.

    Of texts that are too long it has the beginnings. Only our own files have a backslash before
    each line that looks like a heading. Raises InvalidEntry for a file without words and scores.
    """
    texts, cuts = _split_by_heading(front.body, _list_titles(), is_escaped=is_escaped)
    answers = tuple(
        answer
        for slug in catalogue.KEY_SLUGS
        if (answer := _parse_answer(slug, front.fields.get(slug), texts.get(slug, ""))).is_answered
    )
    content = DayContent(answers, texts.get(NOTE, ""), texts.get(COMMITMENT, ""))
    if not content.completed:
        raise InvalidEntry("It has no words and no scores.")
    return content, cuts


def parse_review(front: FrontMatter, today: LocalDate) -> tuple[ImportedReview, Cuts]:
    """Return a review of our export, and its texts that are cut.

    Raises InvalidEntry for one of a month that has not come.
    """
    head = front.fields
    try:
        month = Period.parse(str(head["month"]))
    except ValueError:
        month = None
    if month is None or month.month is None or month.first > today:
        raise InvalidEntry("Its month is invalid or in the future. Use one like 2026-11.")
    questions = {question: field for field, question in QUESTIONS.items()}
    texts, cuts = _split_by_heading(front.body, questions, is_escaped=True)
    lean_on = head.get("lean_on")
    content = ReviewContent(
        texts.get("mirror", ""),
        texts.get("grew", ""),
        texts.get("let_go", ""),
        lean_on if lean_on in catalogue.KEY_SLUGS else None,
    )
    written_at = _parse_written_at(head, month.last, "UTC")
    return ImportedReview(month, content, 1, written_at, written_at, ()), cuts


def add_to_note(day: DayToImport, text: str) -> tuple[DayToImport, str]:
    """Return a day with a text at the end of its note, and the beginning for which it has room."""
    note = day.content.note
    beginning = cut_text(text, LONGEST_NOTE - len(note) - len(TEXT_SEPARATOR if note else ""))
    note = TEXT_SEPARATOR.join(filter(None, (note, beginning)))
    return replace(day, content=replace(day.content, note=note)), beginning


def _list_titles() -> dict[str, str]:
    own = {NOTE: NOTE, COMMITMENT: COMMITMENT}
    return {key.name: key.slug for key in catalogue.list_keys()} | own


def _parse_written_at(head: Mapping[str, Any], day: LocalDate, zone: str) -> Instant:
    try:
        given = datetime.fromisoformat(str(head.get("written_at")))
    except ValueError:
        given = None
    if given is not None and EARLIEST_DATE.year <= given.year <= LATEST_YEAR:
        return to_instant(given if given.tzinfo else given.replace(tzinfo=UTC))
    return to_instant(datetime.combine(day, time(12), tzinfo=get_time_zone(zone)))


def _split_by_heading(
    body: str, titles: Mapping[str, str], *, is_escaped: bool
) -> tuple[dict[str, str], Cuts]:
    """Return the text under each of `titles`, by the field it names; all other text is the note.

    Of one that is too long, return the beginning, and how much of it that leaves out.
    """
    texts: dict[str, list[str]] = {}
    field = NOTE
    for line in body.split("\n"):
        heading = HEADING.match(line)
        if heading is not None and heading[1] in titles:
            field = titles[heading[1]]
        else:
            texts.setdefault(field, []).append(line)
    whole = {
        field: clean_text(_unescape("\n".join(lines).strip(), is_escaped=is_escaped))
        for field, lines in texts.items()
    }
    cut = {field: cut_text(text, LONGEST_NOTE) for field, text in whole.items()}
    return cut, [
        (len(text), len(text) - len(cut[field]))
        for field, text in whole.items()
        if len(text) > LONGEST_NOTE
    ]


def _unescape(text: str, *, is_escaped: bool) -> str:
    return ESCAPED_HEADING.sub(r"\1", text) if is_escaped else text


def _parse_answer(slug: str, given: Any, text: str) -> Answer:
    values = given if isinstance(given, dict) else {}
    behaviour = values.get("behaviour")
    known = {behaviour.slug for behaviour in catalogue.get_key(slug).behaviours}
    question = next(
        (
            q.id
            for q in catalogue.list_all_questions()
            if q.key == slug and q.text == values.get("question")
        ),
        None,
    )
    score = values.get("score")
    return Answer(
        slug,
        behaviour if isinstance(behaviour, str) and behaviour in known else None,
        question,
        SCORES.get(score) if isinstance(score, str) else None,
        text,
    )
