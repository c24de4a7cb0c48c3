"""The sockets that the web processes listen on."""

import socket
import sys
import time

from leaderjournal.kernel.setting_values import SettingsError

BACKLOG = 1_024
STALLED_READER_TIMEOUT = 60_000
"""Milliseconds after which Linux drops a connection whose other end reads nothing."""

RETRIES_FOR = 5.0
"""Seconds in which processes of an earlier start can release the port."""

HAS_OWN_SOCKETS = sys.platform == "linux"
"""Whether each process has its own socket on the port, so that Linux distributes connections.

On a shared socket, one process accepts nearly all of them. macOS cannot distribute them.
"""


def open_socket(host: str, port: int, *, beside_others: bool = False) -> socket.socket:
    """Return a listening socket. Raises OSError."""
    family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
    listening = socket.create_server(
        (host, port), family=family, backlog=BACKLOG, reuse_port=beside_others
    )
    if sys.platform == "linux":
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, STALLED_READER_TIMEOUT)
    listening.setblocking(False)
    return listening


def open_exclusive_socket(host: str, port: int) -> socket.socket:
    """Return a listening socket on a port that nobody else uses. Raises SettingsError."""
    gives_up_at = time.monotonic() + RETRIES_FOR
    while True:
        try:
            return open_socket(host, port)
        except OSError as error:
            if time.monotonic() > gives_up_at:
                reason = (error.strerror or str(error)).lower()
                raise SettingsError(f"PORT {port} of {host} cannot be used: {reason}.") from error
        time.sleep(0.2)
