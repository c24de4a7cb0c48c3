"""The SQL of deliveries: prompts that are due are claimed once, and sent until that is done.

Two steps, each one short transaction that any number of workers may take at once. `claim_due`
turns schedules into deliveries and their messages and moves the schedules on; `claim_messages`
hands out messages, each on a lease. A worker that dies leaves rows whose lease runs out.
"""

from collections import Counter
from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from leaderjournal.accounts import store as accounts_store
from leaderjournal.accounts.locks.store import lock_day_settings
from leaderjournal.accounts.practice_calendar import store as calendar_store
from leaderjournal.accounts.suspension import store as suspension_store
from leaderjournal.kernel.database import count_changed_rows, db, new_id, write_transaction
from leaderjournal.kernel.days import Instant, LocalDate
from leaderjournal.prompts.delivery.invitations import find_invitations
from leaderjournal.prompts.delivery.models import PromptMessage
from leaderjournal.prompts.delivery.rules import Decision, decide_delivery
from leaderjournal.prompts.push import store as push_store
from leaderjournal.prompts.push.models import PushSubscription
from leaderjournal.prompts.push.rules import Device, Outcome
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


@dataclass(frozen=True, slots=True)
class ClaimedMessage:
    """A message that this worker holds until `held_until`, when another one may take it.

    `device` and `subscription_id` are None for a mail.
    """

    id: UUID
    account_id: UUID
    local_date: LocalDate
    slot: Slot
    number: int
    due_at: Instant
    expires_at: Instant
    attempts: int
    leased_until: Instant
    subscription_id: UUID | None
    device: Device | None


@dataclass(frozen=True, slots=True)
class MessageResult:
    """What came of one try of a message; `next_try_at` is None where there is no other.

    `answer` is what the service's answer meant, None where it was never asked.
    """

    message: ClaimedMessage
    outcome: str
    service_outcome: Outcome | None
    status: int | None
    tried_at: Instant
    next_try_at: Instant | None = None


ScheduleCursor = tuple[Instant, UUID]
"""Where a schedule stands among all: by the instant at which it is due, and by account."""


@dataclass(frozen=True, slots=True)
class UpcomingDays:
    """The local days that will be asked about soon, by account, and the place of the last one."""

    days: Sequence[tuple[UUID, LocalDate]] = ()
    last: ScheduleCursor | None = None


@contextmanager
def lock_upcoming(
    *, now: Instant, after: ScheduleCursor, until: Instant, limit: int, by_mail: bool
) -> Iterator[UpcomingDays]:
    """Hold up to `limit` schedules that fall due soon, those from `after` on, and yield them.

    What as things stand at `now` will not be sent is left out. Other workers are given other
    schedules meanwhile. Nothing is written.
    """
    with Session(db.engine) as session:
        place = sa.tuple_(PromptSchedule.next_due_at, PromptSchedule.account_id)
        rows = session.scalars(
            sa.select(PromptSchedule)
            .where(
                place > sa.tuple_(*after),
                PromptSchedule.next_due_at >= after[0],  # which an index of that column can find
                PromptSchedule.next_due_at <= until,
            )
            .order_by(PromptSchedule.next_due_at, PromptSchedule.account_id)
            .limit(limit)
            .with_for_update(key_share=True, skip_locked=True)
        ).all()
        if not rows:
            yield UpcomingDays()
            return
        due = {row.account_id: (row, _read_prompt(row)) for row in rows}
        devices = push_store.lock_subscriptions(session, due)
        mailable = suspension_store.find_mailable_accounts(session, due) if by_mail else set()
        fates = _decide_deliveries(session, due, devices, now=now, mailable=mailable)
        days = [
            (account, prompt.local_date)
            for account, (_, prompt) in due.items()
            if fates[account] is Decision.DUE
        ]
        account, (_, prompt) = next(reversed(due.items()))
        yield UpcomingDays(days, (prompt.due_at, account))


