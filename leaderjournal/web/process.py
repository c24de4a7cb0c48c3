"""One web process: granian's event loop, in front of the application's threads."""

import asyncio
import importlib
import os
import signal
import socket
from contextlib import suppress

from granian.constants import HTTPModes
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.net import SocketHolder  # type: ignore[attr-defined]
from granian.server.embed import Server

from leaderjournal.kernel.settings import WebSettings
from leaderjournal.web.adapter import Adapter
from leaderjournal.web.sockets import BACKLOG, HAS_OWN_SOCKETS, open_socket

HEADER_TIMEOUT = 10_000
"""Milliseconds for the headers of a request, and for the next request on a connection."""

MOST_CONNECTIONS = 4_096
SHUTDOWN_SECONDS = 3.0
"""Seconds for current requests once the process is asked to stop."""


class ServerOnSocket(Server):
    """A server on an existing listening socket."""

    def __init__(self, listening: socket.socket, application: Adapter) -> None:
        host, port = listening.getsockname()[:2]
        super().__init__(
            application,
            address=host,
            port=port,
            http=HTTPModes.http1,
            websockets=False,
            backlog=BACKLOG,
            backpressure=MOST_CONNECTIONS,
            http1_settings=HTTP1Settings(header_read_timeout=HEADER_TIMEOUT),
            log_level=LogLevels.error,
        )
        self._listening = listening

    def _init_shared_socket(self) -> None:
        self._ssp = None
        self._shd = SocketHolder(self._listening.fileno(), False, BACKLOG)  # type: ignore[call-arg,assignment]


def serve(wanted: WebSettings, shared: socket.socket, parent: int) -> None:
    """Answer requests until a signal stops it, or the supervising `parent` is gone."""
    adapter = Adapter(importlib.import_module("app").app, threads=wanted.threads)
    one = open_socket(wanted.host, wanted.port, beside_others=True) if HAS_OWN_SOCKETS else shared
    asyncio.run(_serve(ServerOnSocket(one, adapter), parent))


async def _serve(server: Server, parent: int) -> None:
    loop = asyncio.get_running_loop()

    def stop() -> None:
        server.stop()  # type: ignore[no-untyped-call]
        loop.call_later(SHUTDOWN_SECONDS, os._exit, 0)

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, stop)
    serving = asyncio.create_task(server.serve())
    while not serving.done():
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(serving), 1)
        if os.getppid() != parent:
            stop()
            break
    await serving
