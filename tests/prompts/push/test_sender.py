import asyncio
import json
import socket
import socketserver
import ssl
import sys
import threading
import time
from collections import Counter
from concurrent.futures import CancelledError, wait
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from leaderjournal.kernel.days import to_instant
from leaderjournal.kernel.first_run import create_secrets
from leaderjournal.prompts.push.endpoints import PushHosts
from leaderjournal.prompts.push.messages import MessageWriter, PushMessage
from leaderjournal.prompts.push.rules import ServiceResponse, parse_device, parse_retry_after
from leaderjournal.prompts.push.sender import MAX_RESPONSE_BYTES, PushSender

WRITER = MessageWriter(create_secrets()["VAPID_PRIVATE_KEY"], "mailto:operator@leaderjournal.app")


def create_message(subscription, *, tag="reflect", topic="topic", title="Lead from the front"):
    payload = json.dumps({"notification": {"title": title, "tag": tag}}).encode()
    to = parse_device(subscription["endpoint"], **subscription["keys"])
    now = to_instant(datetime.now(UTC))
    return WRITER.write(payload, to, ttl=3600, urgency="normal", topic=topic, now=now)


@pytest.fixture
def open_sender(push_service):
    """Create senders that may call the fake service, and close them."""
    opened = []

    def sender(*hosts, **options):
        options = {"authorities": push_service.authority} | options
        known = [push_service.host, push_service.secure_host, *hosts]
        opened.append(PushSender(PushHosts(known), **options))
        return opened[-1]

    yield sender
    for each in opened:
        each.close()


@pytest.fixture
def sender(open_sender):
    return open_sender()


@pytest.fixture(params=["http", "https"])
def secure(request) -> bool:
    """Whether to use HTTP/2 over TLS, or plain HTTP/1.1 to a loopback host."""
    return request.param == "https"


@contextmanager
def serve_raw(answer, address="127.0.0.1"):
    """Serve each connection by `answer(socket)`; yield the service's `host:port`."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self):
            with suppress(OSError):  # the sender has had enough
                answer(self.request)

    server = socketserver.ThreadingTCPServer((address, 0), Handler, bind_and_activate=False)
    server.daemon_threads, server.block_on_close = True, False
    with server:
        server.server_bind()
        server.server_activate()
        serving = threading.Thread(target=server.serve_forever, args=[0.01])
        serving.start()
        try:
            yield f"{address}:{server.server_address[1]}"
        finally:
            server.shutdown()
            serving.join()


def receive(connection) -> bytes:
    """Return the next bytes; a loop that reads on after the end takes a processor for ever."""
    piece = connection.recv(65_536)
    if not piece:
        raise ConnectionResetError("the sender closed the connection")
    return piece


def read_request(connection) -> bytes:
    """Return one complete HTTP/1.1 request."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += receive(connection)
    head, _, body = received.partition(b"\r\n\r\n")
    length = next(
        int(line.split(b":")[1])
        for line in head.lower().split(b"\r\n")
        if line.startswith(b"content-length:")
    )
    while len(body) < length:
        body += receive(connection)
    return head + b"\r\n\r\n" + body


def create_plain_message(host: str, path: str = "/push") -> PushMessage:
    headers = {"TTL": "60", "Content-Type": "application/octet-stream"}
    return PushMessage(f"http://{host}{path}", headers, b"body")


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("accepted", 201),
        ("ok", 200),
        ("queued", 202),
        ("not-found", 404),
        ("gone", 410),
        ("too-large", 413),
        ("bad-request", 400),
        ("forbidden", 403),
        ("error", 500),
        ("unavailable", 503),
    ],
)
def test_response_reports_the_status(sender, push_service, secure, kind, status):
    subscription = push_service.create_subscription(kind, secure=secure)
    assert sender.submit(create_message(subscription)).result() == ServiceResponse(status)
    assert len(push_service.list_received(subscription)) == (1 if status < 300 else 0)
    [attempt] = push_service.list_attempts(subscription)
    assert attempt.status == status
    assert attempt.http_version == ("2" if secure else "1.1")


