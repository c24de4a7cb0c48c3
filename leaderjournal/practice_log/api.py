"""The practice log in the API: every kind has the usual collection calls."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any
from uuid import UUID

from flask_login import login_required

from leaderjournal.accounts.access import get_current_leader
from leaderjournal.kernel import clock
from leaderjournal.kernel.api import PREFIX, create_page_schema, format_page
from leaderjournal.kernel.days import LocalDate
from leaderjournal.kernel.preconditions import read_precondition
from leaderjournal.kernel.problems import Problem, raise_invalid
from leaderjournal.kernel.request_checks import Blueprint
from leaderjournal.practice_log import store
from leaderjournal.practice_log.numbers_csv import UnreadableNumbers, read_numbers
from leaderjournal.practice_log.people import store as people_store
from leaderjournal.practice_log.rules import ACTS, Kind, PersonStatus
from leaderjournal.practice_log.schemas import (
    REQUEST_SCHEMAS,
    RESPONSE_SCHEMAS,
    ActsSchema,
    Cursor,
    ForgetPersonSchema,
    ImportedNumbersSchema,
    MergePersonSchema,
    NumbersFileSchema,
    RangeSchema,
    ShownActsSchema,
)

blueprint = Blueprint(
    "practice-log-api", __name__, url_prefix=PREFIX, description="What happens between reflections"
)

COLLECTIONS = {
    Kind.PERSON: ("people", "person"),
    Kind.COMMITMENT: ("commitments", "commitment"),
    Kind.HAND_OFF: ("hand-offs", "hand-off"),
    Kind.WIN: ("wins", "win"),
    Kind.NUMBER: ("numbers", "number"),
}
"""Where each kind is, and what one of it is called."""


def represent_entry(entry: store.Entry) -> dict[str, Any]:
    """Return an entry as the API shows it."""
    return represent_entries([entry])[0]


def represent_entries(entries: list[store.Entry]) -> list[dict[str, Any]]:
    """Return entries as the API shows them, people with how they stand."""
    leader = get_current_leader()
    people = [entry for entry in entries if entry.kind == Kind.PERSON]
    standings = (
        people_store.get_statuses(leader.cipher, people, today=leader.today(clock.now()))
        if people
        else {}
    )
    return [
        _represent_fields(entry) | _represent_status(standings.get(entry.id)) for entry in entries
    ]


def _represent_fields(entry: store.Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "version": entry.version,
        "saved_at": entry.saved_at,
        "local_date": entry.local_date,
        **asdict(entry.content),
    }


def _represent_status(found: PersonStatus | None) -> dict[str, Any]:
    if found is None:
        return {}
    return {
        "last_on": found.last_on,
        "days_left": found.days_left,
        "acts": sum(len(acts) for _, acts in found.days),
    }


def _build_headers(entry: store.Entry) -> dict[str, str]:
    return {"ETag": f'"{entry.etag}"'}


def _build_not_found(kind: Kind) -> Problem:
    return Problem(404, f"There is no such {COLLECTIONS[kind][1]}.")


def _build_conflict(error: store.EntryChangedMeanwhile) -> Problem:
    current, headers = None, {}
    if error.current is not None:
        current = RESPONSE_SCHEMAS[error.current.kind]().dump(represent_entry(error.current))
        headers = _build_headers(error.current)
    detail = "This is not what you last saw. `current` holds what is stored."
    return Problem(412, detail, headers=headers, current=current)


def _save_entry(
    kind: Kind, entry_id: UUID | None, values: dict[str, Any], *, partial: bool = False
) -> tuple[store.Entry, bool]:
    """Write an entry. Raises Problem."""
    leader, now, wanted = get_current_leader(), clock.now(), read_precondition()
    try:
        return store.save_entry(
            leader, kind, entry_id, values, partial=partial, now=now, expected=wanted
        )
    except store.EntryNotFound as error:
        raise _build_not_found(kind) from error
    except store.InvalidEntry as error:
        raise_invalid(error.errors)
    except store.EntryChangedMeanwhile as error:
        raise _build_conflict(error) from error
    except store.IdTaken as error:
        raise Problem(409, "Something else has this id. Use another.") from error
    except store.NumberExists as error:
        detail = f"{error.current.content.period} has a number already: {error.current.id}."
        raise Problem(409, detail) from error


def _get_entry(kind: Kind, entry_id: UUID) -> store.Entry:
    found = store.find_entry(get_current_leader().cipher, kind, entry_id)
    if found is None:
        raise _build_not_found(kind)
    return found


def _register_call(kind: Kind, method: str, address: str, doc: str, *decorators: Any) -> Any:
    """Make the decorated view a call of this kind's collection."""
    path, one = COLLECTIONS[kind]

    def register(view: Any) -> Any:
        view.__name__ = f"{view.__name__.strip('_')}_{one.replace('-', '_')}"
        view.__doc__ = doc
        for decorate in reversed((login_required, *decorators)):
            view = decorate(view)
        return getattr(blueprint, method)(f"/{path}{address}")(view)

    return register


