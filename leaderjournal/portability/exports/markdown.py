r"""A journal as Markdown: a file per day and per review, with front matter.

The texts of a day follow headings of the second level. A line of a text that looks like a heading
gets a backslash before it, and a line that begins with backslashes and a heading gets one more.
`imports/markdown.py` reads the files.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

import yaml

from leaderjournal.practice import catalogue
from leaderjournal.practice_log.entries.rules import Acts, Commitment, HandOff, Kind, Person, Win
from leaderjournal.practice_log.entries.store import Entry
from leaderjournal.reflections.rules import StoredDay
from leaderjournal.reviews.monthly.rules import QUESTIONS
from leaderjournal.reviews.monthly.store import StoredReview
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

LOOKS_LIKE_HEADING = re.compile(r"^(\\*#)", re.MULTILINE)


def format_day(day: StoredDay, questions: Mapping[str, str]) -> tuple[str, str]:
    """Return a day's path and its Markdown; `questions` holds the texts of questions by id."""
    answers = [answer for answer in day.content.answers if answer.is_answered]
    head: dict[str, Any] = {
        "date": str(day.local_date),
        "written_at": day.written_at.isoformat(),
        "time_zone": day.time_zone,
        "words": day.content.word_count,
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
    """Return the practice log: a heading for each kind, a line for each entry.

    Of `mirrors` it holds what the leader may see.
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
    content = entry.content
    person = names.get(getattr(content, "person_id", None) or entry.id, "")
    parts: list[object]
    match content:
        case Person():
            left = content.left_on and f"left on {content.left_on}"
            parts = [
                content.name,
                content.every_days and f"every {content.every_days} days",
                left,
                content.note,
            ]
        case Acts():
            parts = [entry.local_date, person, ", ".join(content.acts)]
        case Commitment():
            text = content.text or "what this day’s reflection says comes next"
            parts = [entry.local_date, text, f"due {content.due_on}", content.state, content.reason]
        case HandOff():
            back = content.stepped_back_in_on
            taken = back and f"stepped back in {back}"
            parts = [entry.local_date, content.text, person, taken, content.reason]
        case Win():
            on = content.celebrated_on and f"celebrated {content.celebrated_on}"
            parts = [entry.local_date, content.text, person, on, content.celebrated_how]
        case _:
            amounts = {"target": content.target, "actual": content.actual}
            parts = [
                content.period,
                *(f"{n} {f:.15g}" for n, f in amounts.items() if f is not None),
            ]
            parts.append(content.unit)
    return " · ".join(" ".join(str(part).split()) for part in parts if part)


def _format_mirror(month: str, result: MirrorResult) -> Iterator[str]:
    means = (
        f"{key.name} {found.mean:.1f} ({found.n} answers)"
        for key in catalogue.list_keys()
        if (found := result.scores.get(key.slug))
    )
    yield " · ".join([f"- {month}", *means])
    for key in catalogue.list_keys():
        for line in result.lines.get(key.slug, ()):
            yield f"  - {key.name}: {' '.join(line.split())}"


def _format_file(head: Mapping[str, Any], texts: Iterable[tuple[str, str]]) -> str:
    """Return front matter, and each text that is not empty under its heading."""
    front = yaml.safe_dump(head, sort_keys=False, allow_unicode=True, width=10_000)
    body = "".join(
        f"\n## {title}\n\n{_escape_headings(text.strip())}\n"
        for title, text in texts
        if text.strip()
    )
    return f"---\n{front}---\n{body}"


def _escape_headings(text: str) -> str:
    return LOOKS_LIKE_HEADING.sub(lambda found: f"\\{found[1]}", text)
