"""The pages of people and of the log, and what today's page asks of both."""

from collections.abc import Callable, Iterable
from typing import Any, NoReturn
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_login import login_required
from marshmallow import ValidationError
from werkzeug import Response

from leaderjournal.accounts.access import get_current_leader
from leaderjournal.kernel import clock
from leaderjournal.kernel.api import parse_uuid
from leaderjournal.kernel.days import LocalDate, days_after, to_local_date
from leaderjournal.kernel.fields import Day
from leaderjournal.kernel.forms import parse_whole_number, read_form
from leaderjournal.kernel.problems import Errors
from leaderjournal.practice import catalogue
from leaderjournal.practice_log import store
from leaderjournal.practice_log.numbers_csv import UnreadableNumbers, normalize_amount, read_numbers
from leaderjournal.practice_log.people import store as people_store
from leaderjournal.practice_log.rules import ACTS, Kind, needs_celebration, to_document
from leaderjournal.practice_log.schemas import REQUEST_SCHEMAS

blueprint = Blueprint("practice_log", __name__)

Page = Response | str | tuple[str, int]

KINDS_BY_PATH = {
    "commitments": Kind.COMMITMENT,
    "hand-offs": Kind.HAND_OFF,
    "wins": Kind.WIN,
    "numbers": Kind.NUMBER,
}
INITIAL_ROWS = 20
TIMELINE_DAYS = 90


@blueprint.app_template_global()
def get_follow_ups() -> dict[str, Any]:
    """Return what today's page asks about, and the people whom it offers."""
    leader = get_current_leader()
    today = leader.today(clock.now())
    people = store.list_stored_entries(leader.cipher, Kind.PERSON)
    return {
        "commitments": store.list_commitments_to_follow_up(leader.cipher, today=today),
        "wins": [
            found
            for found in store.list_stored_entries(
                leader.cipher, Kind.WIN, first=days_after(today, -8)
            )
            if needs_celebration(found.local_date, found.content, today)
        ],
        "names": _get_names(people),
        "team": _get_team(people),
        "acts": _get_act_names(),
        "tomorrow": days_after(today, 1),
    }


@blueprint.app_template_global()
def list_team_names() -> list[str]:
    """Return the names of the team, by the alphabet, to be offered after an @."""
    people = store.list_stored_entries(get_current_leader().cipher, Kind.PERSON)
    team = _get_team(people)
    return [name for person, name in _get_names(people).items() if person in team]


@blueprint.app_template_filter()
def format_amount(figure: float | None) -> str:
    """Return a figure as it is written, without what a whole number does not need."""
    return "" if figure is None else f"{figure:.15g}"


@blueprint.get("/people")
@login_required
def people() -> str:
    """Show the team, whoever has had nothing for longest against their rhythm first."""
    return _render_people()


@blueprint.post("/people")
@login_required
def add_person() -> Page:
    """Add someone to the team."""
    errors = _save_form(Kind.PERSON, None)
    if errors:
        return _render_people(errors), 422
    flash(f"{request.form['name'].strip()} is on your team.", "good")
    return redirect(url_for("practice_log.people"), 303)


@blueprint.get("/people/<uuid:person_id>")
@login_required
def person(person_id: UUID) -> str:
    """Show a person, to be read before a one-to-one."""
    return _render_person(person_id)


@blueprint.post("/people/<uuid:person_id>")
@login_required
def save_person(person_id: UUID) -> Page:
    """Change what is noted of a person."""
    found = _get_entry(Kind.PERSON, person_id)
    errors = _save_form(Kind.PERSON, found)
    if errors:
        return _render_person(person_id, errors), 422
    flash("Saved.", "good")
    return redirect(url_for("practice_log.person", person_id=person_id), 303)


@blueprint.post("/people/<uuid:person_id>/acts")
@login_required
def save_acts(person_id: UUID) -> Page:
    """Note what was done for a person on a day."""
    _get_entry(Kind.PERSON, person_id)
    day = _log_acts(person_id, people_store.put_acts)
    return redirect(url_for("practice_log.person", person_id=person_id, on=day), 303)


@blueprint.post("/people/<uuid:person_id>/merge")
@login_required
def merge_person(person_id: UUID) -> Page:
    """Let all that is of a person be of another one."""
    _get_entry(Kind.PERSON, person_id)
    into = _get_entry(Kind.PERSON, parse_uuid(request.form.get("into", "")) or person_id)
    if into.id == person_id:
        return _render_person(person_id, {"into": ["Choose who stays."]}), 422
    try:
        people_store.merge_into(get_current_leader().cipher, person_id, into.id, now=clock.now())
    except store.InvalidEntry as error:
        return _render_person(person_id, error.errors), 422
    except store.EntryNotFound:
        _raise_not_found()
    flash(f"They are one now: {into.content.name}.", "good")
    return redirect(url_for("practice_log.person", person_id=into.id), 303)


