"""Today's page asks seven rooms for small things; here they are read in one statement before."""

from leaderjournal.accounts.practice_calendar import store as calendar_store
from leaderjournal.accounts.store import Leader
from leaderjournal.kernel.database import db
from leaderjournal.kernel.days import LocalDate, get_month_start
from leaderjournal.kernel.readings import JoinedReading
from leaderjournal.practice_log.commitments import store as commitments_store
from leaderjournal.practice_log.today import store as log_store
from leaderjournal.prompts.push import store as push_store
from leaderjournal.prompts.schedule import store as schedule_store
from leaderjournal.questions.focus_key import store as focus_key_store
from leaderjournal.questions.own import store as own_questions_store
from leaderjournal.questions.served import store as served_questions_store
from leaderjournal.reflections import store as reflections_store
from leaderjournal.reflections.commitments import store as written_commitments_store
from leaderjournal.reflections.figures import store as day_figures_store
from leaderjournal.reflections.versions import store as versions_store
from leaderjournal.reviews.look_back.rules import list_look_back_dates
from leaderjournal.reviews.monthly import store as monthly_store
from leaderjournal.reviews.monthly.rules import list_reviewable_months
from leaderjournal.reviews.streaks import store as streaks_store

TODAY = JoinedReading(
    *calendar_store.CALENDARS.readings,
    reflections_store.DAY,
    reflections_store.DAYS_ON,
    versions_store.LATEST_SUPERSEDED,
    day_figures_store.LAST_WRITTEN,
    written_commitments_store.COMMITMENT_DAYS,
    served_questions_store.SERVED_ON,
    own_questions_store.OWN_QUESTIONS,
    focus_key_store.FOCUS_KEYS,
    log_store.PEOPLE,
    log_store.RECENT_WINS,
    commitments_store.RECENT,
    commitments_store.DUE,
    schedule_store.SCHEDULE,
    push_store.DEVICES,
    streaks_store.NEWEST_CHECKPOINT,
    monthly_store.REVIEWED,
)


def read_today(leader: Leader, *, today: LocalDate) -> None:
    """Read what today's page will ask for, in one statement.

    A page that asks for more, or for something else, reads that by itself.
    """
    TODAY.read(
        db.session,
        {
            "account": leader.id,
            "accounts": (leader.id,),
            "local_date": today,
            "before": today,
            "dates": tuple(sorted(set(list_look_back_dates(today).values()))),
            "month_begins": get_month_start(today),
            "months": tuple(month.name for month in list_reviewable_months(today)),
            "wins_from": log_store.get_first_day_of_wins(today),
            **commitments_store.get_recent_span(today),
            **commitments_store.get_due_span(today),
        },
    )
