"""The fortnightly letter as a mail."""

from dataclasses import dataclass
from email.message import EmailMessage
from uuid import NAMESPACE_URL, uuid5

from flask import current_app

from leaderjournal.accounts.store import Leader
from leaderjournal.kernel import mail
from leaderjournal.kernel.context import get_settings
from leaderjournal.kernel.days import LocalDate
from leaderjournal.practice import catalogue
from leaderjournal.practice.rules import Behaviour, Key
from leaderjournal.prompts.letter.content import pick_line, summarize_fortnight
from leaderjournal.prompts.letter.rules import FortnightSummary
from leaderjournal.prompts.letter.store import DueLetter
from leaderjournal.prompts.mail.unsubscribe_tokens import LETTER, create_unsubscribe_token


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """A key's mean score with one decimal, and the previous fortnight's; empty without scores."""

    name: str
    mean: str
    previous: str


@dataclass(frozen=True, slots=True)
class Letter:
    """What the letter's templates show; `line` is empty where there is none to reread."""

    fortnight: FortnightSummary
    first_day: str
    last_day: str
    key_figures: tuple[KeyFigure, ...]
    key: Key
    behaviour: Behaviour
    one_thing: str
    line: str
    journal_url: str
    unsubscribe_url: str


def compose_letter(leader: Leader, due: DueLetter) -> EmailMessage:
    """Return the letter that is due; it is always the same, see `mail.prompt_mail`."""
    settings = get_settings()
    token = create_unsubscribe_token(leader.id, settings.secret_key, ends=LETTER)
    unsubscribe_url = f"{settings.public_url}/letter/unsubscribe/{token}"
    letter = _build_letter(leader, due, settings.public_url, unsubscribe_url)
    templates = current_app.jinja_env
    return mail.compose(
        sender=settings.mail_from,
        to=leader.email,
        subject=f"Your two weeks to {letter.last_day}",
        body=templates.get_template("prompts/mail/letter.txt").render(letter=letter),
        html=templates.get_template("prompts/mail/letter.html").render(letter=letter),
        now=due.due_at,
        headers=mail.build_unsubscribe_headers(unsubscribe_url),
        name=uuid5(NAMESPACE_URL, f"{unsubscribe_url} {due.date}"),
    )


def _build_letter(leader: Leader, due: DueLetter, journal_url: str, unsubscribe_url: str) -> Letter:
    fortnight = summarize_fortnight(leader, due.date)
    keys = catalogue.list_keys()
    names = {key.slug: key.name for key in keys}
    behaviours = {b.slug: (key, b) for key in keys for b in key.behaviours}
    key, behaviour = behaviours[fortnight.weakest]
    return Letter(
        fortnight=fortnight,
        first_day=_format_day(fortnight.first),
        last_day=_format_day(fortnight.last),
        key_figures=tuple(
            KeyFigure(names[means.key], f"{means.mean:.1f}", _format_mean(means.previous_mean))
            for means in fortnight.keys
            if means.mean is not None
        ),
        key=key,
        behaviour=behaviour,
        one_thing=catalogue.get_one_thing(fortnight.weakest),
        line=pick_line(leader, due.date) if due.with_words else "",
        journal_url=journal_url,
        unsubscribe_url=unsubscribe_url,
    )


def _format_day(day: LocalDate) -> str:
    return f"{day.day} {day:%B}"


def _format_mean(mean: float | None) -> str:
    return "" if mean is None else f"{mean:.1f}"
