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
from leaderjournal.kernel.api import uuid_or_none
from leaderjournal.kernel.days import LocalDate, days_after, local_date
from leaderjournal.kernel.fields import Day
from leaderjournal.kernel.forms import read_form, whole_number
from leaderjournal.kernel.problems import Errors
from leaderjournal.practice import catalogue
from leaderjournal.practice_log import store
from leaderjournal.practice_log.numbers_csv import UnreadableNumbers, plain_amount, read_numbers
from leaderjournal.practice_log.people import store as people_store
from leaderjournal.practice_log.rules import ACTS, Kind, as_document, is_uncelebrated
from leaderjournal.practice_log.schemas import WRITTEN

blueprint = Blueprint("practice_log", __name__)

Page = Response | str | tuple[str, int]

PATHS = {
    "commitments": Kind.COMMITMENT,
    "hand-offs": Kind.HAND_OFF,
    "wins": Kind.WIN,
    "numbers": Kind.NUMBER,
}
SHOWN_AT_FIRST = 20
DAYS_OF_A_LINE = 90


@blueprint.app_template_global()
def asked_today() -> dict[str, Any]:
    """Return what today's page asks about, and the people whom it offers."""
    leader = get_current_leader()
    today = leader.today(clock.now())
    people = store.entries(leader.cipher, Kind.PERSON)
    return {
        "commitments": store.asked_commitments(leader.cipher, today=today),
        "wins": [
            found
            for found in store.entries(leader.cipher, Kind.WIN, first=days_after(today, -8))
            if is_uncelebrated(found.local_date, found.content, today)
        ],
        "names": _names(people),
        "team": _team(people),
        "acts": _acts(),
        "tomorrow": days_after(today, 1),
    }


@blueprint.app_template_global()
def team_names() -> list[str]:
    """Return the names of the team, by the alphabet, to be offered after an @."""
    people = store.entries(get_current_leader().cipher, Kind.PERSON)
    team = _team(people)
    return [name for person, name in _names(people).items() if person in team]


@blueprint.app_template_filter()
def amount(figure: float | None) -> str:
    """Return a figure as it is written, without what a whole number does not need."""
    return "" if figure is None else f"{figure:.15g}"


@blueprint.get("/people")
@login_required
def people() -> str:
    """Show the team, whoever has had nothing for longest against their rhythm first."""
    return _people_page()


@blueprint.post("/people")
@login_required
def add_person() -> Page:
    """Add someone to the team."""
    errors = _write(Kind.PERSON, None)
    if errors:
        return _people_page(errors), 422
    flash(f"{request.form['name'].strip()} is on your team.", "good")
    return redirect(url_for("practice_log.people"), 303)


@blueprint.get("/people/<uuid:person_id>")
@login_required
def person(person_id: UUID) -> str:
    """Show a person, to be read before a one-to-one."""
    return _person_page(person_id)


@blueprint.post("/people/<uuid:person_id>")
@login_required
def save_person(person_id: UUID) -> Page:
    """Change what is noted of a person."""
    found = _found(Kind.PERSON, person_id)
    errors = _write(Kind.PERSON, found)
    if errors:
        return _person_page(person_id, errors), 422
    flash("Saved.", "good")
    return redirect(url_for("practice_log.person", person_id=person_id), 303)


@blueprint.post("/people/<uuid:person_id>/acts")
@login_required
def save_acts(person_id: UUID) -> Page:
    """Note what was done for a person on a day."""
    _found(Kind.PERSON, person_id)
    day = _note_acts(person_id, people_store.put_acts)
    return redirect(url_for("practice_log.person", person_id=person_id, on=day), 303)


@blueprint.post("/people/<uuid:person_id>/merge")
@login_required
def merge_person(person_id: UUID) -> Page:
    """Let all that is of a person be of another one."""
    _found(Kind.PERSON, person_id)
    into = _found(Kind.PERSON, uuid_or_none(request.form.get("into", "")) or person_id)
    if into.id == person_id:
        return _person_page(person_id, {"into": ["Choose who stays."]}), 422
    try:
        people_store.merge(get_current_leader().cipher, person_id, into.id, now=clock.now())
    except store.NotAllowed as error:
        return _person_page(person_id, error.errors), 422
    except store.NoSuchEntry:
        _nothing()
    flash(f"They are one now: {into.content.name}.", "good")
    return redirect(url_for("practice_log.person", person_id=into.id), 303)


