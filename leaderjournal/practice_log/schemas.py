"""What the calls of the practice log take and return, and what an export holds, kind by kind."""

from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate, validates_schema

from leaderjournal.kernel.fields import Day, EveryDays, Id, Line, UserText, UtcInstant
from leaderjournal.practice_log.entries.rules import ACTS, Kind
from leaderjournal.practice_log.fields import Amount, Cursor, OptionalText, Text
from leaderjournal.practice_log.numbers.rules import parse_period

LONGEST_COMMITMENT = 20_000
"""As long as the commitment in a day's reflection may be."""


def _validate_period(value: str) -> None:
    try:
        parse_period(value)
    except ValueError:
        raise ValidationError(
            "Use a week, month or quarter like 2026-W48, 2026-11, 2026-Q4."
        ) from None


class PersonSchema(Schema):
    """A person on the team, as written."""

    name = Line(longest=80, required=True)
    every_days = EveryDays(load_default=None)
    note = OptionalText()
    left_on = Day(allow_none=True, load_default=None)
    local_date = Day(allow_none=True, load_default=None)


class CommitmentSchema(Schema):
    """A commitment as written; without a due day it is due on the next practice day.

    A kept or missed commitment was settled today unless it says when.
    """

    text = Text(longest=LONGEST_COMMITMENT, required=True)
    due_on = Day(allow_none=True, load_default=None)
    state = fields.String(
        load_default="open",
        validate=validate.OneOf(
            ("open", "kept", "missed"), error="Use one of: open, kept, missed."
        ),
    )
    reason = OptionalText()
    settled_on = Day(allow_none=True, load_default=None)
    local_date = Day(allow_none=True, load_default=None)

    @validates_schema
    def _check_reason(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if data.get("reason") and data.get("state") == "kept":
            raise ValidationError("A reason is for a commitment that was missed.", "reason")


class HandOffSchema(Schema):
    """A hand-off as written; `local_date` is the day it was made."""

    text = Text(required=True)
    person_id = Id(allow_none=True, load_default=None)
    stepped_back_in_on = Day(allow_none=True, load_default=None)
    reason = OptionalText()
    local_date = Day(allow_none=True, load_default=None)


class WinSchema(Schema):
    """A win as written."""

    text = Text(required=True)
    person_id = Id(allow_none=True, load_default=None)
    celebrated_how = OptionalText()
    celebrated_on = Day(allow_none=True, load_default=None)
    local_date = Day(allow_none=True, load_default=None)


class NumberSchema(Schema):
    """The number of a period, as written."""

    period = fields.String(required=True, validate=_validate_period)
    unit = UserText(longest=20, allow_none=True, load_default="")
    target = Amount()
    actual = Amount()


class ActsSchema(Schema):
    """Everything that was done for a person on a day."""

    acts = fields.List(
        fields.String(validate=validate.OneOf(ACTS, error="Use acts out of: {choices}.")),
        required=True,
        validate=validate.Length(max=len(ACTS), error="Use each act at most once."),
        metadata={"uniqueItems": True},
    )

    @validates_schema
    def _check_each_once(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if len(set(data["acts"])) < len(data["acts"]):
            raise ValidationError("Use each act at most once.", "acts")


class RangeSchema(Schema):
    """The part of a collection to list, by local date; `limit` is the size of a page."""

    class Meta:
        unknown = RAISE

    first = Day(data_key="from", load_default=None)
    last = Day(data_key="to", load_default=None)
    limit = fields.Integer(
        load_default=None,
        validate=validate.Range(1, 500, error="Use a number from 1 to 500."),
        error_messages={"invalid": "Use a number from 1 to 500."},
        metadata={"description": "All at once without it"},
    )
    cursor = Cursor(
        load_default=None,
        metadata={"type": "string", "description": "`next_cursor` of the page before"},
    )


class _Shown(Schema):
    id = fields.UUID(required=True)
    version = fields.Integer(required=True)
    saved_at = UtcInstant(required=True)
    local_date = Day(required=True)


class ShownActsSchema(_Shown):
    """What was done for a person on a day."""

    acts = fields.List(fields.String(), required=True)


class ShownPersonSchema(_Shown):
    """A person on the team with their status; `acts` counts what was done for them."""

    name = fields.String(required=True)
    every_days = fields.Integer(required=True, allow_none=True)
    note = fields.String(required=True)
    left_on = Day(required=True, allow_none=True)
    last_on = Day(required=True, allow_none=True)
    days_left = fields.Integer(required=True, allow_none=True)
    acts = fields.Integer(required=True)


class ShownCommitmentSchema(_Shown):
    """A commitment; `of_day` if it is written in the reflection of its local date."""

    text = fields.String(required=True)
    due_on = Day(required=True)
    state = fields.String(required=True)
    reason = fields.String(required=True)
    settled_on = Day(required=True, allow_none=True)
    moved = fields.Integer(required=True)
    of_day = fields.Boolean(required=True)


class ShownHandOffSchema(_Shown):
    """A hand-off."""

    text = fields.String(required=True)
    person_id = fields.UUID(required=True, allow_none=True)
    stepped_back_in_on = Day(required=True, allow_none=True)
    reason = fields.String(required=True)


class ShownWinSchema(_Shown):
    """A win."""

    text = fields.String(required=True)
    person_id = fields.UUID(required=True, allow_none=True)
    celebrated_how = fields.String(required=True)
    celebrated_on = Day(required=True, allow_none=True)


class ShownNumberSchema(_Shown):
    """The number of a period; `local_date` is the period's first day."""

    period = fields.String(required=True)
    unit = fields.String(required=True)
    target = fields.Float(required=True, allow_none=True)
    actual = fields.Float(required=True, allow_none=True)


class ExportedCommitmentSchema(CommitmentSchema):
    """A commitment in an export; one written in a reflection has no text here."""

    text = Text(least=0, longest=LONGEST_COMMITMENT, required=True)
    due_on = Day(required=True)
    moved = fields.Integer(strict=True, load_default=0, validate=validate.Range(0, 10_000))
    of_day = fields.Boolean(load_default=False)


class ExportedActsSchema(ActsSchema):
    """What was done for a person on a day, in an export."""

    person_id = fields.UUID(required=True)


REQUEST_SCHEMAS: dict[Kind, type[Schema]] = {
    Kind.PERSON: PersonSchema,
    Kind.COMMITMENT: CommitmentSchema,
    Kind.HAND_OFF: HandOffSchema,
    Kind.WIN: WinSchema,
    Kind.NUMBER: NumberSchema,
}
RESPONSE_SCHEMAS: dict[Kind, type[Schema]] = {
    Kind.PERSON: ShownPersonSchema,
    Kind.COMMITMENT: ShownCommitmentSchema,
    Kind.HAND_OFF: ShownHandOffSchema,
    Kind.WIN: ShownWinSchema,
    Kind.NUMBER: ShownNumberSchema,
}
EXPORT_SCHEMAS: dict[Kind, type[Schema]] = REQUEST_SCHEMAS | {
    Kind.ACTS: ExportedActsSchema,
    Kind.COMMITMENT: ExportedCommitmentSchema,
}
