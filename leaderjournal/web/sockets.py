"""The sockets that the web processes listen on."""

import socket
import sys
import time

from leaderjournal.kernel.setting_values import SettingsError

BACKLOG = 1_024
STALLED_READER_TIMEOUT = 60_000
"""Milliseconds after which Linux lets go of a connection whose other end takes nothing."""

RETRIES_FOR = 5.0
"""Seconds within which processes of an earlier start may leave the port."""

HAS_OWN_SOCKETS = sys.platform == "linux"
"""Whether each process has a socket of its own on one port, so that Linux spreads connections.

On one socket that they share, the same process takes nearly all. macOS cannot spread them.
"""


def open_socket(host: str, port: int, *, beside_others: bool = False) -> socket.socket:
    """Return a socket that listens. Raises OSError."""
    family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
    listening = socket.create_server(
        (host, port), family=family, backlog=BACKLOG, reuse_port=beside_others
    )
    if sys.platform == "linux":
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, STALLED_READER_TIMEOUT)
    listening.setblocking(False)
    return listening


def open_exclusive_socket(host: str, port: int) -> socket.socket:
    """Return a socket on a port that nobody else has. Raises SettingsError."""
    gives_up_at = time.monotonic() + RETRIES_FOR
    while True:
        try:
            return open_socket(host, port)
        except OSError as error:
            if time.monotonic() > gives_up_at:
                reason = (error.strerror or str(error)).lower()
                raise SettingsError(f"PORT {port} of {host} cannot be used: {reason}.") from error
        time.sleep(0.2)
