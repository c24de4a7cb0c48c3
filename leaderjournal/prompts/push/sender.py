"""Sends push messages: many at once, over few connections, only to checked addresses.

libcurl, whose HTTP/2 is in C, sends many times as many messages per core as httpx. httpx also
leaves the streams of timed-out messages open, so that it cannot use a service again that has let
two hundred messages hang.
"""

import asyncio
import ipaddress
import socket
import sys
import threading
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import Any

import certifi
import pycurl

from leaderjournal.prompts.push.endpoints import EndpointRefused, PushHosts, Service
from leaderjournal.prompts.push.messages import PushMessage
from leaderjournal.prompts.push.rules import REFUSED_ENDPOINT, ServiceResponse

Resolver = Callable[[str, int], Coroutine[Any, Any, Sequence[str]]]
"""Returns the IP addresses of a host and port; raises OSError where it has none."""

MAX_RESPONSE_BYTES = 4_096
MAX_ADDRESSES = 8
MAX_CACHED_NAMES = 1_000
READ_GRACE_SECONDS = 0.1
"""Seconds to read a response that has arrived when its time is up."""
NAME_CACHE_SECONDS = 30.0
"""Seconds for which the addresses of a name are cached."""
CONNECTION_MAX_AGE_SECONDS = 30 * 60
"""Seconds after which a connection gets no further message, so that a service can move."""


