"""How the API represents the practice log of a month or a year."""

from marshmallow import Schema, fields


class CommitmentFiguresSchema(Schema):
    """The results of the commitments made in a period."""

    made = fields.Integer(required=True)
    kept = fields.Integer(required=True)
    missed = fields.Integer(required=True)
    open = fields.Integer(required=True)


class CommitmentsInFullSchema(CommitmentFiguresSchema):
    """`share_kept` is of the settled ones, `moved` how often a commitment was postponed."""

    moved = fields.Integer(required=True)
    share_kept = fields.Float(required=True, allow_none=True)


class HandOffFiguresSchema(Schema):
    """Hand-offs made in a period, and how often the leader stepped back in."""

    made = fields.Integer(required=True)
    stepped_back_in = fields.Integer(required=True)


class HandOffsInFullSchema(HandOffFiguresSchema):
    """How many hand-offs hold at the end of the period, and the median of the days they held."""

    holding = fields.Integer(required=True)
    median_days = fields.Float(required=True, allow_none=True)


class PersonFiguresSchema(Schema):
    """How many acts a person received in a period."""

    name = fields.String(required=True)
    acts = fields.Integer(required=True)


class NumberFiguresSchema(Schema):
    """The number of a period."""

    target = fields.Float(required=True, allow_none=True)
    actual = fields.Float(required=True, allow_none=True)


class NumberInFullSchema(NumberFiguresSchema):
    """The number of a period with its unit."""

    unit = fields.String(required=True)


class PracticeFiguresSchema(Schema):
    """The practice log of a month or a year."""

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
