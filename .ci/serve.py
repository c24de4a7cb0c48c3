"""`make run`: web and worker of the Procfile through honcho, which end when make ends.

Plain `honcho start` would leave the two behind where make alone is interrupted or killed, where
the terminal is closed, and where nobody reads its output any more.
"""

import os
import shutil
import signal
import socket
import sys
from pathlib import Path
from types import FrameType
from typing import TextIO

from dotenv import dotenv_values
from honcho.environ import parse_procfile
from honcho.manager import Manager
from honcho.printer import Printer

MAKE = os.getppid()


class Output:
    """Standard output, which may be closed early: `make run | head`."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.isatty = stream.isatty

    def write(self, text: str) -> None:
        """Write `text`; once nobody reads, write to nowhere."""
        try:
            self._stream.write(text)
            self._stream.flush()
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())

    def flush(self) -> None:
        """Do nothing: every write is flushed."""


class Processes(Manager):
    """Honcho's processes, which also stop when make does."""

    def look_after_make(self, _signal: int, _frame: FrameType | None) -> None:
        """Stop once make is gone, or waits for us after a signal that it was sent alone."""
        if os.getppid() != MAKE or signals_caught(MAKE) != CAUGHT_AT_FIRST:
            self.returncode = self.returncode or 1
            self.terminate()

    def terminate(self) -> None:
        """Stop every process; where one is still starting, `look_after_make` tries again."""
        if self._all_started():
            super().terminate()


def signals_caught(process: int) -> str:
    """Return the signals that a process catches, as Linux shows them; elsewhere nothing.

    Of SIGINT or SIGHUP, make tells its children nothing: it stops catching it and waits for them.
    """
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return ""
    return status.partition("SigCgt:")[2].partition("\n")[0]


CAUGHT_AT_FIRST = signals_caught(MAKE)


def main() -> int:
    """Start everything on HOST and PORT; return the exit status once all of it has ended."""
    host, port = os.environ["HOST"], int(os.environ["PORT"])
    try:
        socket.create_server((host, port)).close()
    except OSError as error:  # granian would share the port with another server
        reason = os.strerror(error.errno or 0).lower()
        sys.stderr.write(f"Port {port} cannot be used: {reason}. PORT= chooses another.\n")
        return 1
    instance = Path(os.environ.get("INSTANCE_PATH") or "instance")
    counts = instance / "metrics"  # of several web processes together, anew with each start
    shutil.rmtree(counts, ignore_errors=True)
    counts.mkdir(parents=True)
    address = f"http://127.0.0.1:{port}"
    environment = {
        "PUBLIC_URL": dotenv_values(instance / "settings.env").get("PUBLIC_URL") or address,
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PROMETHEUS_MULTIPROC_DIR": str(counts),
    }
    processes = Processes(Printer(Output(sys.stdout)))
    for name, command in parse_procfile(Path("Procfile").read_text()).processes.items():
        processes.add_process(name, command, env=environment)
    signal.signal(signal.SIGHUP, lambda *_: os.kill(os.getpid(), signal.SIGTERM))
    signal.signal(signal.SIGALRM, processes.look_after_make)
    signal.setitimer(signal.ITIMER_REAL, 0.5, 0.5)
    Output(sys.stdout).write(f"Leader Journal is on {address} - Ctrl-C stops it.\n")
    processes.loop()
    return processes.returncode or 0


if __name__ == "__main__":
    sys.exit(main())
