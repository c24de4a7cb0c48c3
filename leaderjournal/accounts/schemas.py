"""The input and output of accounts, for forms and the API."""

from collections.abc import Mapping
from datetime import time
from typing import Any

from email_validator import EmailNotValidError, validate_email
from marshmallow import Schema, ValidationError, fields, validate, validates_schema
from marshmallow.experimental.context import Context

from leaderjournal.accounts.api_tokens.scopes import ALL_SCOPES, Scope
from leaderjournal.accounts.passwords.strength import find_weakness
from leaderjournal.accounts.rules import LONGEST_PASSWORD, SHORTEST_PASSWORD, TOKEN_LIFETIME
from leaderjournal.kernel.fields import ClockTime, Day, Line, TimeZoneName, UtcInstant

LANGUAGES = ("en",)
LATEST_START = "12:00"
UNKNOWN_SCOPE = "Use one or more of read, write and export."

PersonalWords = Context[tuple[str, ...]]
"""Name and address of the account whose password is checked: `with PersonalWords(…): load(…)`."""


class Email(fields.String):
    """An e-mail address (RFC 5321, 5322), in the form that its owner typed."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs).strip()
        try:
            return validate_email(
                text, check_deliverability=False, test_environment=True
            ).normalized
        except EmailNotValidError as error:
            raise ValidationError("Use an email address like name@example.com.") from error


class NewPassword(fields.String):
    """A password that its owner chooses: long enough and hard to guess."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        password = super()._deserialize(value, attr, data, **kwargs)
        if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
            raise ValidationError(f"Use {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters.")
        if any("\ud800" <= character <= "\udfff" for character in password):
            raise ValidationError("Remove the characters that aren’t text.")
        weakness = find_weakness(password, self._collect_personal_words(data))
        if weakness:
            raise ValidationError(weakness)
        return password

    def _collect_personal_words(self, data: Any) -> list[str]:
        """Return what an attacker tries first: the name and address sent with the password.

        If a form holds neither, `PersonalWords` has those of the account.
        """
        sent = [data.get(name) for name in ("name", "email")] if isinstance(data, Mapping) else []
        return [word for word in (*sent, *PersonalWords.get(())) if isinstance(word, str)]


class EnteredPassword(fields.String):
    """A password to be compared with the stored hash; any text is accepted, even if it is wrong."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        password = super()._deserialize(value, attr, data, **kwargs)
        return password.encode("utf-8", "replace").decode()


class ErasedSchema(Schema):
    """The answer for an erased account whose last traces are still to go."""

    detail = fields.String(required=True)


class CredentialsSchema(Schema):
    """An address and its password."""

    email = fields.String(required=True, validate=validate.Length(1, 320))
    password = EnteredPassword(required=True, load_only=True)


class NewAccountSchema(Schema):
    """What it takes to register."""

    email = Email(required=True, metadata={"format": "email"})
    password = NewPassword(
        required=True,
        load_only=True,
        metadata={"minLength": SHORTEST_PASSWORD, "maxLength": LONGEST_PASSWORD},
    )
    name = Line(longest=200, required=True)
    time_zone = TimeZoneName(required=True)


class RegistrationSchema(NewAccountSchema):
    """What it takes to register, with the invitation where one is needed."""

    invitation = fields.String(load_only=True, load_default="", validate=validate.Length(max=200))


class ScopeField(fields.List[str]):
    """What a token may do: one or more of read, write and export."""

    def __init__(self, **kwargs: Any) -> None:
        word = fields.String(
            validate=validate.OneOf(list(Scope), error=UNKNOWN_SCOPE),
            error_messages={"invalid": UNKNOWN_SCOPE},
        )
        super().__init__(word, validate=validate.Length(1, 3, error=UNKNOWN_SCOPE), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        named = super()._deserialize(value, attr, data, **kwargs)
        return frozenset(Scope(str(name)) for name in named)


class NewTokenSchema(CredentialsSchema):
    """What it takes to get a token."""

    label = Line(longest=100, load_default="API")
    scope = ScopeField(load_default=ALL_SCOPES)
    expires_in_days = fields.Integer(
        strict=True,
        load_default=TOKEN_LIFETIME.days,
        validate=validate.Range(1, TOKEN_LIFETIME.days, error="Use 1 to 365 days."),
        error_messages={"invalid": "Use 1 to 365 days."},
    )
    otp = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=100))
    """A code of the second factor or a recovery code, where the account has one."""


class TokenSchema(Schema):
    """A token in a list."""

    id = fields.UUID(required=True)
    label = fields.String(required=True)
    scope = fields.List(fields.String(validate=validate.OneOf(list(Scope))), required=True)
    created_at = UtcInstant(required=True)
    last_used_at = UtcInstant(required=True, allow_none=True)
    expires_at = UtcInstant(required=True)


class IssuedTokenSchema(TokenSchema):
    """A token at the one time it is shown."""

    token = fields.String(required=True)


class PracticeDaysField(fields.List[int]):
    """ISO weekdays, 1 (Monday) to 7 (Sunday), at least one, each once."""

    def __init__(self, **kwargs: Any) -> None:
        weekday = fields.Integer(
            strict=True,
            validate=validate.Range(1, 7, error="Use weekdays from 1 (Monday) to 7 (Sunday)."),
            error_messages={"invalid": "Use weekdays from 1 (Monday) to 7 (Sunday)."},
        )
        super().__init__(
            weekday,
            validate=validate.Length(1, 7, error="Choose 1 to 7 weekdays."),
            **kwargs,
        )

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> list[int]:
        return sorted(value)


def _check_morning(value: time) -> None:
    if value.strftime("%H:%M") > LATEST_START:
        raise ValidationError("Use a time from 00:00 to 12:00.")


class MeSchema(Schema):
    """The leader, as they set themselves."""

    id = fields.UUID(required=True, dump_only=True)
    email = fields.String(required=True, dump_only=True)
    email_verified = fields.Boolean(required=True, dump_only=True)
    name = Line(longest=200)
    time_zone = TimeZoneName()
    day_starts_at = ClockTime(
        validate=_check_morning,
        metadata={"type": "string", "pattern": "^((0[0-9]|1[01]):[0-5][0-9]|12:00)$"},
    )
    practice_days = PracticeDaysField()
    language = fields.String(validate=validate.OneOf(LANGUAGES, error="Use one of: {choices}."))


class SessionSchema(Schema):
    """Whose session it is. A service worker, which has no page, needs the token from here."""

    csrf_token = fields.String(required=True)
    account_id = fields.UUID(required=True)
    time_zone = TimeZoneName(required=True)
    day_starts_at = ClockTime(required=True)


class EraseSchema(Schema):
    """The password that erasing an account asks for."""

    password = EnteredPassword(required=True, load_only=True)


class PauseSchema(Schema):
    """A pause: local days, both included; without a last day it lasts until it is ended."""

    id = fields.UUID(dump_only=True)
    first_date = Day(required=True)
    last_date = Day(allow_none=True, load_default=None)

    @validates_schema
    def _check_order(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if data["last_date"] is not None and data["last_date"] < data["first_date"]:
            raise ValidationError("Use the first day or a later one.", "last_date")
