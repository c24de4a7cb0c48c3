"""A leader's questions as pages."""

from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_login import login_required
from werkzeug import Response

from leaderjournal.accounts.access import get_current_leader
from leaderjournal.kernel import clock
from leaderjournal.kernel.forms import parse_whole_number, read_form
from leaderjournal.kernel.undo import flash_undo
from leaderjournal.practice import catalogue
from leaderjournal.questions.first_month import store as first_month_store
from leaderjournal.questions.hidden import store as hidden_questions_store
from leaderjournal.questions.own import store as own_questions_store
from leaderjournal.questions.schemas import NewQuestionSchema
from leaderjournal.questions.views import (
    FIELD_LABELS,
    get_progress,
    list_catalogue_behaviours,
    list_catalogue_keys,
    list_catalogue_questions,
    make_form,
    make_own_row,
)

blueprint = Blueprint("questions", __name__, url_prefix="/questions")

Page = Response | str | tuple[str, int]


def _read_question_form() -> tuple[dict[str, Any], dict[str, list[str]]]:
    fields: dict[str, Any] = {name: text for name, text in request.form.items() if text.strip()}
    if "every_days" in fields:
        fields["every_days"] = parse_whole_number(fields["every_days"])
    return read_form(NewQuestionSchema(), fields)


@blueprint.get("")
@login_required
def index() -> Page:
    """Show the leader's own questions, the first month and the keys of the catalogue."""
    leader = get_current_leader()
    first_month = first_month_store.get_first_month(leader.id)
    own = own_questions_store.list_own_questions(leader.cipher)
    return render_template(
        "questions/questions.html",
        own=[make_own_row(question) for question in own],
        catalogue=list_catalogue_keys(hidden_questions_store.list_hidden_questions(leader.id)),
        first_month=get_progress(first_month, leader.today(clock.now())),
    )


def _redirect_saved(sentence: str) -> Response:
    flash(sentence, "good")
    return redirect(url_for("questions.index"), 303)


@blueprint.get("/new")
@login_required
def new() -> Page:
    """Show the form to add a question."""
    return _render_new_page()


@blueprint.post("")
@login_required
def add() -> Page:
    """Add a question."""
    values, errors = _read_question_form()
    if errors:
        return _render_new_page(errors)
    own_questions_store.add_own_question(get_current_leader().cipher, values, now=clock.now())
    return _redirect_saved("Question added.")


@blueprint.post("/first-month")
@login_required
def begin_first_month() -> Page:
    """Begin the thirty questions of a first month."""
    leader = get_current_leader()
    try:
        track = first_month_store.begin_first_month(leader.id, today=leader.today(clock.now()))
    except first_month_store.NoPracticeDays:
        flash("You don’t have enough practice days ahead. End your pause first.", "problem")
        return redirect(url_for("questions.index", _anchor="first-month"), 303)
    first = track.days[1]
    return _redirect_saved(f"It begins on {first:%A}, {first.day} {first:%B}.")


@blueprint.post("/first-month/skip")
@login_required
def skip_first_month() -> Page:
    """Skip the rest of the first month."""
    leader = get_current_leader()
    first_month_store.skip_first_month(leader.id, today=leader.today(clock.now()))
    return _redirect_saved("You’re back to the regular questions.")


@blueprint.get("/<uuid:question_id>")
@login_required
def edit(question_id: UUID) -> Page:
    """Show the form to change a question."""
    return _render_edit_page(question_id, None)


@blueprint.post("/<uuid:question_id>")
@login_required
def submit_edit(question_id: UUID) -> Page:
    """Change a question."""
    values, errors = _read_question_form()
    if errors:
        return _render_edit_page(question_id, errors)
    if (
        own_questions_store.update_own_question(get_current_leader().cipher, question_id, values)
        is None
    ):
        abort(404)
    return _redirect_saved("Saved.")