async def resolve(host: str, port: int) -> Sequence[str]:
    """Return the IP addresses of `host` in the order that the system prefers."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


class PushSender:
    """Sends messages to push services and returns their responses.

    All transfers run in one thread of the sender; any number of threads can submit messages.
    """

    def __init__(
        self,
        hosts: PushHosts,
        *,
        seconds: float = 10,
        max_in_flight: int = 100,
        resolver: Resolver = resolve,
        name_cache_seconds: float = NAME_CACHE_SECONDS,
        authorities: Path | None = None,
    ) -> None:
        """Send only to `hosts`, up to `max_in_flight` messages at a time, each within `seconds`.

        `authorities` is a PEM file of the authorities that may sign a service's certificate; by
        default those that Mozilla trusts.
        """
        self._hosts = hosts
        self._seconds = seconds
        self._resolver = resolver
        self._name_cache_seconds = name_cache_seconds
        self._authorities = str(authorities or certifi.where())
        self._lookups: dict[Service, tuple[float, asyncio.Task[Sequence[str]]]] = {}
        self._idle: list[_Transfer] = []
        self._slots = asyncio.Semaphore(max_in_flight)
        self._multi = pycurl.AsyncCurlMulti()
        self._multi.setopt(pycurl.M_MAXCONNECTS, max_in_flight)
        self._closed = False
        self._lock = threading.Lock()
        self._loop = asyncio.SelectorEventLoop()
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="push-sender", daemon=True
        )
        self._thread.start()

    def submit(self, message: PushMessage) -> Future[ServiceResponse]:
        """Send `message` as soon as there is capacity; return the future response.

        There is a response whatever the service does or fails to do. The future is cancelled where
        the sender is closed before the message is started. Raises RuntimeError after `close`.
        """
        with self._lock:
            if self._closed:
                raise RuntimeError("the sender is closed")
            return asyncio.run_coroutine_threadsafe(self._send(message), self._loop)

    def close(self) -> None:
        """Wait for the messages in flight, cancel the others, and close every connection."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
        asyncio.run_coroutine_threadsafe(self._finish(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _finish(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        if others:
            # All messages have their responses by then; only lookups that nobody awaits are left.
            _, left = await asyncio.wait(others, timeout=self._seconds + 1)
            for lookup in left:
                lookup.cancel()
            await asyncio.gather(*left, return_exceptions=True)
        await self._multi.aclose()

    async def _send(self, message: PushMessage) -> ServiceResponse:
        async with self._slots:
            if self._closed:
                raise asyncio.CancelledError
            exchange = asyncio.create_task(self._exchange(message))
            await asyncio.wait({exchange}, timeout=self._seconds)
            if not exchange.done():
                # Its response may have arrived while the loop was busy with others.
                await asyncio.wait({exchange}, timeout=READ_GRACE_SECONDS)
            if not exchange.done():
                exchange.cancel()
                return ServiceResponse(None, failure="timeout")
            try:
                return exchange.result()
            except EndpointRefused as refusal:
                return ServiceResponse(None, failure=f"{REFUSED_ENDPOINT}: {refusal}")
            except OSError:
                return ServiceResponse(None, failure="connect")

    async def _exchange(self, message: PushMessage) -> ServiceResponse:
        service = self._hosts.get_service(message.url)
        addresses = await self._resolve_allowed(service)
        transfer = self._idle.pop() if self._idle else _Transfer(self._authorities)
        transfer.prepare(message, service, addresses)
        try:
            await self._multi.perform(transfer.curl)
        except pycurl.error as error:
            response = transfer.get_response(error.args[0])
        else:
            response = transfer.get_response(pycurl.E_OK)
        self._idle.append(transfer)  # not a transfer that timed out: libcurl still ends it
        return response

    async def _resolve_allowed(self, service: Service) -> Sequence[str]:
        """Return the addresses of `service`.

        Raises EndpointRefused where one of them is not allowed, OSError where it has none.
        """
        addresses = (await self._resolve(service))[:MAX_ADDRESSES]
        if not addresses:
            raise OSError(f"{service.host} has no address")
        if not all(self._hosts.may_connect(service.host, address) for address in addresses):
            raise EndpointRefused("its name leads to an address that is not public")
        return [str(ipaddress.ip_address(address)) for address in addresses]

    async def _resolve(self, service: Service) -> Sequence[str]:
        if _is_address(service.host):
            return [service.host]
        fresh_until, lookup = self._lookups.get(service, (0.0, None))
        if lookup is None or fresh_until < self._loop.time():
            lookup = asyncio.create_task(self._resolver(service.host, service.port))
            lookup.add_done_callback(partial(self._forget_failed, service))
            if len(self._lookups) >= MAX_CACHED_NAMES:
                self._lookups.clear()
            self._lookups[service] = (self._loop.time() + self._name_cache_seconds, lookup)
        return await asyncio.shield(lookup)  # other messages await it too

    def _forget_failed(self, service: Service, lookup: asyncio.Task[Sequence[str]]) -> None:
        if lookup.cancelled() or lookup.exception():
            self._lookups.pop(service, None)


class _BorrowedSocket(socket.socket):
    """A socket that libcurl duplicates for itself; this one is closed when it is dropped."""

    def __del__(self) -> None:
        self.close()


class _Transfer:
    """A libcurl handle, which sends one message after another."""

    def __init__(self, authorities: str) -> None:
        self.curl = pycurl.Curl()
        for option, value in (
            (pycurl.CAINFO, authorities),
            (pycurl.SSL_VERIFYPEER, 1),
            (pycurl.SSL_VERIFYHOST, 2),
            (pycurl.SSLVERSION, pycurl.SSLVERSION_TLSv1_2),
            (pycurl.PROTOCOLS, pycurl.PROTO_HTTPS | pycurl.PROTO_HTTP),
            (pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_2TLS),
            (pycurl.FOLLOWLOCATION, 0),
            (pycurl.PROXY, ""),  # not even that of the environment
            (pycurl.PATH_AS_IS, 1),
            (pycurl.MAXLIFETIME_CONN, CONNECTION_MAX_AGE_SECONDS),
            (pycurl.NOSIGNAL, 1),
            (pycurl.USERAGENT, "leaderjournal"),
            (pycurl.OPENSOCKETFUNCTION, self._open_socket),
            (pycurl.HEADERFUNCTION, self._on_header),
            (pycurl.WRITEFUNCTION, self._on_body),
        ):
            self.curl.setopt(option, value)

    def prepare(self, message: PushMessage, service: Service, addresses: Sequence[str]) -> None:
        """Prepare to send `message` to one of the `addresses`, which are checked."""
        self._addresses = addresses
        self._retry_after: str | None = None
        self._head_ended = False
        self._reply_size = 0
        self.curl.setopt(pycurl.URL, message.url)
        # TLS tells at once whether a connection takes many messages, so wait for the first one.
        # Without TLS only the first response tells, which may never come.
        self.curl.setopt(pycurl.PIPEWAIT, service.scheme == "https")
        self.curl.setopt(pycurl.HTTPHEADER, [f"{k}: {v}" for k, v in message.headers.items()])
        self.curl.setopt(pycurl.POSTFIELDS, message.body)
        if not _is_address(service.host):
            pinned = ",".join(f"[{ip}]" if ":" in ip else ip for ip in addresses)
            self.curl.setopt(pycurl.RESOLVE, [f"+{service.host}:{service.port}:{pinned}"])

    def get_response(self, code: int) -> ServiceResponse:
        """Return the service's response to a transfer that ended with the libcurl `code`."""
        is_cut_short = code == pycurl.E_WRITE_ERROR and self._reply_size > MAX_RESPONSE_BYTES
        if self._head_ended and (code == pycurl.E_OK or is_cut_short):
            return ServiceResponse(self.curl.getinfo(pycurl.RESPONSE_CODE), self._retry_after)
        return ServiceResponse(None, failure=_FAILURES.get(code, "broken"))

    def _open_socket(self, _purpose: int, address: Any) -> socket.socket | int:
        if address.addr[0] not in self._addresses:
            refused: int = pycurl.SOCKET_BAD
            return refused
        opened = _BorrowedSocket(address.family, address.socktype, address.protocol)
        if sys.platform == "linux":
            # Linux keeps a connection without acknowledgements for a quarter of an hour otherwise.
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 20_000)
        return opened

    def _on_header(self, line: bytes) -> None:
        name, _, value = line.partition(b":")
        if name.startswith(b"HTTP/"):
            self._retry_after = None
            self._head_ended = False
        elif not line.strip():
            self._head_ended = True  # libcurl also accepts a head that is cut off
        elif name.lower() == b"retry-after":
            self._retry_after = value.strip()[:100].decode("latin-1")

    def _on_body(self, data: bytes) -> int:
        self._reply_size += len(data)
        return len(data) if self._reply_size <= MAX_RESPONSE_BYTES else 0


_FAILURES = {
    pycurl.E_COULDNT_RESOLVE_HOST: "connect",
    pycurl.E_COULDNT_CONNECT: "connect",
    pycurl.E_SSL_CONNECT_ERROR: "connect",
    pycurl.E_PEER_FAILED_VERIFICATION: "connect",
    pycurl.E_OPERATION_TIMEDOUT: "timeout",
}


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
