"""The keys and a leader's questions in the API."""

from typing import Any
from uuid import UUID

from flask_login import login_required
from marshmallow import ValidationError

from leaderjournal.accounts.access import get_current_leader
from leaderjournal.kernel import clock
from leaderjournal.kernel.api import PREFIX, create_page_schema, format_page
from leaderjournal.kernel.problems import Problem, flatten_messages, raise_invalid
from leaderjournal.kernel.request_checks import Blueprint
from leaderjournal.practice import catalogue
from leaderjournal.questions.first_month import store as first_month_store
from leaderjournal.questions.hidden import store as hidden_questions_store
from leaderjournal.questions.own import store as own_questions_store
from leaderjournal.questions.schemas import (
    CatalogueQuestionSchema,
    ChangedQuestionSchema,
    FirstMonthSchema,
    KeySchema,
    NewQuestionSchema,
    QuestionSchema,
    validate_behaviour,
)

blueprint = Blueprint("questions-api", __name__, url_prefix=PREFIX, description="Questions")


def _build_question_not_found() -> Problem:
    return Problem(404, "There is no such question.")


@blueprint.get("/keys")
@login_required
@blueprint.response(200, create_page_schema(KeySchema, "Keys"))
def list_keys() -> dict[str, Any]:
    """List the three keys with their behaviours."""
    return format_page(list(catalogue.list_keys()))


@blueprint.get("/questions")
@login_required
@blueprint.response(200, create_page_schema(QuestionSchema, "Questions"))
def list_questions() -> dict[str, Any]:
    """List the leader's own questions."""
    return format_page(own_questions_store.list_own_questions(get_current_leader().cipher))


@blueprint.post("/questions")
@blueprint.doc(**{"x-problems": ["409"]})
@login_required
@blueprint.arguments(NewQuestionSchema)
@blueprint.response(201, QuestionSchema)
def add_question(new: dict[str, Any]) -> own_questions_store.StoredQuestion:
    """Add a question of the leader's own; it joins the rotation."""
    return own_questions_store.add_own_question(get_current_leader().cipher, new, now=clock.now())


@blueprint.get("/questions/<uuid:question_id>")
@login_required
@blueprint.response(200, QuestionSchema)
def read_question(question_id: UUID) -> own_questions_store.StoredQuestion:
    """Read one of the leader's own questions."""
    return _get_question_or_404(question_id)


@blueprint.patch("/questions/<uuid:question_id>")
@login_required
@blueprint.arguments(ChangedQuestionSchema)
@blueprint.response(200, QuestionSchema)
def change_question(
    changes: dict[str, Any], question_id: UUID
) -> own_questions_store.StoredQuestion:
    """Change one of the leader's own questions, or retire it."""
    found = _get_question_or_404(question_id)
    try:
        validate_behaviour(changes.get("key", found.key), changes.get("behaviour", found.behaviour))
    except ValidationError as error:
        raise_invalid(flatten_messages(error.normalized_messages()))  # type: ignore[no-untyped-call]
    changed = own_questions_store.update_own_question(
        get_current_leader().cipher, question_id, changes
    )
    if changed is None:
        raise _build_question_not_found()
    return changed


def _get_question_or_404(question_id: UUID) -> own_questions_store.StoredQuestion:
    found = own_questions_store.get_own_question(get_current_leader().cipher, question_id)
    if found is None:
        raise _build_question_not_found()
    return found


@blueprint.delete("/questions/<uuid:question_id>")
@login_required
@blueprint.response(204)
def delete_question(question_id: UUID) -> None:
    """Delete one of the leader's own questions; its answers stay."""
    if not own_questions_store.delete_own_question(get_current_leader().id, question_id):
        raise _build_question_not_found()


@blueprint.get("/questions/catalogue")
@login_required
@blueprint.response(200, create_page_schema(CatalogueQuestionSchema, "CatalogueQuestions"))
def list_catalogue() -> dict[str, Any]:
    """List the catalogue's questions and which of them are hidden."""
    hidden = hidden_questions_store.list_hidden_questions(get_current_leader().id)
    return format_page(
        [
            {"id": q.id, "key": q.key, "behaviour": q.behaviour, "text": q.text}
            | {"hidden": q.id in hidden}
            for q in catalogue.list_questions()
        ]
    )


@blueprint.put("/questions/catalogue/<question>/hidden")
@blueprint.doc(**{"x-problems": ["409"]})
@login_required
@blueprint.response(204)
def hide_question(question: str) -> None:
    """Hide a question of the catalogue from tomorrow."""
    _check_catalogue_question(question)
    try:
        hidden_questions_store.hide_question(get_current_leader().id, question)
    except hidden_questions_store.LastQuestion as error:
        raise Problem(
            409, "This is the last question of its key. Each key needs at least one."
        ) from error


@blueprint.delete("/questions/catalogue/<question>/hidden")
@login_required
@blueprint.response(204)
def show_question(question: str) -> None:
    """Ask a hidden question again."""
    _check_catalogue_question(question)
    hidden_questions_store.show_question(get_current_leader().id, question)


def _check_catalogue_question(question: str) -> None:
    if question not in {known.id for known in catalogue.list_questions()}:
        raise _build_question_not_found()


def _serialize_first_month(first_month: first_month_store.FirstMonth) -> dict[str, Any]:
    return {
        "days": [
            {
                "number": number,
                "local_date": day,
                "text": catalogue.list_first_month_questions()[number - 1].text,
            }
            for number, day in sorted(first_month.days.items())
        ],
        "is_running": first_month.is_running(get_current_leader().today(clock.now())),
    }


@blueprint.get("/first-month")
@login_required
@blueprint.response(200, FirstMonthSchema)
def read_first_month() -> dict[str, Any]:
    """Read the thirty days of questions for a leader's first month, as they are planned."""
    return _serialize_first_month(first_month_store.get_first_month(get_current_leader().id))


@blueprint.post("/first-month")
@blueprint.doc(**{"x-problems": ["409"]})
@login_required
@blueprint.response(201, FirstMonthSchema)
def begin_first_month() -> dict[str, Any]:
    """Plan the thirty questions for the practice days to come."""
    leader = get_current_leader()
    try:
        return _serialize_first_month(
            first_month_store.begin_first_month(leader.id, today=leader.today(clock.now()))
        )
    except first_month_store.NoPracticeDays as error:
        raise Problem(409, "There aren’t enough practice days ahead.") from error


@blueprint.delete("/first-month")
@login_required
@blueprint.response(204)
def skip_first_month() -> None:
    """Skip the rest of the thirty days."""
    leader = get_current_leader()
    first_month_store.skip_first_month(leader.id, today=leader.today(clock.now()))
