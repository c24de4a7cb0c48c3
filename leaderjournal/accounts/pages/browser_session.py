"""Starting and clearing the session of the browser that makes the request."""

from flask import redirect, request, session, url_for
from flask_login import login_user, logout_user
from flask_wtf.csrf import generate_csrf
from werkzeug import Response

from leaderjournal.accounts.known_devices import remember_device
from leaderjournal.accounts.rules import describe_device
from leaderjournal.accounts.sessions.store import start_session
from leaderjournal.accounts.store import Leader
from leaderjournal.kernel import clock


def start_browser_session(leader: Leader) -> None:
    """Sign the browser in under a new token; nothing of an earlier session remains."""
    session.clear()
    session.permanent = True
    device = describe_device(request.user_agent.string)
    leader.session_token = start_session(leader.id, device=device, now=clock.now())
    login_user(leader)
    remember_device(leader.device_key, now=clock.now())
    # Now rather than later: concurrent requests would each get a token of their own.
    generate_csrf()


def clear_browser_session(location: str | None = None) -> Response:
    """Sign the browser out and redirect to `location`, by default to signing in."""
    logout_user()
    session.clear()
    response = redirect(location or url_for("accounts.login"), 303)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response
