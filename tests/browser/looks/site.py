"""The site on its fixed journal, and browsers that see the same evening."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from browser.conftest import PATIENCE, ROOT, Served, free_port
from browser.looks.frozen_time import NOW
from browser.looks.journal import PASSWORD, Addresses, create_journal
from playwright.sync_api import Browser, BrowserContext

SCREEN = {"width": 390, "height": 844}


class FrozenSite(Served):
    """A server whose clock stands still, on a journal that is the same each time."""

    program = ROOT / "tests" / "browser" / "looks" / "web.py"

    def __init__(self, instance: Path) -> None:
        super().__init__(f"sqlite:///{instance / 'journal.db'}", instance, free_port())
        self.addresses: Addresses = create_journal(self.environment, instance)


@contextmanager
def serve_frozen_site(instance: Path) -> Iterator[FrozenSite]:
    """Serve the journal out of an empty folder."""
    site = FrozenSite(instance)
    site.start()
    try:
        yield site
    finally:
        site.stop()


def open_context(
    browser: Browser, site: FrozenSite, email: str | None, **options: Any
) -> BrowserContext:
    """Return a browser of a leader who is signed in, or of a stranger for None.

    Its clock stands still too. The service worker is left out unless `service_workers` asks for
    it: pages come from the server.
    """
    context = browser.new_context(
        **{
            "base_url": site.address,
            "viewport": SCREEN,
            "locale": "en-GB",
            "timezone_id": "Europe/Berlin",
            "reduced_motion": "reduce",
            "service_workers": "block",
        }
        | options
    )
    context.set_default_timeout(PATIENCE)
    context.clock.set_fixed_time(NOW)
    if email is not None:
        sign_in(context, email)
    return context


def sign_in(context: BrowserContext, email: str) -> None:
    """Sign in as the form does without script."""
    form = context.request.get("/login").text()
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', form)[1]
    fields = {"email": email, "password": PASSWORD, "csrf_token": token}
    reply = context.request.post("/login", form=fields, max_redirects=0)
    assert reply.status == 303, reply.text()
