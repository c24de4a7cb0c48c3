r"""A journal as Markdown: a file per day with front matter, written and read.

A day's texts stand under headings of the second level. A line of a text that looks like a heading
gets a backslash before it, which Markdown shows as the line it was; one that had backslashes there
gets one more.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

import yaml

from leaderjournal.kernel.days import Instant, LocalDate, get_time_zone, to_instant, to_local_date
from leaderjournal.kernel.fields import EARLIEST_DATE
from leaderjournal.portability.imports.archives import Archive
from leaderjournal.portability.imports.rules import (
    Failure,
    InvalidEntry,
    clean_text,
    get_known_zone,
    require_valid_date,
)
from leaderjournal.practice import catalogue
from leaderjournal.practice_log.entries.rules import Acts, Commitment, HandOff, Kind, Person, Win
from leaderjournal.practice_log.entries.store import Entry
from leaderjournal.reflections.rules import Answer, DayContent
from leaderjournal.reflections.store import DayToImport, StoredDay, Writing
from leaderjournal.reviews.monthly.rules import QUESTIONS, ReviewContent
from leaderjournal.reviews.monthly.store import ImportedReview, StoredReview
from leaderjournal.reviews.summaries.rules import Period
from leaderjournal.team_mirror.rules import MirrorResult
from leaderjournal.team_mirror.store import Mirror

LOG_NAME = "between-reflections.md"
LOG_TITLES = {
    Kind.PERSON: "People",
    Kind.ACTS: "Acts",
    Kind.COMMITMENT: "Commitments",
    Kind.HAND_OFF: "Hand-offs",
    Kind.WIN: "Wins",
    Kind.NUMBER: "The number",
}
NOTE, COMMITMENT = "A note", "What will I do next?"
HEADING = re.compile(r"^## (.+?)\s*$")
LOOKS_LIKE_HEADING = re.compile(r"^(\\*#)", re.MULTILINE)
ESCAPED_HEADING = re.compile(r"^\\(\\*#)", re.MULTILINE)
FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)^---[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
LONGEST_FRONT_MATTER = 20_000
DATE_IN_NAME = re.compile(r"(\d{4})-(\d{2})-(\d{2})")


def format_day(day: StoredDay, questions: Mapping[str, str]) -> tuple[str, str]:
    """Return a day's path and its Markdown; `questions` holds the texts of questions by id."""
    answers = [answer for answer in day.content.answers if answer.is_answered]
    head: dict[str, Any] = {
        "date": str(day.local_date),
        "written_at": day.written_at.isoformat(),
        "time_zone": day.time_zone,
        "words": day.content.words,
    }
    head |= {
        answer.key: {
            name: value
            for name, value in (
                ("score", answer.score),
                ("behaviour", answer.behaviour),
                ("question", questions.get(answer.question or "")),
            )
            if value is not None
        }
        for answer in answers
    }
    texts = [(catalogue.get_key(answer.key).name, answer.text) for answer in answers]
    texts += [(NOTE, day.content.note), (COMMITMENT, day.content.commitment)]
    return f"{day.local_date.year:04}/{day.local_date}.md", _format_file(head, texts)


def format_review(review: StoredReview) -> tuple[str, str]:
    """Return the path and the Markdown of a month's review."""
    content = review.content.to_document()
    head = {
        "month": review.month,
        "written_at": review.written_at.isoformat(),
        "saved_at": review.saved_at.isoformat(),
        "lean_on": content["lean_on"],
    }
    texts = [(question, content[field]) for field, question in QUESTIONS.items()]
    return f"reviews/{review.month}.md", _format_file(head, texts)


def format_log(entries: Sequence[Entry], mirrors: Iterable[Mirror]) -> str:
    """Return what happened between reflections: a heading for each kind, a line for each entry.

    Of `mirrors` it holds what their leader may see.
    """
    names = {e.id: e.content.name for e in entries if isinstance(e.content, Person)}
    parts = []
    for kind, title in LOG_TITLES.items():
        lines = [f"- {_format_log_line(entry, names)}" for entry in entries if entry.kind == kind]
        if lines:
            parts.append("\n".join([f"## {title}", "", *lines, ""]))
    lines = [line for m in mirrors if m.shown for line in _format_mirror(m.month, m.shown)]
    if lines:
        parts.append("\n".join(["## The team mirror", "", *lines, ""]))
    return "\n".join(["# Between reflections", "", *parts])


