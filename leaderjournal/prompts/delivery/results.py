"""The result of an attempt to send a message, and whether there is another attempt."""

import random
from dataclasses import dataclass
from datetime import timedelta

from leaderjournal.kernel.days import Instant
from leaderjournal.prompts.delivery.message_store import ClaimedMessage, MessageResult
from leaderjournal.prompts.push.rules import Outcome, plan_retry


@dataclass(frozen=True, slots=True)
class SendResult:
    """The result of one attempt; `outcome` is None where it was too late and nothing was sent.

    `wait` is how long the service asks to wait, `failure` why there is no status.
    """

    message: ClaimedMessage
    outcome: Outcome | None
    status: int | None = None
    wait: timedelta | None = None
    failure: str = ""


def build_message_result(result: SendResult, now: Instant) -> MessageResult:
    """Return what to record of an attempt, and when the next one is, before the prompt expires."""
    message = result.message
    outcome, next_try_at = str(result.outcome), None
    if result.outcome is Outcome.LATER:
        next_try_at = plan_retry(
            message.attempts,
            now=now,
            wait=result.wait,
            expires_at=message.expires_at,
            jitter=random.random(),  # noqa: S311 - spreads retries, guards nothing
        )
        if next_try_at is None:
            outcome = "expired"
    return MessageResult(message, outcome, result.outcome, result.status, now, next_try_at)
