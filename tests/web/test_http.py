"""What HTTP asks of a server: over real sockets, with the journal behind them."""

import http.client
import json
import socket
import time
from contextlib import closing

import pytest
from browser.conftest import Served, free_port
from factories import PASSWORD

from leaderjournal.web.adapter import LARGEST_IN_MEMORY

WAIT = 90
"""Seconds after which a test that hangs ends."""


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("http")
    served = Served(f"sqlite:///{folder / 'journal.db'}", folder, free_port())
    served.start()
    yield served
    served.stop()


@pytest.fixture
def call(served):
    """Make one request; return its answer, read."""

    def make(method, path, body=None, headers=None, **options):
        with closing(
            http.client.HTTPConnection("127.0.0.1", served.port, timeout=WAIT)
        ) as connection:
            connection.request(method, path, body, headers or {}, **options)
            answer = connection.getresponse()
            answer.content = answer.read()
            return answer

    return make


@pytest.fixture(scope="module")
def signed(served):
    """The headers of a leader's token."""
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=WAIT)
    asked = {"email": "mira@example.com", "password": PASSWORD}
    for path, more in (
        ("accounts", {"name": "Mira", "time_zone": "Europe/Berlin"}),
        ("tokens", {"label": "test"}),
    ):
        sent = json.dumps(asked | more)
        connection.request("POST", f"/api/v1/{path}", sent, {"Content-Type": "application/json"})
        answer = json.loads(connection.getresponse().read())
    connection.close()
    return {"Authorization": f"Bearer {answer['token']}", "Content-Type": "application/json"}


def send(served, raw):
    """Send bytes as they are; return all that is answered until the connection is closed."""
    with socket.create_connection(("127.0.0.1", served.port), WAIT) as connection:
        connection.sendall(raw)
        answered = b""
        while piece := connection.recv(65_536):
            answered += piece
        return answered


def test_head_has_the_headers_of_get_and_no_body(call):
    got, asked = call("GET", "/login"), call("HEAD", "/login")
    assert (asked.status, asked.content) == (200, b"")
    assert asked.getheader("Content-Type") == got.getheader("Content-Type")


def test_chunked_body_is_read_like_any_other(call, signed):
    question = json.dumps({"key": "let-go", "text": "Who decided?"}).encode()
    answer = call(
        "POST", "/api/v1/questions", iter([question[:9], question[9:]]), signed, encode_chunked=True
    )
    assert answer.status == 201


@pytest.mark.parametrize("in_chunks", [True, False])
def test_too_large_body_is_refused(call, signed, in_chunks):
    pieces = [b"x" * 100_000] * 12
    body = iter(pieces) if in_chunks else b"".join(pieces)
    try:
        answer = call("POST", "/api/v1/questions", body, signed, encode_chunked=in_chunks)
    except (BrokenPipeError, ConnectionResetError):
        return  # it was refused before all of it was sent
    assert answer.status == 413
    assert json.loads(answer.content)["status"] == 413


@pytest.mark.parametrize("length", ["Content-Length: 45000000", "Transfer-Encoding: chunked"])
@pytest.mark.parametrize(
    "says", ["X-Nothing: x", "Cookie: session=made-up", "Authorization: Bearer x"]
)
def test_large_anonymous_upload_is_refused_at_once(served, length, says):
    head = f"POST /api/v1/imports HTTP/1.1\r\nHost: 127.0.0.1\r\n{length}\r\n{says}\r\n".encode()
    head += b"Content-Type: multipart/form-data; boundary=x\r\n"
    if "chunked" in length:  # how much there is shows as it comes
        head += b"Connection: close\r\n\r\n" + b"100000\r\n" + bytes(0x100000) + b"\r\n"
        assert send(served, head).split()[1] in (b"401", b"413")
        return
    head += b"Expect: 100-continue\r\n"
    answered = send(served, head + b"Connection: close\r\n\r\n")
    assert answered.split()[1] in (b"401", b"413")  # and no 100 before it


def test_expect_header_is_answered_with_100_continue(served):
    with socket.create_connection(("127.0.0.1", served.port), WAIT) as connection:
        connection.sendall(
            b"POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 3\r\n"
            b"Expect: 100-continue\r\n\r\n"
        )
        assert connection.recv(1000).startswith(b"HTTP/1.1 100 ")
        connection.sendall(b"a=b")
        assert connection.recv(1000).startswith(b"HTTP/1.1 4")


@pytest.mark.parametrize(
    "lengths",
    [
        b"Content-Length: 3\r\nContent-Length: 4\r\n",
        b"Content-Length: +3\r\n",
        b"Transfer-Encoding: chunked, identity\r\n",
        b"Transfer-Encoding: gzip\r\n",
    ],
)
def test_ambiguous_request_length_is_refused_and_nothing_smuggled(served, lengths):
    hidden = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    answered = send(
        served, b"POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\n" + lengths + b"\r\nabc" + hidden
    )
    assert answered.startswith(b"HTTP/1.1 400 ")
    assert b"up\n" not in answered


def test_header_with_an_underscore_is_ignored(call, served):
    from_proxy = {"X_Forwarded_For": "203.0.113.9"}
    assert call("GET", "/metrics", headers=from_proxy).status == 200
    assert call("GET", "/metrics", headers={"X-Forwarded-For": "203.0.113.9"}).status == 404


def test_url_with_any_bytes_is_read(call):
    for path in (
        "/day/%ff%fe",
        "/%00",
        "/a%2fb",
        "/%c3%a9?q=%ff",
        "//",
        "/day/2026-01-01%0d%0aX:1",
    ):
        assert call("GET", path).status in (200, 302, 303, 308, 400, 404, 422), path


def test_long_reply_arrives_complete_however_slowly_it_is_read(served, call, signed):
    today = json.loads(call("GET", "/api/v1/prompts/today", headers=signed).content)["local_date"]
    for number in range(60):
        day = json.dumps({"answers": [], "note": f"{number} " + "words " * 1_500})
        assert call("PUT", f"/api/v1/reflections/{today}", day, signed).status in (200, 201)
    whole = call("GET", "/api/v1/export?format=json", headers=signed)
    assert len(whole.content) > LARGEST_IN_MEMORY
    exported = json.loads(whole.content)
    request = "GET /api/v1/export?format=json HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    request += f"Authorization: {signed['Authorization']}\r\nConnection: close\r\n\r\n"
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(WAIT)
        connection.connect(("127.0.0.1", served.port))
        connection.sendall(request.encode())
        time.sleep(1)  # meanwhile nobody takes what is sent
        answered = b""
        while piece := connection.recv(4096):
            answered += piece
    head, _, body = answered.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 ")
    assert json.loads(body) == exported
