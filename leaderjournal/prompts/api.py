"""Prompts in the API: the schedule, the snooze, the devices and the fortnightly letter."""

from typing import Any
from uuid import UUID

from flask import request
from flask_login import login_required

from leaderjournal.accounts.access import get_current_leader
from leaderjournal.accounts.rules import describe_device
from leaderjournal.accounts.store import Leader
from leaderjournal.kernel import clock
from leaderjournal.kernel.api import PREFIX, create_page_schema, format_page
from leaderjournal.kernel.context import get_settings
from leaderjournal.kernel.problems import Problem, raise_invalid
from leaderjournal.kernel.request_checks import Blueprint
from leaderjournal.prompts.channels import store as channel_store
from leaderjournal.prompts.letter import store as letter_store
from leaderjournal.prompts.letter.schemas import LetterSchema, ShownLetterSchema
from leaderjournal.prompts.limits import tests_per_account
from leaderjournal.prompts.push import ended_store
from leaderjournal.prompts.push import store as push_store
from leaderjournal.prompts.push.attempt_store import AttemptResult
from leaderjournal.prompts.push.device_testing import send_test_message
from leaderjournal.prompts.push.endpoints import EndpointRefused, PushHosts
from leaderjournal.prompts.push.messages import check_device
from leaderjournal.prompts.push.rules import BadDevice, Device, parse_device
from leaderjournal.prompts.push.schemas import (
    NewSubscriptionSchema,
    PushKeySchema,
    SubscriptionSchema,
    TestedSchema,
)
from leaderjournal.prompts.schedule import store as schedule_store
from leaderjournal.prompts.schedule.schemas import (
    ScheduleSchema,
    ShownScheduleSchema,
    SnoozedSchema,
    SnoozeSchema,
)
from leaderjournal.prompts.schedule.silent_times.rules import explain_silent_times

blueprint = Blueprint("prompts-api", __name__, url_prefix=PREFIX, description="Prompts")


def represent_schedule(leader: Leader) -> dict[str, Any]:
    """Return the leader's schedule as `GET /prompt-schedule` shows it."""
    stored = schedule_store.get_schedule(leader)
    schedule, available = stored.schedule, channel_store.get_channels(leader, stored)
    return {
        "enabled": schedule.enabled,
        "times": schedule.times,
        "weekdays": sorted(schedule.weekdays),
        "quiet_from": schedule.quiet_from,
        "quiet_to": schedule.quiet_to,
        "paused_until": schedule.paused_until,
        "streak_at_risk": schedule.streak_at_risk,
        "by_mail": stored.by_mail,
        "mail_waits": stored.by_mail and get_current_leader().email_verified_at is None,
        "chosen": stored.chosen,
        "snoozed_until": stored.snoozed_until,
        "next_due_at": stored.next_due_at,
        "reaches": list(available.channels),
        "ways": available,
        "warnings": explain_silent_times(schedule, leader.day_starts_at),
    }


def _build_missing_device_problem() -> Problem:
    return Problem(404, "There is no such device.")


@blueprint.get("/prompt-schedule")
@login_required
@blueprint.response(200, ShownScheduleSchema)
def read_schedule() -> dict[str, Any]:
    """Read when prompts come; an offer where nothing is chosen yet."""
    return represent_schedule(get_current_leader())


@blueprint.put("/prompt-schedule")
@login_required
@blueprint.arguments(ScheduleSchema)
@blueprint.response(200, ShownScheduleSchema)
def put_schedule(chosen: dict[str, Any]) -> dict[str, Any]:
    """Choose when prompts come; those by mail wait until the address is verified."""
    leader = get_current_leader()
    schedule_store.save_schedule(leader, **chosen, now=clock.now())
    return represent_schedule(leader)


@blueprint.get("/letter")
@login_required
@blueprint.response(200, ShownLetterSchema)
def read_letter() -> dict[str, Any]:
    """Read whether the fortnightly letter comes, and when next."""
    return _represent_letter(letter_store.get_choice(get_current_leader().id))


@blueprint.put("/letter")
@login_required
@blueprint.arguments(LetterSchema)
@blueprint.response(200, ShownLetterSchema)
def put_letter(chosen: dict[str, bool]) -> dict[str, Any]:
    """Choose whether the fortnightly letter comes; it waits until the address is verified."""
    return _represent_letter(
        letter_store.save_choice(get_current_leader(), **chosen, now=clock.now())
    )


