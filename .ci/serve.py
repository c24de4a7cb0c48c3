"""`make run`: keeps the web and worker processes of the Procfile running until make ends.

Plain `honcho start` would stop both if one dies, and leave both running if only make is interrupted
or killed, the terminal is closed, or nobody reads the output any more.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path
from threading import Lock, Thread
from typing import TextIO

from dotenv import dotenv_values
from honcho.environ import parse_procfile

# Without its package, which takes seconds to import.
sys.path.append(str(Path(__file__).resolve().parents[1] / "leaderjournal" / "web"))
from supervisor import Program, Supervisor

MAKE = os.getppid()
ENDING = sum(1 << number - 1 for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM))


class Output:
    """Standard output, which may be closed early: `make run | head`."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._one_at_a_time = Lock()

    def write(self, line: str) -> None:
        """Write `line`; discard it once nobody reads."""
        with self._one_at_a_time:
            try:
                self._stream.write(f"{line}\n")
                self._stream.flush()
            except BrokenPipeError:
                os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())


class Started:
    """A running command of the Procfile, in a process group of its own."""

    def __init__(
        self, name: str, command: str, environment: dict[str, str], output: Output
    ) -> None:
        self._process = subprocess.Popen(  # noqa: S602 - the Procfile is ours
            command,
            shell=True,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            text=True,
            errors="replace",
        )
        self.pid, self.poll = self._process.pid, self._process.poll
        Thread(target=self._pass_on, args=(name, output), daemon=True).start()

    def _pass_on(self, name: str, output: Output) -> None:
        for line in self._process.stdout or ():
            output.write(f"{name:6} | {line.rstrip()}")

    def send_signal(self, number: int) -> None:
        """Send a signal to it and its children."""
        with suppress(ProcessLookupError, PermissionError):  # macOS forbids what has just ended
            os.killpg(self.pid, number)


def get_caught_signals(process: int) -> int:
    """Return the terminating signals that a process catches, on Linux; 0 elsewhere.

    make does not pass SIGINT or SIGHUP on: it stops catching them and waits for its children.
    """
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0
    return int(status.partition("SigCgt:")[2].split()[0], 16) & ENDING


CAUGHT_AT_FIRST = get_caught_signals(MAKE)


def is_make_gone() -> bool:
    """Tell whether make is gone, or has received a signal and waits for this process."""
    return os.getppid() != MAKE or get_caught_signals(MAKE) != CAUGHT_AT_FIRST


def main() -> int:
    """Start everything on HOST and PORT; return the exit status once all has ended."""
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
    output = Output(sys.stdout)
    commands = parse_procfile(Path("Procfile").read_text()).processes.items()
    supervisor = Supervisor(
        [
            Program(name, partial(Started, name, command, environment, output))
            for name, command in commands
        ],
        output.write,
    )

    def look_after_make() -> None:
        if is_make_gone():
            supervisor.stop(1)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _frame: supervisor.stop(128 + number))
    output.write(f"Leader Journal is on {address} - Ctrl-C stops it.")
    return supervisor.run(look_after_make)


if __name__ == "__main__":
    sys.exit(main())
