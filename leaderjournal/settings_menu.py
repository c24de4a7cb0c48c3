"""The list of the pages of settings: where they are, and a line that says each one's state."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time

from flask import request, url_for

from leaderjournal.accounts.access import get_current_leader
from leaderjournal.accounts.practice_calendar import store as calendar_store
from leaderjournal.accounts.practice_calendar.rules import Pause, PracticeDays, format_weekdays
from leaderjournal.accounts.sessions import store as sessions_store
from leaderjournal.accounts.sign_in import count_recent_failures
from leaderjournal.accounts.store import Leader
from leaderjournal.kernel import clock
from leaderjournal.kernel.database import db
from leaderjournal.kernel.days import LocalDate
from leaderjournal.kernel.readings import JoinedReading
from leaderjournal.kernel.zone_choices import format_city
from leaderjournal.prompts.pages.reminders import ReminderState, summarize_reminders
from leaderjournal.prompts.push import store as push_store
from leaderjournal.prompts.schedule import store as schedule_store
from leaderjournal.prompts.schedule.rules import Schedule
from leaderjournal.questions.hidden import store as hidden_store
from leaderjournal.questions.own import store as own_store
from leaderjournal.reflections.figures import store as day_figures_store

STATES = JoinedReading(
    *calendar_store.CALENDARS.readings,
    schedule_store.SCHEDULE,
    push_store.DEVICES,
    own_store.OWN_QUESTIONS,
    day_figures_store.LAST_WRITTEN,
)


@dataclass(frozen=True, slots=True)
class SettingsLink:
    """A page of the settings; `anchor` is where an older address of its section leads."""

    title: str
    icon: str
    anchor: str
    url: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class SettingsRow:
    """A page of the settings in the list, with the line that says its state."""

    link: SettingsLink
    state: str


@dataclass(frozen=True, slots=True)
class _Page:
    title: str
    icon: str
    anchor: str
    endpoint: str
    endpoints: tuple[str, ...] = ()
    """Further endpoints that show the page, such as a form that was refused."""
    blueprint: str = ""
    """A blueprint that belongs to the page as a whole."""

    def has_endpoint(self, endpoint: str) -> bool:
        """Whether an endpoint is the page or one below it."""
        return endpoint in (self.endpoint, *self.endpoints) or (
            bool(self.blueprint) and endpoint.startswith(f"{self.blueprint}.")
        )


_PAGES = (
    _Page(
        "Account",
        icon="account",
        anchor="days",
        endpoint="accounts.account",
        endpoints=("accounts.save_profile",),
    ),
    _Page(
        "Sign-in and security",
        icon="security",
        anchor="sign-in",
        endpoint="accounts.security",
        endpoints=("accounts.change_email", "accounts.change_password"),
    ),
    _Page(
        "Reminders",
        icon="reminders",
        anchor="prompts",
        endpoint="prompts.settings",
        blueprint="prompts",
    ),
    _Page(
        "Practice days and pauses",
        icon="practice",
        anchor="pauses",
        endpoint="accounts.practice",
        endpoints=(
            "accounts.save_practice_days",
            "accounts.add_pause",
            "accounts.edit_pause",
            "accounts.save_pause",
        ),
    ),
    _Page(
        "Questions",
        icon="questions",
        anchor="questions",
        endpoint="questions.index",
        blueprint="questions",
    ),
    _Page(
        "Import and export",
        icon="moving",
        anchor="import",
        endpoint="portability.import_and_export",
        blueprint="portability",
    ),
    _Page("Install", icon="install", anchor="install", endpoint="pwa.install"),
    _Page("Help", icon="help", anchor="help", endpoint="pwa.read_help"),
)


def list_settings_links() -> list[SettingsLink]:
    """Return the pages of the settings as they are on the requested page."""
    endpoint = request.endpoint or ""
    return [
        SettingsLink(
            page.title, page.icon, page.anchor, url_for(page.endpoint), page.has_endpoint(endpoint)
        )
        for page in _PAGES
    ]


def list_settings_rows() -> list[SettingsRow]:
    """Return the pages of the settings with their states, for the leader who is signed in."""
    states = _describe_states(get_current_leader())
    return [SettingsRow(link, states[link.anchor]) for link in list_settings_links()]


def _describe_states(leader: Leader) -> Mapping[str, str]:
    """Return each page's state by its anchor, from a number of statements that never grows."""
    STATES.read(db.session, {"account": leader.id, "accounts": (leader.id,)})
    stored = schedule_store.get_schedule(leader)
    today = leader.today(clock.now())
    return {
        "days": describe_account(leader.time_zone, leader.day_starts_at),
        "sign-in": describe_security(
            sessions_store.count_sessions(leader.id), count_recent_failures(leader.email)
        ),
        "prompts": describe_reminders(
            stored.schedule, summarize_reminders(leader, stored), today=today
        ),
        "pauses": describe_practice(
            leader.practice_days, calendar_store.load_calendar(leader.id).pauses, today=today
        ),
        "questions": describe_questions(
            own_store.count_own_questions(leader.id),
            len(hidden_store.list_hidden_questions(leader.id)),
        ),
        "import": "From other apps, and as JSON, Markdown, CSV or PDF",
        "install": "On your home screen, like any other app",
        "help": "The practice, scores, streaks and who can read what",
    }


def describe_account(time_zone: str, day_starts_at: time) -> str:
    """Return where the leader is, and when their day starts."""
    return f"{format_city(time_zone)}, day starts at {_format_time(day_starts_at)}"


def describe_security(sessions: int, failures: int) -> str:
    """Return what is signed in and, if it is worth a look, how many sign-ins failed."""
    state = f"{sessions} {'device' if sessions == 1 else 'devices'} signed in"
    return f"{state}, {failures} failed sign-ins today" if failures else state


def describe_reminders(schedule: Schedule, reminders: ReminderState, *, today: LocalDate) -> str:
    """Return when and where reminders come, or that none does."""
    if not schedule.enabled:
        return "Off"
    if not reminders.will_come:
        return "Can’t reach you yet"
    if schedule.paused_until is not None and schedule.paused_until > today:
        return f"Paused until {_format_date(schedule.paused_until)}"
    times = _join([_format_time(at) for at in schedule.times])
    days = format_weekdays(schedule.weekdays)
    days = "every day" if days == "Every day" else days
    return f"{times}, {days}, {reminders.channels}"


def describe_practice(days: PracticeDays, pauses: Sequence[Pause], *, today: LocalDate) -> str:
    """Return the practice days, and the pause that is on or comes next."""
    state = format_weekdays(days)
    to_come = [pause for pause in pauses if pause.last_date is None or pause.last_date >= today]
    if not to_come:
        return state
    pause = min(to_come, key=lambda each: each.first_date)
    if pause.first_date > today:
        return f"{state}, pause from {_format_date(pause.first_date)}"
    if pause.last_date is None:
        return f"{state}, paused for now"
    return f"{state}, paused until {_format_date(pause.last_date)}"


def describe_questions(own: int, hidden: int) -> str:
    """Return how many questions are the leader's own, and how many of ours are hidden."""
    state = f"{own} of your own" if own else "None of your own yet"
    return f"{state}, {hidden} hidden" if hidden else state


def _format_time(at: time) -> str:
    return at.strftime("%H:%M")


def _format_date(day: LocalDate) -> str:
    return f"{day.day} {day:%B}"


def _join(parts: list[str]) -> str:
    *others, last = parts
    return f"{', '.join(others)} and {last}" if others else last