def test_device_decrypts_and_shows_the_message(sender, push_service, secure):
    subscription = push_service.create_subscription(secure=secure)
    sender.submit(create_message(subscription, title="Protect & serve")).result()
    [received] = push_service.list_received(subscription)
    assert received.json["notification"]["title"] == "Protect & serve"
    assert received.headers["topic"] == "topic"
    assert received.headers["content-encoding"] == "aes128gcm"


@pytest.mark.parametrize("kind", ["slow-down", "slow-down-until"])
def test_response_reports_retry_after_in_both_forms(sender, push_service, secure, kind):
    subscription = push_service.create_subscription(kind, secure=secure)
    before = to_instant(datetime.now(UTC))
    answer = sender.submit(create_message(subscription)).result()
    assert answer.status == 429
    wait_for = parse_retry_after(answer.retry_after, now=before)
    assert timedelta(seconds=119) <= wait_for <= timedelta(seconds=150)
    assert answer.retry_after.isdecimal() == (kind == "slow-down")


def test_headers_do_not_leak_into_the_next_response(open_sender, push_service):
    sender = open_sender(max_in_flight=1)
    slow, good = push_service.create_subscription("slow-down"), push_service.create_subscription()
    assert sender.submit(create_message(slow)).result().retry_after
    assert sender.submit(create_message(good)).result() == ServiceResponse(201)


def test_hanging_service_times_out(open_sender, push_service, secure):
    sender = open_sender(seconds=0.3)
    subscription = push_service.create_subscription("hangs", secure=secure)
    assert sender.submit(create_message(subscription)).result() == ServiceResponse(
        None, failure="timeout"
    )


