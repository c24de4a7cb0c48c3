"""Reflections in the API."""

from typing import Any

from flask import Response, jsonify
from flask_login import login_required

from leaderjournal.accounts.access import get_current_leader
from leaderjournal.accounts.store import Leader
from leaderjournal.kernel import clock
from leaderjournal.kernel.api import PREFIX, create_page_schema, format_page
from leaderjournal.kernel.days import Instant, LocalDate, days_after, get_day_start, to_instant
from leaderjournal.kernel.preconditions import read_precondition
from leaderjournal.kernel.problems import Problem, raise_invalid
from leaderjournal.kernel.request_checks import Blueprint
from leaderjournal.practice import catalogue
from leaderjournal.practice.rules import Question
from leaderjournal.reflections import store
from leaderjournal.reflections.day_questions import (
    get_day_questions,
    preview_day_questions,
    record_answered_questions,
)
from leaderjournal.reflections.replies import format_days
from leaderjournal.reflections.rules import Answer, ChangedMeanwhile, DayContent, StoredDay, Writing
from leaderjournal.reflections.saving import store as saving_store
from leaderjournal.reflections.schemas import (
    DayAheadSchema,
    DayQuerySchema,
    DaySchema,
    EarlierVersionSchema,
    MergedSchema,
    MergeSchema,
    PromptsSchema,
    ReflectionSchema,
    ScoreSchema,
)
from leaderjournal.reflections.search.store import find_matching_days
from leaderjournal.reflections.trash import store as trash_store
from leaderjournal.reflections.versions import store as versions_store
from leaderjournal.reflections.writable_days import check_day_is_writable

blueprint = Blueprint("reflections-api", __name__, url_prefix=PREFIX, description="Reflections")
address = "/reflections/<day:local_date>"

DAYS_AHEAD = 14


def serialize_day(day: StoredDay) -> dict[str, Any]:
    """Return a day as the API shows it."""
    return {
        "id": day.id,
        "local_date": day.local_date,
        **day.content.to_document(),
        "words": day.content.word_count,
        "version": day.version,
        "time_zone": day.time_zone,
        "written_at": day.written_at,
        "saved_at": day.saved_at,
    }


def _build_conflict_problem(error: ChangedMeanwhile) -> Problem:
    current = ReflectionSchema().dump(serialize_day(error.current)) if error.current else None
    headers = {"ETag": f'"{error.current.etag}"'} if error.current else {}
    detail = "This day is not what you last saw. `current` holds what is stored."
    return Problem(412, detail, headers=headers, current=current)


def _build_day_not_found(local_date: LocalDate) -> Problem:
    return Problem(404, f"Nothing is written for {local_date}.")


def _read_writing(
    leader: Leader, local_date: LocalDate, values: dict[str, Any], now: Instant
) -> Writing:
    """Return when and where a day is written: now, or earlier as an offline device says.

    Raises Problem (422) for a day that has not come yet and for a time before the day.
    """
    check_day_is_writable(leader, local_date, now)
    written_at = now
    if values["written_at"] is not None:
        written_at = min(to_instant(values["written_at"]), now)
        if written_at < get_day_start(days_after(local_date, -1), leader.time_zone):
            raise_invalid({"written_at": [f"Use a time on {local_date} or later."]})
    return Writing(written_at, leader.time_zone, leader.day_starts_at)


@blueprint.get("/prompts/today")
@login_required
@blueprint.response(200, PromptsSchema)
def prompts_today() -> dict[str, Any]:
    """Read today's questions: one per key, the same all day."""
    leader = get_current_leader()
    today = leader.today(clock.now())
    questions = [_serialize_question(question) for question in get_day_questions(leader, today)]
    return {"local_date": today, "questions": questions}


@blueprint.get("/prompts/ahead")
@login_required
@blueprint.response(200, create_page_schema(DayAheadSchema, "DaysAhead"))
def prompts_ahead() -> dict[str, Any]:
    """Read the questions of today and the following days, to be used without a connection."""
    leader = get_current_leader()
    today = leader.today(clock.now())
    days = [days_after(today, number) for number in range(DAYS_AHEAD)]
    ahead = preview_day_questions(leader, days)
    return format_page(
        [
            {
                "local_date": day,
                "questions": [_serialize_question(question) for question in questions],
            }
            for day, questions in ahead.items()
        ]
    )


def _serialize_question(question: Question) -> dict[str, Any]:
    slug = question.behaviour
    behaviour = catalogue.get_behaviour(question.key, slug) if slug else None
    return {
        "id": question.id,
        "key": question.key,
        "behaviour": slug,
        "behaviour_name": behaviour.name if behaviour else None,
        "behaviour_text": behaviour.text if behaviour else None,
        "text": question.text,
        "score_sentence": catalogue.get_score_sentence(question.key, slug),
    }


@blueprint.put(address)
@blueprint.doc(**{"x-problems": ["412"]})
@login_required
@blueprint.arguments(DaySchema)
@blueprint.response(200, ReflectionSchema)
@blueprint.alt_response(201, schema=ReflectionSchema, description="Created")
def put_reflection(values: dict[str, Any], local_date: LocalDate) -> Any:
    """Create a day, or replace it as a whole."""
    leader, now = get_current_leader(), clock.now()
    writing = _read_writing(leader, local_date, values, now)
    try:
        day, created = saving_store.save_day(
            leader.cipher,
            local_date,
            DaySchema.to_content(values),
            writing=writing,
            now=now,
            expected=read_precondition(),
            change=values["change"],
        )
    except ChangedMeanwhile as error:
        raise _build_conflict_problem(error) from error
    record_answered_questions(leader, day)
    return serialize_day(day), 201 if created else 200, {"ETag": f'"{day.etag}"'}


