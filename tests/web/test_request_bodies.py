"""Bodies of requests: in time, of the size that their sender may send, and not too many at once."""

import asyncio

import pytest
from werkzeug.exceptions import RequestEntityTooLarge

from leaderjournal import IMPORT_ENDPOINTS
from leaderjournal.web import request_bodies
from leaderjournal.web.request_bodies import (
    IN_MEMORY,
    LARGEST_IMPORT,
    MEGABYTE,
    MOST_IN_TOTAL,
    MOST_PER_ADDRESS,
    BodyReceiver,
    TooSlow,
    get_body_limit,
)


class Body:
    """A body as granian gives it, in pieces; `never` one that stays away."""

    def __init__(self, *pieces, never=False):
        self.pieces, self.never, self.asked_for = list(pieces), never, 0

    async def __call__(self):
        return b"".join([piece async for piece in self])

    async def __aiter__(self):
        if self.never:
            await asyncio.Event().wait()
        for piece in self.pieces:
            self.asked_for += 1
            await asyncio.sleep(0)
            yield piece


def received(body, declared=None, limit=MEGABYTE):
    return asyncio.run(
        BodyReceiver().receive(body, declared=declared, limit=limit, address="192.0.2.1")
    )


@pytest.mark.parametrize("size", [1, IN_MEMORY, IN_MEMORY + 1, MEGABYTE])
@pytest.mark.parametrize("says_how_long", [True, False])
def test_body_is_received_complete(size, says_how_long):
    sent = bytes(range(256)) * (size // 256 + 1)
    pieces = [sent[:size][at : at + 40_000] for at in range(0, size, 40_000)]
    body, length = received(Body(*pieces), size if says_how_long else None)
    with body:
        assert (body.read(), length) == (sent[:size], size)


def test_body_declared_too_large_is_not_read():
    sent = Body(b"x" * 100)
    body, length = received(sent, declared=MEGABYTE + 1)
    assert (sent.asked_for, length) == (0, MEGABYTE + 1)
    for read in (body.read, body.readline, body.readlines, body.read1, lambda: next(body)):
        with pytest.raises(RequestEntityTooLarge):
            read()


def test_body_that_grows_too_large_is_read_no_further():
    sent = Body(*[b"x" * 100] * 10)
    body, length = received(sent, limit=250)
    assert (sent.asked_for, length) == (3, 300)
    with pytest.raises(RequestEntityTooLarge):
        body.read()


def test_body_that_does_not_arrive_is_dropped(monkeypatch):
    monkeypatch.setattr(request_bodies, "GRACE", 0.01)
    for declared in (10, MEGABYTE, None):
        with pytest.raises(TooSlow):
            received(Body(never=True), declared)


@pytest.mark.parametrize(
    ("addresses", "most"), [(1, MOST_PER_ADDRESS), (MOST_IN_TOTAL, MOST_IN_TOTAL)]
)
def test_oldest_of_too_many_bodies_is_dropped(monkeypatch, addresses, most):
    monkeypatch.setattr(request_bodies, "GRACE", 3600)

    async def crowd():
        receiver = BodyReceiver()

        def receive(body, number):
            return asyncio.create_task(
                receiver.receive(
                    body, declared=2, limit=MEGABYTE, address=f"address {number % addresses}"
                )
            )

        slow = [receive(Body(never=True), number) for number in range(most)]
        await asyncio.sleep(0)
        body, _length = await receive(Body(b"hi"), most)
        assert body.read() == b"hi"
        given_up, waiting = await asyncio.wait(slow, return_when=asyncio.FIRST_COMPLETED)
        assert given_up == {slow[0]}
        with pytest.raises(TooSlow):
            await slow[0]
        for task in waiting:
            task.cancel()

    asyncio.run(crowd())


def test_only_signed_in_clients_may_upload_a_journal():
    for path in ("/settings/import", "/api/v1/imports", "/api/v1/imports/preview"):
        assert get_body_limit(path, {}) == MEGABYTE
        assert get_body_limit(path, {"HTTP_COOKIE": "session=a"}) == LARGEST_IMPORT
        assert get_body_limit(path, {"HTTP_AUTHORIZATION": "Bearer a"}) == LARGEST_IMPORT
    assert get_body_limit("/login", {"HTTP_COOKIE": "session=a"}) == MEGABYTE


def test_application_accepts_imports_of_the_same_size_at_the_same_paths(app):
    import leaderjournal

    takes = {rule.rule for rule in app.url_map.iter_rules() if rule.endpoint in IMPORT_ENDPOINTS}
    assert takes == request_bodies.IMPORT_PATHS
    assert leaderjournal.LARGEST_IMPORT == LARGEST_IMPORT