def test_timely_response_counts_while_the_sender_is_busy(open_sender):
    asked = threading.Event()

    def answer_soon(connection):
        read_request(connection)
        asked.set()
        time.sleep(0.3)
        connection.sendall(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")

    async def keep_busy(_host, _port):
        time.sleep(1.5)  # noqa: ASYNC251 - that is the point
        return []

    with serve_raw(answer_soon) as host:
        sender = open_sender(host, "busy.example", seconds=1, resolver=keep_busy)
        message = sender.submit(create_plain_message(host))
        assert asked.wait(5)
        sender.submit(PushMessage("https://busy.example/push", {}, b"body"))
        assert message.result(10) == ServiceResponse(201)


def test_hanging_messages_leave_the_connection_usable(open_sender, push_service):
    sender = open_sender(seconds=0.5)
    good = push_service.create_subscription(secure=True)
    for _ in range(3):  # more in all than a connection has streams
        hanging = [
            sender.submit(create_message(subscription))
            for subscription in push_service.create_subscriptions(100, "hangs", secure=True)
        ]
        assert {future.result().failure for future in hanging} == {"timeout"}
        assert sender.submit(create_message(good)).result() == ServiceResponse(201)


def test_connection_cut_in_the_body_is_a_broken_response(sender, push_service, secure):
    subscription = push_service.create_subscription("cut", secure=secure)
    assert sender.submit(create_message(subscription)).result() == ServiceResponse(
        None, failure="broken"
    )


@pytest.mark.parametrize(
    "reply",
    [
        b"",
        b"HTTP/1.1 201 Created\r\nRetry-Af",
        b"HTTP/1.1 201 Created\r\nContent-Length: 10\r\n\r\nhalf",
        b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nha",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 banana\r\n\r\n",
        b"\x00" * 1_000,
    ],
)
def test_truncated_response_is_broken_at_any_point(open_sender, reply):
    def answer(connection):
        read_request(connection)
        connection.sendall(reply)

    with serve_raw(answer) as host:
        sender = open_sender(host)
        told = sender.submit(create_plain_message(host)).result()
        assert told == ServiceResponse(None, failure="broken")


def test_slow_drip_response_times_out(open_sender):
    def answer(connection):
        read_request(connection)
        connection.sendall(b"HTTP/1.1 201 Created\r\n")
        while True:
            connection.sendall(b"X-Slow: 1\r\n")
            time.sleep(0.02)

    with serve_raw(answer) as host:
        sender = open_sender(host, seconds=0.4)
        assert sender.submit(create_plain_message(host)).result() == ServiceResponse(
            None, failure="timeout"
        )


def test_redirect_is_not_followed(sender, push_service, secure):
    subscription = push_service.create_subscription("redirect", secure=secure)
    assert sender.submit(create_message(subscription)).result() == ServiceResponse(307)
    assert push_service.list_received(subscription) == []


def test_endless_response_is_read_up_to_a_limit(sender, push_service, secure):
    subscription = push_service.create_subscription("endless", secure=secure)
    good = push_service.create_subscription(secure=secure)
    assert sender.submit(create_message(subscription)).result() == ServiceResponse(200)
    assert sender.submit(create_message(good)).result() == ServiceResponse(201)


@pytest.mark.parametrize(
    ("size", "read_whole"), [(MAX_RESPONSE_BYTES, True), (MAX_RESPONSE_BYTES + 1, False)]
)
def test_response_within_the_limit_keeps_the_connection_open(open_sender, size, read_whole):
    connections = []

    def answer(connection):
        connections.append(connection)
        while True:
            read_request(connection)
            connection.sendall(b"HTTP/1.1 201 Created\r\nContent-Length: %d\r\n\r\n" % size)
            connection.sendall(b"x" * size)

    with serve_raw(answer) as host:
        sender = open_sender(host)
        for _ in range(3):
            assert sender.submit(create_plain_message(host)).result() == ServiceResponse(201)
    assert len(connections) == (1 if read_whole else 3)


def test_many_messages_share_one_http2_connection(sender, push_service):
    subscriptions = list(push_service.create_subscriptions(500, secure=True))
    futures = [sender.submit(create_message(subscription)) for subscription in subscriptions]
    assert Counter(future.result() for future in futures) == {ServiceResponse(201): 500}
    attempts = [push_service.list_attempts(subscription)[0] for subscription in subscriptions]
    assert {attempt.http_version for attempt in attempts} == {"2"}
    assert len({attempt.connection for attempt in attempts}) == 1


def test_http1_connection_is_kept_open(sender, push_service):
    subscription = push_service.create_subscription()
    for _ in range(20):
        sender.submit(create_message(subscription)).result()
    assert len({attempt.connection for attempt in push_service.list_attempts(subscription)}) == 1


def test_closed_connection_is_reopened(open_sender):
    connections = []

    def answer(connection):
        connections.append(connection)
        read_request(connection)
        connection.sendall(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")

    with serve_raw(answer) as host:
        sender = open_sender(host)
        for _ in range(20):
            assert sender.submit(create_plain_message(host)).result() == ServiceResponse(201)
    assert len(connections) == 20


def test_messages_in_flight_are_limited(open_sender):
    now, most, lock = [0], [0], threading.Lock()

    def answer(connection):
        while True:
            read_request(connection)
            with lock:
                now[0] += 1
                most[0] = max(most[0], now[0])
            time.sleep(0.02)
            with lock:
                now[0] -= 1
            connection.sendall(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")

    with serve_raw(answer) as host:
        sender = open_sender(host, max_in_flight=4)
        futures = [sender.submit(create_plain_message(host)) for _ in range(40)]
        assert {future.result() for future in futures} == {ServiceResponse(201)}
    assert most[0] == 4


def test_secure_service_without_http2_gets_http1(open_sender, tmp_path):
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    requests = []

    def answer(connection):
        with context.wrap_socket(connection, server_side=True) as secured:
            requests.append(read_request(secured))
            secured.sendall(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")

    with serve_raw(answer) as address:
        host = address.replace("127.0.0.1", "localhost")
        sender = open_sender(host, authorities=tmp_path / "authority.pem")
        message = PushMessage(f"https://{host}/push", {"TTL": "60"}, b"body")
        assert sender.submit(message).result() == ServiceResponse(201)
    assert requests[0].startswith(b"POST /push HTTP/1.1\r\n")


def test_request_adds_nothing_to_the_message(open_sender):
    requests = []

    def answer(connection):
        requests.append(read_request(connection))
        connection.sendall(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")

    with serve_raw(answer) as host:
        sender = open_sender(host)
        sender.submit(create_plain_message(host, "/a/../b?c=%2F")).result()
    head, _, body = requests[0].partition(b"\r\n\r\n")
    assert head.split(b"\r\n") == [
        b"POST /a/../b?c=%2F HTTP/1.1",
        b"Host: " + host.encode(),
        b"User-Agent: leaderjournal",
        b"Accept: */*",
        b"TTL: 60",
        b"Content-Type: application/octet-stream",
        b"Content-Length: 4",
    ]
    assert body == b"body"


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://127.0.0.1:9/push",
        "http://fcm.googleapis.com/push",
        "https://attacker.io/push",
        "https://fcm.googleapis.com@attacker.io/push",
        "file:///etc/passwd",
    ],
)
def test_disallowed_endpoint_is_not_called(sender, endpoint):
    answer = sender.submit(PushMessage(endpoint, {}, b"")).result()
    assert answer.status is None
    assert answer.failure.startswith("refused endpoint: ")
    assert "push" not in answer.failure.removeprefix("refused endpoint: ").replace(
        "push service", ""
    )


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["10.0.0.1"],
        ["169.254.169.254"],
        ["::1"],
        ["::ffff:127.0.0.1"],
        ["64:ff9b::7f00:1"],
        ["2002:7f00:1::"],
        ["142.250.74.10", "127.0.0.1"],
    ],
)
def test_known_host_at_a_private_address_is_not_called(open_sender, addresses):
    async def resolver(host, port):
        assert (host, port) == ("fcm.googleapis.com", 443)
        return addresses

    sender = open_sender(resolver=resolver)
    message = PushMessage("https://fcm.googleapis.com/fcm/send/abc", {}, b"")
    answer = sender.submit(message).result()
    assert answer.failure == ("refused endpoint: its name leads to an address that is not public")


def test_changed_dns_answer_is_checked_again(open_sender, push_service):
    answers = iter([["127.0.0.1"], ["127.0.0.1"], ["10.0.0.1"]])

    async def resolver(host, port):
        return next(answers)

    sender = open_sender(resolver=resolver, name_cache_seconds=-1)
    subscription = push_service.create_subscription(secure=True)
    told = [sender.submit(create_message(subscription)).result() for _ in range(3)]
    assert [answer.status for answer in told] == [201, 201, None]
    assert told[2].failure.startswith("refused endpoint")


def test_connection_uses_only_the_checked_address(open_sender, push_service):
    async def resolver(host, port):
        return ["127.0.0.9"]  # where nobody listens, though the system knows a better one

    sender = open_sender(resolver=resolver, seconds=2)
    subscription = push_service.create_subscription(secure=True)
    assert sender.submit(create_message(subscription)).result().status is None
    assert push_service.list_attempts(subscription) == []


@pytest.mark.skipif(sys.platform != "linux", reason="127.0.0.2 is an address on Linux alone")
def test_only_the_resolver_resolves_names(open_sender):
    def answer(connection):
        read_request(connection)
        connection.sendall(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")

    async def resolver(host, port):
        return ["127.0.0.2"]  # where the system would not look for it

    with serve_raw(answer, "127.0.0.2") as address:
        host = address.replace("127.0.0.2", "localhost")
        sender = open_sender(host, resolver=resolver)
        assert sender.submit(create_plain_message(host)).result() == ServiceResponse(201)


def test_next_address_is_tried_when_one_fails(open_sender, push_service):
    async def resolver(host, port):
        return ["127.0.0.9", "127.0.0.1"]

    sender = open_sender(resolver=resolver)
    subscription = push_service.create_subscription(secure=True)
    assert sender.submit(create_message(subscription)).result() == ServiceResponse(201)


def test_concurrent_messages_share_one_lookup(open_sender, push_service):
    asked = []

    async def resolver(host, port):
        asked.append(host)
        return ["127.0.0.1"]

    sender = open_sender(resolver=resolver)
    subscriptions = push_service.create_subscriptions(200, secure=True)
    wait([sender.submit(create_message(subscription)) for subscription in subscriptions])
    assert asked == ["localhost"]


def test_failed_lookup_is_repeated(open_sender, push_service):
    asked = []

    async def resolver(host, port):
        asked.append(host)
        if len(asked) == 1:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return ["127.0.0.1"]

    sender = open_sender(resolver=resolver)
    subscription = push_service.create_subscription(secure=True)
    first = sender.submit(create_message(subscription)).result()
    assert first == ServiceResponse(None, failure="connect")
    assert sender.submit(create_message(subscription)).result() == ServiceResponse(201)


def test_name_without_an_address_fails_to_connect(open_sender, push_service):
    async def resolver(host, port):
        return []

    sender = open_sender(resolver=resolver)
    subscription = push_service.create_subscription(secure=True)
    answer = sender.submit(create_message(subscription)).result()
    assert answer == ServiceResponse(None, failure="connect")


def test_hanging_resolver_times_out(open_sender, push_service):
    async def resolver(host, port):
        await asyncio.Event().wait()

    sender = open_sender(resolver=resolver, seconds=0.2)
    subscription = push_service.create_subscription(secure=True)
    answer = sender.submit(create_message(subscription)).result()
    assert answer == ServiceResponse(None, failure="timeout")


def test_certificate_of_an_unknown_authority_is_rejected(open_sender, push_service):
    sender = open_sender(authorities=None)
    subscription = push_service.create_subscription(secure=True)
    answer = sender.submit(create_message(subscription)).result()
    assert answer == ServiceResponse(None, failure="connect")
    assert push_service.list_attempts(subscription) == []


def test_certificate_for_another_name_is_rejected(open_sender, push_service):
    at_its_address = push_service.secure_host.replace("localhost", "127.0.0.1")
    sender = open_sender(at_its_address)
    subscription = push_service.create_subscription(secure=True)
    subscription["endpoint"] = subscription["endpoint"].replace("localhost", "127.0.0.1")
    answer = sender.submit(create_message(subscription)).result()
    assert answer == ServiceResponse(None, failure="connect")


def test_service_that_is_down_fails_to_connect(open_sender):
    with socket.create_server(("127.0.0.1", 0)) as free:
        host = f"127.0.0.1:{free.getsockname()[1]}"
    sender = open_sender(host)
    assert sender.submit(create_plain_message(host)).result() == ServiceResponse(
        None, failure="connect"
    )


def test_proxy_of_the_environment_is_ignored(open_sender, push_service, secure, monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    subscription = push_service.create_subscription(secure=secure)
    assert open_sender().submit(create_message(subscription)).result() == ServiceResponse(201)


def test_close_waits_for_messages_in_flight_and_cancels_the_rest(push_service):
    arrived, released = threading.Event(), threading.Event()

    def answer(connection):
        read_request(connection)
        arrived.set()
        released.wait()
        connection.sendall(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")

    with serve_raw(answer) as host:
        sender = PushSender(PushHosts([host]), max_in_flight=1)
        sending, waiting = (sender.submit(create_plain_message(host)) for _ in range(2))
        arrived.wait()
        closer = threading.Thread(target=sender.close)
        closer.start()
        while True:
            try:
                sender.submit(create_plain_message(host)).cancel()
            except RuntimeError:
                break
        released.set()
        closer.join()
    assert sending.result() == ServiceResponse(201)
    with pytest.raises(CancelledError):
        waiting.result()
    sender.close()


def test_unused_sender_closes(push_service):
    with closing(PushSender(PushHosts([push_service.host]))) as sender:
        pass
    with pytest.raises(RuntimeError, match="closed"):
        sender.submit(create_plain_message(push_service.host))


def test_closed_sender_leaves_nothing_open(push_service):
    def count_open_files():
        return len(list(Path("/dev/fd").iterdir()))

    before = count_open_files(), threading.active_count()
    for _ in range(3):
        with closing(PushSender(PushHosts([push_service.host]))) as sender:
            sender.submit(create_message(push_service.create_subscription())).result()
    assert (count_open_files(), threading.active_count()) == before


def test_offline_device_receives_the_last_message_of_a_topic(sender, push_service):
    subscription = push_service.create_subscription()
    push_service.turn_off(subscription)
    for title, topic in (("first", "one"), ("other", "two"), ("second", "one")):
        message = create_message(subscription, title=title, topic=topic, tag=topic)
        assert sender.submit(message).result() == ServiceResponse(201)
    assert push_service.list_received(subscription) == []
    push_service.turn_on(subscription)
    shown = [notification["title"] for notification in push_service.list_shown(subscription)]
    assert shown == ["other", "second"]


def test_messages_of_one_tag_show_one_notification(sender, push_service):
    subscription = push_service.create_subscription()
    for title in ("first", "second"):
        sender.submit(create_message(subscription, title=title)).result()
    assert len(push_service.list_received(subscription)) == 2
    assert [each["title"] for each in push_service.list_shown(subscription)] == ["second"]


@pytest.mark.parametrize(
    "change",
    [
        lambda headers: headers.pop("Authorization"),
        lambda headers: headers.update(Authorization=headers["Authorization"][:-8] + "AAAAAAAA"),
        lambda headers: headers.update(
            Authorization=headers["Authorization"].replace(".", ".A", 1)
        ),
    ],
)
def test_fake_service_refuses_a_wrong_token(sender, push_service, change):
    subscription = push_service.create_subscription()
    message = create_message(subscription)
    change(message.headers)
    assert sender.submit(message).result() == ServiceResponse(403)


def test_fake_service_refuses_a_wrong_audience_or_a_long_lifetime(sender, push_service):
    subscription, other = (
        push_service.create_subscription(),
        push_service.create_subscription(secure=True),
    )
    message = create_message(subscription)
    message.headers["Authorization"] = create_message(other).headers["Authorization"]
    assert sender.submit(message).result() == ServiceResponse(403)
    assert "aud" in push_service.list_attempts(subscription)[0].reason
    long_ago = to_instant(datetime.now(UTC) - timedelta(hours=13))
    far_ahead = to_instant(datetime.now(UTC) + timedelta(hours=13))
    to = parse_device(subscription["endpoint"], **subscription["keys"])
    for now in (long_ago, far_ahead):
        message = WRITER.write(b"{}", to, ttl=0, urgency="low", topic="t", now=now)
        assert sender.submit(message).result() == ServiceResponse(403)
        assert "exp" in push_service.list_attempts(subscription)[-1].reason


def test_fake_service_binds_a_subscription_to_its_key(sender, push_service):
    subscription = push_service.create_subscription(key="B" * 87)
    assert sender.submit(create_message(subscription)).result() == ServiceResponse(403)


def test_fake_service_can_recover(sender, push_service):
    subscription = push_service.create_subscription("recovers")
    told = [sender.submit(create_message(subscription)).result().status for _ in range(3)]
    assert told == [503, 201, 201]
