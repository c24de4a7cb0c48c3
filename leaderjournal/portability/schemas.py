"""What the API's calls of imports and exports take and give."""

from collections.abc import Mapping
from typing import Any

from flask_smorest.fields import Upload
from marshmallow import EXCLUDE, RAISE, Schema, ValidationError, fields, validate, validates

from leaderjournal.kernel.fields import UtcInstant
from leaderjournal.kernel.json_input import UnreadableJson, read_json
from leaderjournal.portability.exports.csv_tables import TABLES
from leaderjournal.portability.exports.formats import FORMATS
from leaderjournal.portability.imports.reader import MoodChoices
from leaderjournal.questions.schemas import KEY


class ExportWarningsSchema(Schema):
    """What to know before a PDF is made."""

    missing_scripts = fields.List(fields.String(), required=True)
    warnings = fields.List(fields.String(), required=True)


class UploadSchema(Schema):
    """A journal's file."""

    class Meta:
        unknown = EXCLUDE

    file = Upload(
        required=True,
        metadata={
            "description": "The export of another journal, or our own JSON, up to 50 MB; which "
            "apps can be read is in docs/importing.md"
        },
    )


class ChoicesSchema(Schema):
    """What Daylio's moods become: mirror scores under one key."""

    class Meta:
        unknown = EXCLUDE

    mood_key = fields.String(load_default=None, validate=KEY)
    moods = fields.String(
        load_default="{}",
        metadata={"description": 'A JSON object of mirror scores by mood, like {"good": 4}'},
    )

    @validates("moods")
    def _are_scores(self, value: str, **_kwargs: Any) -> None:
        self.parse_scores(value)

    @staticmethod
    def parse_scores(text: str) -> dict[str, int]:
        """Return the scores by mood. Raises ValidationError."""
        try:
            moods = read_json(text)
        except UnreadableJson:
            moods = None
        if not isinstance(moods, dict) or not all(
            type(score) is int and 1 <= score <= 5 for score in moods.values()
        ):
            raise ValidationError('Use a JSON object of scores from 1 to 5, like {"good": 4}.')
        return moods

    @classmethod
    def to_choices(cls, values: dict[str, Any]) -> MoodChoices:
        """Return the loaded values as choices."""
        return make_choices(values["mood_key"], cls.parse_scores(values["moods"]))


def make_choices(key: str | None, scores: Mapping[str, int]) -> MoodChoices:
    """Return the choices for `key`; moods are matched without regard to case."""
    return MoodChoices(key, {mood.casefold(): score for mood, score in scores.items()})


class StartSchema(Schema):
    """What Daylio's moods become, once it is known which there are. It may be left out."""

    class Meta:
        may_be_absent = True

    mood_key = fields.String(load_default=None, allow_none=True, validate=KEY)
    moods = fields.Dict(
        keys=fields.String(),
        values=fields.Integer(
            strict=True, validate=validate.Range(1, 5, error="Use a score from 1 to 5.")
        ),
        load_default=dict,
    )


class FailureSchema(Schema):
    """An entry that could not be brought in, and why."""

    where = fields.String(required=True)
    why = fields.String(required=True)


class ImportedSchema(Schema):
    """What an import did with the days of a file, what failed, and what had to stay behind."""

    created = fields.Integer(required=True)
    joined = fields.Integer(
        required=True, metadata={"description": "Days that were there and got something new"}
    )
    restored = fields.Integer(
        required=True, metadata={"description": "Days that came back from the trash"}
    )
    skipped = fields.Integer(required=True)
    failed = fields.List(fields.Nested(FailureSchema), required=True, attribute="failures")
    left_behind = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)


class ImportStatusSchema(Schema):
    """An import: what is in the file, how far it is, and what came of it."""

    id = fields.UUID(required=True)
    kind = fields.String(required=True)
    state = fields.String(required=True)
    created_at = UtcInstant(required=True)
    done = fields.Integer(required=True)
    total = fields.Integer(required=True)
    days = fields.Integer(required=True)
    there = fields.Integer(required=True)
    first_date = fields.String(required=True, allow_none=True)
    last_date = fields.String(required=True, allow_none=True)
    photos = fields.Integer(required=True)
    left_behind = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    moods = fields.Dict(keys=fields.String(), values=fields.Integer(), allow_none=True)
    created = fields.Integer(required=True)
    joined = fields.Integer(required=True)
    restored = fields.Integer(required=True)
    skipped = fields.Integer(required=True)
    kept = fields.Integer(required=True)
    failed = fields.List(fields.Nested(FailureSchema), required=True, attribute="failures")


class ExportSchema(Schema):
    """Which form the journal is wanted in."""

    class Meta:
        unknown = RAISE

    format = fields.String(
        load_default="json",
        validate=validate.OneOf(FORMATS, error="Use one of: {choices}."),
    )
    table = fields.String(
        load_default="days",
        validate=validate.OneOf(tuple(TABLES), error="Use one of: {choices}."),
        metadata={"description": "Which table of CSV"},
    )
    period = fields.String(
        load_default=None,
        metadata={"description": "The month or year of a PDF, like 2026-11; else this year"},
    )
    every_day = fields.Boolean(load_default=True, truthy={"true"}, falsy={"false"})
    without_names = fields.String(
        load_default="",
        metadata={"description": "Names to leave out of a PDF, separated by commas"},
    )
