"""The collections of the practice log in the API; every kind has the usual calls."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from flask_login import login_required

from leaderjournal.accounts.access import get_current_leader
from leaderjournal.kernel import clock
from leaderjournal.kernel.api import create_page_schema, format_page
from leaderjournal.kernel.preconditions import read_precondition
from leaderjournal.kernel.problems import Problem, raise_invalid
from leaderjournal.practice_log import store
from leaderjournal.practice_log.blueprints import api as blueprint
from leaderjournal.practice_log.entries import store as entries_store
from leaderjournal.practice_log.entries.rules import Kind
from leaderjournal.practice_log.entries.store import Entry
from leaderjournal.practice_log.fields import Cursor
from leaderjournal.practice_log.people import store as people_store
from leaderjournal.practice_log.people.rules import PersonStatus
from leaderjournal.practice_log.schemas import (
    REQUEST_SCHEMAS,
    RESPONSE_SCHEMAS,
    RangeSchema,
)
from leaderjournal.practice_log.trash import store as trash_store

COLLECTIONS = {
    Kind.PERSON: ("people", "person"),
    Kind.COMMITMENT: ("commitments", "commitment"),
    Kind.HAND_OFF: ("hand-offs", "hand-off"),
    Kind.WIN: ("wins", "win"),
    Kind.NUMBER: ("numbers", "number"),
}
"""The path of each kind, and the word for one of its entries."""


def represent_entry(entry: Entry) -> dict[str, Any]:
    """Return an entry as the API represents it."""
    return represent_entries([entry])[0]


def represent_entries(entries: list[Entry]) -> list[dict[str, Any]]:
    """Return entries as the API represents them, people with their status."""
    leader = get_current_leader()
    people = [entry for entry in entries if entry.kind == Kind.PERSON]
    statuses = (
        people_store.get_statuses(leader.cipher, people, today=leader.today(clock.now()))
        if people
        else {}
    )
    return [
        _represent_fields(entry) | _represent_status(statuses.get(entry.id)) for entry in entries
    ]


def _represent_fields(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "version": entry.version,
        "saved_at": entry.saved_at,
        "local_date": entry.local_date,
        **asdict(entry.content),
    }


def _represent_status(status: PersonStatus | None) -> dict[str, Any]:
    if status is None:
        return {}
    return {
        "last_on": status.last_on,
        "days_left": status.days_left,
        "acts": sum(len(acts) for _, acts in status.days),
    }


def get_entry(kind: Kind, entry_id: UUID) -> Entry:
    """Return an entry of the leader. Raises Problem (404)."""
    entry = store.find_entry(get_current_leader().cipher, kind, entry_id)
    if entry is None:
        raise build_not_found(kind)
    return entry


def build_not_found(kind: Kind) -> Problem:
    """Return the problem of an entry that does not exist."""
    return Problem(404, f"There is no such {COLLECTIONS[kind][1]}.")


def _build_conflict(error: entries_store.EntryChangedMeanwhile) -> Problem:
    current, headers = None, {}
    if error.current is not None:
        current = RESPONSE_SCHEMAS[error.current.kind]().dump(represent_entry(error.current))
        headers = _build_headers(error.current)
    detail = "This is not what you last saw. `current` holds what is stored."
    return Problem(412, detail, headers=headers, current=current)


def _build_headers(entry: Entry) -> dict[str, str]:
    return {"ETag": f'"{entry.etag}"'}


def _save_entry(
    kind: Kind, entry_id: UUID | None, values: dict[str, Any], *, partial: bool = False
) -> tuple[Entry, bool]:
    """Save an entry; return it and whether it is new. Raises Problem."""
    leader, now, precondition = get_current_leader(), clock.now(), read_precondition()
    try:
        return store.save_entry(
            leader, kind, entry_id, values, partial=partial, now=now, expected=precondition
        )
    except entries_store.EntryNotFound as error:
        raise build_not_found(kind) from error
    except entries_store.InvalidEntry as error:
        raise_invalid(error.errors)
    except entries_store.EntryChangedMeanwhile as error:
        raise _build_conflict(error) from error
    except entries_store.IdTaken as error:
        raise Problem(409, "This id is already in use. Choose another.") from error
    except entries_store.NumberExists as error:
        detail = f"{error.current.content.period} has a number already: {error.current.id}."
        raise Problem(409, detail) from error


def _delete_entry(kind: Kind, entry_id: UUID) -> None:
    """Delete an entry. Raises Problem."""
    entry = get_entry(kind, entry_id)
    if entry.kind == Kind.COMMITMENT and entry.content.of_day:
        detail = f"This stands in the reflection of {entry.local_date}. Take it out there."
        raise Problem(409, detail)
    cipher, precondition = get_current_leader().cipher, read_precondition()
    try:
        if kind == Kind.PERSON:
            entries_store.delete_person(cipher, entry.id, expected=precondition)
        else:
            trash_store.delete_entry(cipher, kind, entry.id, now=clock.now(), expected=precondition)
    except entries_store.EntryChangedMeanwhile as error:
        raise _build_conflict(error) from error


def _register_call(kind: Kind, method: str, address: str, doc: str, *decorators: Any) -> Any:
    """Make the decorated view a call of the kind's collection."""
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
    request_schema, response_schema = REQUEST_SCHEMAS[kind], RESPONSE_SCHEMAS[kind]
    pages = create_page_schema(response_schema, f"{one.title().replace('-', '')}Page")

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
        entries = store.list_entries(cipher, kind, first=chosen["first"], last=chosen["last"])
        if chosen["cursor"]:
            entries = [e for e in entries if (e.local_date, e.id) < chosen["cursor"]]
        items = entries[: chosen["limit"]]
        has_more = len(items) < len(entries)
        cursor = Cursor.encode(items[-1].local_date, items[-1].id) if has_more else None
        return format_page(represent_entries(items), cursor)

    @_register_call(
        kind,
        "post",
        "",
        f"Add a {one}.",
        CONFLICTS,
        blueprint.arguments(request_schema),
        blueprint.response(201, response_schema),
    )
    def _add(values: dict[str, Any]) -> Any:
        entry, _ = _save_entry(kind, None, values)
        return represent_entry(entry), 201, _build_headers(entry)


