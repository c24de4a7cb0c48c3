"""What the import's call gives."""

from flask_smorest.fields import Upload
from marshmallow import Schema, fields


class UploadSchema(Schema):
    """A journal's file."""

    file = Upload(required=True, metadata={"description": "A Day One JSON zip, up to 50 MB"})


class FailureSchema(Schema):
    """An entry that could not be brought in, and why."""

    where = fields.String(required=True)
    why = fields.String(required=True)


class ImportedSchema(Schema):
    """What an import did: days created, days that were there already, entries that failed."""

    created = fields.Integer(required=True)
    skipped = fields.Integer(required=True)
    failed = fields.List(fields.Nested(FailureSchema), required=True)
