"""What the operator sees of prompts: how many were due, what became of them, and how late."""

from leaderjournal.kernel.shared_metrics import Counter, Histogram

PROMPTS = Counter("journal_prompts_total", "Prompts that came due", ["fate"])
MESSAGES = Counter("journal_prompt_messages_total", "Tries of messages", ["channel", "outcome"])
LATENESS = Histogram(
    "journal_prompt_lateness_seconds",
    "Time from when a prompt was due until a push or mail service took it",
    buckets=(1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600),
)
