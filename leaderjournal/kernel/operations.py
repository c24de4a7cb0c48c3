"""Endpoints for the tools of the operator: liveness, readiness and metrics."""

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
"""An empty file in the instance folder; its date is that of the last forwarded request."""

REQUESTS = Counter("journal_requests_total", "Requests answered", ["endpoint", "status"])
SECONDS = Histogram("journal_request_seconds", "Time to answer a request", ["endpoint"])


@blueprint.get("/healthz")
def healthz() -> Response:
    """Say that the process is up."""
    return Response("up\n", mimetype="text/plain")


@blueprint.get("/readyz")
def readyz() -> Response:
    """Check that the database answers, its schema is current and the keys decrypt its data."""
    try:
        with db.engine.connect() as connection:
            current = is_current(connection)
        has_wrong_keys = current and _find_key_problems(current_app)
    except sa.exc.SQLAlchemyError:
        return Response("the database does not answer\n", 503, mimetype="text/plain")
    if not current:
        return Response("the schema is not up to date\n", 503, mimetype="text/plain")
    if has_wrong_keys:
        return Response("DATA_KEYS does not open what is stored\n", 503, mimetype="text/plain")
    return Response("ready\n", mimetype="text/plain")


@blueprint.get("/metrics")
def metrics() -> Response:
    """Return the metrics in Prometheus's text format, for the token or to loopback clients.

    Loopback addresses are trusted only if PUBLIC_URL is on loopback too.
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
    # Behind a proxy on this machine every request comes from loopback, and not every proxy adds a
    # header. If there may be a proxy, only the token is accepted.
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
    """Record that a request came through an untrusted proxy, for `doctor` to report."""
    app.extensions["noted_forwarded"] = True
    app.logger.warning("requests arrive through a proxy, and TRUSTED_PROXIES is 0")
    with suppress(OSError):
        (get_settings().instance / FORWARDED_FILE).touch()


def get_last_forwarded() -> date | None:
    """Return when a web process last recorded a forwarded request, though none is expected."""
    try:
        noted = (get_settings().instance / FORWARDED_FILE).stat().st_mtime
    except OSError:
        return None
    return datetime.fromtimestamp(noted, UTC).date()


def is_operators_probe() -> bool:
    """Tell whether a tool of the operator asks, which may use any name of the machine."""
    return request.blueprint == blueprint.name and (_is_local() or _may_read_metrics())


def refuse_wrong_keys(app: Flask) -> None:
    """Raise SettingsError, which names the variable, if the keys do not decrypt what is stored.

    A database that does not answer or has no schema yet is left to `/readyz`.
    """
    with app.app_context(), suppress(sa.exc.DBAPIError):
        if wrong := _find_key_problems(app):
            raise SettingsError(" ".join(wrong))


def _find_key_problems(app: Flask) -> list[str]:
    check: Callable[[], list[str]] = app.extensions["find_key_problems"]
    return check()


def init_operations(app: Flask, find_key_problems: Callable[[], list[str]]) -> None:
    """Serve the tools of the operator and count requests by endpoint, which holds no private text.

    `find_key_problems` returns sentences about data that the configured keys do not decrypt.
    """
    app.extensions["find_key_problems"] = find_key_problems
    app.register_blueprint(blueprint)

    @app.before_request
    def begin() -> None:
        g.began = perf_counter()
        is_recorded = "noted_forwarded" in app.extensions  # once is enough
        if not is_recorded and not get_settings().trusted_proxies and _is_forwarded():
            note_forwarded(app)

    @app.after_request
    def count(response: Response) -> Response:
        endpoint = request.endpoint or "none"
        REQUESTS.labels(endpoint, response.status_code).inc()
        if "began" in g:
            SECONDS.labels(endpoint).observe(perf_counter() - g.began)
        return response
