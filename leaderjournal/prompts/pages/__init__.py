"""Prompts as pages: when and where the leader is prompted, and the links that end mails."""

from leaderjournal.prompts.pages import calendar, devices, letter, schedule, unsubscribe
from leaderjournal.prompts.pages.blueprint import blueprint

__all__ = ["blueprint", "calendar", "devices", "letter", "schedule", "unsubscribe"]