CONFLICTS = blueprint.doc(**{"x-problems": ["409", "412"]})


def _add_collection(kind: Kind) -> None:
    _, one = COLLECTIONS[kind]
    written, shown = REQUEST_SCHEMAS[kind], RESPONSE_SCHEMAS[kind]
    pages = create_page_schema(shown, f"{one.title().replace('-', '')}Page")

    @_register_call(
        kind,
        "get",
        "",
        f"List every {one}, the latest first.",
        blueprint.arguments(RangeSchema, location="query", unknown=None),
        blueprint.response(200, pages),
    )
    def _list(chosen: dict[str, Any]) -> dict[str, Any]:
        cipher = get_current_leader().cipher
        found = store.list_entries(cipher, kind, first=chosen["first"], last=chosen["last"])
        if chosen["cursor"]:
            found = [entry for entry in found if (entry.local_date, entry.id) < chosen["cursor"]]
        some = found[: chosen["limit"]]
        more = Cursor.encode(some[-1].local_date, some[-1].id) if len(some) < len(found) else None
        return format_page(represent_entries(some), more)

    @_register_call(
        kind,
        "post",
        "",
        f"Add a {one}.",
        CONFLICTS,
        blueprint.arguments(written),
        blueprint.response(201, shown),
    )
    def _add(values: dict[str, Any]) -> Any:
        entry, _ = _save_entry(kind, None, values)
        return represent_entry(entry), 201, _build_headers(entry)


def _add_item(kind: Kind) -> None:
    _, one = COLLECTIONS[kind]
    written, shown = REQUEST_SCHEMAS[kind], RESPONSE_SCHEMAS[kind]
    changes_of = type(f"Changed{written.__name__}", (written,), {})(partial=True)
    address = f"/<uuid:{one.replace('-', '_')}_id>"

    @_register_call(kind, "get", address, f"Read a {one}.", blueprint.response(200, shown))
    def _read(**named: UUID) -> Any:
        entry = _get_entry(kind, *named.values())
        return represent_entry(entry), 200, _build_headers(entry)

    @_register_call(
        kind,
        "put",
        address,
        f"Write a {one} whole, under an id that the client may have made.",
        CONFLICTS,
        blueprint.arguments(written),
        blueprint.response(200, shown),
        blueprint.alt_response(201, schema=shown, description="Created"),
    )
    def _put(values: dict[str, Any], **named: UUID) -> Any:
        [entry_id] = named.values()
        entry, is_new = _save_entry(kind, entry_id, values)
        return represent_entry(entry), 201 if is_new else 200, _build_headers(entry)

    @_register_call(
        kind,
        "patch",
        address,
        f"Change some of a {one}.",
        CONFLICTS,
        blueprint.arguments(changes_of),
        blueprint.response(200, shown),
    )
    def _change(changes: dict[str, Any], **named: UUID) -> Any:
        [entry_id] = named.values()
        entry, _ = _save_entry(kind, entry_id, changes, partial=True)
        return represent_entry(entry), 200, _build_headers(entry)

    @_register_call(kind, "delete", address, f"Delete a {one}.", CONFLICTS, blueprint.response(204))
    def _delete(**named: UUID) -> None:
        entry = _get_entry(kind, *named.values())
        if entry.kind == Kind.COMMITMENT and entry.content.of_day:
            detail = f"This stands in the reflection of {entry.local_date}. Take it out there."
            raise Problem(409, detail)
        try:
            store.delete_entry(
                get_current_leader().cipher, kind, entry.id, expected=read_precondition()
            )
        except store.EntryChangedMeanwhile as error:
            raise _build_conflict(error) from error


