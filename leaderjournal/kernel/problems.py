"""Errors as people and programs read them: a page, or `application/problem+json` (RFC 9457)."""

import json
import logging
from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

from flask import Flask, Response, current_app, render_template, request
from werkzeug.exceptions import HTTPException

from leaderjournal.kernel.database import db
from leaderjournal.kernel.outages import (
    BUSY,
    SYSTEM_ERRORS,
    Outage,
    find_outage,
    format_outage,
    is_schema_error,
)
from leaderjournal.kernel.schema import is_current

log = logging.getLogger("leaderjournal.problems")

API_PREFIX = "/api/"
PROBLEM_TYPE = "application/problem+json"
DETAILS = {
    400: "This request could not be understood.",
    401: "Sign in first, or send a valid token.",
    403: "You may not do this.",
    404: "There is nothing at this address.",
    405: "This address does not take this kind of request.",
    408: "This took too long to arrive. Send it again.",
    413: "This is too large: a request may hold 1 MB, a journal to import 50 MB.",
    415: "Send this as JSON, with Content-Type: application/json.",
    429: "Too many tries. Wait a little, then try again.",
    500: "Something went wrong on our side. Nothing of yours was changed.",
}

HEADINGS = {503: "The journal is busy just now", 507: "The journal is full"}
LABELS = {
    "text": "Your words",
    "note": "Your note",
    "commitment": "What you will do",
    "celebrated_how": "How you celebrated",
    "mirror": "Your words",
    "grew": "What grew",
    "let_go": "What you let go",
    "name": "Name",
}

Errors = dict[str, list[str]]
Parsed = TypeVar("Parsed")


class Problem(HTTPException):
    """An error with a status, a sentence, messages by field and further members."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        errors: Errors | None = None,
        headers: dict[str, str] | None = None,
        **members: Any,
    ) -> None:
        super().__init__(detail)
        self.code = status
        self.errors = errors
        self.extra_headers = headers or {}
        self.members = members


def raise_invalid(errors: Errors) -> NoReturn:
    """Raise 422 with messages by field."""
    raise Problem(422, summarize_errors(errors), errors=errors)


def parse_or_refuse(name: str, parse: Callable[[str], Parsed], text: str) -> Parsed:
    """Return `parse(text)`. Raises Problem (422) with the ValueError's message under `name`."""
    try:
        return parse(text)
    except ValueError as error:
        raise_invalid({name: [str(error)]})


def summarize_errors(errors: Errors) -> str:
    """Return one sentence that names every field that is not right and what is allowed."""
    return " ".join(f"{field}: {message}" for field, texts in errors.items() for message in texts)


def flatten_messages(messages: Any, prefix: str = "") -> Errors:
    """Return marshmallow's nested messages as one list of messages per dotted field."""
    if isinstance(messages, dict):
        result: Errors = {}
        for name, inner in messages.items():
            path = f"{prefix}.{name}" if prefix else str(name)
            result |= flatten_messages(inner, prefix if name == "_schema" else path)
        return result
    texts = messages if isinstance(messages, list) else [messages]
    return {prefix or "body": [str(text) for text in texts]}


def init_problems(app: Flask) -> None:
    """Answer every error in the form its asker reads."""

    def answer(error: HTTPException) -> Response:
        status = error.code or 500
        webargs = getattr(error, "data", None) or {}
        errors = getattr(error, "errors", None)
        if errors is None and webargs.get("messages"):
            locations = webargs["messages"]
            errors = {
                field: texts
                for inner in locations.values()
                for field, texts in flatten_messages(inner).items()
            }
        if isinstance(error, Problem):
            detail = error.description or ""
        elif errors:
            detail = summarize_errors(errors)
        else:
            detail = DETAILS.get(status, error.description or error.name)
        if request.path.startswith(API_PREFIX):
            members = getattr(error, "members", {})
            body = {
                "type": "about:blank",
                "title": error.name,
                "status": status,
                "detail": detail,
                **({"errors": errors} if errors else {}),
                **members,
            }
            response = Response(json.dumps(body), status, content_type=PROBLEM_TYPE)
        else:
            response = _render_problem(status, error.name, detail)
        for name, value in error.get_headers():
            if name in {"Allow", "Retry-After", "WWW-Authenticate"}:
                response.headers[name] = value
        for name, value in getattr(error, "extra_headers", {}).items():
            response.headers[name] = value
        return response

    app.register_error_handler(HTTPException, answer)
    for kind in SYSTEM_ERRORS:
        app.register_error_handler(kind, _answer_outage)


def _render_problem(status: int, title: str, detail: str) -> Response:
    """Return the page of a problem; like every page it asks the database who is signed in."""
    try:
        page = render_template("errors/problem.html", status=status, title=title, detail=detail)
    except SYSTEM_ERRORS as failed:
        return _answer_outage(failed)
    return Response(page, status)


def _answer_outage(error: Exception) -> Response:
    """Answer an error that tells of an outage; raise any other again."""
    outage = find_outage(error)
    if outage is None and is_schema_error(error) and not _is_schema_current():
        log.warning("the schema is not up to date: run `flask --app app db upgrade`")
        outage = BUSY
    if outage is None:
        raise error
    log.warning("%s answers %s: %s", request.endpoint, outage.status, format_outage(error))
    if request.path.startswith(API_PREFIX):
        problem = Problem(outage.status, outage.detail)
        body = {
            "type": "about:blank",
            "title": problem.name,
            "status": outage.status,
            "detail": outage.detail,
        }
        response = Response(json.dumps(body), outage.status, content_type=PROBLEM_TYPE)
    else:
        response = Response(_render_outage(outage), outage.status)
    response.headers["Retry-After"] = str(outage.retry_after)
    return response


def _is_schema_current() -> bool:
    """Tell whether the schema is the newest, or whether that cannot be told."""
    try:
        with db.engine.connect() as connection:
            return is_current(connection)
    except SYSTEM_ERRORS:
        return True


def _render_outage(outage: Outage) -> str:
    """Return the page of an outage, with what was typed in a form, to be sent again.

    A password is not written into a page: such a form is still where the browser goes back to.
    """
    wrote = request.method == "POST"
    fields = list(request.form.items(multi=True)) if wrote else []
    # An address that leads nowhere here is not written into the page either.
    known = request.endpoint is not None
    secret = not known or bool(request.files) or any("password" in name for name, _ in fields)
    # Without the usual names of pages, which ask the database who is signed in.
    return current_app.jinja_env.get_template("errors/outage.html").render(
        status=outage.status,
        heading=HEADINGS[outage.status],
        detail=outage.detail,
        typed=[] if secret else fields,
        shown={name: label for name, _ in fields if (label := _get_label(name))},
        wrote=wrote,
        address=request.full_path.rstrip("?") if known else "/",
    )


def _get_label(name: str) -> str:
    """Return what a field with words is called on the page of an outage; "" for others."""
    known = LABELS.get(name) or LABELS.get(name.partition("-")[0])
    return known or ""
