"""What the API's calls of monthly reviews take and give."""

from typing import Any

from marshmallow import Schema, fields, validates_schema

from leaderjournal.kernel.fields import UserText, UtcInstant, require_one
from leaderjournal.questions.schemas import KEY
from leaderjournal.reviews.monthly.rules import ReviewContent


class ReviewContentSchema(Schema):
    """A review as it is written. A body that says nothing of it must not empty the review."""

    class Meta:
        says_one_of = ("mirror", "grew", "let_go", "lean_on")

    mirror = UserText(allow_none=True, load_default="")
    grew = UserText(allow_none=True, load_default="")
    let_go = UserText(allow_none=True, load_default="")
    lean_on = fields.String(allow_none=True, load_default=None, validate=KEY)

    @validates_schema(pass_original=True)
    def _require_some_field(self, _data: Any, given: Any, **_kwargs: Any) -> None:
        require_one(given, self.Meta.says_one_of)

    @staticmethod
    def to_content(data: dict[str, Any]) -> ReviewContent:
        """Return the loaded values as a review's content."""
        return ReviewContent(
            data["mirror"] or "", data["grew"] or "", data["let_go"] or "", data["lean_on"]
        )


class ReviewVersionSchema(Schema):
    """A version of a review."""

    version = fields.Integer(required=True)
    saved_at = UtcInstant(required=True)
    mirror = fields.String(required=True)
    grew = fields.String(required=True)
    let_go = fields.String(required=True)
    lean_on = fields.String(required=True, allow_none=True)


class ReviewSchema(ReviewVersionSchema):
    """A review as it is stored."""

    id = fields.UUID(required=True)
    month = fields.String(required=True)
    written_at = UtcInstant(required=True)
