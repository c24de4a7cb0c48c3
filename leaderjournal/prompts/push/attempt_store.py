"""The SQL of attempts: the result of the last message is recorded with its subscription."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from leaderjournal.kernel.days import Instant
from leaderjournal.prompts.push.models import LostSubscription, PushSubscription
from leaderjournal.prompts.push.rules import Outcome


@dataclass(frozen=True, slots=True)
class AttemptResult:
    """The result of one message to a subscription."""

    subscription_id: UUID
    tried_at: Instant
    outcome: Outcome
    status: int | None


def record_attempts(session: Session, attempts: Iterable[AttemptResult]) -> None:
    """Record the results of messages, inside the caller's transaction.

    Subscriptions that their push service has ended are deleted and remembered as lost.
    """
    # In one order for all workers, so that none waits for a row that another one has locked.
    attempts = sorted(attempts, key=lambda attempt: attempt.subscription_id)
    gone = {a.subscription_id: a.tried_at for a in attempts if a.outcome is Outcome.GONE}
    updates = [
        {
            "updated_id": attempt.subscription_id,
            "last_tried_at": attempt.tried_at,
            "last_outcome": attempt.outcome.value,
            "last_status": attempt.status,
        }
        for attempt in attempts
        if attempt.outcome is not Outcome.GONE
    ]
    if updates:
        session.connection().execute(
            sa.update(PushSubscription).where(PushSubscription.id == sa.bindparam("updated_id")),
            updates,
        )
    if gone:
        lost = session.execute(
            sa.delete(PushSubscription)
            .where(PushSubscription.id.in_(list(gone)))
            .returning(
                PushSubscription.id, PushSubscription.account_id, PushSubscription.device_name
            )
        ).all()
        session.add_all(
            LostSubscription(id=id_, account_id=account, device_name=name, lost_at=gone[id_])
            for id_, account, name in lost
        )
