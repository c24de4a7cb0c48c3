"""Prompts in the API: the schedule, the snooze, and the devices that asked for them."""

from typing import Any
from uuid import UUID

from flask import request
from flask_login import login_required

from leaderjournal.accounts.access import get_current_leader
from leaderjournal.accounts.rules import describe_device
from leaderjournal.accounts.store import Leader
from leaderjournal.kernel import clock
from leaderjournal.kernel.api import PREFIX, page, page_schema
from leaderjournal.kernel.context import settings
from leaderjournal.kernel.intake import Blueprint
from leaderjournal.kernel.problems import Problem, invalid
from leaderjournal.prompts.delivery.trial import send_test
from leaderjournal.prompts.fortnightly import store as letter_store
from leaderjournal.prompts.fortnightly.schemas import LetterSchema, ShownLetterSchema
from leaderjournal.prompts.limits import tests_per_account
from leaderjournal.prompts.push import store as push_store
from leaderjournal.prompts.push.endpoints import EndpointRefused, PushHosts
from leaderjournal.prompts.push.messages import check_device
from leaderjournal.prompts.push.rules import BadDevice, Device, device
from leaderjournal.prompts.push.schemas import (
    NewSubscriptionSchema,
    PushKeySchema,
    SubscriptionSchema,
    TestedSchema,
)
from leaderjournal.prompts.reach import store as reach_store
from leaderjournal.prompts.schedule import store as schedule_store
from leaderjournal.prompts.schedule.schemas import (
    ScheduleSchema,
    ShownScheduleSchema,
    SnoozedSchema,
    SnoozeSchema,
)

blueprint = Blueprint("prompts-api", __name__, url_prefix=PREFIX, description="Prompts")


def represented(leader: Leader) -> dict[str, Any]:
    """Return the leader's schedule as `GET /prompt-schedule` shows it."""
    kept = schedule_store.schedule_of(leader)
    schedule, reach = kept.schedule, reach_store.reach_of(leader, kept)
    return {
        "enabled": schedule.enabled,
        "times": schedule.times,
        "weekdays": sorted(schedule.weekdays),
        "quiet_from": schedule.quiet_from,
        "quiet_to": schedule.quiet_to,
        "paused_until": schedule.paused_until,
        "streak_at_risk": schedule.streak_at_risk,
        "by_mail": kept.by_mail,
        "mail_waits": kept.by_mail and get_current_leader().email_verified_at is None,
        "chosen": kept.chosen,
        "snoozed_until": kept.snoozed_until,
        "next_due_at": kept.next_due_at,
        "reaches": list(reach.ways),
        "ways": reach,
    }


def _no_such_device() -> Problem:
    return Problem(404, "There is no such device.")


@blueprint.get("/prompt-schedule")
@login_required
@blueprint.response(200, ShownScheduleSchema)
def read_schedule() -> dict[str, Any]:
    """Read when prompts come; where nothing is chosen yet, what is offered."""
    return represented(get_current_leader())


@blueprint.put("/prompt-schedule")
@login_required
@blueprint.arguments(ScheduleSchema)
@blueprint.response(200, ShownScheduleSchema)
def put_schedule(chosen: dict[str, Any]) -> dict[str, Any]:
    """Choose when prompts come; those by mail wait until the address is verified."""
    leader = get_current_leader()
    schedule_store.keep(leader, **chosen, now=clock.now())
    return represented(leader)


@blueprint.get("/letter")
@login_required
@blueprint.response(200, ShownLetterSchema)
def read_letter() -> dict[str, Any]:
    """Read whether the fortnightly letter comes, and when next."""
    return _represented_letter(letter_store.chosen(get_current_leader().id))


@blueprint.put("/letter")
@login_required
@blueprint.arguments(LetterSchema)
@blueprint.response(200, ShownLetterSchema)
def put_letter(chosen: dict[str, bool]) -> dict[str, Any]:
    """Choose whether the fortnightly letter comes; it waits until the address is verified."""
    return _represented_letter(letter_store.choose(get_current_leader(), **chosen, now=clock.now()))


def _represented_letter(chosen: letter_store.Chosen) -> dict[str, Any]:
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
def snooze(asked: dict[str, int]) -> dict[str, Any]:
    """Put today's prompt off."""
    now = clock.now()
    try:
        return {"due_at": schedule_store.snooze(get_current_leader(), asked["minutes"], now=now)}
    except schedule_store.PromptsPaused as paused:
        detail = f"Your prompts are paused until {paused.until}. End the pause first."
        raise Problem(409, detail) from paused


@blueprint.get("/push/key")
@blueprint.doc(security=[])
@blueprint.response(200, PushKeySchema)
def read_push_key() -> dict[str, str]:
    """Read the key that browsers subscribe with."""
    return {"public_key": push_store.vapid_public_key()}


@blueprint.get("/push/subscriptions")
@login_required
@blueprint.response(200, page_schema(SubscriptionSchema, "Subscriptions"))
def list_subscriptions() -> dict[str, Any]:
    """List the devices that asked for prompts, the newest first."""
    return page(push_store.devices_of(get_current_leader().id))


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
        kept, created = push_store.subscribe(
            get_current_leader().id, _device(new), name=describe_device(agent), now=clock.now()
        )
    except push_store.EndpointTaken as error:
        detail = "These are not this browser's keys. Turn notifications off and on again here."
        raise Problem(409, detail) from error
    return kept, 201 if created else 200


def _device(new: dict[str, Any]) -> Device:
    """Return the device that a browser describes. Raises Problem (422)."""
    try:
        PushHosts(settings().push_allowed_hosts).check(new["endpoint"])
    except EndpointRefused as refusal:
        invalid({"endpoint": [f"Use the endpoint of a known push service: {refusal}."]})
    try:
        found = device(new["endpoint"], new["keys"]["p256dh"], new["keys"]["auth"])
        check_device(found)
    except BadDevice as error:
        field = "keys.auth" if "auth" in str(error) else "keys.p256dh"
        invalid({field: [f"Use the browser's own key: {error}."]})
    return found


@blueprint.get("/push/subscriptions/<uuid:subscription_id>")
@blueprint.doc(**{"x-problems": ["410"]})
@login_required
@blueprint.response(200, SubscriptionSchema)
def read_subscription(subscription_id: UUID) -> push_store.KeptDevice:
    """Read a device; 410 for one that its leader removed, which must not put itself back."""
    account_id = get_current_leader().id
    found = [d for d in push_store.devices_of(account_id) if d.id == subscription_id]
    if found:
        return found[0]
    if push_store.was_removed(account_id, subscription_id):
        raise Problem(410, "You removed this device.")
    raise _no_such_device()


@blueprint.delete("/push/subscriptions/<uuid:subscription_id>")
@login_required
@blueprint.response(204)
def unsubscribe(subscription_id: UUID) -> None:
    """Send no more prompts to a device."""
    if not push_store.unsubscribe(get_current_leader().id, subscription_id, now=clock.now()):
        raise _no_such_device()


@blueprint.post("/push/subscriptions/<uuid:subscription_id>/test")
@blueprint.doc(**{"x-problems": ["429"]})
@login_required
@tests_per_account
@blueprint.response(200, TestedSchema)
def test_subscription(subscription_id: UUID) -> push_store.Try:
    """Send a test to a device now, and say what became of it."""
    tried = send_test(get_current_leader().id, subscription_id, now=clock.now())
    if tried is None:
        raise _no_such_device()
    return tried
