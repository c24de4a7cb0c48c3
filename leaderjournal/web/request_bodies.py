"""Bodies of requests, with limits on their size, their slowness and their number.

They are received in the event loop, where a slow client costs a little memory and no thread.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from io import BufferedReader, BytesIO, RawIOBase
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Protocol

from werkzeug.exceptions import RequestEntityTooLarge

from leaderjournal.kernel.request_checks import LARGEST_IMPORT, MEGABYTE

IMPORT_PATHS = frozenset({"/settings/import", "/api/v1/imports", "/api/v1/imports/preview"})
"""Where signed-in clients upload whole journals."""

IN_MEMORY = 65_536
"""Bytes of a body that stay in memory; a larger one goes to an unnamed file."""

GRACE = 15.0
"""Seconds that every body may take."""

LEAST_RATE = 16_384
"""Bytes that extend the deadline by a second."""

MOST_PER_ADDRESS = 64
MOST_IN_TOTAL = 512
"""How many bodies a process receives at once; one more, and it drops the oldest."""


class RequestBody(Protocol):
    """The body of a request in granian, whole or piece by piece."""

    async def __call__(self) -> bytes:
        """Return the whole body."""

    def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield the body as it arrives."""


class TooSlow(Exception):
    """A body did not arrive in time."""


class TooLarge(RawIOBase):
    """Takes the place of a body that is too large: reading it answers with 413."""

    def readable(self) -> bool:
        """Return True, so that reading is attempted."""
        return True

    def readinto(self, _buffer: Any, /) -> int:
        """Raise RequestEntityTooLarge."""
        raise RequestEntityTooLarge


def get_body_limit(path: str, headers: Mapping[str, Any]) -> int:
    """Return how many bytes the body of a request may have: more for the import of a journal.

    `headers` are those of a WSGI environ. A cookie or token is required for a large body; the
    adapter asks the application whether it is valid.
    """
    has_credentials = "HTTP_AUTHORIZATION" in headers or "HTTP_COOKIE" in headers
    return LARGEST_IMPORT if has_credentials and path in IMPORT_PATHS else MEGABYTE


class BodyReceiver:
    """Receives the bodies of one process, and drops those that arrive too slowly.

    If there are too many, the oldest is dropped rather than the newest: the body of an honest
    client arrives within a moment, so that slow ones cannot keep it out.
    """

    def __init__(self) -> None:
        self._of_address: dict[str, dict[asyncio.Timeout, None]] = {}
        self._all: dict[asyncio.Timeout, None] = {}

    async def receive(
        self, body: RequestBody, *, declared: int | None, limit: int, address: str
    ) -> tuple[IO[bytes], int]:
        """Return the body of at most `limit` bytes, and its length.

        A larger body is not read to its end. Raises TooSlow.
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
    spool = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - the adapter closes it
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
