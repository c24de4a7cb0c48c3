"""The SQL of the fortnightly letter."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from leaderjournal.accounts.practice_calendar import store as calendar_store
from leaderjournal.accounts.settings.store import LocalDaysChange
from leaderjournal.accounts.store import Leader
from leaderjournal.kernel.database import count_changed_rows, db, upsert, write_transaction
from leaderjournal.kernel.days import Instant, LocalDate, days_after
from leaderjournal.practice import catalogue
from leaderjournal.practice_log.summary import store as summary_store
from leaderjournal.prompts.fortnightly.models import FortnightlyLetter
from leaderjournal.prompts.fortnightly.rules import (
    INTERVAL_DAYS,
    LOOKBACK_DAYS,
    FortnightSummary,
    ScoredBehaviour,
    compare_key,
    extract_line,
    find_weakest_behaviour,
    get_due_at,
    get_first_date,
    get_next_date,
)
from leaderjournal.reflections import store as reflections_store
from leaderjournal.reflections.figures import store as day_figures_store
from leaderjournal.reviews.day_marks.rules import count_days, mark_days
from leaderjournal.reviews.highlights.rules import Passage, choose_highlights

BATCH = 100
RETRY_DELAY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class LetterChoice:
    """What a leader chose about the letter; `next_date` is None where they get none."""

    enabled: bool
    with_words: bool
    next_date: LocalDate | None


@dataclass(frozen=True, slots=True)
class DueLetter:
    """A letter that is due: whose, of which local date, and the instant that it was due at."""

    account_id: UUID
    date: LocalDate
    due_at: Instant
    with_words: bool


def get_choice(account: UUID) -> LetterChoice:
    """Return what a leader chose."""
    row = db.session.get(FortnightlyLetter, account, populate_existing=True)
    if row is None:
        return LetterChoice(enabled=False, with_words=False, next_date=None)
    return LetterChoice(enabled=True, with_words=row.with_words, next_date=row.next_date)


def save_choice(leader: Leader, *, enabled: bool, with_words: bool, now: Instant) -> LetterChoice:
    """Keep what a leader chose. Who has the letter already keeps its day."""
    if not enabled:
        end_letter(leader.id)
        return get_choice(leader.id)
    date = get_first_date(leader.today(now))
    values = {
        "account_id": leader.id,
        "with_words": with_words,
        "next_date": date,
        "next_due_at": get_due_at(date, leader.time_zone),
    }
    with write_transaction() as session:
        session.execute(
            upsert(session, FortnightlyLetter)
            .values(values)
            .on_conflict_do_update(index_elements=["account_id"], set_={"with_words": with_words})
        )
    return get_choice(leader.id)


def end_letter(account: UUID) -> bool:
    """Send the account no more letters; tell whether it got any."""
    with write_transaction() as session:
        return bool(
            count_changed_rows(
                session,
                sa.delete(FortnightlyLetter).where(FortnightlyLetter.account_id == account),
            )
        )


def list_due(*, now: Instant) -> list[DueLetter]:
    """Return letters that are due, the longest first, a hundred at the most."""
    rows = db.session.scalars(
        sa.select(FortnightlyLetter)
        .where(FortnightlyLetter.next_due_at <= now)
        .order_by(FortnightlyLetter.next_due_at)
        .limit(BATCH)
        .execution_options(populate_existing=True)
    )
    return [
        DueLetter(row.account_id, row.next_date, row.next_due_at, row.with_words) for row in rows
    ]


def claim(leader: Leader, letter: DueLetter, *, now: Instant) -> bool:
    """Take a letter that is due, so that no other worker sends it; False where one has it."""
    following = get_next_date(letter.date, leader.today(now))
    return _reschedule(
        letter, following, get_due_at(following, leader.time_zone), since=letter.due_at
    )


def defer(leader: Leader, letter: DueLetter, *, now: Instant) -> None:
    """Let a letter that could not be sent just now come again in an hour."""
    following = get_next_date(letter.date, leader.today(now))
    since = get_due_at(following, leader.time_zone)
    _reschedule(letter, letter.date, Instant(now + RETRY_DELAY), since=since)


def skip(letter: DueLetter) -> None:
    """Leave out a letter that cannot be written, whosever it is, so that others get theirs."""
    following = Instant(letter.due_at + timedelta(days=INTERVAL_DAYS))
    _reschedule(letter, days_after(letter.date, INTERVAL_DAYS), following, since=letter.due_at)


def reschedule_after_move(session: Session, change: LocalDaysChange) -> None:
    """Let the next letter come by the clock where the leader is now.

    For `accounts.settings.store.local_days_changed`; inside the caller's transaction.
    """
    row = session.get(
        FortnightlyLetter, change.account_id, populate_existing=True, with_for_update=True
    )
    if row is not None and row.next_due_at > change.now:
        row.next_due_at = get_due_at(row.next_date, change.new_zone)


def _reschedule(letter: DueLetter, date: LocalDate, at: Instant, *, since: Instant) -> bool:
    with write_transaction() as session:
        return bool(
            count_changed_rows(
                session,
                sa.update(FortnightlyLetter)
                .where(
                    FortnightlyLetter.account_id == letter.account_id,
                    FortnightlyLetter.next_due_at == since,
                )
                .values(next_date=date, next_due_at=at),
            )
        )


def summarize_fortnight(leader: Leader, date: LocalDate) -> FortnightSummary:
    """Return what the letter of a local date tells: the fourteen days before it."""
    first, last = days_after(date, -INTERVAL_DAYS), days_after(date, -1)
    since = days_after(last, 1 - LOOKBACK_DAYS)
    days = day_figures_store.list_day_figures(leader.id, first=since, last=last)
    practice = summary_store.get_figures(leader.cipher, "", first, last, today=last)
    behaviours = [behaviour.slug for key in catalogue.list_keys() for behaviour in key.behaviours]
    return FortnightSummary(
        first=first,
        last=last,
        days=count_days(
            mark_days(
                first,
                last,
                in_time={day.local_date: day.in_time for day in days},
                calendar=calendar_store.load_calendar(leader.id),
                joined=leader.joined_on,
                today=date,
            ).values()
        ),
        keys=tuple(
            compare_key(
                key,
                {
                    day.local_date: score
                    for day in days
                    if (score := day.answers.get(key, (None, None))[0]) is not None
                },
                first,
                last,
            )
            for key in catalogue.KEY_SLUGS
        ),
        commitments_kept=practice.commitments.kept,
        commitments_settled=practice.commitments.kept + practice.commitments.missed,
        wins=practice.wins,
        hand_offs=practice.hand_offs.made,
        weakest=find_weakest_behaviour(
            (
                ScoredBehaviour(key, behaviour, score)
                for day in days
                for key, (score, behaviour) in day.answers.items()
                if score is not None and behaviour is not None
            ),
            behaviours,
        ),
    )


def pick_line_to_reread(leader: Leader, date: LocalDate) -> str:
    """Return a line of the leader's own of the fortnight before a date; empty where none is."""
    first, last = days_after(date, -INTERVAL_DAYS), days_after(date, -1)
    passages = [
        Passage(day.local_date, answer.key, answer.score, answer.text)
        for day in reflections_store.iter_days(leader.cipher, first=first, last=last)
        for answer in day.content.answers
        if answer.text.strip()
    ]
    found = choose_highlights(passages, 1)
    return extract_line(found[0].text) if found else ""
