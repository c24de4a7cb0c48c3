"""The leader's page of the team mirror, prepared for its template."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from leaderjournal.accounts.store import Leader
from leaderjournal.kernel.context import get_settings
from leaderjournal.kernel.days import LocalDate
from leaderjournal.kernel.problems import Errors
from leaderjournal.practice import catalogue
from leaderjournal.team_mirror import store
from leaderjournal.team_mirror.mailing import store as mailing_store
from leaderjournal.team_mirror.mailing.status import MailingStatus, format_progress
from leaderjournal.team_mirror.rules import (
    MIN_ANSWERS,
    MIN_ANSWERS_FOR_LINES,
    MirrorResult,
    format_month,
)
from leaderjournal.team_mirror.store import Mirror
from leaderjournal.team_mirror.trend import Trend, build_trend


@dataclass(frozen=True, slots=True)
class KeyScore:
    """The team's mean score of a key, with the number of answers it is from."""

    slug: str
    name: str
    mean: str
    n: int


@dataclass(frozen=True, slots=True)
class KeyLines:
    """The team's lines about a key."""

    slug: str
    name: str
    lines: Sequence[str]


@dataclass(frozen=True, slots=True)
class Result:
    """The result of a closed mirror, key by key."""

    answers: int
    scores: Sequence[KeyScore]
    lines: Sequence[KeyLines]


@dataclass(frozen=True, slots=True)
class OpenMirror:
    """A mirror that takes answers; `mailing` is None if its links are not sent by mail."""

    month: str
    owner: str
    last_date: LocalDate
    issued: int
    has_enough: bool
    mailing: MailingStatus | None


@dataclass(frozen=True, slots=True)
class ClosedMonth:
    """A month whose mirror is closed; `result` is None if too few answered."""

    month: str
    month_name: str
    result: Result | None


@dataclass(frozen=True, slots=True)
class LeaderPage:
    """The mirrors of a leader, and the forms to open one."""

    links: Sequence[str]
    open_mirrors: Sequence[OpenMirror]
    this_month: ClosedMonth | None
    latest: ClosedMonth | None
    earlier: Sequence[ClosedMonth]
    trend: Trend | None
    key_names: Sequence[str]
    message: str
    can_open: bool
    can_mail: bool
    needs_verified_email: bool
    min_answers: int
    min_answers_for_lines: int
    lowest_score: str
    highest_score: str
    errors: Errors
    submitted: Mapping[str, str]


MESSAGE = (
    "Hi, I’d like your honest view of how I led in {month}: three questions, one minute, "
    "anonymous. I won’t see who answered. This link is only for you and works once:"
)
"""What a leader can paste into a chat or a mail, before the link."""


def find_month_page(leader: Leader, month: str, *, today: LocalDate) -> ClosedMonth | None:
    """Return the result of a closed month; None if there is none to show."""
    mirror = store.find_mirror(leader, month, today=today)
    return _build_closed_month(mirror) if mirror and mirror.shown else None


def build_leader_page(
    leader: Leader,
    *,
    today: LocalDate,
    links: Sequence[str],
    errors: Errors,
    submitted: Mapping[str, str],
) -> LeaderPage:
    """Return the page of a leader, with new links or with a form that could not be saved."""
    mirrors = store.list_mirrors(leader, today=today)
    month = f"{today:%Y-%m}"
    current = next((mirror for mirror in mirrors if mirror.month == month), None)
    closed = [
        _build_closed_month(mirror) for mirror in mirrors if mirror.shown and mirror is not current
    ]
    sends_mail = bool(get_settings().smtp_url)
    is_verified = leader.email_verified_at is not None
    return LeaderPage(
        links=links,
        open_mirrors=[
            _build_open_mirror(leader, mirror, is_current=mirror is current)
            for mirror in sorted(mirrors, key=lambda mirror: mirror is not current)
            if not mirror.is_closed
        ],
        this_month=_build_closed_month(current) if current and current.is_closed else None,
        latest=closed[0] if closed else None,
        earlier=closed[1:],
        trend=build_trend([(m.month, m.shown) for m in mirrors if m.shown]),
        key_names=[key.name for key in catalogue.list_keys()],
        message=MESSAGE.format(month=format_month(month)),
        can_open=current is None or (current.is_closed and current.shown is None),
        can_mail=sends_mail and is_verified,
        needs_verified_email=sends_mail and not is_verified,
        min_answers=MIN_ANSWERS,
        min_answers_for_lines=MIN_ANSWERS_FOR_LINES,
        lowest_score=catalogue.MIRROR_SCORES[1],
        highest_score=catalogue.MIRROR_SCORES[5],
        errors=errors,
        submitted=submitted,
    )


def _build_open_mirror(leader: Leader, mirror: Mirror, *, is_current: bool) -> OpenMirror:
    progress = mailing_store.get_progress(leader, mirror.id)
    return OpenMirror(
        month=mirror.month,
        owner="This month’s" if is_current else f"{mirror.month_name}’s",
        last_date=mirror.last_date,
        issued=mirror.issued,
        has_enough=mirror.has_enough,
        mailing=format_progress(progress) if progress else None,
    )


def _build_closed_month(mirror: Mirror) -> ClosedMonth:
    result = _build_result(mirror.shown) if mirror.shown else None
    return ClosedMonth(mirror.month, mirror.month_name, result)


def _build_result(result: MirrorResult) -> Result:
    keys = catalogue.list_keys()
    return Result(
        answers=result.answers,
        scores=[
            KeyScore(key.slug, key.name, f"{score.mean:.1f}", score.n)
            for key in keys
            if (score := result.scores.get(key.slug))
        ],
        lines=[
            KeyLines(key.slug, key.name, lines)
            for key in keys
            if (lines := result.lines.get(key.slug))
        ],
    )
