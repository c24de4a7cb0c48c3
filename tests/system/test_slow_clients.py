"""Clients that send and read as slowly as they can keep nobody else out."""

import socket
from contextlib import ExitStack

import pytest
from system.running import GIVE_UP_AFTER, Running

SLOW_BODY = b"POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\nabc"
SLOW_HEAD = b"GET /login HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "
SLOW_CHUNKS = (
    b"POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"
)
SLOW_READER = b"GET /register HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * 50
IDLE = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
SILENT = b""
KINDS = {
    "bodies": [SLOW_BODY],
    "heads": [SLOW_HEAD],
    "readers": [SLOW_READER],
    "idle": [IDLE, SILENT],
    "all of them": [SLOW_BODY, SLOW_HEAD, SLOW_CHUNKS, SLOW_READER, IDLE, SILENT],
}
CLIENTS = 200


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    with Running(tmp_path_factory.mktemp("slow")) as running:
        running.token = running.a_token()
        yield running


@pytest.fixture
def client(running):
    """Open connections that send something and are kept until the test ends."""
    with ExitStack() as connections:

        def connect(sends):
            connection = socket.create_connection(("127.0.0.1", running.port), GIVE_UP_AFTER)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            connections.enter_context(connection).sendall(sends)
            return connection

        yield connect


@pytest.mark.parametrize("kind", KINDS)
def test_two_hundred_slow_clients_keep_nobody_out(running, client, kind):
    for number in range(CLIENTS):
        client(KINDS[kind][number % len(KINDS[kind])])
    # Slow ones hold their connections while these are answered: by a thread, with a body, at once.
    assert running.get("/healthz") == 200
    assert running.get("/login") == 200
    question = {"key": "let-go", "text": "Who decided?"}
    assert running.call("POST", "/questions", question, running.token)[0] == 201


def test_a_body_that_does_not_come_is_answered_408(client):
    answered = client(SLOW_BODY).recv(1000)
    assert answered.startswith(b"HTTP/1.1 408 ")
    assert b"connection: close" in answered


def test_who_leaves_in_the_middle_of_a_body_leaves_no_trace(running, client):
    for _ in range(20):
        client(SLOW_BODY).close()
        client(SLOW_CHUNKS).close()
    assert running.get("/healthz") == 200
    assert "Traceback" not in running.said()
