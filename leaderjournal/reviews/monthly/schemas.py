"""What the calls of monthly reviews take and give."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, pre_load

from leaderjournal.kernel.fields import UtcInstant, Words
from leaderjournal.questions.schemas import KEY
from leaderjournal.reviews.monthly.rules import ReviewContent


class ReviewContentSchema(Schema):
    """A review as it is written."""

    mirror = Words(allow_none=True, load_default="")
    grew = Words(allow_none=True, load_default="")
    let_go = Words(allow_none=True, load_default="")
    lean_on = fields.String(allow_none=True, load_default=None, validate=KEY)

    @pre_load
    def _says_something(self, given: Any, **_kwargs: Any) -> Any:
        if isinstance(given, Mapping) and not any(name in given for name in self.fields):
            raise ValidationError(f"Send one or more of: {', '.join(self.fields)}.")
        return given

    @staticmethod
    def content(data: dict[str, Any]) -> ReviewContent:
        """Return the loaded values as a review's content."""
        return ReviewContent(
            data["mirror"] or "", data["grew"] or "", data["let_go"] or "", data["lean_on"]
        )


class ShownReviewVersionSchema(Schema):
    """A version of a review."""

    version = fields.Integer(required=True)
    saved_at = UtcInstant(required=True)
    mirror = fields.String(required=True)
    grew = fields.String(required=True)
    let_go = fields.String(required=True)
    lean_on = fields.String(required=True, allow_none=True)


class ShownReviewSchema(ShownReviewVersionSchema):
    """A review as it is stored."""

    id = fields.UUID(required=True)
    month = fields.String(required=True)
    written_at = UtcInstant(required=True)
