"""Sends a test message to one device, so that its leader sees whether prompts arrive."""

from datetime import timedelta
from uuid import UUID

from leaderjournal.kernel.context import get_settings
from leaderjournal.kernel.database import db, write_transaction
from leaderjournal.kernel.days import Instant
from leaderjournal.prompts.content.rules import build_test_payload
from leaderjournal.prompts.push import store as push_store
from leaderjournal.prompts.push.attempt_store import AttemptResult, record_attempts
from leaderjournal.prompts.push.endpoints import EndpointRefused, PushHosts
from leaderjournal.prompts.push.messages import MessageWriter
from leaderjournal.prompts.push.rules import BadDevice, Device, ServiceResponse, determine_outcome
from leaderjournal.prompts.push.sender import PushSender

MESSAGE_TTL = timedelta(minutes=5)
TOPIC = "test"


def send_test_message(
    account_id: UUID, subscription_id: UUID, *, now: Instant
) -> AttemptResult | None:
    """Send a test to one of the account's devices now, wait for its result and record it.

    None where the account has no such device.
    """
    device = push_store.get_device(account_id, subscription_id)
    if device is None:
        return None
    db.session.rollback()  # no transaction stays open while a service takes its time
    response = _send_and_wait(device, now)
    result = AttemptResult(subscription_id, now, determine_outcome(response), response.status)
    with write_transaction() as session:
        record_attempts(session, [result])
    return result


def _send_and_wait(device: Device, now: Instant) -> ServiceResponse:
    chosen = get_settings()
    writer = MessageWriter(chosen.vapid_private_key, chosen.vapid_subject)
    try:
        message = writer.write(
            build_test_payload(public_url=chosen.public_url),
            device,
            ttl=int(MESSAGE_TTL.total_seconds()),
            urgency="high",
            topic=TOPIC,
            now=now,
        )
    except (BadDevice, EndpointRefused) as error:
        return ServiceResponse(None, failure=f"refused endpoint: {error}")
    sender = PushSender(PushHosts(chosen.push_allowed_hosts))
    try:
        return sender.submit(message).result()
    finally:
        sender.close()