@blueprint.post("/people/<uuid:person_id>/forget")
@login_required
def forget_person(person_id: UUID) -> Page:
    """Forget a person, and on wish their name in every text."""
    found = _get_entry(Kind.PERSON, person_id)
    replacement = request.form.get("replacement", "").strip()[:80] or "someone"
    from_texts = "from_texts" in request.form
    people_store.forget_person(
        get_current_leader().cipher,
        found,
        replacement=replacement if from_texts else None,
        any_case="any_case" in request.form,
        now=clock.now(),
    )
    flash(
        "Forgotten." if from_texts else "Taken off your team; your texts are as they were.", "good"
    )
    return redirect(url_for("practice_log.people"), 303)


@blueprint.get("/log")
@login_required
def log() -> str:
    """Show commitments, hand-offs, wins and the number."""
    return _render_log()


@blueprint.get("/log/wins/<uuid:win_id>/card")
@login_required
def win_card(win_id: UUID) -> str:
    """Show a win as a card to share, which the device draws."""
    win = _get_entry(Kind.WIN, win_id)
    names = _get_names(store.list_stored_entries(get_current_leader().cipher, Kind.PERSON))
    return render_template(
        "practice_log/card.html", win=win, name=names.get(win.content.person_id, "")
    )


@blueprint.post("/log/acts")
@login_required
def add_acts() -> Page:
    """Note on today's page what was done for someone."""
    person_id = parse_uuid(request.form.get("person_id", ""))
    if (
        person_id is None
        or store.find_stored_entry(get_current_leader().cipher, Kind.PERSON, person_id) is None
    ):
        flash("Choose whom you served.", "problem")
    else:
        _log_acts(person_id, people_store.add_acts)
    return _redirect_back()


@blueprint.post("/log/numbers/import")
@login_required
def import_numbers() -> Page:
    """Bring in the numbers of a CSV file."""
    file = request.files.get("file")
    try:
        numbers = read_numbers(file.read() if file else b"")
    except UnreadableNumbers as error:
        return _render_log(Kind.NUMBER, error.errors), 422
    created, changed = store.import_numbers(get_current_leader(), numbers, now=clock.now())
    flash(f"{created} new, {changed} changed.", "good")
    return redirect(url_for("practice_log.log", _anchor="numbers"), 303)


@blueprint.post("/log/<collection>")
@login_required
def add(collection: str) -> Page:
    """Add an entry to the log."""
    kind = _get_kind(collection)
    errors = _save_form(kind, None)
    if errors:
        return _render_log(kind, errors), 422
    flash("Noted.", "good")
    return _redirect_back(collection)


@blueprint.post("/log/<collection>/<uuid:entry_id>")
@login_required
def change(collection: str, entry_id: UUID) -> Page:
    """Change an entry of the log; what the form does not name stays."""
    kind = _get_kind(collection)
    found = _get_entry(kind, entry_id)
    errors = _save_form(kind, found)
    if errors:
        return _render_log(kind, errors, found), 422
    flash("Noted.", "good")
    return _redirect_back(collection)


@blueprint.post("/log/<collection>/<uuid:entry_id>/delete")
@login_required
def delete(collection: str, entry_id: UUID) -> Page:
    """Delete an entry of the log."""
    found = _get_entry(_get_kind(collection), entry_id)
    if found.kind == Kind.COMMITMENT and found.content.of_day:
        return redirect(url_for("reflections.day", local_date=found.local_date), 303)
    store.delete_entry(get_current_leader().cipher, found.kind, entry_id)
    flash("Deleted.", "good")
    return _redirect_back(collection)


def _render_people(errors: Errors | None = None) -> str:
    leader = get_current_leader()
    today = leader.today(clock.now())
    return render_template(
        "practice_log/people.html",
        team=people_store.list_team(leader.cipher, today=today),
        left=[
            found
            for found in store.list_stored_entries(leader.cipher, Kind.PERSON)
            if found.content.left_on is not None
        ],
        acts=_get_act_names(),
        errors=errors or {},
        form=request.form,
    )


def _render_person(person_id: UUID, errors: Errors | None = None) -> str:
    leader = get_current_leader()
    today = leader.today(clock.now())
    found = _get_entry(Kind.PERSON, person_id)
    standing = people_store.get_statuses(leader.cipher, [found], today=today)[person_id]
    done = dict(standing.days)
    on = _parse_day(request.args.get("on"), today)
    return render_template(
        "practice_log/person.html",
        person=found,
        standing=standing,
        line=[day for day in range(TIMELINE_DAYS) if days_after(today, -day) in done],
        line_length=TIMELINE_DAYS,
        on=on,
        done=done.get(on, ()),
        hand_offs=_list_entries_of_person(Kind.HAND_OFF, person_id),
        wins=_list_entries_of_person(Kind.WIN, person_id),
        passages=people_store.find_passages(leader.cipher, found, today=today),
        others=[
            other
            for other in store.list_stored_entries(leader.cipher, Kind.PERSON)
            if other.id != person_id
        ],
        acts=_get_act_names(),
        errors=errors or {},
        form=request.form,
    )


