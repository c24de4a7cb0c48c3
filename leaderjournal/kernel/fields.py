"""Fields that the schemas of several packages share; messages say what is allowed."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from marshmallow import ValidationError, fields, validate

from leaderjournal.kernel.days import ZONE_NAMES, LocalDate, format_utc
from leaderjournal.kernel.json_input import INVALID_TEXT, is_text

LONGEST_TEXT = 20_000
EARLIEST_DATE = date(1900, 1, 1)
LATEST_DATE = date(2999, 12, 31)
"""The latest end of a pause or due day; calculations with days stay in valid years."""
DAY_PATTERN = "^(19|2[0-9])[0-9]{2}-[0-9]{2}-[0-9]{2}$"
DATE_PATTERN = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
TIMESTAMP_PATTERN = re.compile(
    "[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,9})?"
    "([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
UUID_PATTERN = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
CLOCK_TIME_PATTERN = re.compile("^([01][0-9]|2[0-3]):[0-5][0-9]$")
VISIBLE_PATTERN = r"[^\s\x1c-\x1f\x85\ufeff]"
"""Anything but white space, which Python and ECMA-262 (12.2) define differently."""


class UserText(fields.String):
    """Text that a person writes; line ends become \\n, and invalid characters are refused."""

    def __init__(self, *, longest: int = LONGEST_TEXT, **kwargs: Any) -> None:
        too_long = f"Use at most {longest:,} characters."
        kwargs.setdefault("validate", validate.Length(max=longest, error=too_long))
        kwargs["error_messages"] = {"invalid": "This must be text."}
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        if not is_text(text):
            raise ValidationError(INVALID_TEXT)
        return text


class Line(UserText):
    """One line of text, stripped and not empty."""

    def __init__(self, *, longest: int, **kwargs: Any) -> None:
        length = validate.Length(1, longest, error=f"Use 1 to {longest} characters.")
        kwargs.setdefault("metadata", {"pattern": VISIBLE_PATTERN})
        super().__init__(longest=longest, validate=length, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        return " ".join(text.replace("\ufeff", " ").split())


class Day(fields.Date):
    """A local date, YYYY-MM-DD."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs["error_messages"] = {"invalid": "Use a date like 2026-11-24."}
        kwargs["metadata"] = {"pattern": DAY_PATTERN, **kwargs.get("metadata", {})}
        super().__init__(format="%Y-%m-%d", **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> LocalDate:
        if not isinstance(value, str) or not DATE_PATTERN.fullmatch(
            value
        ):  # strptime takes 2026-1-1 too
            raise self.make_error("invalid", input=value, obj_type="date")
        day = super()._deserialize(value, attr, data, **kwargs)
        if day < EARLIEST_DATE:
            raise ValidationError("Use a date in 1900 or later.")
        if day > LATEST_DATE:
            raise ValidationError(f"Use a date up to {LATEST_DATE}.")
        return LocalDate(day)


class EveryDays(fields.Integer):
    """A rhythm in days; null for none."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            strict=True,
            allow_none=True,
            validate=validate.Range(1, 365, error="Use 1 to 365 days."),
            error_messages={"invalid": "Use a whole number of days, 1 to 365."},
            **kwargs,
        )


class ClockTime(fields.Field[time]):
    """A wall-clock time, HH:MM."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("metadata", {"type": "string", "pattern": CLOCK_TIME_PATTERN.pattern})
        super().__init__(error_messages={"invalid": "Use a time like 03:00."}, **kwargs)

    def _serialize(self, value: time | None, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return None if value is None else value.strftime("%H:%M")

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> time:
        if not isinstance(value, str) or not CLOCK_TIME_PATTERN.fullmatch(value):
            raise self.make_error("invalid")
        return time.fromisoformat(value)


class Id(fields.UUID):
    """A UUID in the form of RFC 9562."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("error_messages", {"invalid_uuid": "Use a UUID."})
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> UUID:
        if not isinstance(value, str) or not UUID_PATTERN.fullmatch(value):
            raise self.make_error("invalid_uuid")
        return super()._deserialize(value, attr, data, **kwargs)


class StrictBoolean(fields.Boolean):
    """True or false, without the other spellings that marshmallow accepts."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise ValidationError("Use true or false.")
        return value


class Timestamp(fields.AwareDateTime):
    """A point in time from outside (RFC 3339), between the years 1900 and 2999."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            format="iso",
            error_messages={"invalid": "Use a time like 2026-11-24T18:30:00Z."},
            **kwargs,
        )

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        if not isinstance(value, str) or not TIMESTAMP_PATTERN.fullmatch(value):
            raise self.make_error("invalid", input=value, obj_type="datetime")
        moment = super()._deserialize(value, attr, data, **kwargs)
        if not EARLIEST_DATE < moment.date() <= LATEST_DATE:
            raise ValidationError("Use a time of the years 1900 to 2999.")
        return moment


class TimeZoneName(fields.String):
    """The name of an IANA time zone."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("metadata", {"enum": sorted(ZONE_NAMES)})
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        name = super()._deserialize(value, attr, data, **kwargs)
        if name not in ZONE_NAMES:
            raise ValidationError("Choose a time zone from the list, like Europe/Berlin.")
        return name


class UtcInstant(fields.AwareDateTime):
    """An instant, RFC 3339 in UTC."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else format_utc(value)


def require_one(given: Mapping[str, Any], names: Sequence[str]) -> None:
    """Raise ValidationError if `given` has none of `names`."""
    if not any(name in given for name in names):
        raise ValidationError(f"Send one or more of: {', '.join(names)}.", names[0])