@blueprint.post("/people/<uuid:person_id>/forget")
@login_required
def forget_person(person_id: UUID) -> Page:
    """Forget a person, and on wish their name in every text."""
    found = _found(Kind.PERSON, person_id)
    replacement = request.form.get("replacement", "").strip()[:80] or "someone"
    from_texts = "from_texts" in request.form
    people_store.forget(
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
    return _log_page()


@blueprint.get("/log/wins/<uuid:win_id>/card")
@login_required
def win_card(win_id: UUID) -> str:
    """Show a win as a card to share, which the device draws."""
    win = _found(Kind.WIN, win_id)
    names = _names(store.entries(get_current_leader().cipher, Kind.PERSON))
    return render_template(
        "practice_log/card.html", win=win, name=names.get(win.content.person_id, "")
    )


@blueprint.post("/log/acts")
@login_required
def add_acts() -> Page:
    """Note on today's page what was done for someone."""
    person_id = uuid_or_none(request.form.get("person_id", ""))
    if (
        person_id is None
        or store.entry(get_current_leader().cipher, Kind.PERSON, person_id) is None
    ):
        flash("Choose whom you served.", "problem")
    else:
        _note_acts(person_id, people_store.add_acts)
    return _back()


@blueprint.post("/log/numbers/import")
@login_required
def import_numbers() -> Page:
    """Bring in the numbers of a CSV file."""
    file = request.files.get("file")
    try:
        numbers = read_numbers(file.read() if file else b"")
    except UnreadableNumbers as error:
        return _log_page(Kind.NUMBER, error.errors), 422
    created, changed = store.bring_numbers(get_current_leader(), numbers, now=clock.now())
    flash(f"{created} new, {changed} changed.", "good")
    return redirect(url_for("practice_log.log", _anchor="numbers"), 303)


@blueprint.post("/log/<collection>")
@login_required
def add(collection: str) -> Page:
    """Add an entry to the log."""
    kind = _kind(collection)
    errors = _write(kind, None)
    if errors:
        return _log_page(kind, errors), 422
    flash("Noted.", "good")
    return _back(collection)


@blueprint.post("/log/<collection>/<uuid:entry_id>")
@login_required
def change(collection: str, entry_id: UUID) -> Page:
    """Change an entry of the log; what the form does not name stays."""
    kind = _kind(collection)
    found = _found(kind, entry_id)
    errors = _write(kind, found)
    if errors:
        return _log_page(kind, errors, found), 422
    flash("Noted.", "good")
    return _back(collection)


@blueprint.post("/log/<collection>/<uuid:entry_id>/delete")
@login_required
def delete(collection: str, entry_id: UUID) -> Page:
    """Delete an entry of the log."""
    found = _found(_kind(collection), entry_id)
    if found.kind == Kind.COMMITMENT and found.content.of_day:
        return redirect(url_for("reflections.day", local_date=found.local_date), 303)
    store.remove(get_current_leader().cipher, found.kind, entry_id)
    flash("Deleted.", "good")
    return _back(collection)


def _people_page(errors: Errors | None = None) -> str:
    leader = get_current_leader()
    today = leader.today(clock.now())
    return render_template(
        "practice_log/people.html",
        team=people_store.team(leader.cipher, today=today),
        left=[
            found
            for found in store.entries(leader.cipher, Kind.PERSON)
            if found.content.left_on is not None
        ],
        acts=_acts(),
        errors=errors or {},
        form=request.form,
    )


def _person_page(person_id: UUID, errors: Errors | None = None) -> str:
    leader = get_current_leader()
    today = leader.today(clock.now())
    found = _found(Kind.PERSON, person_id)
    standing = people_store.standings(leader.cipher, [found], today=today)[person_id]
    done = dict(standing.days)
    on = _day_of(request.args.get("on"), today)
    return render_template(
        "practice_log/person.html",
        person=found,
        standing=standing,
        line=[day for day in range(DAYS_OF_A_LINE) if days_after(today, -day) in done],
        line_length=DAYS_OF_A_LINE,
        on=on,
        done=done.get(on, ()),
        hand_offs=_of_person(Kind.HAND_OFF, person_id),
        wins=_of_person(Kind.WIN, person_id),
        passages=people_store.passages_about(leader.cipher, found, today=today),
        others=[
            other for other in store.entries(leader.cipher, Kind.PERSON) if other.id != person_id
        ],
        acts=_acts(),
        errors=errors or {},
        form=request.form,
    )


def _log_page(
    kind: Kind | None = None, errors: Errors | None = None, changed: store.Entry | None = None
) -> str:
    """Return the page of the log, with what could not be taken of an entry, new or `changed`."""
    leader = get_current_leader()
    people = store.entries(leader.cipher, Kind.PERSON)
    before = store.values_of(changed) if changed else {}
    return render_template(
        "practice_log/log.html",
        commitments=_shown(Kind.COMMITMENT, changed),
        hand_offs=_shown(Kind.HAND_OFF, changed),
        wins=_shown(Kind.WIN, changed),
        numbers=_shown(Kind.NUMBER, changed),
        names=_names(people),
        team=_team(people),
        kind=kind.value if kind else None,
        entry_id=changed.id if changed else None,
        errors=errors or {},
        form=before | request.form.to_dict(),
    )


def _shown(kind: Kind, changed: store.Entry | None) -> dict[str, Any]:
    """Return how many entries of a kind there are, and those to be shown, the latest first."""
    found = store.listed(get_current_leader().cipher, kind)
    some = found if "all" in request.args else found[:SHOWN_AT_FIRST]
    if changed and changed.kind == kind and changed.id not in {entry.id for entry in some}:
        some = [*some, changed]
    return {"all": len(found), "shown": some}


def _write(kind: Kind, before: store.Entry | None) -> Errors:
    """Write the submitted form over what was there before; return messages by field."""
    leader = get_current_leader()
    submitted = _submitted(kind)
    if before and submitted.get("state") == "kept":
        # What stood in the way once did not in the end.
        unchanged = submitted.get("reason") in (None, before.content.reason)
        submitted["reason"] = None if unchanged else submitted["reason"]
    if before is None:
        values, errors = read_form(WRITTEN[kind](), submitted)
    else:
        whole = as_document(before.content) | {"local_date": str(before.local_date)}
        values, errors = read_form(WRITTEN[kind](), whole | submitted)
        values = {name: values[name] for name in submitted if name in values}
    if errors:
        return errors
    try:
        store.write(
            leader,
            kind,
            before.id if before else None,
            values,
            partial=before is not None,
            now=clock.now(),
        )
    except store.NoSuchEntry:
        _nothing()
    except store.NotAllowed as error:
        return error.errors
    except store.NumberThere as error:
        return {
            "period": [f"{error.current.content.period} has a number already. Change it below."]
        }
    return {}


def _submitted(kind: Kind) -> dict[str, Any]:
    """Return what the form says of the kind's fields, as JSON would: empty is null."""
    found: dict[str, Any] = {}
    for name in WRITTEN[kind]().fields:
        if name in request.form:
            text = request.form[name].strip()
            found[name] = _READ_AS.get(name, str)(text) if text else None
    for name in ("text", "name", "period"):
        if name in found:
            found[name] = found[name] or ""
    return found


_READ_AS: dict[str, Callable[[str], object]] = {
    "every_days": whole_number,
    "target": plain_amount,
    "actual": plain_amount,
}


def _note_acts(person_id: UUID, note: Callable[..., object]) -> LocalDate:
    """Note what the form ticks on its day, or today, and return that day."""
    leader, now = get_current_leader(), clock.now()
    day = _day_of(request.form.get("local_date"), leader.today(now))
    acts = [act for act in ACTS if act in request.form.getlist("acts")]
    try:
        note(leader.cipher, person_id, day, acts, now=now)
    except store.NoSuchEntry:
        _nothing()
    flash("Noted.", "good")
    return day


def _day_of(text: str | None, today: LocalDate) -> LocalDate:
    """Return the day that a date field names; today where it names none that has come."""
    try:
        return min(local_date(Day().deserialize(text or str(today))), today)
    except ValidationError:
        return today


def _found(kind: Kind, entry_id: UUID) -> store.Entry:
    found = store.found(get_current_leader().cipher, kind, entry_id)
    return found if found is not None else _nothing()


def _nothing() -> NoReturn:
    abort(404)


def _kind(collection: str) -> Kind:
    return PATHS[collection] if collection in PATHS else _nothing()


def _of_person(kind: Kind, person_id: UUID) -> list[store.Entry]:
    return [
        found
        for found in store.entries(get_current_leader().cipher, kind)
        if found.content.person_id == person_id
    ]


def _names(people: Iterable[store.Entry]) -> dict[UUID, str]:
    """Return the names of people by the alphabet."""
    by_name = sorted(people, key=lambda person: person.content.name.casefold())
    return {found.id: found.content.name for found in by_name}


def _team(people: Iterable[store.Entry]) -> set[UUID]:
    """Return the ids of those who have not left."""
    return {found.id for found in people if found.content.left_on is None}


def _acts() -> dict[str, str]:
    return {act: catalogue.behaviour("protect-and-serve", act).name for act in ACTS}


def _back(collection: str | None = None) -> Response:
    if request.form.get("back") == "today":
        return redirect(url_for("reflections.today", _anchor="also-today"), 303)
    return redirect(url_for("practice_log.log", _anchor=collection), 303)
