"""What the operator's tools ask: is the process up, is it ready, and what does it count."""

import hmac
import os
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from time import perf_counter
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask import Blueprint, Flask, Response, abort, current_app, g, request
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from leaderjournal.kernel.context import get_settings
from leaderjournal.kernel.database import db
from leaderjournal.kernel.schema import is_current
from leaderjournal.kernel.setting_values import SettingsError
from leaderjournal.kernel.shared_metrics import Counter, Histogram

blueprint = Blueprint("operations", __name__)
LOOPBACK = {"127.0.0.1", "::1"}
SET_BY_PROXIES = ("X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "Forwarded")
FORWARDED_FILE = "forwarded"
"""An empty file of the instance folder: its date says when a request was last forwarded to it."""

REQUESTS = Counter("journal_requests_total", "Requests answered", ["endpoint", "status"])
SECONDS = Histogram("journal_request_seconds", "Time to answer a request", ["endpoint"])


@blueprint.get("/healthz")
def healthz() -> Response:
    """Say that the process is up."""
    return Response("up\n", mimetype="text/plain")


@blueprint.get("/readyz")
def readyz() -> Response:
    """Say whether the database answers, its schema is the newest, and what is stored opens."""
    try:
        with db.engine.connect() as connection:
            current = is_current(connection)
        unopened = current and _find_key_problems(current_app)
    except sa.exc.SQLAlchemyError:
        return Response("the database does not answer\n", 503, mimetype="text/plain")
    if not current:
        return Response("the schema is not up to date\n", 503, mimetype="text/plain")
    if unopened:
        return Response("DATA_KEYS does not open what is stored\n", 503, mimetype="text/plain")
    return Response("ready\n", mimetype="text/plain")


@blueprint.get("/metrics")
def metrics() -> Response:
    """Give the counters in Prometheus's text format: for the token, or to who is on this machine.

    That is told by address where nobody else can have it: at a PUBLIC_URL of this machine alone.
    """
    if not _may_read_metrics():
        abort(404)
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    if folder and Path(folder).is_dir():
        registry = CollectorRegistry()
        MultiProcessCollector(registry, folder)  # type: ignore[no-untyped-call]
        return Response(generate_latest(registry), mimetype="text/plain; version=0.0.4")
    return Response(generate_latest(), mimetype="text/plain; version=0.0.4")


def _may_read_metrics() -> bool:
    token = get_settings().metrics_token
    given = request.authorization.token if request.authorization else None
    if token and given:
        return hmac.compare_digest(token.encode(), given.encode())
    # Behind a proxy on this machine every request comes from loopback, and not every proxy says so.
    # Where a proxy is to be expected the token alone will do.
    if get_settings().trusted_proxies or not _is_loopback(get_settings().public_url):
        return False
    return _is_local() and _is_loopback(f"//{request.host}")


def _is_local() -> bool:
    return request.remote_addr in LOOPBACK and not _is_forwarded()


def _is_loopback(address: str) -> bool:
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        return False
    return host in LOOPBACK or host == "localhost"


def _is_forwarded() -> bool:
    return any(name in request.headers for name in SET_BY_PROXIES)


def note_forwarded(app: Flask) -> None:
    """Note that a request came through a proxy that is not trusted; `doctor` tells of it."""
    app.extensions["noted_forwarded"] = True
    app.logger.warning("requests arrive through a proxy, and TRUSTED_PROXIES is 0")
    with suppress(OSError):
        (get_settings().instance / FORWARDED_FILE).touch()


def get_last_forwarded() -> date | None:
    """Return when a web process last noted that a request was forwarded, though none should be."""
    try:
        noted = (get_settings().instance / FORWARDED_FILE).stat().st_mtime
    except OSError:
        return None
    return datetime.fromtimestamp(noted, UTC).date()


def is_operators_probe() -> bool:
    """Tell whether a tool of the operator's asks, which may do so under any name of the machine."""
    return request.blueprint == blueprint.name and (_is_local() or _may_read_metrics())


def refuse_wrong_keys(app: Flask) -> None:
    """Raise SettingsError, which names the variable, where what is stored does not open.

    A database that is away, or has no schema yet, is none of its business: `/readyz` tells of it.
    """
    with app.app_context(), suppress(sa.exc.DBAPIError):
        if wrong := _find_key_problems(app):
            raise SettingsError(" ".join(wrong))


def _find_key_problems(app: Flask) -> list[str]:
    check: Callable[[], list[str]] = app.extensions["what_does_not_open"]
    return check()


def init_operations(app: Flask, what_does_not_open: Callable[[], list[str]]) -> None:
    """Answer the operator's tools and count requests; an endpoint's name holds no private word.

    `what_does_not_open` tells in sentences what of the database the configured keys do not open.
    """
    app.extensions["what_does_not_open"] = what_does_not_open
    app.register_blueprint(blueprint)

    @app.before_request
    def begin() -> None:
        g.began = perf_counter()
        noted = "noted_forwarded" in app.extensions  # once is enough
        if not noted and not get_settings().trusted_proxies and _is_forwarded():
            note_forwarded(app)

    @app.after_request
    def count(response: Response) -> Response:
        endpoint = request.endpoint or "none"
        REQUESTS.labels(endpoint, response.status_code).inc()
        if "began" in g:
            SECONDS.labels(endpoint).observe(perf_counter() - g.began)
        return response
