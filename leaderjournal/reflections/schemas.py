"""What the API's calls about days take and return. The day's form uses the same schemas."""

from typing import Any

from marshmallow import (
    RAISE,
    Schema,
    ValidationError,
    fields,
    post_load,
    validate,
    validates_schema,
)

from leaderjournal.kernel.api import parse_uuid
from leaderjournal.kernel.fields import Day, Id, Timestamp, UserText, UtcInstant, require_one
from leaderjournal.practice import catalogue
from leaderjournal.questions.schemas import KEY, validate_behaviour
from leaderjournal.reflections.rules import Answer, DayContent
from leaderjournal.reflections.search.store import Filters

MAX_QUERY_LENGTH = 200


def _make_score_field(**options: Any) -> fields.Integer:
    return fields.Integer(
        strict=True,
        validate=validate.Range(1, 5, error="Use a score from 1 to 5."),
        error_messages={"invalid": "Use a score from 1 to 5."},
        **options,
    )


def _make_written_at_field() -> Timestamp:
    return Timestamp(
        allow_none=True,
        load_default=None,
        metadata={"description": "When it was written, where it is sent later than that"},
    )


class AnswerSchema(Schema):
    """An answer under one key: a mirror score from 1 "not at all" to 5 "fully", and words."""

    key = fields.String(required=True, validate=KEY)
    behaviour = fields.String(allow_none=True, load_default=None)
    question = fields.String(allow_none=True, load_default=None)
    score = _make_score_field(allow_none=True, load_default=None)
    text = UserText(allow_none=True, load_default="")

    @validates_schema
    def _validate_references(self, data: dict[str, Any], **_kwargs: Any) -> None:
        validate_behaviour(data["key"], data["behaviour"])
        question = data["question"]
        known = {question.id for question in catalogue.list_all_questions()}
        if question is not None and question not in known and parse_uuid(question) is None:
            raise ValidationError("Use the id of a question.", "question")

    @post_load
    def _make_answer(self, data: dict[str, Any], **_kwargs: Any) -> Answer:
        return Answer(**{**data, "text": data["text"] or ""})


class ScoreSchema(Schema):
    """A score for one key, given from a notification."""

    score = _make_score_field(required=True)
    written_at = _make_written_at_field()


class ContentSchema(Schema):
    """The content of a day."""

    answers = fields.List(fields.Nested(AnswerSchema), load_default=list)
    note = UserText(allow_none=True, load_default="")
    commitment = UserText(allow_none=True, load_default="")

    @validates_schema
    def _validate_keys(self, data: dict[str, Any], **_kwargs: Any) -> None:
        seen: set[str] = set()
        for position, answer in enumerate(data["answers"]):
            if answer.key in seen:
                raise ValidationError(
                    {position: {"key": ["Answer each key once a day."]}}, "answers"
                )
            seen.add(answer.key)

    @staticmethod
    def to_content(data: dict[str, Any]) -> DayContent:
        """Return the loaded values as a day's content."""
        return DayContent(tuple(data["answers"]), data["note"] or "", data["commitment"] or "")


class DaySchema(ContentSchema):
    """A day as it is written. A body without any content is refused, so that it empties no day."""

    class Meta:
        says_one_of = ("answers", "note", "commitment")

    @validates_schema(pass_original=True)
    def _require_content(self, _data: Any, given: Any, **_kwargs: Any) -> None:
        require_one(given, self.Meta.says_one_of)

    written_at = _make_written_at_field()
    change = Id(
        allow_none=True,
        load_default=None,
        metadata={"description": "The device's name for this change, which is written once"},
    )


class MergeSchema(DaySchema):
    """A day as it is written on top of what the writer saw, `was`."""

    was = fields.Nested(ContentSchema, allow_none=True, load_default=None)


class ShownAnswerSchema(Schema):
    """An answer as it is stored."""

    key = fields.String(required=True)
    behaviour = fields.String(required=True, allow_none=True)
    question = fields.String(required=True, allow_none=True)
    score = fields.Integer(required=True, allow_none=True)
    text = fields.String(required=True)


class VersionSchema(Schema):
    """A version of a day."""

    version = fields.Integer(required=True)
    saved_at = UtcInstant(required=True)
    answers = fields.List(fields.Nested(ShownAnswerSchema), required=True)
    note = fields.String(required=True)
    commitment = fields.String(required=True)


class EarlierVersionSchema(VersionSchema):
    """A replaced version, `set_aside` if another device had newer words."""

    set_aside = fields.Boolean(required=True)


class ReflectionSchema(VersionSchema):
    """A day as it is stored."""

    id = fields.UUID(required=True)
    local_date = Day(required=True)
    words = fields.Integer(required=True)
    time_zone = fields.String(required=True)
    written_at = UtcInstant(required=True)


class MergedSchema(ReflectionSchema):
    """A day as it is stored after a merge."""

    set_aside = fields.List(
        fields.String(),
        required=True,
        metadata={"description": 'Fields that two devices wrote, like "let-go.text"'},
    )


class DayQuerySchema(Schema):
    """Which days to list."""

    class Meta:
        unknown = RAISE

    first = Day(data_key="from", load_default=None)
    last = Day(data_key="to", load_default=None)
    key = fields.String(load_default=None, validate=KEY)
    q = fields.String(
        load_default="",
        validate=validate.Length(
            max=MAX_QUERY_LENGTH, error=f"Use at most {MAX_QUERY_LENGTH} characters."
        ),
    )
    score = fields.Integer(
        load_default=None,
        validate=validate.Range(1, 5, error="Use a score from 1 to 5."),
        error_messages={"invalid": "Use a score from 1 to 5."},
    )
    person = fields.String(
        load_default="",
        validate=validate.Length(max=80, error="Use at most 80 characters."),
    )
    limit = fields.Integer(
        load_default=30,
        validate=validate.Range(1, 100, error="Use a number from 1 to 100."),
        error_messages={"invalid": "Use a number from 1 to 100."},
    )
    cursor = Day(load_default=None, metadata={"description": "`next_cursor` of the page before"})

    @staticmethod
    def to_filters(data: dict[str, Any]) -> Filters:
        """Return the loaded values as filters of a search; a cursor is its last day."""
        return Filters(
            q=data["q"],
            key=data["key"],
            score=data["score"],
            person=data["person"],
            first=data["first"],
            last=min(filter(None, (data["last"], data["cursor"])), default=None),
        )


class AskedQuestionSchema(Schema):
    """A question of the day."""

    key = fields.String(required=True)
    behaviour = fields.String(required=True, allow_none=True)
    text = fields.String(required=True)
    score_sentence = fields.String(
        required=True, metadata={"description": "What the mirror score of the answer is about"}
    )
    question = fields.String(required=True, attribute="id")


class AheadQuestionSchema(AskedQuestionSchema):
    """A question of a day to come."""

    behaviour_name = fields.String(required=True, allow_none=True)
    behaviour_text = fields.String(required=True, allow_none=True)


class DayAheadSchema(Schema):
    """A local day and its questions, as far as they are known today."""

    local_date = Day(required=True)
    questions = fields.List(fields.Nested(AheadQuestionSchema), required=True)


class PromptsSchema(Schema):
    """The questions of a local day, one per key."""

    local_date = Day(required=True)
    questions = fields.List(fields.Nested(AskedQuestionSchema), required=True)