def _add_item(kind: Kind) -> None:
    _, one = COLLECTIONS[kind]
    request_schema, response_schema = REQUEST_SCHEMAS[kind], RESPONSE_SCHEMAS[kind]
    partial_schema = type(f"Changed{request_schema.__name__}", (request_schema,), {})(partial=True)
    address = f"/<uuid:{one.replace('-', '_')}_id>"

    @_register_call(
        kind, "get", address, f"Read a {one}.", blueprint.response(200, response_schema)
    )
    def _read(**named: UUID) -> Any:
        entry = get_entry(kind, *named.values())
        return represent_entry(entry), 200, _build_headers(entry)

    @_register_call(
        kind,
        "put",
        address,
        f"Write a {one} whole, under an id that the client may have made.",
        CONFLICTS,
        blueprint.arguments(request_schema),
        blueprint.response(200, response_schema),
        blueprint.alt_response(201, schema=response_schema, description="Created"),
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
        blueprint.arguments(partial_schema),
        blueprint.response(200, response_schema),
    )
    def _change(changes: dict[str, Any], **named: UUID) -> Any:
        [entry_id] = named.values()
        entry, _ = _save_entry(kind, entry_id, changes, partial=True)
        return represent_entry(entry), 200, _build_headers(entry)

    @_register_call(kind, "delete", address, f"Delete a {one}.", CONFLICTS, blueprint.response(204))
    def _delete(**named: UUID) -> None:
        _delete_entry(kind, *named.values())


for each_kind in COLLECTIONS:
    _add_collection(each_kind)
    _add_item(each_kind)
