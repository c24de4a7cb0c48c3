"""The start page for somebody who is signed out: the welcome page, or the way to sign in."""

from dataclasses import dataclass
from functools import cache

from flask import redirect, render_template, session, url_for
from werkzeug import Response

from leaderjournal.accounts.known_devices import has_known_leader
from leaderjournal.accounts.registration import RegistrationRefused, check_registration
from leaderjournal.kernel import clock
from leaderjournal.kernel.days import DAY_STARTS_AT, Instant, get_local_day
from leaderjournal.practice import catalogue
from leaderjournal.practice.rules import Key, Question
from leaderjournal.welcome.rules import MonthDrawing, choose_sample_question, draw_sample_month


@dataclass(frozen=True, slots=True)
class WelcomePage:
    """What the welcome page shows; `refusal` says why nobody may register, "" if they may."""

    keys: tuple[Key, ...]
    key: Key
    question: Question
    behaviour_name: str
    score_sentence: str
    month: MonthDrawing
    day_starts_at: str
    refusal: str


def render_start_page() -> Response | str:
    """Return the welcome page, or lead to signing in where a leader has been on this device."""
    if has_known_leader():
        return redirect(url_for("accounts.login"), 303)
    return render_welcome()


def render_welcome() -> str:
    """Return the welcome page. It sets no cookie and belongs to nobody."""
    now = clock.now()
    keys = catalogue.list_keys()
    day = get_local_day(now, "UTC")
    question = choose_sample_question(day, keys, catalogue.list_questions())
    page = WelcomePage(
        keys=keys,
        key=catalogue.get_key(question.key),
        question=question,
        behaviour_name=catalogue.get_behaviour(question.key, question.behaviour).name
        if question.behaviour
        else "",
        score_sentence=catalogue.get_score_sentence(question.key, question.behaviour),
        month=_draw_month(),
        day_starts_at=DAY_STARTS_AT.strftime("%H:%M"),
        refusal=_find_refusal(now),
    )
    return render_template(
        "welcome/welcome.html",
        page=page,
        mirror=list(catalogue.MIRROR_SCORES.items()),
        score_hint=catalogue.TOP_SCORE_HINT,
    )


@cache
def _draw_month() -> MonthDrawing:
    return draw_sample_month(catalogue.list_keys())


def _find_refusal(now: Instant) -> str:
    """Return why the visitor may not register, or "" if they may."""
    try:
        check_registration(session.get("invitation", ""), now=now)
    except RegistrationRefused as refusal:
        return str(refusal)
    return ""
