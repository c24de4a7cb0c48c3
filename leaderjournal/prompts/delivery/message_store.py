"""The SQL of messages: each is claimed under a lease, and its result recorded.

A worker that dies leaves messages whose lease expires; another worker claims them then.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from leaderjournal.accounts import store as accounts_store
from leaderjournal.kernel.database import new_id, write_transaction
from leaderjournal.kernel.days import Instant, LocalDate
from leaderjournal.prompts.delivery.models import PromptMessage
from leaderjournal.prompts.push import attempt_store
from leaderjournal.prompts.push import store as push_store
from leaderjournal.prompts.push.models import PushSubscription
from leaderjournal.prompts.push.rules import Device, Outcome
from leaderjournal.prompts.schedule.models import PromptDelivery
from leaderjournal.prompts.schedule.rules import Slot


@dataclass(frozen=True, slots=True)
class ClaimedMessage:
    """A message that this worker may send until `leased_until`, when others may claim it.

    `number` counts the prompts of the local day from 0. `device` and `subscription_id` are None for
    a mail.
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
    """The result of one attempt to send a message; `next_try_at` is None where it was the last.

    `outcome` is what is recorded. `service_outcome` is what the response of the push service or
    mail server meant; None where nothing was sent.
    """

    message: ClaimedMessage
    outcome: str
    service_outcome: Outcome | None
    status: int | None
    tried_at: Instant
    next_try_at: Instant | None = None


def build_message_row(
    delivery_id: UUID, subscription_id: UUID | None, *, now: Instant
) -> dict[str, Any]:
    """Return the row of a message that can be sent from `now` on; a mail has no subscription."""
    return {
        "id": new_id(),
        "delivery_id": delivery_id,
        "subscription_id": subscription_id,
        "attempts": 0,
        "next_try_at": now,
    }


def claim_messages(
    *, now: Instant, limit: int, lease: timedelta, mails: bool = False
) -> list[ClaimedMessage]:
    """Claim up to `limit` pushes, or `mails`, for `lease`: those that have waited longest."""
    leased_until = Instant(now + lease)
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
                .values(attempts=PromptMessage.attempts + 1, next_try_at=leased_until)
                .execution_options(synchronize_session=False)
            )
        subscriptions = [subscription for *_, subscription in found if subscription]
        ciphers = accounts_store.find_ciphers(session, {row.account_id for row in subscriptions})
        devices = {row.id: push_store.read_device(row, ciphers) for row in subscriptions}
        # Without its account's key a device cannot be decrypted: the message waits for the key.
        return [
            _read_message(
                message, delivery, leased_until, devices[subscription.id] if subscription else None
            )
            for message, delivery, subscription in found
            if subscription is None or devices[subscription.id] is not None
        ]


def record_results(results: Iterable[MessageResult]) -> None:
    """Record the results of messages, and delete the subscriptions that are gone.

    A message that was sent stays sent. Any other result counts only while no other worker has
    claimed the message since, whose result is newer.
    """
    results = sorted(results, key=lambda result: result.message.id)
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
                for result in results
            ],
        )
        attempt_store.record_attempts(
            session,
            [
                attempt_store.AttemptResult(
                    result.message.subscription_id,
                    result.tried_at,
                    result.service_outcome,
                    result.status,
                )
                for result in results
                if result.message.subscription_id and result.service_outcome
            ],
        )


def _read_message(
    message: PromptMessage, delivery: PromptDelivery, leased_until: Instant, device: Device | None
) -> ClaimedMessage:
    return ClaimedMessage(
        id=message.id,
        account_id=delivery.account_id,
        local_date=delivery.local_date,
        slot=delivery.slot,
        number=delivery.number,
        due_at=delivery.due_at,
        expires_at=delivery.expires_at,
        attempts=message.attempts + 1,
        leased_until=leased_until,
        subscription_id=message.subscription_id,
        device=device,
    )