for each in COLLECTIONS:
    _add_collection(each)
    _add_item(each)


@blueprint.post("/numbers/import")
@blueprint.doc(**{"x-problems": ["409"]})
@login_required
@blueprint.arguments(NumbersFileSchema, location="files")
@blueprint.response(200, ImportedNumbersSchema)
def import_numbers(files: dict[str, Any]) -> dict[str, int]:
    """Bring in a CSV file of numbers (period, target, actual, unit): all of its lines or none."""
    try:
        numbers = read_numbers(files["file"].read())
    except UnreadableNumbers as error:
        raise_invalid(error.errors)
    created, changed = store.import_numbers(get_current_leader(), numbers, now=clock.now())
    return {"created": created, "changed": changed}


@blueprint.get("/people/<uuid:person_id>/acts")
@login_required
@blueprint.response(200, create_page_schema(ShownActsSchema, "ActsPage"))
def list_acts(person_id: UUID) -> dict[str, Any]:
    """List what was done for a person, day by day, the latest first."""
    _get_entry(Kind.PERSON, person_id)
    return format_page(
        represent_entries(people_store.list_acts(get_current_leader().cipher, person_id))
    )


@blueprint.put("/people/<uuid:person_id>/acts/<day:local_date>")
@blueprint.doc(**{"x-problems": ["409"]})
@login_required
@blueprint.arguments(ActsSchema)
@blueprint.response(204)
def put_acts(values: dict[str, Any], person_id: UUID, local_date: LocalDate) -> None:
    """Note what was done for a person on a day, whole; an empty list takes it back."""
    _log_acts(people_store.put_acts, person_id, local_date, values["acts"])


@blueprint.put(
    "/people/<uuid:person_id>/acts/<day:local_date>/<act>",
    parameters=[
        {"in": "path", "name": "act", "required": True}
        | {"schema": {"type": "string", "enum": list(ACTS)}}
    ],
)
@blueprint.doc(**{"x-problems": ["409"]})
@login_required
@blueprint.response(204)
def add_act(person_id: UUID, local_date: LocalDate, act: str) -> None:
    """Note one thing that was done for a person on a day; what is noted already stays."""
    if act not in ACTS:
        raise_invalid({"act": [f"Use one of: {', '.join(ACTS)}."]})
    _log_acts(people_store.add_acts, person_id, local_date, [act])


def _log_acts(
    note: Callable[..., None], person_id: UUID, local_date: LocalDate, acts: list[str]
) -> None:
    """Note acts. Raises Problem for someone who is not there and for a day that has not come."""
    leader, now = get_current_leader(), clock.now()
    if local_date > leader.today(now):
        raise_invalid({"local_date": [f"Use today, {leader.today(now)}, or an earlier day."]})
    try:
        note(leader.cipher, person_id, local_date, acts, now=now)
    except store.EntryNotFound as error:
        raise _build_not_found(Kind.PERSON) from error


@blueprint.post("/people/<uuid:person_id>/merge")
@blueprint.doc(**{"x-problems": ["409"]})
@login_required
@blueprint.arguments(MergePersonSchema)
@blueprint.response(204)
def merge_person(values: dict[str, Any], person_id: UUID) -> None:
    """Let all that is of a person be of another one; the first is there no more."""
    cipher = get_current_leader().cipher
    _get_entry(Kind.PERSON, person_id)
    into = store.find_entry(cipher, Kind.PERSON, values["into"])
    if into is None or into.id == person_id:
        raise_invalid({"into": ["Use the id of another person of the team."]})
    try:
        people_store.merge_into(cipher, person_id, into.id, now=clock.now())
    except store.InvalidEntry as error:
        raise_invalid(error.errors)
    except store.EntryNotFound as error:
        raise _build_not_found(Kind.PERSON) from error


@blueprint.post("/people/<uuid:person_id>/forget")
@login_required
@blueprint.arguments(ForgetPersonSchema)
@blueprint.response(204)
def forget_person(values: dict[str, Any], person_id: UUID) -> None:
    """Forget a person and what was done for them; on wish their name goes from every text too."""
    leader = get_current_leader()
    person = _get_entry(Kind.PERSON, person_id)
    people_store.forget_person(leader.cipher, person, **values, now=clock.now())
