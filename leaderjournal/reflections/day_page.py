"""The page of a day, prepared for its template."""

from dataclasses import dataclass
from datetime import timedelta

from blinker import Signal
from flask import render_template, request, url_for

from leaderjournal.accounts.store import Leader
from leaderjournal.kernel.days import Instant, LocalDate, days_after
from leaderjournal.kernel.problems import Errors
from leaderjournal.practice import catalogue
from leaderjournal.practice.catalogue import MIRROR_SCORES, TOP_SCORE_HINT
from leaderjournal.questions.first_month.store import is_first_month_offered
from leaderjournal.questions.focus_key import store as focus_key_store
from leaderjournal.reflections import store
from leaderjournal.reflections.day_form.rules import DayForm, KeyCard, find_step_place
from leaderjournal.reflections.day_questions import get_day_questions
from leaderjournal.reflections.rules import DayContent, StoredDay
from leaderjournal.reflections.trash import store as trash_store
from leaderjournal.reflections.versions import store as versions_store

today_requested = Signal("today's page is about to be made")
"""Sent by the leader, with their local day `today`, to whoever can read all that it needs."""

SUPERSEDED_SHOWN_FOR = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class DayStatus:
    """What a page says about a day beside its words."""

    local_date: LocalDate
    is_today: bool
    completed: bool
    is_whole: bool
    """Whether all three keys are answered."""
    has_commitment: bool
    etag: str
    saved_at: Instant | None
    deleted_etag: str | None


@dataclass(frozen=True, slots=True)
class DayPage:
    """The page of a day: its form, its neighbours, and what it says to the leader."""

    day: DayStatus
    form: DayForm
    shows_year: bool
    previous_date: LocalDate
    previous_url: str
    next_date: LocalDate | None
    next_url: str | None
    offers_first_month: bool


def render_day(
    leader: Leader,
    local_date: LocalDate,
    now: Instant,
    *,
    errors: Errors | None = None,
    shared: str = "",
) -> str:
    """Return the page of a day; `shared` is text to be added to the note, not yet saved."""
    today = leader.today(now)
    if local_date == today:
        today_requested.send(leader, today=today)
    stored = store.get_day(leader.cipher, local_date)
    day = get_day_status(leader, local_date, stored, today)
    previous_date, next_date = days_after(local_date, -1), days_after(local_date, 1)
    has_next = local_date < today
    page = DayPage(
        day=day,
        form=_make_form(leader, day, stored, now, errors=errors or {}, shared=shared),
        shows_year=local_date.year != today.year,
        previous_date=previous_date,
        previous_url=url_for("reflections.day", local_date=previous_date),
        next_date=next_date if has_next else None,
        next_url=get_day_url(leader, next_date, now) if has_next else None,
        offers_first_month=day.is_today
        and is_first_month_offered(leader.id, joined_on=leader.joined_on, today=today),
    )
    return render_template(
        "reflections/day.html",
        page=page,
        day=day,
        form=page.form,
        keys=catalogue.list_keys(),
        mirror=list(MIRROR_SCORES.items()),
        score_hint=TOP_SCORE_HINT,
        errors=errors or {},
    )


def get_day_status(
    leader: Leader, local_date: LocalDate, stored: StoredDay | None, today: LocalDate
) -> DayStatus:
    """Return what a page says about a day beside its words; `stored` is None without a day."""
    return DayStatus(
        local_date=local_date,
        is_today=local_date == today,
        completed=bool(stored and stored.content.completed),
        is_whole=bool(stored and stored.content.is_whole(catalogue.KEY_SLUGS)),
        has_commitment=bool(stored and stored.content.commitment.strip()),
        etag=stored.etag if stored else "",
        saved_at=stored.saved_at if stored else None,
        deleted_etag=None if stored else trash_store.get_deleted_etag(leader.id, local_date),
    )


def get_day_url(leader: Leader, local_date: LocalDate, now: Instant) -> str:
    """Return the address of a day's page, which is / for today."""
    if local_date == leader.today(now):
        return url_for("reflections.today")
    return url_for("reflections.day", local_date=local_date)


def _make_cards(
    leader: Leader, local_date: LocalDate, stored: StoredDay | None, errors: Errors
) -> list[KeyCard]:
    """Return the keys of the form, with what was submitted or else what is stored."""
    answers = {answer.key: answer for answer in stored.content.answers} if stored else {}
    questions = get_day_questions(
        leader,
        local_date,
        answered={key: answer.question or "" for key, answer in answers.items()},
    )
    focus_key = focus_key_store.get_focus_key(leader.id, local_date)
    cards = []
    for question in questions:
        slug, answer = question.key, answers.get(question.key)
        key, asked = catalogue.get_key(slug), question.behaviour
        behaviour = catalogue.get_behaviour(slug, asked) if asked else None
        cards.append(
            KeyCard(
                slug=slug,
                name=key.name,
                meaning=key.text,
                question_id=question.id,
                question=question.text,
                behaviour=asked or "",
                behaviour_name=behaviour.name if behaviour else "",
                behaviour_text=behaviour.text if behaviour else "",
                score_sentence=catalogue.get_score_sentence(slug, asked),
                score=request.form.get(
                    f"score-{slug}", answer.score if answer else None, type=_parse_score
                ),
                text=request.form.get(f"text-{slug}", answer.text if answer else ""),
                is_focus_key=slug == focus_key,
                first_month_day=catalogue.find_first_month_day(question.id),
                score_errors=errors.get(f"score-{slug}", ()),
                text_errors=errors.get(f"text-{slug}", ()),
            )
        )
    return cards


def _parse_score(text: str) -> int | None:
    return int(text) if text in {"1", "2", "3", "4", "5"} else None


def _make_form(
    leader: Leader,
    day: DayStatus,
    stored: StoredDay | None,
    now: Instant,
    *,
    errors: Errors,
    shared: str,
) -> DayForm:
    content = stored.content if stored else DayContent()
    cards = _make_cards(leader, day.local_date, stored, errors)
    note = request.form.get("note", content.note)
    return DayForm(
        cards=cards,
        local_date=day.local_date,
        etag=day.etag,
        deleted_etag=day.deleted_etag or "",
        note="\n\n".join(filter(None, (note, shared))),
        commitment=request.form.get("commitment", content.commitment),
        note_errors=errors.get("note", ()),
        commitment_errors=errors.get("commitment", ()),
        step_place=find_step_place(cards) if day.is_today else "",
        is_unsaved=bool(errors or shared),
        shows_superseded=versions_store.was_superseded_since(
            leader.id, day.local_date, Instant(now - SUPERSEDED_SHOWN_FOR)
        ),
    )
