"""`python -m leaderjournal.web`: the web processes, on HOST and PORT."""

import multiprocessing
import os
import resource
import signal
import sys
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from multiprocessing.process import BaseProcess

from leaderjournal.kernel.setting_values import SettingsError
from leaderjournal.kernel.settings import Settings, WebSettings
from leaderjournal.web.process import serve
from leaderjournal.web.sockets import HAS_OWN_SOCKETS, open_exclusive_socket
from leaderjournal.web.supervisor import CONFIGURATION, Program, Supervisor

FEWEST_FILES = 1_024
"""Open files that a web process needs: connections, request bodies and its own."""


@dataclass(frozen=True, slots=True)
class ForkedProcess:
    """A forked process, with the interface that the supervisor needs."""

    process: BaseProcess

    @property
    def pid(self) -> int:
        """Its id."""
        return self.process.pid or 0

    def poll(self) -> int | None:
        """Return its exit status once it has ended."""
        return self.process.exitcode

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)


def main() -> int:
    """Run WEB_CONCURRENCY processes; return the exit status once all have ended."""
    try:
        Settings.load()
        wanted = WebSettings.from_environment(os.environ)
        shared = open_exclusive_socket(wanted.host, wanted.port)
    except SettingsError as error:
        report_problem(str(error))
        return CONFIGURATION
    if HAS_OWN_SOCKETS:
        shared.close()
    allow_many_connections()
    # A fork has everything imported, so that it soon replaces one that died.
    multiprocessing.set_start_method("fork" if sys.platform == "linux" else "spawn")

    def start_one(name: str) -> ForkedProcess:
        process = multiprocessing.Process(
            target=serve, args=(wanted, shared, os.getpid()), name=name
        )
        process.start()
        return ForkedProcess(process)

    names = [f"web process {number + 1}" for number in range(wanted.processes)]
    supervisor = Supervisor(
        [Program(name, partial(start_one, name)) for name in names], report_problem
    )
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: supervisor.stop())
    parent = os.getppid()

    def look_after_parent() -> None:
        if os.getppid() != parent:
            supervisor.stop()

    return supervisor.run(look_after_parent)


def allow_many_connections() -> None:
    """Raise the limit of open files as far as the system permits."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = 65_536 if hard == resource.RLIM_INFINITY else min(hard, 65_536)
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    if most < FEWEST_FILES:
        report_problem(
            f"Each process may open {most} files only: few slow clients keep out all others."
            f" Raise its limit (ulimit -n, LimitNOFILE) to {FEWEST_FILES} or more."
        )


def report_problem(text: str) -> None:
    """Print a line for the operator."""
    with suppress(BrokenPipeError):
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
