"""Form and JSON fields of the practice log."""

from datetime import date
from typing import Any
from uuid import UUID

from marshmallow import ValidationError, fields, validate

from leaderjournal.kernel.days import LocalDate, to_local_date
from leaderjournal.kernel.fields import VISIBLE_PATTERN, UserText
from leaderjournal.practice_log.entries.rules import LONGEST_TEXT

LARGEST_AMOUNT = 1e15


class Text(UserText):
    """The text of an entry, `least` to `longest` characters without surrounding spaces."""

    def __init__(self, *, least: int = 1, longest: int = LONGEST_TEXT, **kwargs: Any) -> None:
        message = f"Use {least} to {longest:,} characters."
        length = validate.Length(least, longest, error=message)
        kwargs.setdefault("metadata", {"pattern": VISIBLE_PATTERN})
        super().__init__(longest=longest, validate=length, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        return super()._deserialize(value, attr, data, **kwargs).strip()


class OptionalText(UserText):
    """Text that may be left out; null is empty."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(longest=LONGEST_TEXT, allow_none=True, load_default="", **kwargs)

    def deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        """Return the text without surrounding spaces."""
        return (super().deserialize(value, *args, **kwargs) or "").strip()


class Amount(fields.Float):
    """A target or an actual; null if it is not known yet."""

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


class Cursor(fields.Field[tuple[LocalDate, UUID]]):
    """The position of an entry in its collection: its local date and its id."""

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> tuple[LocalDate, UUID]:
        day, _, entry_id = str(value).partition(".")
        try:
            return to_local_date(date.fromisoformat(day)), UUID(entry_id)
        except ValueError:
            raise ValidationError("Use the `next_cursor` of the page before.") from None

    @staticmethod
    def encode(day: LocalDate, entry_id: UUID) -> str:
        """Return the cursor that continues after an entry."""
        return f"{day}.{entry_id}"
