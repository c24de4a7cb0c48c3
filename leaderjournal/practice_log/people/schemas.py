"""What merging and forgetting a person take."""

from marshmallow import Schema

from leaderjournal.kernel.fields import Id, Line, StrictBoolean


class MergePersonSchema(Schema):
    """The person that another one is merged into."""

    into = Id(required=True)


class ForgetPersonSchema(Schema):
    """What replaces a name in every text, such as "someone"; null leaves the texts alone."""

    replacement = Line(longest=80, allow_none=True, load_default=None)
    any_case = StrictBoolean(
        load_default=False,
        metadata={"description": "Also where a name of one word is written in small letters"},
    )
