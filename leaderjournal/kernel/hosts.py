"""Host names: only PUBLIC_URL's host and those in TRUSTED_HOSTS are served.

A request under another name may come from a foreign page whose name resolves to this server (DNS
rebinding), or make a cache store a reply under a wrong name. Flask's own TRUSTED_HOSTS refuses a
request before it has a route, so that no page can be rendered and no address excepted.
"""

from urllib.parse import urlsplit

from flask import Flask, request

from leaderjournal.kernel.context import get_settings
from leaderjournal.kernel.operations import is_operators_probe
from leaderjournal.kernel.problems import Problem

REFUSED = "The journal is not served under this name. Its operator can add it to TRUSTED_HOSTS."


def refuse_other_hosts() -> None:
    """Raise Problem (400) for a request under a foreign name."""
    # Werkzeug gives an empty host if the header has characters that no name has.
    try:
        name = urlsplit(f"//{request.host}").hostname or ""
    except ValueError:
        name = ""
    if not get_settings().is_served_host(name) and not is_operators_probe():
        raise Problem(400, REFUSED)


def init_hosts(app: Flask) -> None:
    """Let `app` serve only its own names."""
    app.before_request(refuse_other_hosts)
