"""What the questions' calls take and give."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from leaderjournal.kernel.fields import Day, EveryDays, Line, StrictBoolean
from leaderjournal.practice import catalogue

KEY = validate.OneOf(catalogue.KEY_SLUGS, error="Use one of: {choices}.")


def validate_behaviour(key: str, behaviour: str | None, field: str = "behaviour") -> None:
    """Raise ValidationError where `behaviour` is none of the key's."""
    allowed = [known.slug for known in catalogue.get_key(key).behaviours]
    if behaviour is not None and behaviour not in allowed:
        raise ValidationError(f"Use a behaviour of {key}: {', '.join(allowed)}.", field)


class NewQuestionSchema(Schema):
    """A question that a leader writes."""

    key = fields.String(required=True, validate=KEY)
    behaviour = fields.String(allow_none=True, load_default=None)
    text = Line(longest=500, required=True)
    every_days = EveryDays(load_default=None)

    @validates_schema
    def _validate_behaviour(self, data: dict[str, Any], **_kwargs: Any) -> None:
        validate_behaviour(data["key"], data["behaviour"])


class ChangedQuestionSchema(Schema):
    """What can be changed of a leader's own question; a retired one is no longer asked."""

    key = fields.String(validate=KEY)
    behaviour = fields.String(allow_none=True)
    text = Line(longest=500)
    every_days = EveryDays()
    retired = StrictBoolean()


class QuestionSchema(Schema):
    """One of the leader's own questions."""

    id = fields.UUID(required=True)
    key = fields.String(required=True)
    behaviour = fields.String(required=True, allow_none=True)
    text = fields.String(required=True)
    every_days = fields.Integer(required=True, allow_none=True)
    retired = fields.Boolean(required=True)


_SCORE_SENTENCE = {"description": "What its mirror score answers, from 1 not at all to 5 fully"}


class BehaviourSchema(Schema):
    """A behaviour of a key."""

    slug = fields.String(required=True)
    name = fields.String(required=True)
    text = fields.String(required=True)
    score_sentence = fields.String(required=True, metadata=_SCORE_SENTENCE)


class KeySchema(Schema):
    """A key with its behaviours."""

    key = fields.Function(lambda key: key.slug, required=True, metadata={"type": "string"})
    slug = fields.String(required=True)
    name = fields.String(required=True)
    text = fields.String(required=True)
    score_sentence = fields.String(required=True, metadata=_SCORE_SENTENCE)
    behaviours = fields.List(fields.Nested(BehaviourSchema), required=True)


class CatalogueQuestionSchema(Schema):
    """A question of the catalogue and whether the leader hid it."""

    id = fields.String(required=True)
    key = fields.String(required=True)
    behaviour = fields.String(required=True)
    text = fields.String(required=True)
    hidden = fields.Boolean(required=True)


class DayOfFirstMonthSchema(Schema):
    """A day of the first month: which local date asks its question."""

    number = fields.Integer(required=True)
    local_date = Day(required=True)
    text = fields.String(required=True)


class FirstMonthSchema(Schema):
    """The first month as planned; without days if it was never begun, or was skipped."""

    days = fields.List(fields.Nested(DayOfFirstMonthSchema), required=True)
    is_running = fields.Boolean(required=True)
