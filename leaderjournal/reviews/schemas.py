"""What the API's calls of reviews give."""

from marshmallow import Schema, fields

from leaderjournal.kernel.fields import Day
from leaderjournal.practice_log.summary.schemas import (
    CommitmentFiguresSchema,
    HandOffFiguresSchema,
    NumberFiguresSchema,
    PersonFiguresSchema,
)
from leaderjournal.reviews.day_marks.rules import Mark
from leaderjournal.team_mirror.schemas import KeyMeanSchema


class LengthsSchema(Schema):
    """A streak's lengths, in days kept."""

    current = fields.Integer(required=True)
    longest = fields.Integer(required=True)


class StreakSchema(LengthsSchema):
    """The streaks as they stand today."""

    by_key = fields.Dict(keys=fields.String(), values=fields.Nested(LengthsSchema), required=True)
    freezes = fields.Integer(required=True)
    steadiness = fields.Integer(required=True)
    last_date = Day(required=True, allow_none=True)
    at_risk = fields.Boolean(required=True)


class BestSchema(Schema):
    """The highest score and the day it was given for."""

    date = Day(required=True)
    score = fields.Integer(required=True)


class BehaviourFiguresSchema(Schema):
    """How often a behaviour was looked at, and its mean score."""

    count = fields.Integer(required=True)
    mean = fields.Float(required=True, allow_none=True)


class KeyFiguresSchema(Schema):
    """A key's scores in the period."""

    mean = fields.Float(required=True, allow_none=True)
    median = fields.Float(required=True, allow_none=True)
    count = fields.Integer(required=True)
    trend = fields.Float(required=True, allow_none=True)
    previous_mean = fields.Float(required=True, allow_none=True)
    best = fields.Nested(BestSchema, required=True, allow_none=True)
    behaviours = fields.Dict(
        keys=fields.String(), values=fields.Nested(BehaviourFiguresSchema), required=True
    )


class DayFiguresSchema(Schema):
    """A date of the period: its scores by key, how many words, and what it was to the practice."""

    date = Day(required=True)
    scores = fields.Dict(
        keys=fields.String(), values=fields.Integer(allow_none=True), required=True
    )
    words = fields.Integer(required=True)
    marks = fields.List(
        fields.Enum(Mark, by_value=True),
        required=True,
        metadata={
            "description": "`kept`: a practice day with an entry; `extra`: an entry on another "
            "day; `missed`: a practice day that is over without one; `freeze`: a freeze was "
            "spent, so the streak went on; `late`: written after 48 hours, so no streak counts "
            "it; `paused` and `short` (cut short by a journey): nothing was expected."
        },
    )


class HighlightSchema(Schema):
    """Words to reread."""

    date = Day(required=True)
    key = fields.String(required=True, allow_none=True)
    text = fields.String(required=True)


class SummarySchema(Schema):
    """A month or a year in figures."""

    period = fields.String(required=True)
    days_expected = fields.Integer(
        required=True,
        metadata={
            "description": "Practice days that are over, or written already; those of a year are "
            "the sum of its months."
        },
    )
    days_kept = fields.Integer(
        required=True,
        metadata={"description": "Practice days with an entry, of those expected."},
    )
    days_extra = fields.Integer(
        required=True,
        metadata={"description": "Other days with an entry: weekends, pauses, journeys."},
    )
    streak_longest = fields.Integer(
        required=True,
        metadata={
            "description": "The most days of a single streak within the period; `longest` of "
            "`GET /streak` is the longest ever."
        },
    )
    words = fields.Integer(required=True)
    by_key = fields.Dict(
        keys=fields.String(), values=fields.Nested(KeyFiguresSchema), required=True
    )
    days = fields.List(fields.Nested(DayFiguresSchema), required=True)
    commitments = fields.Nested(CommitmentFiguresSchema, required=True)
    wins = fields.Integer(required=True)
    hand_offs = fields.Nested(HandOffFiguresSchema, required=True)
    people = fields.List(fields.Nested(PersonFiguresSchema), required=True)
    number = fields.Nested(NumberFiguresSchema, required=True, allow_none=True)
    team = fields.Dict(
        keys=fields.String(),
        values=fields.Nested(KeyMeanSchema),
        required=True,
        allow_none=True,
    )
    highlights = fields.List(fields.Nested(HighlightSchema), required=True)
    compared_with = fields.String(required=True)


class WordCountSchema(Schema):
    """A word or a name, and how often it was written."""

    word = fields.String(required=True)
    count = fields.Integer(required=True)


class AnswerLengthSchema(Schema):
    """How many answers got a mirror score, and how many words they have on average."""

    score = fields.Integer(required=True)
    answers = fields.Integer(required=True)
    mean_words = fields.Float(required=True)


class WordFiguresSchema(Schema):
    """The words of a month or a year."""

    most_used = fields.Dict(
        keys=fields.String(), values=fields.List(fields.Nested(WordCountSchema)), required=True
    )
    names = fields.List(fields.Nested(WordCountSchema), required=True)
    by_score = fields.List(fields.Nested(AnswerLengthSchema), required=True)
