"""Keeps processes running: one that dies is restarted, after growing pauses.

`.ci/serve.py` imports this file by itself, so it uses only the standard library.
"""

import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

CONFIGURATION = 78
"""Exit status of a process with wrong settings (EX_CONFIG), which is not restarted."""

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
RAN_WELL = 60.0
"""Seconds after which a process counts as stable: the pauses start over when it dies."""

STARTED = 10.0
STARTS = 5
"""A process that never ran for STARTED seconds is given up after so many exits of its own.

An exit by a signal does not count: a killed process may well be able to start.
"""

KILLED_AFTER = 8.0
"""Seconds that processes have to finish their work."""

TICK = 0.1


class Process(Protocol):
    """A running process."""

    @property
    def pid(self) -> int:
        """Its id."""

    def poll(self) -> int | None:
        """Return its exit status once it has ended, negative if a signal ended it."""

    def send_signal(self, number: int, /) -> None:
        """Send it a signal."""


@dataclass(slots=True)
class Program:
    """A program that the supervisor keeps running."""

    name: str
    start: Callable[[], Process]
    process: Process | None = None
    began: float = 0.0
    starts_at: float = 0.0
    deaths: int = 0
    failed_starts: int = 0
    was_up: bool = False


@dataclass(slots=True)
class Supervisor:
    """Keeps programs running until it is asked to stop or one of them cannot start."""

    programs: list[Program]
    say: Callable[[str], None]
    stopping: bool = False
    status: int = 0
    _kills_at: float = field(default=0.0)

    def stop(self, status: int = 0) -> None:
        """Terminate every process, and let `run` return `status`."""
        if not self.stopping:
            self.stopping, self.status = True, status
            self._kills_at = time.monotonic() + KILLED_AFTER
            self._send_signal(signal.SIGTERM)

    def run(self, each_tick: Callable[[], None] = lambda: None) -> int:
        """Start and supervise every program; return the status once all have ended."""
        while True:
            now = time.monotonic()
            for program in self.programs:
                self._check(program, now)
            if self.stopping and not any(program.process for program in self.programs):
                return self.status
            if self.stopping and now > self._kills_at:
                self._send_signal(signal.SIGKILL)
            each_tick()
            time.sleep(TICK)

    def _check(self, program: Program, now: float) -> None:
        if program.process is None:
            if not self.stopping and now >= program.starts_at:
                program.began, program.process = now, program.start()
                self.say(f"{program.name} started (process {program.process.pid})")
            return
        status = program.process.poll()
        if status is None:
            program.was_up = program.was_up or now - program.began >= STARTED
            return
        program.process = None
        if self.stopping:
            return
        if status == CONFIGURATION:
            self.say(f"{program.name} cannot start with these settings")
            self.stop(status)
            return
        if now - program.began >= RAN_WELL:
            program.deaths = 0
        program.deaths += 1
        program.failed_starts += status >= 0
        if not program.was_up and program.failed_starts >= STARTS:
            self.say(f"{program.name} ended {STARTS} times as it started; above it says why")
            self.stop(status if status > 0 else 1)
            return
        pause = get_pause(program.deaths)
        program.starts_at = now + pause
        how = f"signal {-status}" if status < 0 else f"status {status}"
        self.say(f"{program.name} ended ({how}); it is started again in {pause:g} s")

    def _send_signal(self, number: int) -> None:
        for program in self.programs:
            if program.process is not None:
                program.process.send_signal(number)


def get_pause(deaths: int) -> float:
    """Return how many seconds to wait before the next start."""
    return min(FIRST_PAUSE * 2.0 ** (min(deaths, 16) - 1), LONGEST_PAUSE)
