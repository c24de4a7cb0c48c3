"""Every table there is, for the migrations to see."""

from leaderjournal.accounts import models as accounts
from leaderjournal.accounts.practice_calendar import models as practice_calendar
from leaderjournal.kernel import limits
from leaderjournal.kernel.database import Base
from leaderjournal.questions import models as questions
from leaderjournal.reflections import models as reflections

__all__ = ["Base", "accounts", "limits", "practice_calendar", "questions", "reflections"]
