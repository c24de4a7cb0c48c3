"""What a new leader has done, read from what today's page reads anyway."""

from leaderjournal.accounts.store import Leader
from leaderjournal.onboarding.rules import Progress
from leaderjournal.practice_log.today import store as today_store
from leaderjournal.prompts.channels import store as channel_store
from leaderjournal.prompts.schedule import store as schedule_store
from leaderjournal.reflections.figures import store as day_figures_store


def get_progress(leader: Leader) -> Progress:
    """Return which steps the leader has done."""
    schedule = schedule_store.get_schedule(leader)
    channels = channel_store.get_channels(leader, schedule)
    return Progress(
        has_written=day_figures_store.get_last_written(leader.id) is not None,
        has_reminder=schedule.schedule.enabled and channels.can_deliver,
        has_people=today_store.has_people(leader.id),
    )
