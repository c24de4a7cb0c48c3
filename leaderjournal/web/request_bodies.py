"""Bodies of requests: how large they may be, how slowly they may come, how many may be on the way.

All of it is waited for in the event loop, where a slow client costs a little memory and no thread.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from io import BufferedReader, BytesIO, RawIOBase
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Protocol

from werkzeug.exceptions import RequestEntityTooLarge

from leaderjournal.kernel.request_checks import LARGEST_IMPORT, MEGABYTE

IMPORT_PATHS = frozenset({"/settings/import", "/api/v1/imports", "/api/v1/imports/preview"})
"""Where whole journals are sent, by who is signed in."""

IN_MEMORY = 65_536
"""Bytes of a body up to which it stays in memory; a larger one goes to an unnamed file."""

GRACE = 15.0
"""Seconds that any body may take."""

LEAST_RATE = 16_384
"""Bytes that a second more is given for."""

MOST_PER_ADDRESS = 64
MOST_IN_TOTAL = 512
"""How many bodies may be on the way to one process; one more, and the oldest is given up."""


class RequestBody(Protocol):
    """What granian gives for a request: its body, whole or piece by piece."""

    async def __call__(self) -> bytes:
        """Return the whole body."""

    def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield the body as it comes."""


class TooSlow(Exception):
    """A body did not come in time."""


class TooLarge(RawIOBase):
    """Stands where a body would: whoever reads it answers 413, and nobody else need know."""

    def readable(self) -> bool:
        """Say that it can be tried."""
        return True

    def readinto(self, _buffer: Any, /) -> int:
        """Raise RequestEntityTooLarge."""
        raise RequestEntityTooLarge


def get_body_limit(path: str, headers: Mapping[str, Any]) -> int:
    """Return how many bytes a request may bring: more only where a leader sends a journal.

    `headers` are those of a WSGI environ. Whether a cookie or a token is worth anything is for the
    application to say, which the adapter asks; who brings none is not let in with 50 MB.
    """
    signed = "HTTP_AUTHORIZATION" in headers or "HTTP_COOKIE" in headers
    return LARGEST_IMPORT if signed and path in IMPORT_PATHS else MEGABYTE


class BodyReceiver:
    """Receives the bodies of one process, and gives up those that come too slowly.

    Where too many are on the way, the oldest goes rather than the newest: what an honest client
    sends is here within a moment, so that slow ones cannot keep it out.
    """

    def __init__(self) -> None:
        self._of_address: dict[str, dict[asyncio.Timeout, None]] = {}
        self._all: dict[asyncio.Timeout, None] = {}

    async def receive(
        self, body: RequestBody, *, declared: int | None, limit: int, address: str
    ) -> tuple[IO[bytes], int]:
        """Return the body of at most `limit` bytes, and its length.

        A body that is larger is not read to its end. Raises TooSlow.
        """
        if declared is not None and declared > limit:
            return BufferedReader(TooLarge()), declared
        deadline = asyncio.timeout(GRACE)
        try:
            async with deadline:
                self._enter(deadline, address)
                try:
                    if declared is not None and declared <= IN_MEMORY:
                        whole = await body()
                        return BytesIO(whole), len(whole)
                    return await _write_to_spool(body, limit, deadline)
                finally:
                    self._leave(deadline, address)
        except TimeoutError as error:
            raise TooSlow from error

    def _enter(self, deadline: asyncio.Timeout, address: str) -> None:
        of_address = self._of_address.setdefault(address, {})
        if len(of_address) >= MOST_PER_ADDRESS:
            _give_up(next(iter(of_address)))
        elif len(self._all) >= MOST_IN_TOTAL:
            _give_up(next(iter(self._all)))
        of_address[deadline] = self._all[deadline] = None

    def _leave(self, deadline: asyncio.Timeout, address: str) -> None:
        of_address = self._of_address[address]
        del of_address[deadline], self._all[deadline]
        if not of_address:
            del self._of_address[address]


def _give_up(deadline: asyncio.Timeout) -> None:
    if not deadline.expired():
        deadline.reschedule(asyncio.get_running_loop().time())


async def _write_to_spool(
    body: RequestBody, limit: int, deadline: asyncio.Timeout
) -> tuple[IO[bytes], int]:
    began = asyncio.get_running_loop().time()
    length = 0
    spool = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - who answers the request closes it
    try:
        async for piece in body:
            length += len(piece)
            if length > limit:
                spool.close()
                return BufferedReader(TooLarge()), length
            spool.write(piece)
            if not deadline.expired():
                deadline.reschedule(began + GRACE + length / LEAST_RATE)
    except BaseException:
        spool.close()
        raise
    spool.seek(0)
    return spool, length
