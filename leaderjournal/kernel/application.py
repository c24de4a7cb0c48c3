"""Flask without the work that each request would do for nothing."""

from collections.abc import Callable
from typing import Any

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer


class CookieSessions(SecureCookieSessionInterface):
    """Sessions in signed cookies whose serializer is made once, and not for every request."""

    _serializer: URLSafeTimedSerializer | None = None

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """Return the serializer of `app`, which has one secret as long as it lives."""
        if self._serializer is None:
            self._serializer = super().get_signing_serializer(app)
        return self._serializer


class Application(Flask):
    """A Flask application without asynchronous views, which spares each request some work."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.session_interface = CookieSessions()

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return `func`: none of a request's twenty functions is a coroutine."""
        return func
