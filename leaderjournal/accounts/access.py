"""Who makes a request: the leader of a session or token, and the check for forged requests."""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar
from uuid import UUID

from flask import Flask, current_app, redirect, request, session, url_for
from flask_login import LoginManager, current_user, login_required
from flask_wtf.csrf import CSRFError, CSRFProtect, validate_csrf
from werkzeug import Request, Response
from wtforms.validators import ValidationError

from leaderjournal.accounts.api_tokens.scopes import find_needed_scope, format_scopes
from leaderjournal.accounts.api_tokens.store import find_leader_by_token
from leaderjournal.accounts.passwords.store import has_password
from leaderjournal.accounts.rules import CHALLENGE
from leaderjournal.accounts.sessions import store as sessions_store
from leaderjournal.accounts.store import Leader
from leaderjournal.kernel import clock
from leaderjournal.kernel.problems import API_PREFIX, Problem
from leaderjournal.kernel.request_checks import refuse_large_body

UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
View = TypeVar("View", bound=Callable[..., Any])

LARGEST_SIGNED_OUT_BODY = 100_000
"""Bytes of a body that is sent signed out: forms to sign in, and a team's answers."""

_LOGIN_REQUIRED = login_required(lambda: None).__code__

csrf = CSRFProtect()
login_manager = LoginManager()
login_manager.session_protection = None  # a phone changes its network all day
_views_without_csrf_token: set[Callable[..., Any]] = set()
_exporting_views: set[Callable[..., Any]] = set()


def needs_no_csrf_token(view: View) -> View:
    """Mark a view that needs no CSRF token: it uses no session, or only shows what it was sent."""
    _views_without_csrf_token.add(view)
    return view


def exports_journal(view: View) -> View:
    """Mark a view that hands out the journal as a file: a token needs the scope for it."""
    _exporting_views.add(view)
    return view


def get_current_leader() -> Leader:
    """Return the leader who is signed in, in a view behind `login_required`."""
    leader: Leader = current_user._get_current_object()
    return leader


def confirm_password(leader: Leader, password: str) -> bool:
    """Tell whether the password is the leader's; if so, their session gets a new token.

    A token that was stolen before is then worthless (OWASP ASVS 5, 7.2.4).
    """
    if not has_password(leader.id, password):
        return False
    token = None
    if leader.session_id is not None:
        token = sessions_store.rotate_session_token(leader, now=clock.now())
    if token is not None:
        leader.session_token = token
        session["_user_id"] = leader.get_id()
    return True


def require_session(leader: Leader) -> UUID:
    """Return the id of the request's session. Raises Problem (400) if the request has a token."""
    if leader.session_id is None:
        raise Problem(
            400,
            "This request has a token and no session, so no session was ended."
            f" Revoke the token with DELETE {API_PREFIX}v1/tokens/{{id}}.",
        )
    return leader.session_id


@login_manager.user_loader
def _load_leader_by_session(token: str) -> Leader | None:
    # A request with a token is judged by that token alone, so that a wrong token is refused and
    # no session acts without its CSRF token.
    if "Authorization" in request.headers:
        return None
    leader = sessions_store.find_leader_by_session(token, now=clock.now())
    if leader is not None and leader.is_session_extended:
        session.modified = True
    return leader


@login_manager.request_loader
def _load_leader_by_token(api_request: Request) -> Leader | None:
    authorization = api_request.authorization
    if authorization is None or authorization.type != "bearer" or not authorization.token:
        return None
    return find_leader_by_token(authorization.token, now=clock.now())


@login_manager.unauthorized_handler
def _ask_to_sign_in() -> Response:
    if request.path.startswith(API_PREFIX):
        raise Problem(
            401,
            "Sign in first, or send a valid token.",
            headers=CHALLENGE,
            session=_get_session_state(),
        )
    path = request.path if request.method == "GET" else "/"
    next_path = None if path == "/" else path  # None leaves it out of the address
    return redirect(url_for("accounts.login", next=next_path), 303)


def _get_session_state() -> str:
    """Return the state of the browser's session: "none", "ended" on purpose, or "expired"."""
    token = session.get("_user_id")
    if token is None:
        return "none"
    return "ended" if sessions_store.was_ended(token) else "expired"


def refuse_signed_out_requests() -> Response | None:
    """Refuse a request that has to be signed in and is not, before its body is read."""
    if request.method not in UNSAFE or request.endpoint is None:
        return None
    if current_user.is_authenticated:
        return None
    if _needs_sign_in(current_app.view_functions[request.endpoint]):
        return login_manager.unauthorized()  # type: ignore[no-any-return]
    request.max_content_length = min(LARGEST_SIGNED_OUT_BODY, request.max_content_length or 0)
    refuse_large_body()
    return None


def refuse_out_of_scope() -> None:
    """Refuse what the request's API token may not do."""
    if request.endpoint is None or "Authorization" not in request.headers:
        return
    view = current_app.view_functions[request.endpoint]
    if not _needs_sign_in(view) or not current_user.is_authenticated:
        return
    exports = any(layer in _exporting_views for layer in _iter_layers(view))
    needed = find_needed_scope(request.method, exports=exports)
    allowed = get_current_leader().scopes
    if needed not in allowed:
        has = format_scopes(allowed)
        raise Problem(403, f"This call needs a token with the scope {needed}. This one has: {has}.")


def _needs_sign_in(view: Callable[..., Any] | None) -> bool:
    """Tell whether `login_required` is among a view's decorators."""
    return any(getattr(layer, "__code__", None) is _LOGIN_REQUIRED for layer in _iter_layers(view))


def _iter_layers(view: Callable[..., Any] | None) -> Iterator[Callable[..., Any]]:
    """Yield a view and what its decorators wrap, the outermost first."""
    while view is not None:
        yield view
        view = getattr(view, "__wrapped__", None)


def refuse_forged_requests() -> None:
    """Require the CSRF token of every changing request that uses a session."""
    if request.method not in UNSAFE or request.endpoint is None:
        return
    if current_app.view_functions[request.endpoint] in _views_without_csrf_token:
        return
    is_api = request.path.startswith(API_PREFIX)
    if is_api and ("Authorization" in request.headers or "_user_id" not in session):
        return
    try:
        if is_api or request.headers.get("X-CSRFToken"):
            validate_csrf(request.headers.get("X-CSRFToken"))  # no form is read for this
        else:
            csrf.protect()
    except (CSRFError, ValidationError) as error:
        detail = "This page has expired. Go back, reload it and send it again."
        raise Problem(403, detail) from error


def init_access(app: Flask) -> None:
    """Connect `app` with sessions, tokens and the check for forged requests."""
    csrf.init_app(app)
    login_manager.init_app(app)
    app.before_request(refuse_signed_out_requests)
    app.before_request(refuse_out_of_scope)
    app.before_request(refuse_forged_requests)