def _format_log_line(entry: Entry, names: Mapping[UUID, str]) -> str:
    said = entry.content
    whom = names.get(getattr(said, "person_id", None) or entry.id, "")
    told: list[object]
    match said:
        case Person():
            left = said.left_on and f"left on {said.left_on}"
            told = [said.name, said.every_days and f"every {said.every_days} days", left, said.note]
        case Acts():
            told = [entry.local_date, whom, ", ".join(said.acts)]
        case Commitment():
            text = said.text or "what this day’s reflection says comes next"
            told = [entry.local_date, text, f"due {said.due_on}", said.state, said.reason]
        case HandOff():
            back = said.stepped_back_in_on
            taken = back and f"stepped back in {back}"
            told = [entry.local_date, said.text, whom, taken, said.reason]
        case Win():
            on = said.celebrated_on and f"celebrated {said.celebrated_on}"
            told = [entry.local_date, said.text, whom, on, said.celebrated_how]
        case _:
            amounts = {"target": said.target, "actual": said.actual}
            told = [said.period, *(f"{n} {f:.15g}" for n, f in amounts.items() if f is not None)]
            told.append(said.unit)
    return " · ".join(" ".join(str(part).split()) for part in told if part)


def _format_mirror(month: str, heard: MirrorResult) -> Iterator[str]:
    means = (
        f"{key.name} {found.mean:.1f} ({found.n} answers)"
        for key in catalogue.list_keys()
        if (found := heard.scores.get(key.slug))
    )
    yield " · ".join([f"- {month}", *means])
    for key in catalogue.list_keys():
        for line in heard.lines.get(key.slug, ()):
            yield f"  - {key.name}: {' '.join(line.split())}"


def _format_file(head: Mapping[str, Any], texts: Iterable[tuple[str, str]]) -> str:
    """Return front matter, and each text that says something under its heading."""
    front = yaml.safe_dump(head, sort_keys=False, allow_unicode=True, width=10_000)
    body = "".join(
        f"\n## {title}\n\n{_escape_headings(text.strip())}\n"
        for title, text in texts
        if text.strip()
    )
    return f"---\n{front}---\n{body}"


def read_markdown(
    archive: Archive, *, zone: str, day_starts_at: time, today: LocalDate
) -> Iterator[DayToImport | ImportedReview | Failure]:
    """Yield the days and reviews of a zip of Markdown files, and a failure for each that is none.

    A file with a `month` in its front matter is a review of ours. The day of any other is the
    `date` of its front matter, or the date in its name. Texts under our own
    headings go where they belong; of any other file all is a note.
    """
    for member in archive.list_members(".md"):
        where = member.filename[-80:]
        if member.filename == LOG_NAME:
            yield Failure(where, "What happened between reflections comes in with our JSON alone.")
            continue
        try:
            yield _read_file(archive.read(member), member.filename, zone, day_starts_at, today)
        except InvalidEntry as why:
            yield Failure(where, str(why))


def _read_file(
    content: bytes, name: str, zone: str, day_starts_at: time, today: LocalDate
) -> DayToImport | ImportedReview:
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise InvalidEntry("It is no text in UTF-8.") from None
    head, body = _split_front_matter(text)
    if "month" in head:
        return _parse_review(head, body, today)
    day = _parse_date(head, name)
    require_valid_date(day, earliest=EARLIEST_DATE, today=today)
    own_zone = get_known_zone(head.get("time_zone"), otherwise=zone)
    writing = Writing(_parse_written_at(head, day, own_zone), own_zone, day_starts_at)
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
    said = _split_by_heading(body, titles)
    answers = tuple(
        answer
        for slug in catalogue.KEY_SLUGS
        if (answer := _parse_answer(slug, head.get(slug), said.get(slug, ""))).is_answered
    )
    content = DayContent(answers, said.get(NOTE, ""), said.get(COMMITMENT, ""))
    if not content.completed:
        raise InvalidEntry("It holds no words and no scores.")
    return content


def _split_by_heading(body: str, titles: Mapping[str, str]) -> dict[str, str]:
    """Return what stands under each of `titles`, by what it stands for; the rest is the note."""
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
    said = _split_by_heading(body, {question: field for field, question in QUESTIONS.items()})
    lean_on = head.get("lean_on")
    content = ReviewContent(
        said.get("mirror", ""),
        said.get("grew", ""),
        said.get("let_go", ""),
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


def _escape_headings(text: str) -> str:
    return LOOKS_LIKE_HEADING.sub(lambda found: f"\\{found[1]}", text)


def is_markdown(archive: Archive) -> bool:
    """Tell whether the zip is one of Markdown files."""
    return bool(archive.list_members(".md"))
