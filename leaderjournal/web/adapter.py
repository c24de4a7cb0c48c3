"""Connects granian's event loop with the WSGI application, by RSGI.

granian's own WSGI hands a request to a thread before its body has arrived, so that a few slow
clients can block a process. Here the loop waits for bodies and for slow readers; a thread handles
a request only while the application computes.
"""

import asyncio
import json
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from io import BytesIO
from tempfile import TemporaryFile
from typing import IO, Any
from wsgiref.types import WSGIApplication

from granian.rsgi import ProtocolClosed  # type: ignore[attr-defined]

from leaderjournal.kernel.outages import find_outage
from leaderjournal.kernel.problems import API_PREFIX, DETAILS, PROBLEM_TYPE
from leaderjournal.kernel.request_checks import MEGABYTE
from leaderjournal.web.request_bodies import BodyReceiver, TooSlow, get_body_limit

LARGEST_IN_MEMORY = 262_144
"""Bytes of a reply that stay in memory; a longer one is sent from an unnamed file.

granian buffers a reply in memory if its client reads slowly. From a file it reads only as much as
the client takes, and neither a thread nor the database waits for it.
"""

OPENED_WITHIN = 30.0
"""Seconds after which granian has certainly opened the file that it sends."""

IDENTITY_PATH = f"{API_PREFIX}v1/me"
"""The path that answers 200 to a valid session or token."""

Headers = list[tuple[str, str]]


@dataclass(slots=True)
class Reply:
    """The reply of the application; its body is in memory, or in a file if it is long."""

    status: int
    headers: Headers
    body: bytes
    file: IO[bytes] | None


class Adapter:
    """An RSGI application that hands complete requests to a WSGI one."""

    def __init__(self, application: WSGIApplication, *, threads: int) -> None:
        self._application = application
        self._threads = ThreadPoolExecutor(threads, "application")
        self._receiver = BodyReceiver()

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        """Answer one request."""
        if scope.proto != "http":
            protocol.close(404)
            return
        loop = asyncio.get_running_loop()
        environ = build_environ(scope)
        address = environ["REMOTE_ADDR"]
        in_chunks = environ.pop("HTTP_TRANSFER_ENCODING", None) is not None
        declared = environ.get("CONTENT_LENGTH", "0")
        body: Any = None
        try:
            if in_chunks or declared != "0":
                length_declared = None if in_chunks else int(declared)
                limit = await self._limit_of(environ, length_declared)
                body, length = await self._receiver.receive(
                    protocol, declared=length_declared, limit=limit, address=address
                )
                environ["wsgi.input"], environ["CONTENT_LENGTH"] = body, str(length)
            reply = await loop.run_in_executor(self._threads, self._ask_application, environ)
        except TooSlow:
            protocol.response_bytes(*build_refusal(environ["PATH_INFO"], 408, DETAILS[408]))
        except ProtocolClosed:
            return  # the client is gone
        except OSError as error:  # no space for the file of the body or of the reply
            outage = find_outage(error)
            if outage is None:
                raise
            again = ("retry-after", str(outage.retry_after))
            told = build_refusal(environ["PATH_INFO"], outage.status, outage.detail, again)
            protocol.response_bytes(*told)
        else:
            if reply.file is None:
                protocol.response_bytes(reply.status, reply.headers, reply.body)
            else:
                path = f"/dev/fd/{reply.file.fileno()}"
                protocol.response_file(reply.status, reply.headers, path)
                loop.call_later(OPENED_WITHIN, reply.file.close)
        finally:
            if body is not None:
                body.close()

    async def _limit_of(self, environ: dict[str, Any], declared: int | None) -> int:
        """Return how many bytes a body may have; a valid session or token allows many."""
        limit = get_body_limit(environ["PATH_INFO"], environ)
        is_small = declared is not None and declared <= MEGABYTE
        if limit <= MEGABYTE or is_small:
            return limit
        asked = asyncio.get_running_loop().run_in_executor(
            self._threads, self._is_signed_in, environ
        )
        return limit if await asked else MEGABYTE

    def _is_signed_in(self, environ: Mapping[str, Any]) -> bool:
        """Tell whether the application accepts the credentials of these headers."""
        question = {
            name: value
            for name, value in environ.items()
            if name not in ("CONTENT_LENGTH", "CONTENT_TYPE")
        }
        question |= {"REQUEST_METHOD": "GET", "PATH_INFO": IDENTITY_PATH, "QUERY_STRING": ""}
        return self._ask_application(question).status == HTTPStatus.OK

    def _ask_application(self, environ: dict[str, Any]) -> Reply:
        status, headers = 500, []

        def start_response(line: str, given: Headers, _error: Any = None) -> Any:
            nonlocal status, headers
            status, headers = int(line[:3]), given

        made = self._application(environ, start_response)
        try:
            beginning, ended = read_beginning(pieces := iter(made))
            if ended:
                return Reply(status, headers, beginning, None)
            file, length = write_to_file(beginning, pieces)
        finally:
            if hasattr(made, "close"):
                made.close()
        if not any(name.lower() == "content-length" for name, _ in headers):
            headers = [*headers, ("content-length", str(length))]
        return Reply(status, headers, b"", file)


def build_environ(scope: Any) -> dict[str, Any]:
    """Return the WSGI environ (PEP 3333) of a request, without its body."""
    server, _, port = scope.server.rpartition(":")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string.encode().decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "SERVER_NAME": server.strip("[]"),
        "SERVER_PORT": port,
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": BytesIO(),
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in scope.headers.items():
        if "_" in name:  # it would look like another header: X_Forwarded_For
            continue
        key = name.upper().replace("-", "_")
        if key not in ("CONTENT_LENGTH", "CONTENT_TYPE"):
            key = f"HTTP_{key}"
        if key not in environ:
            environ[key] = value
        elif key.startswith("HTTP_"):
            environ[key] += f"{'; ' if key == 'HTTP_COOKIE' else ','}{value}"
    return environ


def read_beginning(pieces: Iterator[bytes]) -> tuple[bytes, bool]:
    """Return the beginning of a reply, and whether that is all of it."""
    taken, length = [], 0
    for piece in pieces:
        taken.append(piece)
        length += len(piece)
        if length >= LARGEST_IN_MEMORY:
            return b"".join(taken), False
    return b"".join(taken), True


def write_to_file(beginning: bytes, rest: Iterator[bytes]) -> tuple[IO[bytes], int]:
    """Write a reply to an unnamed file; return the file, rewound, and its length."""
    file = TemporaryFile(buffering=0)  # noqa: SIM115 - closed once granian has opened it
    try:
        length = file.write(beginning)
        for piece in rest:
            length += file.write(piece)
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return file, length


def build_refusal(
    path: str, status: int, detail: str, *headers: tuple[str, str]
) -> tuple[int, Headers, bytes]:
    """Return the reply to a request that does not reach the application."""
    kind, text = "text/plain; charset=utf-8", f"{detail}\n"
    if path.startswith(API_PREFIX):
        title = HTTPStatus(status).phrase
        told = {"type": "about:blank", "title": title, "status": status, "detail": detail}
        kind, text = PROBLEM_TYPE, json.dumps(told)
    own = [("content-type", kind), ("connection", "close"), ("cache-control", "no-store")]
    return status, [*own, *headers], text.encode()
