"""The operator's metrics of prompts: how many were due, their results, and how late they were."""

from collections.abc import Iterable

from leaderjournal.kernel.days import Instant
from leaderjournal.kernel.shared_metrics import Counter, Histogram
from leaderjournal.prompts.delivery.message_store import MessageResult
from leaderjournal.prompts.push.rules import Outcome

PROMPTS = Counter("journal_prompts_total", "Prompts that came due", ["fate"])
MESSAGES = Counter("journal_prompt_messages_total", "Tries of messages", ["channel", "outcome"])
LATENESS = Histogram(
    "journal_prompt_lateness_seconds",
    "Time from when a prompt was due until a push or mail service took it",
    buckets=(1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600),
)


def count_results(results: Iterable[MessageResult], *, now: Instant) -> None:
    """Count the results of messages, and how late those are that were sent."""
    for result in results:
        channel = "push" if result.message.device else "mail"
        outcome = "retried" if result.next_try_at else result.outcome
        MESSAGES.labels(channel, outcome).inc()
        if result.service_outcome is Outcome.SENT:
            lateness = (now - result.message.due_at).total_seconds()
            LATENESS.observe(max(0.0, lateness))
