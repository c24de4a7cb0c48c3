"""What a phone has to fetch, counted in requests and in bytes on the line, headers and all."""

from browser.test_journey import register

FIRST_LOAD = 90_000
LATER_LOAD = 15_000
"""Bytes of today's page with everything it fetches, compressed."""
MOST_REQUESTS = 20


class Meter:
    """Counts what a page fetches from the server."""

    def __init__(self, page) -> None:
        self._devtools = page.context.new_cdp_session(page)
        self._devtools.on("Network.loadingFinished", self._add)
        self._devtools.send("Network.enable")
        self.start()

    def start(self) -> None:
        self.bytes = self.requests = 0

    def _add(self, event) -> None:
        self.bytes += event["encodedDataLength"]
        self.requests += event["encodedDataLength"] > 0


def test_todays_page_is_light_on_a_bad_connection(new_page):
    page = new_page()
    register(page)
    state = page.context.storage_state()
    # Once a worker is in charge, which a busy machine decides, it fetches in the page's place: the
    # page's own figures are 0 then.
    fresh = new_page(storage_state=state, service_workers="block")
    meter = Meter(fresh)
    fresh.goto("/", wait_until="networkidle")
    assert 0 < meter.bytes <= FIRST_LOAD
    assert meter.requests <= MOST_REQUESTS
    fresh.goto("/people", wait_until="networkidle")
    meter.start()
    fresh.goto("/", wait_until="networkidle")
    assert 0 < meter.bytes <= LATER_LOAD
