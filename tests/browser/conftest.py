"""A real Chromium on a real server, on both databases, as a phone of 390 by 844."""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import sqlalchemy as sa
from browser.context_pool import ContextPool
from browser.faulty_proxy import FaultyProxy
from playwright.sync_api import Browser, Page, expect, sync_playwright

from leaderjournal.kernel.database import prepare_engine
from leaderjournal.kernel.first_run import create_secrets
from leaderjournal.kernel.rate_counters import RateCounter
from leaderjournal.kernel.schema import upgrade
from leaderjournal.kernel.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
SHELL = os.environ.get("CHROMIUM_SHELL") or shutil.which("chromium-headless-shell")
BROWSER = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 60_000
"""Milliseconds after which something will not come about; a busy machine takes its time."""
expect.set_options(timeout=PATIENCE)
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "has_touch": True,
    "is_mobile": True,
    "locale": "en-GB",
    "timezone_id": "Europe/Berlin",
}
OF_A_PAGE = ("viewport", "color_scheme", "reduced_motion")
"""Options that a page of any context can have: with them, too, it need not be a new context."""

ON_BOTH_DATABASES = pytest.mark.parametrize("shared", ["sqlite", "postgresql"], indirect=True)
"""For tests that end with what the database holds, or write to it at the same time.

The others are about what a browser draws and keeps, which no database has a part in. They run on
SQLite; what they call runs on both in the tests of the API.
"""
IN_WHOLE_CHROMIUM = pytest.mark.parametrize(
    "chromium", [BROWSER], indirect=True, ids=["whole-chromium"]
)
"""For tests of notifications, which Chromium's headless shell does not show."""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


@pytest.fixture(scope="session", params=["sqlite"])
def shared(request, tmp_path_factory) -> Iterator["Served"]:
    """A server of its own process, as the Procfile starts it."""
    instance = tmp_path_factory.mktemp("served")
    url = f"sqlite:///{instance / 'journal.db'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("new_postgresql_database")()
    served = Served(url, instance, free_port())
    served.start()
    try:
        yield served
    finally:
        served.stop()


@pytest.fixture
def server(shared) -> str:
    """The address of the server, which has not counted what other tests tried."""
    shared.forget_tries()
    return shared.address


@pytest.fixture(scope="session")
def alone(tmp_path_factory) -> Iterator["Served"]:
    """A server on SQLite for tests that lock its database or open no page of `new_page`."""
    instance = tmp_path_factory.mktemp("alone")
    served = Served(f"sqlite:///{instance / 'journal.db'}", instance, free_port())
    served.start()
    yield served
    served.stop()


@pytest.fixture
def server_alone(alone) -> "Served":
    """That server, which has not counted what other tests tried."""
    alone.forget_tries()
    return alone


@pytest.fixture(scope="module")
def frozen_site(tmp_path_factory):
    """A server whose clock stands still, on a journal that is the same each time.

    Each file has its own: what one writes, the stored pictures of another do not show.
    """
    from browser.looks.site import serve_frozen_site  # which is a server of this file

    with serve_frozen_site(tmp_path_factory.mktemp("frozen")) as site:
        yield site


