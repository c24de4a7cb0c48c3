"""Replies to errors: a page for people, `application/problem+json` (RFC 9457) for programs."""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
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
    400: "Something was wrong with that request. Check it, then send it again.",
    401: "Sign in first, or send a valid token.",
    403: "Your account doesn’t have permission to do this.",
    404: "There’s nothing at this address. The page may have moved, or the link may be wrong.",
    405: "This address doesn’t accept this kind of request.",
    408: "This took too long to arrive. Send it again.",
    413: "That’s too large. A request can hold 1 MB, a journal to import 50 MB.",
    415: "Send this as JSON, with Content-Type: application/json.",
    429: "Too many attempts. Wait a moment, then try again.",
    500: "Something went wrong on our side. Try again in a moment.",
}

REFUSED_HEADING, FAILED_HEADING = "That didn’t work", "Something went wrong"
PROBLEM_HEADINGS = {
    401: "Sign in first",
    403: "You don’t have access to this page",
    404: "Page not found",
    409: "Something else is there already",
    413: "That’s too large",
    422: "Please check what you entered",
    429: "Slow down a little",
}
"""The others are headed REFUSED_HEADING, or FAILED_HEADING from 500 on."""
OUTAGE_HEADINGS = {503: "The journal is busy", 507: "The journal is full"}
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


@dataclass(frozen=True, slots=True)
class SubmittedField:
    """A field of a form that an outage kept from being saved; shown if it has a label."""

    name: str
    value: str
    label: str


class Problem(HTTPException):
    """An error with a status, a sentence, messages by field and additional members."""

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
    """Return all messages in one line, each with its field."""
    return " ".join(f"{field}: {message}" for field, texts in errors.items() for message in texts)


def flatten_messages(messages: Any, prefix: str = "") -> Errors:
    """Return marshmallow's nested messages as a list per dotted field."""
    if isinstance(messages, dict):
        result: Errors = {}
        for name, inner in messages.items():
            path = f"{prefix}.{name}" if prefix else str(name)
            result |= flatten_messages(inner, prefix if name == "_schema" else path)
        return result
    texts = messages if isinstance(messages, list) else [messages]
    return {prefix or "body": [str(text) for text in texts]}


def init_problems(app: Flask) -> None:
    """Answer every error as a page or as JSON."""
    app.register_error_handler(HTTPException, _answer_problem)
    for kind in SYSTEM_ERRORS:
        app.register_error_handler(kind, _answer_outage)


def _answer_problem(error: HTTPException) -> Response:
    status = error.code or 500
    errors = _find_errors(error)
    if isinstance(error, Problem):
        detail = error.description or ""
    elif errors:
        detail = summarize_errors(errors)
    else:
        detail = DETAILS.get(status, error.description or error.name)
    if request.path.startswith(API_PREFIX):
        members = {"errors": errors} if errors else {}
        response = _build_json(status, error.name, detail, members | getattr(error, "members", {}))
    else:
        response = _render_problem(status, _describe_to_person(errors) or detail)
    for name, value in error.get_headers():
        if name in {"Allow", "Retry-After", "WWW-Authenticate"}:
            response.headers[name] = value
    for name, value in getattr(error, "extra_headers", {}).items():
        response.headers[name] = value
    return response


def _find_errors(error: HTTPException) -> Errors | None:
    """Return the messages by field of a Problem, or of an error of webargs."""
    errors: Errors | None = getattr(error, "errors", None)
    locations = (getattr(error, "data", None) or {}).get("messages")
    if errors is not None or not locations:
        return errors
    return {
        field: texts
        for inner in locations.values()
        for field, texts in flatten_messages(inner).items()
    }


def _build_json(status: int, title: str, detail: str, members: dict[str, Any]) -> Response:
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, **members}
    return Response(json.dumps(body), status, content_type=PROBLEM_TYPE)


def _describe_to_person(errors: Errors | None) -> str:
    """Return all messages in one line, each once, with the label of its field where it has one."""
    described = {
        f"{label}: {message}" if (label := _get_label(field)) else message: None
        for field, texts in (errors or {}).items()
        for message in texts
    }
    return " ".join(described)


def _render_problem(status: int, detail: str) -> Response:
    """Return the page of a problem; like every page it reads from the database who is signed in."""
    try:
        page = render_template(
            "errors/problem.html",
            heading=PROBLEM_HEADINGS.get(
                status, FAILED_HEADING if status >= 500 else REFUSED_HEADING
            ),
            detail=detail,
            has_lost_form=request.method == "POST" and status in {400, 413, 422, 429},
        )
    except SYSTEM_ERRORS as failed:
        return _answer_outage(failed)
    return Response(page, status)


def _answer_outage(error: Exception) -> Response:
    """Answer an error that is an outage; raise any other again."""
    outage = find_outage(error)
    if outage is None and is_schema_error(error) and not _is_schema_current():
        log.warning("the schema is not up to date: run `flask --app app db upgrade`")
        outage = BUSY
    if outage is None:
        raise error
    log.warning("%s answers %s: %s", request.endpoint, outage.status, format_outage(error))
    if request.path.startswith(API_PREFIX):
        title = Problem(outage.status, outage.detail).name
        response = _build_json(outage.status, title, outage.detail, {})
    else:
        response = Response(_render_outage(outage), outage.status)
    response.headers["Retry-After"] = str(outage.retry_after)
    return response


def _is_schema_current() -> bool:
    """Tell whether the schema is current, or cannot be checked."""
    try:
        with db.engine.connect() as connection:
            return is_current(connection)
    except SYSTEM_ERRORS:
        return True


def _render_outage(outage: Outage) -> str:
    """Return the page of an outage, with the content of a submitted form to send again.

    A form with a password is not repeated: the browser still has it one page back.
    """
    is_form = request.method == "POST"
    fields = list(request.form.items(multi=True)) if is_form else []
    # An unknown URL is not written into the page either.
    is_known = request.endpoint is not None
    is_secret = bool(request.files) or any("password" in name for name, _ in fields)
    # Without the usual context of pages, which reads from the database who is signed in.
    return current_app.jinja_env.get_template("errors/outage.html").render(
        heading=OUTAGE_HEADINGS[outage.status],
        detail=outage.detail,
        fields=[
            SubmittedField(name, value, _get_label(name) if value.strip() else "")
            for name, value in fields
            if is_known and not is_secret
        ],
        is_form=is_form,
        address=request.full_path.rstrip("?") if is_known else "/",
    )


def _get_label(name: str) -> str:
    """Return the label of a text field on the page of an outage; "" for other fields."""
    known = LABELS.get(name) or LABELS.get(name.partition("-")[0])
    return known or ""
