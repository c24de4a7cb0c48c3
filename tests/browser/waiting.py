"""Waiting for what a page or its worker comes to, which Playwright does not wait for by itself."""

import time
from contextlib import suppress

from browser.conftest import PATIENCE
from playwright.sync_api import Error, Page

READY = """async () => {
  const { active } = await navigator.serviceWorker.ready;
  const shells = (await caches.keys()).filter((name) => name.startsWith("shell-"));
  if (active?.state !== "activated" || shells.length !== 1) return false;
  const account = document.querySelector("meta[name=journal-account]");
  if (!account || !self.openLocalJournal) return true;
  const journal = await openLocalJournal();
  const leader = await journal.getLeader();
  journal.close();
  return Boolean(leader);
}"""
"""Whether the worker is in charge, has its shell, and the device knows whose journal it holds."""


def wait_until(page: Page, expression: str, argument=None) -> None:
    """Wait until an async function says so, which Playwright's own waiting would not wait for."""
    gives_up_at = time.monotonic() + PATIENCE / 1000
    while time.monotonic() < gives_up_at:
        with suppress(Error):  # the page is being replaced
            if page.evaluate(expression, argument):
                return
        page.wait_for_timeout(50)
    raise AssertionError(expression)


def wait_until_ready(page: Page) -> None:
    """Wait until the worker is in charge and has its shell."""
    wait_until(page, READY)
