"""People in the API: what was done for them, merging and forgetting them."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask_login import login_required

from leaderjournal.accounts.access import get_current_leader
from leaderjournal.kernel import clock
from leaderjournal.kernel.api import create_page_schema, format_page
from leaderjournal.kernel.days import LocalDate
from leaderjournal.kernel.problems import raise_invalid
from leaderjournal.practice_log.blueprints import api as blueprint
from leaderjournal.practice_log.entries import store as entries_store
from leaderjournal.practice_log.entries.api import (
    build_not_found,
    get_entry,
    represent_entries,
)
from leaderjournal.practice_log.entries.rules import ACTS, Kind
from leaderjournal.practice_log.entries.store import EntryNotFound, InvalidEntry
from leaderjournal.practice_log.people import store
from leaderjournal.practice_log.people.forgetting import forget_person as forget
from leaderjournal.practice_log.people.merging import merge_person as merge
from leaderjournal.practice_log.people.schemas import ForgetPersonSchema, MergePersonSchema
from leaderjournal.practice_log.schemas import ActsSchema, ShownActsSchema


@blueprint.get("/people/<uuid:person_id>/acts")
@login_required
@blueprint.response(200, create_page_schema(ShownActsSchema, "ActsPage"))
def list_acts(person_id: UUID) -> dict[str, Any]:
    """List what was done for a person, day by day, the latest first."""
    get_entry(Kind.PERSON, person_id)
    cipher = get_current_leader().cipher
    return format_page(
        represent_entries(store.list_entries_of_person(cipher, Kind.ACTS, person_id))
    )


@blueprint.put("/people/<uuid:person_id>/acts/<day:local_date>")
@blueprint.doc(**{"x-problems": ["409"]})
@login_required
@blueprint.arguments(ActsSchema)
@blueprint.response(204)
def put_acts(values: dict[str, Any], person_id: UUID, local_date: LocalDate) -> None:
    """Replace what was done for a person on a day; an empty list deletes it."""
    _log_acts(store.put_acts, person_id, local_date, values["acts"])


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
    """Add one act for a person on a day; acts already logged stay."""
    if act not in ACTS:
        raise_invalid({"act": [f"Use one of: {', '.join(ACTS)}."]})
    _log_acts(store.add_acts, person_id, local_date, [act])


def _log_acts(
    save: Callable[..., bool], person_id: UUID, local_date: LocalDate, acts: list[str]
) -> None:
    """Save acts. Raises Problem for an unknown person (404) and for a future day (422)."""
    leader, now = get_current_leader(), clock.now()
    if local_date > leader.today(now):
        raise_invalid({"local_date": [f"Use today, {leader.today(now)}, or an earlier day."]})
    try:
        save(leader.cipher, person_id, local_date, acts, now=now)
    except EntryNotFound as error:
        raise build_not_found(Kind.PERSON) from error


@blueprint.post("/people/<uuid:person_id>/merge")
@blueprint.doc(**{"x-problems": ["409"]})
@login_required
@blueprint.arguments(MergePersonSchema)
@blueprint.response(204)
def merge_person(values: dict[str, Any], person_id: UUID) -> None:
    """Merge a person into another one, and delete the first."""
    cipher = get_current_leader().cipher
    get_entry(Kind.PERSON, person_id)
    into = entries_store.find_stored_entry(cipher, Kind.PERSON, values["into"])
    if into is None or into.id == person_id:
        raise_invalid({"into": ["Use the id of another person of the team."]})
    try:
        merge(cipher, person_id, into.id, now=clock.now())
    except InvalidEntry as error:
        raise_invalid(error.errors)
    except EntryNotFound as error:
        raise build_not_found(Kind.PERSON) from error


@blueprint.post("/people/<uuid:person_id>/forget")
@login_required
@blueprint.arguments(ForgetPersonSchema)
@blueprint.response(204)
def forget_person(values: dict[str, Any], person_id: UUID) -> None:
    """Delete a person and what was done for them; a `replacement` replaces their name in texts."""
    leader = get_current_leader()
    person = get_entry(Kind.PERSON, person_id)
    forget(leader.cipher, person, **values, now=clock.now())
