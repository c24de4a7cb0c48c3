"""A leader's questions as their pages show them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from flask import url_for

from leaderjournal.kernel.days import LocalDate
from leaderjournal.practice import catalogue
from leaderjournal.practice.rules import Behaviour, Key, Question
from leaderjournal.questions.first_month.store import FirstMonth
from leaderjournal.questions.own.store import StoredQuestion

FIELD_LABELS = {
    "text": "Your question",
    "key": "Key",
    "behaviour": "Behaviour",
    "every_days": "Ask every … days",
}


@dataclass(frozen=True, slots=True)
class QuestionForm:
    """The form of a question: what its fields say, where it is sent, and its button's word."""

    action: str
    submit: str
    text: str = ""
    key: str | None = None
    behaviour: str | None = None
    every_days: int | str = ""


@dataclass(frozen=True, slots=True)
class OwnQuestionRow:
    """A question of the leader's own, with what its one button does."""

    key: Key
    text: str
    remark: str
    edit_url: str
    toggle_url: str
    toggle_label: str


@dataclass(frozen=True, slots=True)
class CatalogueQuestionRow:
    """A question of the catalogue, with what its one button does."""

    id: str
    text: str
    hidden: bool
    toggle_url: str
    toggle_label: str


@dataclass(frozen=True, slots=True)
class CatalogueKey:
    """A key of the catalogue: how many questions it has, and how many of them are hidden."""

    key: Key
    count: int
    hidden: int


@dataclass(frozen=True, slots=True)
class CatalogueBehaviour:
    """A behaviour of a key: how many questions it has, how many are hidden, and their page."""

    behaviour: Behaviour
    count: int
    hidden: int
    url: str


@dataclass(frozen=True, slots=True)
class FirstMonthProgress:
    """The first month: whether it is running, its first and last day, and how far it is."""

    is_running: bool
    days_begun: int
    days_planned: int
    is_complete: bool
    first_date: LocalDate | None
    last_date: LocalDate | None


def make_form(values: Mapping[str, Any], *, action: str, submit: str) -> QuestionForm:
    """Return the form with what was submitted or is stored; missing values are left empty."""
    return QuestionForm(
        action=action,
        submit=submit,
        text=values.get("text", ""),
        key=values.get("key"),
        behaviour=values.get("behaviour"),
        every_days=values.get("every_days") or "",
    )


def make_own_row(question: StoredQuestion) -> OwnQuestionRow:
    """Return the row of a question of the leader's own."""
    remark = ""
    if question.retired:
        remark = "paused"
    elif question.every_days:
        remark = "every day" if question.every_days == 1 else f"every {question.every_days} days"
    endpoint = "questions.resume" if question.retired else "questions.retire"
    return OwnQuestionRow(
        key=catalogue.get_key(question.key),
        text=question.text,
        remark=remark,
        edit_url=url_for("questions.edit", question_id=question.id),
        toggle_url=url_for(endpoint, question_id=question.id),
        toggle_label="Resume" if question.retired else "Pause",
    )


def list_catalogue_keys(hidden: Collection[str]) -> list[CatalogueKey]:
    """Return the keys of the catalogue; `hidden` holds the ids of hidden questions."""
    keys = []
    for key in catalogue.list_keys():
        ids = [question.id for question in catalogue.list_questions() if question.key == key.slug]
        keys.append(CatalogueKey(key, len(ids), sum(question in hidden for question in ids)))
    return keys


def list_catalogue_behaviours(key: Key, hidden: Collection[str]) -> list[CatalogueBehaviour]:
    """Return a key's behaviours with their counts; one without a question is left out.

    `hidden` holds the ids of hidden questions.
    """
    rows = []
    for behaviour in key.behaviours:
        ids = [question.id for question in _list_questions(key, behaviour)]
        if ids:
            rows.append(
                CatalogueBehaviour(
                    behaviour=behaviour,
                    count=len(ids),
                    hidden=sum(question in hidden for question in ids),
                    url=url_for(
                        "questions.catalogue_behaviour", key=key.slug, behaviour=behaviour.slug
                    ),
                )
            )
    return rows


def list_catalogue_questions(
    key: Key, behaviour: Behaviour, hidden: Collection[str]
) -> list[CatalogueQuestionRow]:
    """Return the questions of a behaviour; `hidden` holds the ids of hidden ones."""
    return [
        _make_catalogue_row(question.id, question.text, question.id in hidden)
        for question in _list_questions(key, behaviour)
    ]


def _list_questions(key: Key, behaviour: Behaviour) -> list[Question]:
    return [
        question
        for question in catalogue.list_questions()
        if (question.key, question.behaviour) == (key.slug, behaviour.slug)
    ]


def _make_catalogue_row(question_id: str, text: str, is_hidden: bool) -> CatalogueQuestionRow:
    endpoint = "questions.show" if is_hidden else "questions.hide"
    return CatalogueQuestionRow(
        id=question_id,
        text=text,
        hidden=is_hidden,
        toggle_url=url_for(endpoint, question=question_id),
        toggle_label="Show" if is_hidden else "Hide",
    )


def get_progress(first_month: FirstMonth, today: LocalDate) -> FirstMonthProgress:
    """Return how far the first month is on a local day."""
    days = first_month.days.values()
    return FirstMonthProgress(
        is_running=first_month.is_running(today),
        days_begun=first_month.count_days_begun(today),
        days_planned=len(days),
        is_complete=len(days) >= catalogue.FIRST_MONTH_DAYS,
        first_date=min(days, default=None),
        last_date=max(days, default=None),
    )
