"""What the calls and forms of the team mirror take and return."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from leaderjournal.accounts.mail_opt_outs.rules import normalize_mailbox
from leaderjournal.kernel.fields import Day, UserText
from leaderjournal.practice import catalogue
from leaderjournal.team_mirror.rules import MAX_PEOPLE, MIN_ANSWERS, Answer

LONGEST_LINE = 500


class IssueSchema(Schema):
    """How many people get a link."""

    links = fields.Integer(
        strict=True,
        required=True,
        validate=validate.Range(
            MIN_ANSWERS, MAX_PEOPLE, error=f"Use {MIN_ANSWERS} to {MAX_PEOPLE}."
        ),
        error_messages={"invalid": f"Use a whole number, {MIN_ANSWERS} to {MAX_PEOPLE}."},
    )


class AddressesSchema(Schema):
    """The addresses that get a link by mail, one a line."""

    addresses = UserText(longest=8_000, required=True)

    @validates_schema
    def _check_addresses(self, data: dict[str, Any], **_kwargs: Any) -> None:
        given = split_addresses(data["addresses"])
        try:
            for address in given:
                validate.Email()(address)
        except ValidationError:
            message = "Write one e-mail address on each line."
            raise ValidationError(message, "addresses") from None
        if len({normalize_mailbox(address) for address in given}) < len(given):
            raise ValidationError("Name each address once.", "addresses")
        if not MIN_ANSWERS <= len(given) <= MAX_PEOPLE:
            raise ValidationError(f"Use {MIN_ANSWERS} to {MAX_PEOPLE} addresses.", "addresses")


def split_addresses(text: str) -> list[str]:
    """Return the addresses of a text, separated by line breaks or commas."""
    return [part.strip() for part in text.replace(",", "\n").splitlines() if part.strip()]


def _build_score_field(key: str) -> fields.Integer:
    return fields.Integer(
        data_key=f"score-{key}",
        allow_none=True,
        load_default=None,
        validate=validate.Range(1, 5, error="Choose one of the five."),
        error_messages={"invalid": "Choose one of the five."},
    )


class AnswerForm(Schema):
    """One person's answer: a score and a line for each key, each of them optional."""

    @staticmethod
    def to_answer(data: dict[str, Any]) -> Answer:
        """Return the loaded values as an answer."""
        return Answer(
            {k: data[f"score_{k}"] for k in catalogue.KEY_SLUGS if data[f"score_{k}"] is not None},
            {k: data[f"line_{k}"] for k in catalogue.KEY_SLUGS if data[f"line_{k}"]},
        )

    @validates_schema
    def _check_not_empty(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if not self.to_answer(data).scores:
            first = f"score-{catalogue.KEY_SLUGS[0]}"
            raise ValidationError("Give at least one of the three keys a score.", first)


class Line(UserText):
    """A line about a key, with its spaces collapsed."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        return " ".join(super()._deserialize(value, attr, data, **kwargs).split())


AnswerSchema: type[AnswerForm] = AnswerForm.from_dict(  # type: ignore[assignment]
    {f"score_{key}": _build_score_field(key) for key in catalogue.KEY_SLUGS}
    | {
        f"line_{key}": Line(data_key=f"line-{key}", longest=LONGEST_LINE, load_default="")
        for key in catalogue.KEY_SLUGS
    },
    name="TeamAnswer",
)


class KeyMeanSchema(Schema):
    """The team's mean score of a key."""

    mean = fields.Float(required=True)
    n = fields.Integer(required=True)


class MirrorResultSchema(Schema):
    """The result of a closed mirror."""

    answers = fields.Integer(required=True)
    scores = fields.Dict(keys=fields.String(), values=fields.Nested(KeyMeanSchema), required=True)
    lines = fields.Dict(keys=fields.String(), values=fields.List(fields.String()), required=True)


class MirrorSchema(Schema):
    """The mirror of a month; `shown` is null until it is closed with three answers or more."""

    id = fields.UUID(required=True)
    month = fields.String(required=True)
    last_date = Day(required=True)
    is_closed = fields.Boolean(required=True)
    issued = fields.Integer(required=True)
    shown = fields.Nested(MirrorResultSchema, required=True, allow_none=True)


class IssuedSchema(Schema):
    """The links of a mirror. They are returned once and not stored."""

    id = fields.UUID(required=True)
    month = fields.String(required=True)
    links = fields.List(fields.Url(), required=True)


def _build_dict_by_key(inner: fields.Field[Any], most: int) -> fields.Dict:
    return fields.Dict(
        keys=fields.String(validate=validate.OneOf(catalogue.KEY_SLUGS)),
        values=fields.List(inner, validate=validate.Length(max=most)),
        required=True,
    )


class TallySchema(Schema):
    """A closed mirror in an export."""

    last_date = Day(required=True)
    issued = fields.Integer(strict=True, required=True, validate=validate.Range(0, MAX_PEOPLE))
    answers = fields.Integer(strict=True, required=True, validate=validate.Range(0, MAX_PEOPLE))
    scores = _build_dict_by_key(
        fields.Integer(strict=True, validate=validate.Range(1, 5)), MAX_PEOPLE
    )
    lines = _build_dict_by_key(Line(longest=LONGEST_LINE), MAX_PEOPLE)

    @post_load
    def _to_tuples(self, data: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        return data | {
            "scores": {key: tuple(sorted(scores)) for key, scores in data["scores"].items()},
            "lines": {key: tuple(lines) for key, lines in data["lines"].items()},
        }
