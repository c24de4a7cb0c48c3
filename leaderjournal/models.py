"""All tables, for the migrations."""

from leaderjournal.accounts import models as accounts
from leaderjournal.accounts.api_tokens import models as api_tokens
from leaderjournal.accounts.invitations import models as invitations
from leaderjournal.accounts.lookup import models as lookup
from leaderjournal.accounts.mail_opt_outs import models as mail_opt_outs
from leaderjournal.accounts.practice_calendar import models as practice_calendar
from leaderjournal.accounts.resets import models as resets
from leaderjournal.accounts.second_factor import models as second_factor
from leaderjournal.accounts.sessions import models as sessions
from leaderjournal.accounts.verification import models as verification
from leaderjournal.kernel import rate_counters
from leaderjournal.kernel.database import Base
from leaderjournal.portability.documents import models as documents
from leaderjournal.portability.imports import models as imports
from leaderjournal.practice_log import models as practice_log
from leaderjournal.prompts.delivery import models as delivery
from leaderjournal.prompts.letter import models as letter
from leaderjournal.prompts.push import models as push
from leaderjournal.prompts.schedule import models as schedule
from leaderjournal.questions import models as questions
from leaderjournal.reflections import models as reflections
from leaderjournal.reflections.search.segments import models as search_segments
from leaderjournal.reviews.monthly import models as monthly_reviews
from leaderjournal.reviews.portraits import models as portraits
from leaderjournal.reviews.streaks import models as streaks
from leaderjournal.team_mirror import models as team_mirror
from leaderjournal.team_mirror.mailing import models as team_mirror_mailing

__all__ = [
    "Base",
    "accounts",
    "api_tokens",
    "delivery",
    "documents",
    "imports",
    "invitations",
    "letter",
    "lookup",
    "mail_opt_outs",
    "monthly_reviews",
    "portraits",
    "practice_calendar",
    "practice_log",
    "push",
    "questions",
    "rate_counters",
    "reflections",
    "resets",
    "schedule",
    "search_segments",
    "second_factor",
    "sessions",
    "streaks",
    "team_mirror",
    "team_mirror_mailing",
    "verification",
]
