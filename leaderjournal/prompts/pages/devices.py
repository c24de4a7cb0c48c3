"""The devices on the page of settings: tested and removed."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from flask import abort
from flask_login import login_required

from leaderjournal.accounts.access import get_current_leader
from leaderjournal.kernel import clock
from leaderjournal.kernel.days import Instant
from leaderjournal.prompts.limits import tests_per_account
from leaderjournal.prompts.pages.blueprint import Page, blueprint, flash_and_return
from leaderjournal.prompts.push import store as push_store
from leaderjournal.prompts.push.device_testing import send_test_message
from leaderjournal.prompts.push.rules import Outcome
from leaderjournal.prompts.push.store import DeviceStatus

TEST_NOTICES = {
    Outcome.SENT: ("Test sent. It should arrive in a few seconds.", "good"),
    Outcome.GONE: ("Reminders are off on that device. Turn them on there again.", "problem"),
    Outcome.LATER: ("Its notification service did not answer. Try again in a minute.", "problem"),
    Outcome.REFUSED: (
        "Its notification service refused the test. Turn reminders off and on there.",
        "problem",
    ),
}


class DeviceState(StrEnum):
    """Whether messages reach a device, as the page words it."""

    OUTDATED = "outdated"
    UNUSED = "unused"
    SENT = "sent"
    NO_RESPONSE = "no response"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """A device in the list."""

    id: UUID
    name: str
    state: DeviceState
    created_at: Instant
    last_tried_at: Instant | None
    last_status: int | None


def build_device_row(device: DeviceStatus) -> DeviceRow:
    """Return how the page lists a device."""
    return DeviceRow(
        id=device.id,
        name=device.name,
        state=_get_state(device),
        created_at=device.created_at,
        last_tried_at=device.last_tried_at,
        last_status=device.last_status,
    )


@blueprint.post("/settings/prompts/devices/<uuid:device_id>/test")
@login_required
@tests_per_account
def test_device(device_id: UUID) -> Page:
    """Send one notification to a device now."""
    result = send_test_message(get_current_leader().id, device_id, now=clock.now())
    if result is None:
        abort(404)
    return flash_and_return(*TEST_NOTICES[result.outcome], section="devices")


@blueprint.post("/settings/prompts/devices/<uuid:device_id>/remove")
@login_required
def remove_device(device_id: UUID) -> Page:
    """Send no more prompts to a device."""
    if not push_store.unsubscribe(get_current_leader().id, device_id, now=clock.now()):
        abort(404)
    return flash_and_return("Reminders are off for that device.", section="devices")


def _get_state(device: DeviceStatus) -> DeviceState:
    if not device.current_key:
        return DeviceState.OUTDATED
    if device.last_tried_at is None:
        return DeviceState.UNUSED
    if device.last_outcome == Outcome.SENT:
        return DeviceState.SENT
    return DeviceState.NO_RESPONSE if device.last_outcome == Outcome.LATER else DeviceState.REFUSED
