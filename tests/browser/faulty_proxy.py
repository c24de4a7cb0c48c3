"""A server as a leader meets it on the way: behind a connection that can be cut or answer with 503.

It stands between the browser and the real server on a port of its own, and passes on what it gets.
"""

import http.client
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from urllib.parse import urlsplit

NOT_PASSED_ON = {"connection", "transfer-encoding", "keep-alive", "server", "date"}


class FaultyProxy:
    """Passes requests on to `address` while `fault` is None; else answers with that status, or
    breaks the connection where it is "cut".
    """

    def __init__(self, address: str) -> None:
        self.fault: int | str | None = None
        self.asked: list[str] = []
        self._counting = Lock()
        self._in_hand = 0
        proxy = self
        upstream = urlsplit(address)

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                with proxy.busy():
                    self.pass_on()

            def pass_on(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                body = self.rfile.read(length)
                proxy.asked.append(f"{self.command} {self.path}")
                if proxy.fault == "cut":
                    self.close_connection = True
                    return
                if proxy.fault:
                    self.send_response(int(proxy.fault))
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                    return
                connection = http.client.HTTPConnection(upstream.hostname, upstream.port)
                connection.request(self.command, self.path, body, dict(self.headers))
                reply = connection.getresponse()
                content = reply.read()
                self.send_response(reply.status)
                for name, value in reply.getheaders():
                    if name.lower() not in {*NOT_PASSED_ON, "content-length"}:
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                with suppress(OSError):  # the browser has left
                    self.wfile.write(content)
                connection.close()

            def log_message(self, *_):
                """Say nothing."""

        for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
            setattr(Handler, f"do_{method}", Handler.answer)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @contextmanager
    def busy(self) -> Iterator[None]:
        """Count a request as in hand."""
        with self._counting:
            self._in_hand += 1
        try:
            yield
        finally:
            with self._counting:
                self._in_hand -= 1

    def cut(self) -> None:
        """Break the connection once all that is on its way has been answered."""
        self.fault = "cut"
        while self._in_hand:
            time.sleep(0.01)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
