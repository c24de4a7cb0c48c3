"""The requests and responses of push subscriptions."""

from marshmallow import EXCLUDE, Schema, fields, validate

from leaderjournal.kernel.fields import UtcInstant
from leaderjournal.prompts.push.endpoints import MAX_ENDPOINT_LENGTH

MAX_USER_AGENT_LENGTH = 1_000


class PushKeySchema(Schema):
    """The key that browsers subscribe with: base64url of 65 bytes, a point on P-256."""

    public_key = fields.String(required=True)


class SubscriptionKeysSchema(Schema):
    """A browser's keys, base64url."""

    class Meta:
        unknown = EXCLUDE

    p256dh = fields.String(required=True, validate=validate.Length(1, 200))
    auth = fields.String(required=True, validate=validate.Length(1, 100))


class NewSubscriptionSchema(Schema):
    """A browser's `PushSubscription.toJSON()`, with its user agent."""

    endpoint = fields.String(
        required=True,
        validate=validate.Length(
            1, MAX_ENDPOINT_LENGTH, error=f"Use 1 to {MAX_ENDPOINT_LENGTH:,} characters."
        ),
    )
    expirationTime = fields.Raw(load_default=None, allow_none=True)  # noqa: N815 - the browser's name
    keys = fields.Nested(SubscriptionKeysSchema, required=True)
    user_agent = fields.String(
        allow_none=True, load_default=None, validate=validate.Length(max=MAX_USER_AGENT_LENGTH)
    )


class SubscriptionSchema(Schema):
    """A device that gets prompts, with the result of the last message."""

    id = fields.UUID(required=True)
    device = fields.String(required=True, attribute="name")
    current_key = fields.Boolean(
        required=True, metadata={"description": "Whether it was made with the key of /push/key"}
    )
    created_at = UtcInstant(required=True)
    last_tried_at = UtcInstant(required=True, allow_none=True)
    last_outcome = fields.String(required=True, allow_none=True)
    last_status = fields.Integer(required=True, allow_none=True)


class TestedSchema(Schema):
    """The result of a test: sent, gone, later or refused, and the push service's status."""

    outcome = fields.String(required=True)
    status = fields.Integer(required=True, allow_none=True)