def claim_due(*, now: Instant, limit: int, by_mail: bool) -> Counter[Decision]:
    """Turn up to `limit` schedules that are due into deliveries; return how many of each fate.

    `by_mail` tells whether mails can be sent at all. Schedules that another worker holds at this
    moment are left to it.
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
        return _create_deliveries(session, rows, now, by_mail=by_mail) if rows else Counter()


def _create_deliveries(
    session: Session, rows: Iterable[PromptSchedule], now: Instant, *, by_mail: bool
) -> Counter[Decision]:
    due = {row.account_id: (row, _read_prompt(row)) for row in rows}
    days = lock_day_settings(session, due)
    earliest = min(prompt.local_date for _, prompt in due.values())
    handled = schedule_store.find_handled_slots(session, due, earliest)
    devices = push_store.lock_subscriptions(session, due)
    mailable = suspension_store.find_mailable_accounts(session, due) if by_mail else set()
    fates = _decide_deliveries(session, due, devices, now=now, mailable=mailable)
    counts: Counter[Decision] = Counter()
    deliveries: list[dict[str, Any]] = []
    messages: list[dict[str, Any]] = []
    for account, (zone, day_starts_at) in days.items():
        row, prompt = due[account]
        came = handled[account]
        key = (prompt.local_date, prompt.slot)
        if key not in came:
            became = fates[account]
            counts[became] += 1
            delivery_id = new_id()
            delivery = {
                "id": delivery_id,
                "account_id": account,
                "local_date": prompt.local_date,
                "slot": prompt.slot,
                "number": sum(day == prompt.local_date for day, _ in came),
                "due_at": prompt.due_at,
                "expires_at": get_expiry(
                    schedule_store.parse_schedule(row),
                    prompt,
                    zone=zone,
                    day_starts_at=day_starts_at,
                ),
                "decision": became.value,
            }
            deliveries.append(delivery)
            if became is Decision.DUE:
                mail = [None] if row.by_mail and account in mailable else []
                targets: list[UUID | None] = [*devices.get(account, []), *mail]
                messages += [_build_message_row(delivery_id, target, now) for target in targets]
        following = find_next_prompt(
            schedule_store.parse_schedule(row),
            zone=zone,
            day_starts_at=day_starts_at,
            # What came due while no worker ran, and is too late by now, is passed over.
            after=max(prompt.due_at, Instant(now - MAX_LATENESS)),
            handled={*came, key},
            snoozed_until=row.snoozed_until,
        )
        schedule_store.set_next_prompt(row, following)
    if deliveries:
        session.execute(sa.insert(PromptDelivery), deliveries)
    if messages:
        session.execute(sa.insert(PromptMessage), messages)
    return counts


def _decide_deliveries(
    session: Session,
    due: Mapping[UUID, tuple[PromptSchedule, Prompt]],
    devices: Mapping[UUID, Sequence[UUID]],
    *,
    now: Instant,
    mailable: Container[UUID],
) -> dict[UUID, Decision]:
    """Return what becomes of the prompt of each of these accounts, as things stand."""
    dates = {prompt.local_date for _, prompt in due.values()}
    written = day_figures_store.find_completed_days(session, due, dates)
    paused = calendar_store.find_paused_days(session, due, dates)
    suspended = suspension_store.find_suspended_accounts(session, due)
    invited = find_invitations(
        session, {(account, prompt.local_date, prompt.slot) for account, (_, prompt) in due.items()}
    )
    return {
        account: decide_delivery(
            prompt,
            now=now,
            written=(account, prompt.local_date) in written
            and (account, prompt.local_date, prompt.slot) not in invited,
            paused=account in suspended or (account, prompt.local_date) in paused,
            reachable=(row.by_mail and account in mailable) or account in devices,
        )
        for account, (row, prompt) in due.items()
    }


def _read_prompt(row: PromptSchedule) -> Prompt:
    # The three are set and cleared together.
    key = row.next_local_date, row.next_slot, row.next_due_at
    return Prompt(*cast("tuple[LocalDate, Slot, Instant]", key))


def _build_message_row(delivery: UUID, subscription: UUID | None, now: Instant) -> dict[str, Any]:
    return {
        "id": new_id(),
        "delivery_id": delivery,
        "subscription_id": subscription,
        "attempts": 0,
        "next_try_at": now,
    }


def claim_messages(
    *, now: Instant, limit: int, lease: timedelta, mails: bool = False
) -> list[ClaimedMessage]:
    """Take up to `limit` messages whose time has come, the longest waiting first, for `lease`.

    They are pushes, or `mails`.
    """
    held_until = Instant(now + lease)
    with write_transaction() as session:
        found = session.execute(
            sa.select(PromptMessage, PromptDelivery, PushSubscription)
            .join(PromptDelivery, PromptDelivery.id == PromptMessage.delivery_id)
            .outerjoin(PushSubscription, PushSubscription.id == PromptMessage.subscription_id)
            .where(
                PromptMessage.next_try_at <= now,
                PromptMessage.subscription_id.is_(None) == mails,
            )
            .order_by(PromptMessage.next_try_at)
            .limit(limit)
            .with_for_update(of=PromptMessage, skip_locked=True)
            .execution_options(populate_existing=True)
        ).all()
        if found:
            session.execute(
                sa.update(PromptMessage)
                .where(PromptMessage.id.in_([message.id for message, *_ in found]))
                .values(attempts=PromptMessage.attempts + 1, next_try_at=held_until)
                .execution_options(synchronize_session=False)
            )
        ciphers = accounts_store.find_ciphers(
            session, {device.account_id for *_, device in found if device}
        )
        devices = {
            device.id: push_store.read_device(device, ciphers) for *_, device in found if device
        }
        # Where an account's key is not configured, its device is not known: it waits for the key.
        return [
            ClaimedMessage(
                id=message.id,
                account_id=delivery.account_id,
                local_date=delivery.local_date,
                slot=delivery.slot,
                number=delivery.number,
                due_at=delivery.due_at,
                expires_at=delivery.expires_at,
                attempts=message.attempts + 1,
                leased_until=held_until,
                subscription_id=message.subscription_id,
                device=devices[subscription.id] if subscription else None,
            )
            for message, delivery, subscription in found
            if subscription is None or devices[subscription.id] is not None
        ]


def record_results(finished: Iterable[MessageResult]) -> None:
    """Record what came of tries of messages; subscriptions that are gone are forgotten.

    What was sent is sent. Anything else counts only while no other worker has taken the message
    over, whose word is newer.
    """
    finished = sorted(finished, key=lambda result: result.message.id)
    with write_transaction() as session:
        session.connection().execute(
            sa.update(PromptMessage).where(
                PromptMessage.id == sa.bindparam("message_id"),
                sa.or_(
                    PromptMessage.attempts == sa.bindparam("tried"),
                    sa.bindparam("is_sent", type_=sa.Boolean()),
                ),
            ),
            [
                {
                    "message_id": result.message.id,
                    "tried": result.message.attempts,
                    "is_sent": result.service_outcome is Outcome.SENT,
                    "outcome": result.outcome,
                    "status": result.status,
                    "next_try_at": result.next_try_at,
                }
                for result in finished
            ],
        )
        push_store.record_attempts(
            session,
            [
                push_store.AttemptResult(
                    result.message.subscription_id,
                    result.tried_at,
                    result.service_outcome,
                    result.status,
                )
                for result in finished
                if result.message.subscription_id and result.service_outcome
            ],
        )


def find_newest_numbers(
    session: Session, accounts: Collection[UUID], days: Collection[LocalDate]
) -> dict[tuple[UUID, LocalDate], int]:
    """Return the number of the last prompt that was due on each of these local days."""
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
    """Forget deliveries older than 30 days with their messages; return how many."""
    with write_transaction() as session:
        return count_changed_rows(
            session, sa.delete(PromptDelivery).where(PromptDelivery.due_at < now - RETENTION)
        )
