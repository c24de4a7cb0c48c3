"""The SQL of deliveries: each prompt that is due is claimed once, by one worker.

Claiming turns a schedule's next prompt into a delivery with its messages and moves the schedule on
to the prompt after it, in one short transaction.
"""

from collections import Counter
from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import time, timedelta
from typing import Any, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from leaderjournal.accounts.locks.store import lock_day_settings
from leaderjournal.accounts.practice_calendar import store as calendar_store
from leaderjournal.accounts.suspension import store as suspension_store
from leaderjournal.kernel.database import count_changed_rows, db, new_id, write_transaction
from leaderjournal.kernel.days import Instant, LocalDate
from leaderjournal.prompts.delivery.message_store import build_message_row
from leaderjournal.prompts.delivery.models import PromptMessage
from leaderjournal.prompts.delivery.review_invitations import find_invitations
from leaderjournal.prompts.delivery.rules import Decision, decide_delivery
from leaderjournal.prompts.push import store as push_store
from leaderjournal.prompts.schedule import store as schedule_store
from leaderjournal.prompts.schedule.models import PromptDelivery, PromptSchedule
from leaderjournal.prompts.schedule.rules import (
    MAX_LATENESS,
    Prompt,
    Slot,
    find_next_prompt,
    get_expiry,
)
from leaderjournal.reflections.figures import store as day_figures_store

RETENTION = timedelta(days=30)

ScheduleCursor = tuple[Instant, UUID]
"""A position among all schedules: the instant at which one is due next, and its account."""


@dataclass(frozen=True, slots=True)
class UpcomingDays:
    """The accounts and local days that are prompted soon, and the cursor of the last schedule."""

    days: Sequence[tuple[UUID, LocalDate]] = ()
    last: ScheduleCursor | None = None


@dataclass(frozen=True, slots=True)
class _DuePrompt:
    """A schedule whose next prompt is due, and where to: subscriptions, None for the mail."""

    row: PromptSchedule
    prompt: Prompt
    targets: Sequence[UUID | None]


@contextmanager
def lock_upcoming(
    *, now: Instant, after: ScheduleCursor, until: Instant, limit: int, by_mail: bool
) -> Iterator[UpcomingDays]:
    """Lock up to `limit` schedules that are due by `until`, from the cursor `after` on; yield them.

    Prompts that would not be sent, as things are at `now`, are left out. Other workers get other
    schedules meanwhile. Nothing is written.
    """
    with Session(db.engine) as session:
        cursor = sa.tuple_(PromptSchedule.next_due_at, PromptSchedule.account_id)
        rows = session.scalars(
            sa.select(PromptSchedule)
            .where(
                cursor > sa.tuple_(*after),
                PromptSchedule.next_due_at >= after[0],  # so that the column's index is used
                PromptSchedule.next_due_at <= until,
            )
            .order_by(PromptSchedule.next_due_at, PromptSchedule.account_id)
            .limit(limit)
            .with_for_update(key_share=True, skip_locked=True)
        ).all()
        if not rows:
            yield UpcomingDays()
            return
        due = _read_due_prompts(session, rows, by_mail=by_mail)
        decisions = _decide_deliveries(session, due, now=now)
        days = [
            (account, found.prompt.local_date)
            for account, found in due.items()
            if decisions[account] is Decision.DUE
        ]
        account, found = next(reversed(due.items()))
        yield UpcomingDays(days, (found.prompt.due_at, account))


