"""What `make run` starts, as processes of a test, and requests to it."""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

import psutil
from browser.conftest import free_port
from factories import PASSWORD

from leaderjournal.kernel.first_run import create_secrets
from leaderjournal.kernel.schema import upgrade
from leaderjournal.kernel.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
GIVE_UP_AFTER = 90
"""Seconds after which a test that hangs ends; how long it takes is no matter of its own."""


class Running:
    """`make run` without the set-up: web and worker, kept running by `.ci/serve.py`."""

    def __init__(self, folder, **settings):
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.environment = {
            **os.environ,
            **create_secrets(),
            "INSTANCE_PATH": str(folder),
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            **settings,
        }
        self.log = folder / "output"
        upgrade(Settings.from_environment(self.environment, folder).database_url)

    def __enter__(self):
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, ".ci/serve.py"],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        wait_for(lambda: self.get("/readyz") == 200, "it starts")
        return self

    def __exit__(self, *_error):
        self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(30)
        for left in self.processes():
            left.kill()
        self.process.kill()
        self.process.wait()

    def said(self):
        return self.log.read_text()

    def processes(self):
        """Return every process under it."""
        with suppress(psutil.NoSuchProcess):
            return psutil.Process(self.process.pid).children(recursive=True)
        return []

    def worker(self):
        """Return the process of the background worker."""
        [found] = [one for one in self.processes() if "worker" in command_of(one)]
        return found

    def web_processes(self):
        """Return the processes that answer requests."""
        [master] = [one for one in self.processes() if "leaderjournal.web" in command_of(one)][:1]
        return master.children()

    def call(self, method, path, body=None, token=None, timeout=GIVE_UP_AFTER):
        """Return the status and the JSON of an answer of the API."""
        headers = {"Content-Type": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        content = None if body is None else json.dumps(body).encode()
        asked = urllib.request.Request(
            f"{self.address}/api/v1{path}", content, headers, method=method
        )
        with urllib.request.urlopen(asked, timeout=timeout) as answer:
            return answer.status, json.loads(answer.read() or b"null")

    def get(self, path, timeout=GIVE_UP_AFTER):
        """Return the status of a page, or None where nobody answers."""
        try:
            with urllib.request.urlopen(f"{self.address}{path}", timeout=timeout) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return None

    def a_token(self):
        """Register a leader and return a token of theirs."""
        asked = {"email": "mira@example.com", "password": PASSWORD}
        self.call("POST", "/accounts", asked | {"name": "Mira", "time_zone": "Europe/Berlin"})
        return self.call("POST", "/tokens", asked | {"label": "test"})[1]["token"]


def command_of(process):
    with suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
        return " ".join(process.cmdline())
    return ""


def wait_for(condition, what):
    """Wait until `condition` holds; return the seconds it took."""
    began = time.monotonic()
    while time.monotonic() - began < GIVE_UP_AFTER:
        if condition():
            return time.monotonic() - began
        time.sleep(0.05)
    raise AssertionError(f"this does not come about: {what}")
