"""Checks of every request before a view sees it: its size, encoding and text."""

from collections.abc import Iterable
from typing import Any, NoReturn

import flask_smorest
from flask import Flask, Request, request
from marshmallow import Schema
from webargs.core import is_json
from webargs.flaskparser import FlaskParser
from werkzeug.datastructures import Authorization
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.routing import BaseConverter

from leaderjournal.kernel.json_input import (
    INVALID_TEXT,
    InvalidText,
    UnreadableJson,
    is_text,
    read_json,
)
from leaderjournal.kernel.problems import API_PREFIX, Problem, raise_invalid

MEGABYTE = 1_000_000
LARGEST_IMPORT = 50 * MEGABYTE
"""Bytes of a journal to import; any other body may have a megabyte."""

FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


class CheckedRequest(Request):
    """A request that tolerates malformed headers."""

    @property
    def authorization(self) -> Authorization | None:
        """The credentials; None if they cannot be read, for example because they are not ASCII."""
        try:
            return super().authorization
        except ValueError:
            return None


class NumberConverter(BaseConverter):
    """A whole number in a URL, of at most nine digits."""

    regex = "[0-9]{1,9}"

    def to_python(self, value: str) -> int:
        """Return the number."""
        return int(value)


class LimitedParser(FlaskParser):
    """Reads bodies: a body is required, and JSON is read within limits."""

    def load_json(self, req: Any, schema: Schema) -> Any:
        """Return the body's JSON. Raises Problem (400, 415, 422)."""
        content = req.get_data(cache=True)
        if not content and getattr(schema.Meta, "may_be_absent", False):
            return {}
        if not content:
            raise Problem(400, "This call takes a body. Send it as application/json.")
        if not is_json(req.mimetype):
            raise Problem(415, "Send this as application/json.")
        try:
            return read_json(content)
        except InvalidText as error:
            raise_invalid({error.path or "body": [str(error)]})
        except UnreadableJson as error:
            raise Problem(400, str(error)) from None


class Blueprint(flask_smorest.Blueprint):  # type: ignore[misc]  # flask-smorest has no types
    """A part of the API, whose bodies are read by `LimitedParser`."""

    ARGUMENTS_PARSER = LimitedParser()


def init_request_checks(app: Flask) -> None:
    """Check every request to `app`. Comes after authentication, since it reads forms."""
    app.before_request(refuse_unreadable)


def refuse_large_body() -> None:
    """Raise 413 for a body with a Content-Length over the limit, before any of it is read."""
    most = request.max_content_length
    if most is not None and (request.content_length or 0) > most:
        raise RequestEntityTooLarge


def refuse_unreadable() -> None:
    """Raise Problem for invalid text in the URL or a form, and for encoded bodies."""
    if not is_text(request.path):
        raise Problem(404, "There is nothing at this address.")
    _refuse_invalid_text(request.args.items(multi=True))
    if request.headers.get("Content-Encoding", "identity").lower() not in ("", "identity"):
        raise Problem(415, "Send the body as it is, without a Content-Encoding.")
    if request.mimetype in FORMS and request.endpoint and not _is_json_call():
        _refuse_invalid_text(request.form.items(multi=True))
        _refuse_invalid_text((name, file.filename or "") for name, file in request.files.items())


def _is_json_call() -> bool:
    return request.path.startswith(API_PREFIX) and request.mimetype == FORMS[0]


def _refuse_invalid_text(pairs: Iterable[tuple[str | None, str]]) -> None:
    # A part of a multipart form may have no name at all.
    for name, value in pairs:
        if name is None or not is_text(name) or not is_text(value):
            _refuse(name)


def _refuse(name: str | None) -> NoReturn:
    raise_invalid({name if name and is_text(name) else "name": [INVALID_TEXT]})
