"""Accounts as pages: registering, signing in and out, settings ("Me"), and erasing.

Each module adds its views to the one blueprint.
"""

from leaderjournal.accounts.pages import (
    erasure,
    practice,
    registration,
    security,
    settings,
    sign_in,
)
from leaderjournal.accounts.pages.blueprint import blueprint

__all__ = ["blueprint", "erasure", "practice", "registration", "security", "settings", "sign_in"]