class Served:
    """A server in a process of its own, of the project in `root`, which may be a copy."""

    program = ROOT / "tests" / "browser" / "web.py"

    def __init__(self, database_url: str, instance: Path, port: int, root: Path = ROOT) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self.port, self.root, self.instance = port, root, instance
        self.environment = {
            **os.environ,
            **create_secrets(),
            "DATABASE_URL": database_url,
            "INSTANCE_PATH": str(instance),
            "PUBLIC_URL": self.address,
            "HOST": "127.0.0.1",
            "PORT": str(port),
            "WEB_CONCURRENCY": "1",
        }
        self.database_url = Settings.from_environment(self.environment, instance).database_url
        upgrade(self.database_url)

    def start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, self.program],
            cwd=self.root,
            env=self.environment | {"PYTHONPATH": str(self.root)},
            start_new_session=True,
        )
        wait_until_ready(self.address, self._process)

    def forget_tries(self) -> None:
        """Set the limits back: tests register more accounts than one address may in an hour."""
        engine = sa.create_engine(self.database_url)
        prepare_engine(engine)
        with engine.connect().execution_options(writes=True) as connection, connection.begin():
            connection.execute(sa.delete(RateCounter))
        engine.dispose()

    def stop(self) -> None:
        """Stop the server, if it runs, and all of it: what is left would answer beside the next."""
        self._process.terminate()
        with suppress(subprocess.TimeoutExpired):  # it waits for a browser that keeps a connection
            self._process.wait(10)
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


def wait_until_ready(address: str, process: subprocess.Popen) -> None:
    for _ in range(300):
        assert process.poll() is None, "the server stopped"
        try:
            with urllib.request.urlopen(f"{address}/readyz", timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the server does not answer")


@pytest.fixture(scope="session")
def chromium(request) -> Iterator[Browser]:
    """One browser for all tests of this process; the shell takes half of Chromium's time."""
    path = getattr(request, "param", SHELL or BROWSER)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        asyncio._set_running_loop(None)
        yield browser
        with loop_of(browser):
            browser.close()
        asyncio._set_running_loop(browser._loop)


@contextmanager
def loop_of(browser: Browser) -> Iterator[None]:
    """Let Playwright's event loop be the one that runs in this thread, for as long as it is used.

    Between calls it is suspended, and would pass for one that runs in tests that start their own.
    """
    asyncio._set_running_loop(browser._loop)
    try:
        yield
    finally:
        asyncio._set_running_loop(None)


@pytest.fixture
def running_browser(chromium) -> Iterator[Browser]:
    """The browser, while a test uses it."""
    with loop_of(chromium):
        yield chromium


@pytest.fixture(scope="session")
def contexts(chromium, shared) -> Iterator[ContextPool]:
    """The contexts that have seen this server."""
    pool = ContextPool(chromium)
    yield pool
    with loop_of(chromium):
        pool.close()


@pytest.fixture(scope="session")
def started_proxy(shared) -> Iterator[FaultyProxy]:
    started = FaultyProxy(shared.address)
    yield started
    started.close()


@pytest.fixture
def proxy(started_proxy, server) -> Iterator[FaultyProxy]:
    """The server behind a proxy that can be told to fail."""
    started_proxy.asked.clear()
    yield started_proxy
    started_proxy.fault = None


@pytest.fixture
def new_page(running_browser, contexts, server):
    """Open pages on devices of their own; no page may log an error or break the policy.

    `expects` names the errors that a test provokes. `fresh` is a browser that has never been
    here: other ones have the scripts and the service worker already, and nobody's data.
    """
    lent, made, complaints = [], [], []

    def open_page(expects=(), *, fresh=False, **options) -> Page:
        def complain(text):
            if not any(expected in text for expected in expects):
                complaints.append(text)

        looks = {name: options.pop(name) for name in OF_A_PAGE if name in options}
        options = {"base_url": server} | PHONE | options
        if fresh or "storage_state" in options:
            context = running_browser.new_context(**options)
            made.append(context)
        else:
            context = contexts.lend(**options)
            lent.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        if viewport := looks.pop("viewport", None):
            page.set_viewport_size(viewport)
        page.emulate_media(**looks)
        page.on(
            "console",
            lambda message: (
                complain(f"{message.text} {message.location.get('url', '')}")
                if message.type == "error"
                else None
            ),
        )
        page.on("pageerror", lambda error: complain(str(error)))
        return page

    yield open_page
    for context in made:
        context.close()
    for context in lent:
        contexts.take_back(context)
    assert complaints == []


@pytest.fixture
def page(new_page) -> Page:
    return new_page()
