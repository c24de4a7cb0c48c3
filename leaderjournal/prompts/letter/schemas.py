"""The requests and responses of the letter."""

from marshmallow import Schema, fields

from leaderjournal.kernel.fields import Day, StrictBoolean


class LetterSchema(Schema):
    """Whether the letter comes, and whether with a line of the leader's own; off by default."""

    enabled = StrictBoolean(required=True)
    with_words = StrictBoolean(load_default=False)


class ShownLetterSchema(Schema):
    """The choice, and the local date of the next letter."""

    enabled = fields.Boolean(required=True)
    with_words = fields.Boolean(required=True)
    next_date = Day(required=True, allow_none=True)
    mail_waits = fields.Boolean(required=True)
    """Whether the letter waits until the leader's address is verified."""
