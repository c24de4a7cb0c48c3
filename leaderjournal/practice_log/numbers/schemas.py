"""What the import of numbers takes and returns."""

from flask_smorest.fields import Upload
from marshmallow import EXCLUDE, Schema, fields


class NumbersFileSchema(Schema):
    """A CSV file of numbers."""

    class Meta:
        unknown = EXCLUDE

    file = Upload(required=True, metadata={"description": "CSV: period, target, actual, unit"})


class ImportedNumbersSchema(Schema):
    """How many numbers were created and changed."""

    created = fields.Integer(required=True)
    changed = fields.Integer(required=True)