def _render_new_page(errors: dict[str, list[str]] | None = None) -> tuple[str, int]:
    page = render_template(
        "questions/edit.html",
        title="Add a question",
        keys=catalogue.list_keys(),
        form=make_form(request.form, action=url_for("questions.add"), submit="Add question"),
        labels=FIELD_LABELS,
        errors=errors or {},
    )
    return page, 422 if errors else 200


def _render_edit_page(question_id: UUID, errors: dict[str, list[str]] | None) -> tuple[str, int]:
    question = own_questions_store.get_own_question(get_current_leader().cipher, question_id)
    if question is None:
        abort(404)
    stored = {
        "text": question.text,
        "key": question.key,
        "behaviour": question.behaviour,
        "every_days": question.every_days,
    }
    page = render_template(
        "questions/edit.html",
        title="Edit question",
        keys=catalogue.list_keys(),
        form=make_form(
            request.form if errors else stored,
            action=url_for("questions.edit", question_id=question_id),
            submit="Save",
        ),
        labels=FIELD_LABELS,
        errors=errors or {},
    )
    return page, 422 if errors else 200


@blueprint.post("/<uuid:question_id>/retire")
@login_required
def retire(question_id: UUID) -> Page:
    """Retire a question; it can be resumed."""
    return _set_retired(question_id, retired=True)


@blueprint.post("/<uuid:question_id>/resume")
@login_required
def resume(question_id: UUID) -> Page:
    """Resume a retired question."""
    return _set_retired(question_id, retired=False)


def _set_retired(question_id: UUID, *, retired: bool) -> Response:
    if (
        own_questions_store.update_own_question(
            get_current_leader().cipher, question_id, {"retired": retired}
        )
        is None
    ):
        abort(404)
    if not retired:
        return _redirect_saved("Question resumed.")
    flash_undo("Question paused.", url_for("questions.resume", question_id=question_id))
    return redirect(url_for("questions.index"), 303)


@blueprint.get("/catalogue/<key>")
@login_required
def catalogue_key(key: str) -> Page:
    """Show the behaviours of a key, with how many questions each has."""
    if key not in catalogue.KEY_SLUGS:
        abort(404)
    shown = catalogue.get_key(key)
    hidden = hidden_questions_store.list_hidden_questions(get_current_leader().id)
    return render_template(
        "questions/catalogue_key.html",
        key=shown,
        behaviours=list_catalogue_behaviours(shown, hidden),
    )


@blueprint.get("/catalogue/<key>/<behaviour>")
@login_required
def catalogue_behaviour(key: str, behaviour: str) -> Page:
    """Show the questions of a behaviour."""
    try:
        shown = catalogue.get_behaviour(key, behaviour)
    except KeyError:
        abort(404)
    of_key = catalogue.get_key(key)
    hidden = hidden_questions_store.list_hidden_questions(get_current_leader().id)
    return render_template(
        "questions/catalogue_behaviour.html",
        key=of_key,
        behaviour=shown,
        questions=list_catalogue_questions(of_key, shown, hidden),
    )


@blueprint.post("/catalogue/<question>/hide")
@login_required
def hide(question: str) -> Page:
    """Hide a question of the catalogue from tomorrow."""
    page = _find_page(question)
    try:
        hidden_questions_store.hide_question(get_current_leader().id, question)
    except hidden_questions_store.LastQuestion:
        flash("This is the last question of its key. Each key needs one.", "problem")
    else:
        undo = url_for("questions.show", question=question)
        flash_undo("Hidden. You won’t see this question from tomorrow.", undo)
    return redirect(page, 303)


@blueprint.post("/catalogue/<question>/show")
@login_required
def show(question: str) -> Page:
    """Ask a hidden question again."""
    page = _find_page(question)
    hidden_questions_store.show_question(get_current_leader().id, question)
    flash("This question can come up again.", "good")
    return redirect(page, 303)


def _find_page(question: str) -> str:
    """Return the place of a question on its page; without such a question, answer with 404."""
    found = next((known for known in catalogue.list_questions() if known.id == question), None)
    if found is None:
        abort(404)
    return url_for(
        "questions.catalogue_behaviour",
        key=found.key,
        behaviour=found.behaviour,
        _anchor=question,
    )
