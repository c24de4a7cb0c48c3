"""A zip of Markdown files, ours or another journal's, read as days and reviews."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time
from typing import Any

import yaml

from leaderjournal.kernel.days import Instant, LocalDate, get_time_zone, to_instant, to_local_date
from leaderjournal.kernel.fields import EARLIEST_DATE
from leaderjournal.portability.exports.markdown import COMMITMENT, LOG_NAME, NOTE
from leaderjournal.portability.imports.decoding import decode_text
from leaderjournal.portability.imports.journal_format import JournalFormat, ReadingOptions
from leaderjournal.portability.imports.rules import (
    Failure,
    InvalidEntry,
    clean_text,
    get_known_zone,
    require_valid_date,
)
from leaderjournal.portability.imports.uploads import Upload
from leaderjournal.practice import catalogue
from leaderjournal.reflections.imports.store import DayToImport
from leaderjournal.reflections.rules import Answer, DayContent, Writing
from leaderjournal.reviews.monthly.imports.store import ImportedReview
from leaderjournal.reviews.monthly.rules import QUESTIONS, ReviewContent
from leaderjournal.reviews.periods.rules import Period

HEADING = re.compile(r"^## (.+?)\s*$")
ESCAPED_HEADING = re.compile(r"^\\(\\*#)", re.MULTILINE)
FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)^---[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
LONGEST_FRONT_MATTER = 20_000
DATE_IN_NAME = re.compile(r"(\d{4})-(\d{2})-(\d{2})")


def detect_markdown(upload: Upload) -> bool:
    """Tell whether an upload is a zip of Markdown files."""
    return upload.is_zip and bool(upload.list_members(".md"))


def read_markdown(
    upload: Upload, options: ReadingOptions
) -> Iterator[DayToImport | ImportedReview | Failure]:
    """Yield the days and reviews of a zip of Markdown files, and a failure for each other file.

    A file with a `month` in its front matter is one of our reviews. The day of any other file is
    the `date` in its front matter, or the date in its name. Texts under our own headings become
    their fields; all other text becomes the note.
    """
    for member in upload.list_members(".md"):
        where = member.label
        if member.name == LOG_NAME:
            yield Failure(where, "What happened between reflections comes in with our JSON alone.")
            continue
        try:
            yield _read_file(upload.read(member), member.name, options)
        except InvalidEntry as why:
            yield Failure(where, str(why))


def _read_file(content: bytes, name: str, options: ReadingOptions) -> DayToImport | ImportedReview:
    text = decode_text(content).replace("\r\n", "\n")
    head, body = _split_front_matter(text)
    if "month" in head:
        return _parse_review(head, body, options.today)
    day = _parse_date(head, name)
    require_valid_date(day, earliest=EARLIEST_DATE, today=options.today)
    own_zone = get_known_zone(head.get("time_zone"), otherwise=options.zone)
    writing = Writing(_parse_written_at(head, day, own_zone), own_zone, options.day_starts_at)
    return DayToImport(day, _parse_content(head, body), writing)


def _split_front_matter(text: str) -> tuple[dict[str, Any], str]:
    found = FRONT_MATTER.match(text)
    if found is None:
        return {}, text
    if len(found[1]) > LONGEST_FRONT_MATTER:
        raise InvalidEntry(f"Its front matter is longer than {LONGEST_FRONT_MATTER:,} characters.")
    try:
        head = yaml.safe_load(found[1])
    except (yaml.YAMLError, ValueError, RecursionError):
        raise InvalidEntry("Its front matter is no YAML that can be read.") from None
    return head if isinstance(head, dict) else {}, text[found.end() :]


def _parse_date(head: Mapping[str, Any], name: str) -> LocalDate:
    given = head.get("date")
    if isinstance(given, datetime):
        return to_local_date(given.date())
    if isinstance(given, date):
        return to_local_date(given)
    found = DATE_IN_NAME.search(given if isinstance(given, str) else name.rpartition("/")[2])
    try:
        if found is not None:
            return to_local_date(date(*map(int, found.groups())))
    except ValueError:
        pass
    raise InvalidEntry("Neither its front matter nor its name has a date, such as 2026-11-24.")


def _parse_written_at(head: Mapping[str, Any], day: LocalDate, zone: str) -> Instant:
    given = head.get("written_at")
    if isinstance(given, str):
        try:
            given = datetime.fromisoformat(given)
        except ValueError:
            given = None
    if isinstance(given, datetime) and EARLIEST_DATE.year <= given.year <= 9000:
        return to_instant(given if given.tzinfo else given.replace(tzinfo=UTC))
    return to_instant(datetime.combine(day, time(12), tzinfo=get_time_zone(zone)))


def _parse_content(head: Mapping[str, Any], body: str) -> DayContent:
    titles = {key.name: key.slug for key in catalogue.list_keys()} | {
        NOTE: NOTE,
        COMMITMENT: COMMITMENT,
    }
    texts = _split_by_heading(body, titles)
    answers = tuple(
        answer
        for slug in catalogue.KEY_SLUGS
        if (answer := _parse_answer(slug, head.get(slug), texts.get(slug, ""))).is_answered
    )
    content = DayContent(answers, texts.get(NOTE, ""), texts.get(COMMITMENT, ""))
    if not content.completed:
        raise InvalidEntry("It holds no words and no scores.")
    return content


def _split_by_heading(body: str, titles: Mapping[str, str]) -> dict[str, str]:
    """Return the text under each of `titles`, by the field it names; all other text is the note."""
    texts: dict[str, list[str]] = {}
    field = NOTE
    for line in body.split("\n"):
        heading = HEADING.match(line)
        if heading is not None and heading[1] in titles:
            field = titles[heading[1]]
        else:
            texts.setdefault(field, []).append(line)
    return {
        field: clean_text(ESCAPED_HEADING.sub(r"\1", "\n".join(lines)).strip())
        for field, lines in texts.items()
    }


def _parse_review(head: Mapping[str, Any], body: str, today: LocalDate) -> ImportedReview:
    try:
        month = Period.parse(str(head["month"]))
    except ValueError:
        month = None
    if month is None or month.month is None or month.first > today:
        raise InvalidEntry("Its month is none that has come, such as 2026-11.")
    texts = _split_by_heading(body, {question: field for field, question in QUESTIONS.items()})
    lean_on = head.get("lean_on")
    content = ReviewContent(
        texts.get("mirror", ""),
        texts.get("grew", ""),
        texts.get("let_go", ""),
        lean_on if lean_on in catalogue.KEY_SLUGS else None,
    )
    written_at = _parse_written_at(head, month.last, "UTC")
    return ImportedReview(month, content, 1, written_at, written_at, ())


def _parse_answer(slug: str, given: Any, text: str) -> Answer:
    values = given if isinstance(given, dict) else {}
    score = values.get("score")
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
    return Answer(
        slug,
        behaviour if isinstance(behaviour, str) and behaviour in known else None,
        question,
        score if type(score) is int and 1 <= score <= 5 else None,
        text,
    )


FORMAT = JournalFormat(
    "markdown", "Markdown files", detect_markdown, read_markdown, is_general=True
)