def _represent_letter(chosen: letter_store.LetterChoice) -> dict[str, Any]:
    return {
        "enabled": chosen.enabled,
        "with_words": chosen.with_words,
        "next_date": chosen.next_date,
        "mail_waits": chosen.enabled and get_current_leader().email_verified_at is None,
    }


@blueprint.post("/prompts/snooze")
@blueprint.doc(**{"x-problems": ["409"]})
@login_required
@blueprint.arguments(SnoozeSchema)
@blueprint.response(200, SnoozedSchema)
def snooze(body: dict[str, int]) -> dict[str, Any]:
    """Snooze today's prompt."""
    now = clock.now()
    try:
        return {"due_at": schedule_store.snooze(get_current_leader(), body["minutes"], now=now)}
    except schedule_store.PromptsPaused as paused:
        detail = f"Your prompts are paused until {paused.until}. End the pause first."
        raise Problem(409, detail) from paused


@blueprint.get("/push/key")
@blueprint.doc(security=[])
@blueprint.response(200, PushKeySchema)
def read_push_key() -> dict[str, str]:
    """Read the key that browsers subscribe with."""
    return {"public_key": push_store.get_vapid_public_key()}


@blueprint.get("/push/subscriptions")
@login_required
@blueprint.response(200, create_page_schema(SubscriptionSchema, "Subscriptions"))
def list_subscriptions() -> dict[str, Any]:
    """List the devices that get prompts, the newest first."""
    return format_page(push_store.list_devices(get_current_leader().id))


@blueprint.post("/push/subscriptions")
@blueprint.doc(**{"x-problems": ["409"]})
@login_required
@blueprint.arguments(NewSubscriptionSchema)
@blueprint.response(201, SubscriptionSchema)
@blueprint.alt_response(200, schema=SubscriptionSchema, description="It was there")
def subscribe(new: dict[str, Any]) -> Any:
    """Send prompts to this browser too."""
    agent = new["user_agent"] or request.user_agent.string
    try:
        device, created = push_store.subscribe(
            get_current_leader().id,
            _parse_subscription(new),
            name=describe_device(agent),
            now=clock.now(),
        )
    except push_store.EndpointTaken as error:
        detail = "These are not this browser's keys. Turn notifications off and on again here."
        raise Problem(409, detail) from error
    return device, 201 if created else 200


def _parse_subscription(new: dict[str, Any]) -> Device:
    """Return the device of a new subscription. Raises Problem (422)."""
    try:
        PushHosts(get_settings().push_allowed_hosts).check(new["endpoint"])
    except EndpointRefused as refusal:
        raise_invalid({"endpoint": [f"Use the endpoint of a known push service: {refusal}."]})
    try:
        device = parse_device(new["endpoint"], new["keys"]["p256dh"], new["keys"]["auth"])
        check_device(device)
    except BadDevice as error:
        field = "keys.auth" if "auth" in str(error) else "keys.p256dh"
        raise_invalid({field: [f"Use the browser's own key: {error}."]})
    return device


@blueprint.get("/push/subscriptions/<uuid:subscription_id>")
@blueprint.doc(**{"x-problems": ["410"]})
@login_required
@blueprint.response(200, SubscriptionSchema)
def read_subscription(subscription_id: UUID) -> push_store.DeviceStatus:
    """Read a device; 410 for one that its leader removed, which must not subscribe again."""
    account_id = get_current_leader().id
    devices = {device.id: device for device in push_store.list_devices(account_id)}
    if subscription_id in devices:
        return devices[subscription_id]
    if ended_store.was_removed(account_id, subscription_id):
        raise Problem(410, "You removed this device.")
    raise _build_missing_device_problem()


@blueprint.delete("/push/subscriptions/<uuid:subscription_id>")
@login_required
@blueprint.response(204)
def unsubscribe(subscription_id: UUID) -> None:
    """Send no more prompts to a device."""
    if not push_store.unsubscribe(get_current_leader().id, subscription_id, now=clock.now()):
        raise _build_missing_device_problem()


@blueprint.post("/push/subscriptions/<uuid:subscription_id>/test")
@blueprint.doc(**{"x-problems": ["429"]})
@login_required
@tests_per_account
@blueprint.response(200, TestedSchema)
def test_subscription(subscription_id: UUID) -> AttemptResult:
    """Send a test to a device now, and return its outcome."""
    result = send_test_message(get_current_leader().id, subscription_id, now=clock.now())
    if result is None:
        raise _build_missing_device_problem()
    return result
