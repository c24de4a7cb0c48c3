"""What the settings page shows, prepared for its template."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from werkzeug.datastructures import MultiDict

from leaderjournal.accounts.api_tokens.store import StoredToken, list_tokens
from leaderjournal.accounts.practice_calendar.rules import PracticeDays
from leaderjournal.accounts.practice_calendar.store import (
    StoredPause,
    list_pauses,
)
from leaderjournal.accounts.sessions.store import list_sessions
from leaderjournal.accounts.sign_in import count_recent_failures
from leaderjournal.accounts.store import Leader
from leaderjournal.accounts.verification.store import find_pending_verification
from leaderjournal.kernel.context import get_settings
from leaderjournal.kernel.days import Instant
from leaderjournal.kernel.forms import parse_whole_number
from leaderjournal.kernel.problems import Errors


class Section(StrEnum):
    """A form of the settings page."""

    PROFILE = "profile"
    PAUSE = "pause"
    EMAIL = "email"
    PASSWORD = "password"  # noqa: S105 - a form's name


@dataclass(frozen=True, slots=True)
class FormState:
    """A form as it is shown: the stored values, or what was typed with its errors."""

    values: Mapping[str, str]
    errors: Errors
    is_submitted: bool


@dataclass(frozen=True, slots=True)
class Device:
    """A signed-in device; the name is empty if it is not known."""

    session_id: UUID
    name: str
    last_seen_at: Instant
    is_current: bool


@dataclass(frozen=True, slots=True)
class AddressNotice:
    """An address that is not verified: the next one, or the current one if there is no next."""

    current_email: str
    new_email: str | None
    is_link_sent: bool


@dataclass(frozen=True, slots=True)
class SettingsPage:
    """The settings page of a leader."""

    name: str
    email: str
    address_notice: AddressNotice | None
    profile: FormState
    practice_days: PracticeDays | set[int | str]
    pause: FormState
    pauses: list[StoredPause]
    email_change: FormState
    password_change: FormState
    failed_sign_ins: int
    devices: list[Device]
    has_several_devices: bool
    tokens: list[StoredToken]


def build_settings_page(
    leader: Leader,
    form: MultiDict[str, str],
    *,
    section: Section | None,
    errors: Errors,
    now: Instant,
) -> SettingsPage:
    """Return the settings page; `section` is the form that was submitted with `errors`."""

    def build_form(of: Section, stored: dict[str, str]) -> FormState:
        if of is not section:
            return FormState(stored, {}, is_submitted=False)
        typed = {name: form.get(name, "") for name in stored}
        return FormState(typed, errors, is_submitted=True)

    profile = {
        "name": leader.name,
        "time_zone": leader.time_zone,
        "day_starts_at": leader.day_starts_at.strftime("%H:%M"),
    }
    devices = _list_devices(leader)
    return SettingsPage(
        name=leader.name,
        email=leader.email,
        address_notice=_build_address_notice(leader, now),
        profile=build_form(Section.PROFILE, profile),
        practice_days=(
            {parse_whole_number(day) for day in form.getlist("practice_days")}
            if section is Section.PROFILE
            else leader.practice_days
        ),
        pause=build_form(Section.PAUSE, {"first_date": "", "last_date": ""}),
        pauses=list_pauses(leader.id),
        email_change=build_form(Section.EMAIL, {"email": ""}),
        password_change=build_form(Section.PASSWORD, {}),
        failed_sign_ins=count_recent_failures(leader.email),
        devices=devices,
        has_several_devices=len(devices) > 1,
        tokens=list_tokens(leader.cipher),
    )


def _list_devices(leader: Leader) -> list[Device]:
    return [
        Device(row.id, row.device, row.last_seen_at, is_current=row.id == leader.session_id)
        for row in list_sessions(leader.id)
    ]


def _build_address_notice(leader: Leader, now: Instant) -> AddressNotice | None:
    pending = find_pending_verification(leader, now=now)
    is_change = pending is not None and pending.is_change
    if not get_settings().smtp_url or not (is_change or leader.email_verified_at is None):
        return None
    new_email = pending.email if pending and pending.is_change else None
    return AddressNotice(leader.email, new_email, is_link_sent=pending is not None)