def _render_log(
    kind: Kind | None = None, errors: Errors | None = None, changed: store.Entry | None = None
) -> str:
    """Return the page of the log, with what could not be taken of an entry, new or `changed`."""
    leader = get_current_leader()
    people = store.list_stored_entries(leader.cipher, Kind.PERSON)
    before = store.to_values(changed) if changed else {}
    return render_template(
        "practice_log/log.html",
        commitments=_list_rows(Kind.COMMITMENT, changed),
        hand_offs=_list_rows(Kind.HAND_OFF, changed),
        wins=_list_rows(Kind.WIN, changed),
        numbers=_list_rows(Kind.NUMBER, changed),
        names=_get_names(people),
        team=_get_team(people),
        kind=kind.value if kind else None,
        entry_id=changed.id if changed else None,
        errors=errors or {},
        form=before | request.form.to_dict(),
    )


def _list_rows(kind: Kind, changed: store.Entry | None) -> dict[str, Any]:
    """Return how many entries of a kind there are, and those to be shown, the latest first."""
    found = store.list_entries(get_current_leader().cipher, kind)
    some = found if "all" in request.args else found[:INITIAL_ROWS]
    if changed and changed.kind == kind and changed.id not in {entry.id for entry in some}:
        some = [*some, changed]
    return {"all": len(found), "shown": some}


def _save_form(kind: Kind, before: store.Entry | None) -> Errors:
    """Write the submitted form over what was there before; return messages by field."""
    leader = get_current_leader()
    submitted = _read_submitted(kind)
    if before and submitted.get("state") == "kept":
        # What stood in the way once did not in the end.
        unchanged = submitted.get("reason") in (None, before.content.reason)
        submitted["reason"] = None if unchanged else submitted["reason"]
    if before is None:
        values, errors = read_form(REQUEST_SCHEMAS[kind](), submitted)
    else:
        whole = to_document(before.content) | {"local_date": str(before.local_date)}
        values, errors = read_form(REQUEST_SCHEMAS[kind](), whole | submitted)
        values = {name: values[name] for name in submitted if name in values}
    if errors:
        return errors
    try:
        store.save_entry(
            leader,
            kind,
            before.id if before else None,
            values,
            partial=before is not None,
            now=clock.now(),
        )
    except store.EntryNotFound:
        _raise_not_found()
    except store.InvalidEntry as error:
        return error.errors
    except store.NumberExists as error:
        return {
            "period": [f"{error.current.content.period} has a number already. Change it below."]
        }
    return {}


def _read_submitted(kind: Kind) -> dict[str, Any]:
    """Return what the form says of the kind's fields, as JSON would: empty is null."""
    found: dict[str, Any] = {}
    for name in REQUEST_SCHEMAS[kind]().fields:
        if name in request.form:
            text = request.form[name].strip()
            found[name] = _PARSERS.get(name, str)(text) if text else None
    for name in ("text", "name", "period"):
        if name in found:
            found[name] = found[name] or ""
    return found


_PARSERS: dict[str, Callable[[str], object]] = {
    "every_days": parse_whole_number,
    "target": normalize_amount,
    "actual": normalize_amount,
}


def _log_acts(person_id: UUID, note: Callable[..., object]) -> LocalDate:
    """Note what the form ticks on its day, or today, and return that day."""
    leader, now = get_current_leader(), clock.now()
    day = _parse_day(request.form.get("local_date"), leader.today(now))
    acts = [act for act in ACTS if act in request.form.getlist("acts")]
    try:
        note(leader.cipher, person_id, day, acts, now=now)
    except store.EntryNotFound:
        _raise_not_found()
    flash("Noted.", "good")
    return day


def _parse_day(text: str | None, today: LocalDate) -> LocalDate:
    """Return the day that a date field names; today where it names none that has come."""
    try:
        return min(to_local_date(Day().deserialize(text or str(today))), today)
    except ValidationError:
        return today


def _get_entry(kind: Kind, entry_id: UUID) -> store.Entry:
    found = store.find_entry(get_current_leader().cipher, kind, entry_id)
    return found if found is not None else _raise_not_found()


def _raise_not_found() -> NoReturn:
    abort(404)


def _get_kind(collection: str) -> Kind:
    return KINDS_BY_PATH[collection] if collection in KINDS_BY_PATH else _raise_not_found()


def _list_entries_of_person(kind: Kind, person_id: UUID) -> list[store.Entry]:
    return [
        found
        for found in store.list_stored_entries(get_current_leader().cipher, kind)
        if found.content.person_id == person_id
    ]


def _get_names(people: Iterable[store.Entry]) -> dict[UUID, str]:
    """Return the names of people by the alphabet."""
    by_name = sorted(people, key=lambda person: person.content.name.casefold())
    return {found.id: found.content.name for found in by_name}


def _get_team(people: Iterable[store.Entry]) -> set[UUID]:
    """Return the ids of those who have not left."""
    return {found.id for found in people if found.content.left_on is None}


def _get_act_names() -> dict[str, str]:
    return {act: catalogue.get_behaviour("protect-and-serve", act).name for act in ACTS}


def _redirect_back(collection: str | None = None) -> Response:
    if request.form.get("back") == "today":
        return redirect(url_for("reflections.today", _anchor="also-today"), 303)
    return redirect(url_for("practice_log.log", _anchor=collection), 303)
