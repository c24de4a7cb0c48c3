"""The requests, forms and responses of a prompt schedule."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from leaderjournal.kernel.fields import ClockTime, Day, StrictBoolean, UtcInstant
from leaderjournal.prompts.channels.rules import Channel, MailState
from leaderjournal.prompts.schedule.rules import Schedule

MAX_TIMES = 6
QUIET_HOURS = ("quiet_from", "quiet_to")
WEEKDAY = validate.Range(1, 7, error="Use days from 1 (Monday) to 7 (Sunday).")
MAX_SNOOZE_MINUTES = 24 * 60


class ScheduleSchema(Schema):
    """When prompts come: wall-clock times in the leader's zone, on ISO weekdays."""

    enabled = StrictBoolean(required=True)
    times = fields.List(
        ClockTime(),
        required=True,
        validate=validate.Length(max=MAX_TIMES, error=f"Use at most {MAX_TIMES} times a day."),
    )
    weekdays = fields.List(
        fields.Integer(
            strict=True, validate=WEEKDAY, error_messages={"invalid": "Use numbers from 1 to 7."}
        ),
        required=True,
        validate=validate.Length(1, error="Choose one or more days."),
    )
    quiet_from = ClockTime(allow_none=True, load_default=None)
    quiet_to = ClockTime(allow_none=True, load_default=None)
    paused_until = Day(allow_none=True, load_default=None)
    streak_at_risk = StrictBoolean(load_default=False)
    by_mail = StrictBoolean(load_default=False)
    # A schedule that was read can be put back: these fields are only in responses, and ignored.
    mail_waits = fields.Raw(load_only=True, allow_none=True)
    chosen = fields.Raw(load_only=True, allow_none=True)
    snoozed_until = fields.Raw(load_only=True, allow_none=True)
    next_due_at = fields.Raw(load_only=True, allow_none=True)
    reaches = fields.Raw(load_only=True, allow_none=True)
    ways = fields.Raw(load_only=True, allow_none=True)
    warnings = fields.Raw(load_only=True, allow_none=True)

    @validates_schema(skip_on_field_errors=False, pass_original=True)
    def _check_quiet_hours(
        self, data: dict[str, Any], original: Mapping[str, Any], **_kwargs: Any
    ) -> None:
        begins, ends = data.get("quiet_from"), data.get("quiet_to")
        if any(data.get(name) is None and _is_given(original, name) for name in QUIET_HOURS):
            return  # it is no time, and has its error
        if begins is None and ends is not None:
            raise ValidationError("Add when quiet hours begin, or leave both empty.", "quiet_from")
        if ends is None and begins is not None:
            raise ValidationError("Add when quiet hours end, or leave both empty.", "quiet_to")
        if begins is not None and begins == ends:
            raise ValidationError("Choose an end that differs from the start.", "quiet_to")

    @validates_schema(skip_on_field_errors=False, pass_original=True)
    def _check_enabled(
        self, data: dict[str, Any], original: Mapping[str, Any], **_kwargs: Any
    ) -> None:
        if not data.get("times") and _is_given(original, "times") and original["times"] != []:
            return  # one of them is no time, and has its error
        if data.get("enabled") and not data.get("times") and not data.get("streak_at_risk"):
            raise ValidationError("Choose at least one time, or turn prompts off.", "times")

    @post_load
    def _build_schedule(self, data: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        by_mail = data.pop("by_mail")
        only_in_responses = (
            "mail_waits",
            "chosen",
            "snoozed_until",
            "next_due_at",
            "reaches",
            "ways",
            "warnings",
        )
        for name in only_in_responses:
            data.pop(name, None)
        data["times"] = tuple(sorted(set(data["times"])))
        data["weekdays"] = frozenset(data["weekdays"])
        return {"schedule": Schedule(**data), "by_mail": by_mail}


def _is_given(original: object, name: str) -> bool:
    return isinstance(original, Mapping) and original.get(name) is not None


class WaysSchema(Schema):
    """The channels: devices that take notifications, mail, and a calendar's address."""

    devices = fields.Integer(required=True)
    mail = fields.Enum(
        MailState,
        by_value=True,
        required=True,
        metadata={"description": "`works`, or what stands in the way of mails to this leader."},
    )
    calendar = fields.Boolean(required=True)


class ShownScheduleSchema(Schema):
    """The current schedule; an offer where `chosen` is false."""

    enabled = fields.Boolean(required=True)
    times = fields.List(ClockTime(), required=True)
    weekdays = fields.List(fields.Integer(), required=True)
    quiet_from = ClockTime(required=True, allow_none=True)
    quiet_to = ClockTime(required=True, allow_none=True)
    paused_until = Day(required=True, allow_none=True)
    streak_at_risk = fields.Boolean(required=True)
    by_mail = fields.Boolean(required=True)
    mail_waits = fields.Boolean(required=True)
    """Whether prompts by mail wait until the leader's address is verified."""
    chosen = fields.Boolean(required=True)
    snoozed_until = UtcInstant(required=True, allow_none=True)
    next_due_at = UtcInstant(required=True, allow_none=True)
    reaches = fields.List(
        fields.Enum(Channel, by_value=True),
        required=True,
        metadata={
            "description": "By which ways a reminder really comes while `enabled`; where there is "
            "none, no reminder comes."
        },
    )
    ways = fields.Nested(WaysSchema, required=True)
    warnings = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "A sentence for each time at which no prompt can ever come."},
    )


class SnoozeSchema(Schema):
    """For how long today's prompt is snoozed."""

    minutes = fields.Integer(
        required=True,
        strict=True,
        validate=validate.Range(
            1, MAX_SNOOZE_MINUTES, error=f"Use a number of minutes from 1 to {MAX_SNOOZE_MINUTES}."
        ),
        error_messages={"invalid": f"Use a number of minutes from 1 to {MAX_SNOOZE_MINUTES}."},
    )


class SnoozedSchema(Schema):
    """When the prompt comes instead, a UTC instant."""

    due_at = UtcInstant(required=True)
