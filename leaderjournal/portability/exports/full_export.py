"""The full export: everything an account holds, as JSON.

It can be imported into a new account without loss: versions, times and settings included. Only the
ids change. `imports/full_export.py` reads it.
"""

import json
from collections.abc import Iterator
from typing import Any

from leaderjournal.accounts.practice_calendar import store as calendar_store
from leaderjournal.accounts.store import Leader
from leaderjournal.kernel.days import LocalDate, format_utc
from leaderjournal.practice_log.entries.rules import to_document
from leaderjournal.practice_log.exports import store as log_exports_store
from leaderjournal.questions.hidden import store as hidden_questions_store
from leaderjournal.questions.own import store as own_questions_store
from leaderjournal.questions.served import store as served_questions_store
from leaderjournal.reflections.exports import store as day_exports_store
from leaderjournal.reflections.rules import DayVersion, StoredDay
from leaderjournal.reviews.monthly import store as monthly_store
from leaderjournal.team_mirror.exports import store as mirror_exports_store

FORMAT = "leader-journal/1"


def stream_full_export(leader: Leader, *, today: LocalDate) -> Iterator[str]:
    """Yield the account's export in pieces of one JSON object, the newest day first.

    Of team mirrors it holds those that are closed on the leader's local day `today`.
    """
    head = {
        "format": FORMAT,
        "account": _format_account(leader),
        "pauses": _list_pauses(leader),
        "questions": _list_own_questions(leader),
        "hidden_questions": sorted(hidden_questions_store.list_hidden_questions(leader.id)),
        "asked_questions": [
            {"local_date": str(a.local_date), "key": a.key, "question": a.question}
            for a in served_questions_store.list_all_served_questions(leader.id)
        ],
        "reviews": [
            _format_review(leader, review) for review in monthly_store.list_reviews(leader.cipher)
        ],
        "log": [
            {
                "id": str(entry.id),
                "kind": entry.kind.value,
                "local_date": str(entry.local_date),
                "version": entry.version,
                "saved_at": format_utc(entry.saved_at),
                **to_document(entry.content),
            }
            for entry in log_exports_store.list_entries_for_export(leader.cipher)
        ],
        "team_mirrors": [
            {"month": m.month, "last_date": str(m.last_date), **m.tally.to_document()}
            for m in mirror_exports_store.list_closed_mirrors(leader, today=today)
        ],
    }
    yield _dump_json(head)[:-1] + ', "reflections": ['
    separator = ""
    for day, versions in day_exports_store.iter_days_with_versions(leader.cipher):
        yield separator + "\n" + _dump_json(_format_day(day, versions))
        separator = ","
    yield "\n]}\n"


def _list_pauses(leader: Leader) -> list[dict[str, Any]]:
    pauses = calendar_store.list_pauses(leader.id)
    return [
        {"first_date": str(pause.first_date), "last_date": _format_optional(pause.last_date)}
        for pause in sorted(pauses, key=lambda pause: (pause.first_date, str(pause.last_date)))
    ]


def _list_own_questions(leader: Leader) -> list[dict[str, Any]]:
    return [
        {
            "id": str(question.id),
            "key": question.key,
            "behaviour": question.behaviour,
            "text": question.text,
            "every_days": question.every_days,
            "retired": question.retired,
        }
        for question in own_questions_store.list_own_questions(leader.cipher)
    ]


def _format_review(leader: Leader, review: monthly_store.StoredReview) -> dict[str, Any]:
    return {
        "month": review.month,
        **review.content.to_document(),
        "version": review.version,
        "written_at": format_utc(review.written_at),
        "saved_at": format_utc(review.saved_at),
        "revisions": [
            {
                "version": version.version,
                "saved_at": format_utc(version.saved_at),
                **version.content.to_document(),
            }
            for version in monthly_store.list_versions_by_id(leader.cipher, review.id)
        ],
    }


def _format_account(leader: Leader) -> dict[str, Any]:
    calendar = calendar_store.load_calendar(leader.id)
    return {
        "id": str(leader.id),
        "email": leader.email,
        "name": leader.name,
        "time_zone": leader.time_zone,
        "day_starts_at": leader.day_starts_at.strftime("%H:%M"),
        "language": leader.language,
        "joined_on": str(leader.joined_on),
        "practice_days": [
            {"effective_from": str(day), "weekdays": sorted(weekdays)}
            for day, weekdays in calendar.changes
        ],
        "short_days": [str(day) for day in sorted(calendar.short_days)],
    }


def _format_day(day: StoredDay, versions: list[DayVersion]) -> dict[str, Any]:
    return {
        "id": str(day.id),
        "local_date": str(day.local_date),
        **day.content.to_document(),
        "words": day.content.word_count,
        "version": day.version,
        "time_zone": day.time_zone,
        "written_at": format_utc(day.written_at),
        "saved_at": format_utc(day.saved_at),
        "in_time": day.in_time,
        "answers_in_time": list(day.answers_in_time),
        "written": {field: format_utc(at) for field, at in sorted(day.write_times.items())},
        "revisions": [
            {
                "version": version.version,
                "saved_at": format_utc(version.saved_at),
                "set_aside": version.superseded,
                **version.content.to_document(),
            }
            for version in versions
        ],
    }


def _format_optional(value: object) -> str | None:
    return None if value is None else str(value)


def _dump_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