@blueprint.post(f"{address}/merge")
@login_required
@blueprint.arguments(MergeSchema)
@blueprint.response(200, MergedSchema)
@blueprint.alt_response(201, schema=MergedSchema, description="Created")
def merge_reflection(values: dict[str, Any], local_date: LocalDate) -> Any:
    """Merge a day, written on top of what the writer saw, with whatever is stored by now."""
    leader, now = get_current_leader(), clock.now()
    writing = _read_writing(leader, local_date, values, now)
    merging = saving_store.merge_day(
        leader.cipher,
        local_date,
        DaySchema.to_content(values),
        base=MergeSchema.to_content(values["was"]) if values["was"] else DayContent(),
        writing=writing,
        now=now,
        change=values["change"],
    )
    day = merging.day
    record_answered_questions(leader, day)
    merged = serialize_day(day) | {"set_aside": merging.conflicting}
    return merged, 201 if merging.created else 200, {"ETag": f'"{day.etag}"'}


@blueprint.put(f"{address}/answers/<key>")
@login_required
@blueprint.arguments(ScoreSchema)
@blueprint.response(200, ReflectionSchema)
@blueprint.alt_response(201, schema=ReflectionSchema, description="Created")
def put_score(values: dict[str, Any], local_date: LocalDate, key: str) -> Any:
    """Give one key of a day its score; texts stay, and so does a score the key has."""
    if key not in catalogue.KEY_SLUGS:
        raise Problem(404, f"There’s no key {key!r}. Use one of: {', '.join(catalogue.KEY_SLUGS)}.")
    leader, now = get_current_leader(), clock.now()
    writing = _read_writing(leader, local_date, values, now)
    questions = get_day_questions(leader, local_date)
    question = next(question for question in questions if question.key == key)
    day, created = saving_store.add_score(
        leader.cipher,
        local_date,
        Answer(key, question.behaviour, question.id, values["score"]),
        writing=writing,
        now=now,
    )
    return serialize_day(day), 201 if created else 200, {"ETag": f'"{day.etag}"'}


@blueprint.get(address)
@login_required
@blueprint.response(200, ReflectionSchema)
def read_reflection(local_date: LocalDate) -> Any:
    """Read a day."""
    day = store.get_day(get_current_leader().cipher, local_date)
    if day is None:
        raise _build_day_not_found(local_date)
    return serialize_day(day), 200, {"ETag": f'"{day.etag}"'}


@blueprint.delete(address)
@blueprint.doc(**{"x-problems": ["412"]})
@login_required
@blueprint.response(204)
def delete_reflection(local_date: LocalDate) -> None:
    """Delete a day; it can be restored for 30 days."""
    try:
        found = trash_store.delete_day(
            get_current_leader().cipher, local_date, now=clock.now(), expected=read_precondition()
        )
    except ChangedMeanwhile as error:
        raise _build_conflict_problem(error) from error
    if not found:
        raise _build_day_not_found(local_date)


@blueprint.post(f"{address}/restore")
@login_required
@blueprint.response(200, ReflectionSchema)
def restore_reflection(local_date: LocalDate) -> Any:
    """Restore a day that was deleted less than 30 days ago."""
    day = trash_store.restore_day(get_current_leader().cipher, local_date)
    if day is None:
        raise Problem(404, f"There is no deleted day {local_date} to restore.")
    return serialize_day(day), 200, {"ETag": f'"{day.etag}"'}


@blueprint.get(f"{address}/revisions")
@login_required
@blueprint.response(200, create_page_schema(EarlierVersionSchema, "Versions"))
def list_revisions(local_date: LocalDate) -> dict[str, Any]:
    """List every earlier version of a day, newest first."""
    versions = versions_store.list_versions(get_current_leader().cipher, local_date)
    if versions is None:
        raise _build_day_not_found(local_date)
    return format_page(
        [
            {
                "version": v.version,
                "saved_at": v.saved_at,
                "set_aside": v.superseded,
                **v.content.to_document(),
            }
            for v in versions
        ]
    )


@blueprint.post(f"{address}/revisions/<int:version>/restore")
@blueprint.doc(**{"x-problems": ["412", "413"]})
@login_required
@blueprint.response(200, ReflectionSchema)
def restore_revision(local_date: LocalDate, version: int) -> Any:
    """Restore an earlier version; the one it replaces is kept."""
    leader, now = get_current_leader(), clock.now()
    try:
        day = versions_store.restore_version(
            leader.cipher,
            local_date,
            version,
            writing=Writing(now, leader.time_zone, leader.day_starts_at),
            now=now,
            expected=read_precondition(),
        )
    except ChangedMeanwhile as error:
        raise _build_conflict_problem(error) from error
    if day is None:
        raise Problem(404, f"There is no earlier version {version} of {local_date}.")
    return serialize_day(day), 200, {"ETag": f'"{day.etag}"'}


@blueprint.get("/reflections")
@login_required
@blueprint.arguments(DayQuerySchema, location="query", unknown=None)
@blueprint.response(200, create_page_schema(ReflectionSchema, "Reflections"))
def list_reflections(query: dict[str, Any]) -> Response:
    """List days, newest first; `q` searches all texts, and phrases in quotes as a whole.

    With `key`, `q` and `person` are searched in the text written under that key.
    """
    cipher, limit = get_current_leader().cipher, query["limit"]
    filters = DayQuerySchema.to_filters(query)
    if filters.match_all_content:
        days = store.list_days(cipher, first=filters.first, last=filters.last, most=limit + 1)
    else:
        days = store.list_days_on(cipher, find_matching_days(cipher, filters, limit=limit + 1))
    following = days[limit].local_date.isoformat() if len(days) > limit else None
    return jsonify(format_page(format_days(days[:limit]), following))
