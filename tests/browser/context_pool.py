"""Contexts of one Chromium, lent to one test after the other, with nothing of the one before.

A context that opens the journal for the first time fetches and compiles its scripts and installs
the service worker, which takes as long as most tests. One that is given back keeps just that: what
a leader has on a device (cookies, storage, databases, pages kept, permissions) is removed, and the
worker is stopped, so that it starts anew with the next page. A context that cannot be emptied is
closed.
"""

from collections import defaultdict
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Error, Page

IS_LEFT = "shell-"
"""How the caches of the service worker's shell begin; they hold files of a release, no words."""

LEADERS_DATA = "cookies,local_storage,indexeddb,websql,file_systems,shader_cache,interest_groups"


class ContextPool:
    """Contexts of one browser, by the options that they were made with."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._free: dict[str, list[tuple[BrowserContext, Page]]] = defaultdict(list)
        self._lent: dict[BrowserContext, tuple[str, Page]] = {}

    def lend(self, **options: Any) -> BrowserContext:
        """Return a context of these options that holds nothing of anybody."""
        name = repr(sorted(options.items()))
        if self._free[name]:
            context, blank = self._free[name].pop()
        else:
            context = self._browser.new_context(**options)
            blank = context.new_page()  # through which it is emptied
        self._lent[context] = name, blank
        return context

    def take_back(self, context: BrowserContext) -> None:
        """Empty a context for the next test."""
        name, blank = self._lent.pop(context)
        try:
            empty(context, blank)
        except Error:
            context.close()
        else:
            self._free[name].append((context, blank))

    def close(self) -> None:
        """Close the contexts that are free."""
        for contexts in self._free.values():
            for context, _ in contexts:
                context.close()
        self._free.clear()


def empty(context: BrowserContext, blank: Page) -> None:
    """Remove what a leader has on this device."""
    origins = {origin_of(page) for page in context.pages if page is not blank}
    origins |= {origin_of(worker) for worker in context.service_workers}
    for worker in context.service_workers:
        worker.evaluate(
            "async () => (await registration.getNotifications()).forEach((one) => one.close())"
        )
    for page in context.pages:
        if page is not blank:
            page.close()
    context.set_offline(False)
    context.clear_permissions()
    context.clear_cookies()
    devtools = context.new_cdp_session(blank)
    devtools.send("ServiceWorker.enable")
    devtools.send("ServiceWorker.stopAllWorkers")
    for origin in origins - {"null"}:
        devtools.send(
            "Storage.clearDataForOrigin", {"origin": origin, "storageTypes": LEADERS_DATA}
        )
        kept = devtools.send("CacheStorage.requestCacheNames", {"securityOrigin": origin})
        for cache in kept["caches"]:
            if not cache["cacheName"].startswith(IS_LEFT):
                devtools.send("CacheStorage.deleteCache", {"cacheId": cache["cacheId"]})
    devtools.detach()
    context.unroute_all()


def origin_of(page: Any) -> str:
    """Return the origin that a page or a worker is of."""
    scheme, _, rest = page.url.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}" if scheme.startswith("http") else "null"
