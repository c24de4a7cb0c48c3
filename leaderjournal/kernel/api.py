"""The frame of the JSON API: its OpenAPI document, URL converters and common problems."""

from copy import deepcopy
from typing import Any
from uuid import UUID

from flask import Flask, Response, jsonify, request
from flask_smorest import Api
from marshmallow import Schema, ValidationError, fields
from werkzeug.routing import BaseConverter

from leaderjournal.kernel.days import LocalDate
from leaderjournal.kernel.fields import DAY_PATTERN, Day
from leaderjournal.kernel.openapi import Plugin, add_condition_headers, join_forms
from leaderjournal.kernel.problems import PROBLEM_TYPE, Problem, raise_invalid
from leaderjournal.kernel.request_checks import Blueprint

PREFIX = "/api/v1"

PROBLEMS = {
    "400": "Something was wrong with the request",
    "401": "No valid session or token",
    "403": "The CSRF token is missing or wrong",
    "404": "There is nothing here",
    "405": "This address does not take this method",
    "409": "It conflicts with what is there",
    "410": "It was there and was removed for good",
    "412": "It has been changed meanwhile; `current` holds what is stored",
    "408": "The body did not come in time",
    "413": "The body is too large",
    "415": "The body is of another type",
    "422": "A field is not valid; `errors` names it and what is allowed",
    "429": "Too many attempts; `Retry-After` says how many seconds to wait",
    "503": "Nothing can be saved or read just now; `Retry-After` says when to try again",
    "507": "There is no room left to save anything; `Retry-After` says when to try again",
}
PROBLEM_SCHEMA = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "object",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
    },
}


class DayConverter(BaseConverter):
    """A local date in a URL; any other text is answered with what is allowed."""

    regex = "[^/]+"

    def to_python(self, value: str) -> LocalDate:
        """Return the date. Raises Problem (422)."""
        try:
            return LocalDate(Day().deserialize(value))
        except ValidationError as error:
            raise_invalid({"local_date": [str(text) for text in error.messages]})


class ApiWithProblems(Api):  # type: ignore[misc]  # flask-smorest has no types
    """An API that leaves errors to `kernel.problems`."""

    def _register_error_handlers(self) -> None:
        """Leave errors to the handler of the application, which serves pages and the API."""


class IdSchema(Schema):
    """The id of what a call created."""

    id = fields.UUID(required=True)


def init_api(app: Flask, blueprints: list[Blueprint]) -> None:
    """Serve the API and its OpenAPI 3.1 document."""
    app.config |= {
        "API_TITLE": "Leader Journal",
        "API_VERSION": "v1",
        "OPENAPI_VERSION": "3.1.0",
        "API_SPEC_OPTIONS": {
            "security": [{"token": []}, {"session": [], "csrf": []}],
            "components": {
                "securitySchemes": {
                    "token": {"type": "http", "scheme": "bearer"},
                    "session": {"type": "apiKey", "in": "cookie", "name": "session"},
                    "csrf": {"type": "apiKey", "in": "header", "name": "X-CSRFToken"},
                },
                "responses": {
                    f"Problem{status}": {
                        "description": text,
                        "content": {
                            PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}
                        },
                    }
                    for status, text in PROBLEMS.items()
                },
            },
        },
    }
    app.before_request(_refuse_other_bodies)
    api = ApiWithProblems(app, spec_kwargs={"marshmallow_plugin": Plugin()})
    api.register_converter(DayConverter, _build_day_parameter)
    for blueprint in blueprints:
        api.register_blueprint(blueprint)

    @app.get(f"{PREFIX}/openapi.json")
    def openapi() -> Response:
        response = jsonify(add_problems(api.spec.to_dict()))
        response.headers["Cache-Control"] = "public, max-age=300"
        return response


TAKE_FILES = frozenset(
    {f"{PREFIX}/imports", f"{PREFIX}/imports/preview", f"{PREFIX}/numbers/import"}
)


def _refuse_other_bodies() -> None:
    """Raise Problem (415) for a body that is neither JSON nor, for an upload, a form."""
    if request.routing_exception is not None:
        return
    chunked = request.content_length is None and "Transfer-Encoding" in request.headers
    if not request.path.startswith(PREFIX) or not (request.content_length or chunked):
        return
    wanted = "multipart/form-data" if request.path in TAKE_FILES else "application/json"
    if request.mimetype != wanted and not (wanted.endswith("json") and request.is_json):
        raise Problem(415, f"Send this as {wanted}.")


def _build_day_parameter(_converter: BaseConverter) -> dict[str, str]:
    return {"type": "string", "format": "date", "pattern": DAY_PATTERN}


def add_problems(document: dict[str, Any]) -> dict[str, Any]:
    """Return the OpenAPI `document` with the problems that every call may answer with."""
    document = deepcopy(document)
    components = document.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = PROBLEM_SCHEMA
    components["responses"] = {
        name: response
        for name, response in components.get("responses", {}).items()
        if name.startswith("Problem")
    }
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method not in {"get", "put", "post", "patch", "delete"}:
                continue
            join_forms(operation, components)
            # A body is checked even if the call takes none.
            statuses = {"400", "408", "413", "415", "422", "503", "507"}
            statuses |= set(operation.pop("x-problems", []))
            if operation.get("security") != []:
                statuses |= {"401", "403"}
            if "{" in path:
                statuses.add("404")
            add_condition_headers(operation, statuses)
            responses = operation["responses"]
            responses.pop("default", None)
            for status in statuses:
                responses[status] = {"$ref": f"#/components/responses/Problem{status}"}
    return document


def format_page(items: list[Any], next_cursor: str | None = None) -> dict[str, Any]:
    """Return the reply of a collection: its items and the cursor of the next ones."""
    return {"items": items, "next_cursor": next_cursor}


def create_page_schema(item: type[Schema], name: str) -> type[Schema]:
    """Return the schema of a collection of `item`."""
    return Schema.from_dict(
        {
            "items": fields.List(fields.Nested(item), required=True),
            "next_cursor": fields.String(required=True, allow_none=True),
        },
        name=name,
    )


def parse_uuid(text: str) -> UUID | None:
    """Return `text` as a UUID; None if it is none."""
    try:
        return UUID(text)
    except ValueError:
        return None