def claim_due(*, now: Instant, limit: int, by_mail: bool) -> Counter[Decision]:
    """Turn up to `limit` schedules that are due into deliveries; return the count per decision.

    `by_mail` tells whether there is a mail server. Schedules that another worker has locked are
    left to it.
    """
    with write_transaction() as session:
        rows = session.scalars(
            sa.select(PromptSchedule)
            .where(PromptSchedule.next_due_at <= now)
            .order_by(PromptSchedule.next_due_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
            .execution_options(populate_existing=True)
        ).all()
        if not rows:
            return Counter()
        day_settings = lock_day_settings(session, {row.account_id for row in rows})
        due = _read_due_prompts(session, rows, by_mail=by_mail)
        return _create_deliveries(session, due, day_settings, now)


def find_newest_numbers(
    session: Session, accounts: Collection[UUID], days: Collection[LocalDate]
) -> dict[tuple[UUID, LocalDate], int]:
    """Return the number of the last prompt that was due, by account and local day."""
    rows = session.execute(
        sa.select(
            PromptDelivery.account_id,
            PromptDelivery.local_date,
            sa.func.max(PromptDelivery.number),
        )
        .where(
            PromptDelivery.account_id.in_(accounts),
            PromptDelivery.local_date.in_(days),
            PromptDelivery.decision == Decision.DUE.value,
        )
        .group_by(PromptDelivery.account_id, PromptDelivery.local_date)
    )
    return {(account, day): number for account, day, number in rows}


def delete_old(*, now: Instant) -> int:
    """Delete deliveries older than RETENTION with their messages; return how many."""
    with write_transaction() as session:
        return count_changed_rows(
            session, sa.delete(PromptDelivery).where(PromptDelivery.due_at < now - RETENTION)
        )


def _read_due_prompts(
    session: Session, rows: Iterable[PromptSchedule], *, by_mail: bool
) -> dict[UUID, _DuePrompt]:
    schedules = {row.account_id: row for row in rows}
    devices = push_store.lock_subscriptions(session, schedules)
    mailable: Container[UUID] = ()
    if by_mail:
        mailable = suspension_store.find_mailable_accounts(session, schedules)
    due = {}
    for account, row in schedules.items():
        targets: list[UUID | None] = [*devices.get(account, [])]
        if row.by_mail and account in mailable:
            targets.append(None)
        # The three columns are set and cleared together.
        prompt = row.next_local_date, row.next_slot, row.next_due_at
        due[account] = _DuePrompt(
            row, Prompt(*cast("tuple[LocalDate, Slot, Instant]", prompt)), targets
        )
    return due


def _create_deliveries(
    session: Session,
    due: Mapping[UUID, _DuePrompt],
    day_settings: Mapping[UUID, tuple[str, time]],
    now: Instant,
) -> Counter[Decision]:
    """Insert the deliveries and messages of due prompts, and set each schedule's next prompt.

    `day_settings` holds the zone of each account and the hour at which its days start.
    """
    earliest = min(found.prompt.local_date for found in due.values())
    handled = schedule_store.find_handled_slots(session, due, earliest)
    decisions = _decide_deliveries(session, due, now=now)
    counts: Counter[Decision] = Counter()
    deliveries: list[dict[str, Any]] = []
    messages: list[dict[str, Any]] = []
    for account, (zone, day_starts_at) in day_settings.items():
        found, prompt = due[account], due[account].prompt
        slot = prompt.local_date, prompt.slot
        if slot not in handled[account]:
            decision = decisions[account]
            counts[decision] += 1
            number = sum(day == prompt.local_date for day, _ in handled[account])
            delivery = _build_delivery_row(found, decision, number, zone, day_starts_at)
            deliveries.append(delivery)
            if decision is Decision.DUE:
                messages += [
                    build_message_row(delivery["id"], target, now=now) for target in found.targets
                ]
        following = find_next_prompt(
            schedule_store.parse_schedule(found.row),
            zone=zone,
            day_starts_at=day_starts_at,
            # Prompts that came due while no worker ran, and are too late by now, are skipped.
            after=max(prompt.due_at, Instant(now - MAX_LATENESS)),
            handled={*handled[account], slot},
            snoozed_until=found.row.snoozed_until,
        )
        schedule_store.set_next_prompt(found.row, following)
    if deliveries:
        session.execute(sa.insert(PromptDelivery), deliveries)
    if messages:
        session.execute(sa.insert(PromptMessage), messages)
    return counts


def _build_delivery_row(
    found: _DuePrompt, decision: Decision, number: int, zone: str, day_starts_at: time
) -> dict[str, Any]:
    prompt = found.prompt
    return {
        "id": new_id(),
        "account_id": found.row.account_id,
        "local_date": prompt.local_date,
        "slot": prompt.slot,
        "number": number,
        "due_at": prompt.due_at,
        "expires_at": get_expiry(
            schedule_store.parse_schedule(found.row),
            prompt,
            zone=zone,
            day_starts_at=day_starts_at,
        ),
        "decision": decision.value,
    }


def _decide_deliveries(
    session: Session, due: Mapping[UUID, _DuePrompt], *, now: Instant
) -> dict[UUID, Decision]:
    """Decide on the prompt of each of these accounts by what is stored now."""
    prompts = {account: found.prompt for account, found in due.items()}
    dates = {prompt.local_date for prompt in prompts.values()}
    completed = day_figures_store.find_completed_days(session, due, dates)
    paused = calendar_store.find_paused_days(session, due, dates)
    suspended = suspension_store.find_suspended_accounts(session, due)
    invited = find_invitations(
        session,
        {(account, prompt.local_date, prompt.slot) for account, prompt in prompts.items()},
    )
    return {
        account: decide_delivery(
            prompt,
            now=now,
            written=(account, prompt.local_date) in completed
            and (account, prompt.local_date, prompt.slot) not in invited,
            paused=account in suspended or (account, prompt.local_date) in paused,
            reachable=bool(due[account].targets),
        )
        for account, prompt in prompts.items()
    }
