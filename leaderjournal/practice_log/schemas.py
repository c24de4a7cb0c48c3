"""What the practice log's calls take and give, kind by kind."""

from datetime import date
from typing import Any
from uuid import UUID

from flask_smorest.fields import Upload
from marshmallow import EXCLUDE, RAISE, Schema, ValidationError, fields, validate, validates_schema

from leaderjournal.kernel.days import LocalDate, to_local_date
from leaderjournal.kernel.fields import (
    Day,
    EveryDays,
    Id,
    Line,
    StrictBoolean,
    UserText,
    UtcInstant,
)
from leaderjournal.practice_log.rules import ACTS, LONGEST_TEXT, Kind, parse_period

LONGEST_COMMITMENT = 20_000
"""As long as a day's reflection may say what comes next."""
LARGEST_AMOUNT = 1e15


class Text(UserText):
    """What happened, in the leader's words: not empty, unless it may be."""

    def __init__(self, *, least: int = 1, longest: int = LONGEST_TEXT, **kwargs: Any) -> None:
        too_long = f"Use {least} to {longest:,} characters."
        length = validate.Length(least, longest, error=too_long)
        super().__init__(longest=longest, validate=length, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        return super()._deserialize(value, attr, data, **kwargs).strip()


class OptionalText(UserText):
    """Words that may be left out; null is none."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(longest=LONGEST_TEXT, allow_none=True, load_default="", **kwargs)

    def deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        """Return the words without spaces around them."""
        return (super().deserialize(value, *args, **kwargs) or "").strip()


class Amount(fields.Float):
    """A figure, null where it is not known yet."""

    def __init__(self, **kwargs: Any) -> None:
        in_range = validate.Range(
            -LARGEST_AMOUNT, LARGEST_AMOUNT, error="Use a number of at most 15 digits."
        )
        super().__init__(
            allow_none=True,
            load_default=None,
            validate=in_range,
            error_messages={"invalid": "Use a number, such as 120.5.", "special": "Use a number."},
            **kwargs,
        )


def _validate_period(value: str) -> None:
    try:
        parse_period(value)
    except ValueError:
        raise ValidationError(
            "Use a week, month or quarter like 2026-W48, 2026-11, 2026-Q4."
        ) from None


class PersonSchema(Schema):
    """Someone of the team as they are written."""

    name = Line(longest=80, required=True)
    every_days = EveryDays(load_default=None)
    note = OptionalText()
    left_on = Day(allow_none=True, load_default=None)
    local_date = Day(allow_none=True, load_default=None)


class CommitmentSchema(Schema):
    """A commitment as it is written; without a due day it is due on the next practice day.

    One that is kept or missed was settled today unless it says when.
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
    """A hand-off as it is written; `local_date` is since when."""

    text = Text(required=True)
    person_id = Id(allow_none=True, load_default=None)
    stepped_back_in_on = Day(allow_none=True, load_default=None)
    reason = OptionalText()
    local_date = Day(allow_none=True, load_default=None)


class WinSchema(Schema):
    """A win as it is written."""

    text = Text(required=True)
    person_id = Id(allow_none=True, load_default=None)
    celebrated_how = OptionalText()
    celebrated_on = Day(allow_none=True, load_default=None)
    local_date = Day(allow_none=True, load_default=None)


class NumberSchema(Schema):
    """The number of a period as it is written."""

    period = fields.String(required=True, validate=_validate_period)
    unit = UserText(longest=20, allow_none=True, load_default="")
    target = Amount()
    actual = Amount()


class ActsSchema(Schema):
    """What was done for a person on a day, whole."""

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


class MergePersonSchema(Schema):
    """Which person one is merged into."""

    into = Id(required=True)


class ForgetPersonSchema(Schema):
    """What a name becomes in every text, such as "someone"; null leaves the texts alone."""

    replacement = Line(longest=80, allow_none=True, load_default=None)
    any_case = StrictBoolean(
        load_default=False,
        metadata={"description": "Also where a name of one word is written in small letters"},
    )


class NumbersFileSchema(Schema):
    """A CSV file of numbers."""

    class Meta:
        unknown = EXCLUDE

    file = Upload(required=True, metadata={"description": "CSV: period, target, actual, unit"})


class ImportedNumbersSchema(Schema):
    """How many numbers are new, and how many were changed."""

    created = fields.Integer(required=True)
    changed = fields.Integer(required=True)


class Cursor(fields.Field[tuple[LocalDate, UUID]]):
    """The place of an entry in its collection: its local date and its id."""

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> tuple[LocalDate, UUID]:
        day, _, entry_id = str(value).partition(".")
        try:
            return to_local_date(date.fromisoformat(day)), UUID(entry_id)
        except ValueError:
            raise ValidationError("Use the `next_cursor` of the page before.") from None

    @staticmethod
    def encode(day: LocalDate, entry_id: UUID) -> str:
        """Return the cursor that leads on from an entry."""
        return f"{day}.{entry_id}"


class RangeSchema(Schema):
    """Which part of a collection is listed: from and to which local date, and how many at once."""

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
    """Someone of the team, how they stand, and what was done for them."""

    name = fields.String(required=True)
    every_days = fields.Integer(required=True, allow_none=True)
    note = fields.String(required=True)
    left_on = Day(required=True, allow_none=True)
    last_on = Day(required=True, allow_none=True)
    days_left = fields.Integer(required=True, allow_none=True)
    acts = fields.Integer(required=True)


class ShownCommitmentSchema(_Shown):
    """A commitment; `of_day` where it stands in the reflection of its local date."""

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


class CommitmentFiguresSchema(Schema):
    """What became of the commitments made in a period."""

    made = fields.Integer(required=True)
    kept = fields.Integer(required=True)
    missed = fields.Integer(required=True)
    open = fields.Integer(required=True)


class CommitmentsInFullSchema(CommitmentFiguresSchema):
    """The same; `share_kept` is of those that are settled, `moved` how often one was put off."""

    moved = fields.Integer(required=True)
    share_kept = fields.Float(required=True, allow_none=True)


class HandOffFiguresSchema(Schema):
    """Hand-offs made and taken back in a period."""

    made = fields.Integer(required=True)
    stepped_back_in = fields.Integer(required=True)


class HandOffsInFullSchema(HandOffFiguresSchema):
    """The same; how many hold at the period's end, and for how long."""

    holding = fields.Integer(required=True)
    median_days = fields.Float(required=True, allow_none=True)


class PersonFiguresSchema(Schema):
    """How many acts a person had in a period."""

    name = fields.String(required=True)
    acts = fields.Integer(required=True)


class NumberFiguresSchema(Schema):
    """The number of a period."""

    target = fields.Float(required=True, allow_none=True)
    actual = fields.Float(required=True, allow_none=True)


class NumberInFullSchema(NumberFiguresSchema):
    """The same, with its unit."""

    unit = fields.String(required=True)


class PracticeFiguresSchema(Schema):
    """What the practice log tells of a month or a year."""

    commitments = fields.Nested(CommitmentsInFullSchema, required=True)
    wins = fields.Integer(required=True)
    celebrated = fields.Integer(required=True)
    hand_offs = fields.Nested(HandOffsInFullSchema, required=True)
    people = fields.List(fields.Nested(PersonFiguresSchema), required=True)
    number = fields.Nested(NumberInFullSchema, required=True, allow_none=True)
    quarter = fields.Nested(
        NumberInFullSchema,
        required=True,
        allow_none=True,
        metadata={"description": "The number of the quarter that a month lies in"},
    )


class ExportedCommitmentSchema(CommitmentSchema):
    """A commitment as an export holds it; one of a day has its text in the day's reflection."""

    text = Text(least=0, longest=LONGEST_COMMITMENT, required=True)
    due_on = Day(required=True)
    moved = fields.Integer(strict=True, load_default=0, validate=validate.Range(0, 10_000))
    of_day = fields.Boolean(load_default=False)


class ExportedActsSchema(ActsSchema):
    """What was done for a person on a day, as an export holds it."""

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
