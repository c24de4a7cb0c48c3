"""A fake push service for tests and benchmarks: a real server in a process of its own.

It creates subscriptions and keeps their private keys, checks VAPID as strictly as real services,
decrypts what each device received with an independent library (`http_ece`), and knows what the
device would show. Each kind of subscription fails in its own way.

    python tests/push_service.py --port 8700     # until Ctrl-C; prints its addresses and keys
"""

import argparse
import asyncio
import base64
import json
import re
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import http_ece
import pytest
import trustme
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from granian.server.embed import Server

RETRY_AFTER_SECONDS = 120
STATUSES = {
    "accepted": 201,
    "ok": 200,
    "queued": 202,
    "not-found": 404,
    "gone": 410,
    "too-large": 413,
    "slow-down": 429,
    "slow-down-until": 429,
    "error": 500,
    "unavailable": 503,
    "bad-request": 400,
    "forbidden": 403,
    "redirect": 307,
}
KINDS = (*STATUSES, "recovers", "hangs", "cut", "endless")
"""`recovers` responds 503 to the first message and 201 to later ones."""
SHARED = "shared-"
"""The prefix of ids that need no registration: all these subscriptions share one key pair."""


@dataclass(frozen=True, slots=True)
class Received:
    """A message that reached a device."""

    payload: bytes | None
    """The payload; None where the device cannot decrypt it."""
    headers: dict[str, str]
    """By lower-case name."""
    arrived_at: float
    """Unix time at which the service accepted it."""
    connection: str
    """The client's address of its connection, `address:port`."""
    http_version: str

    @property
    def json(self) -> Any:
        return json.loads(self.payload or b"")


@dataclass(frozen=True, slots=True)
class Attempt:
    """A request and the `status` of its response; None where there was none."""

    status: int | None
    reason: str
    headers: dict[str, str]
    arrived_at: float
    connection: str
    http_version: str


class PushService:
    """The fake service as tests control it."""

    def __init__(self, at: dict[str, Any]) -> None:
        self.host: str = at["host"]
        """`127.0.0.1:port` of the plain service, as PUSH_ALLOWED_HOSTS takes it."""
        self.secure_host: str = at["secure_host"]
        """`localhost:port` of the same service by TLS and HTTP/2; its certificate has no IP."""
        self.authority = Path(at["authority"])
        """The PEM file of the authority that signed the certificate of `secure_host`."""
        self.shared_keys: dict[str, str] = at["shared_keys"]

    def create_subscription(
        self, kind: str = "accepted", *, secure: bool = False, key: str | None = None
    ) -> dict[str, Any]:
        """Return a new subscription as `PushSubscription.toJSON()`, of one of KINDS.

        With `key`, the public key of an application server, it accepts only messages of that key.
        """
        made = self._call("POST", "subscriptions", {"kind": kind, "key": key})
        return made | {"endpoint": self._endpoint(kind, made.pop("id"), secure=secure)}

    def create_subscriptions(
        self, number: int, kind: str = "accepted", *, secure: bool = False
    ) -> Iterator[dict[str, Any]]:
        """Yield `number` subscriptions that share one key pair, without calling the service."""
        for _ in range(number):
            identity = SHARED + secrets.token_urlsafe(12)
            yield {
                "endpoint": self._endpoint(kind, identity, secure=secure),
                "expirationTime": None,
                "keys": self.shared_keys,
            }

    def list_received(self, subscription: dict[str, Any]) -> list[Received]:
        """Return the messages that reached the device, in order, without those replaced before."""
        messages = self._call("GET", f"received/{_get_id(subscription)}")
        for message in messages:
            if message["payload"] is not None:
                message["payload"] = base64.b64decode(message["payload"])
        return [Received(**message) for message in messages]

    def list_attempts(self, subscription: dict[str, Any]) -> list[Attempt]:
        """Return every request for the subscription, refused ones included, in order."""
        return [
            Attempt(**attempt) for attempt in self._call("GET", f"attempts/{_get_id(subscription)}")
        ]

    def list_shown(self, subscription: dict[str, Any]) -> list[dict[str, Any]]:
        """Return the notifications that the device shows: the last one of each tag."""
        return self._call("GET", f"shown/{_get_id(subscription)}")

    def list_all_shown(self) -> dict[str, list[dict[str, Any]]]:
        """Return what each device with messages shows, by the last part of its endpoint."""
        return self._call("GET", "shown")

    def list_arrivals(self) -> dict[str, list[float]]:
        """Return the Unix times of accepted messages, by the last part of the endpoint."""
        return self._call("GET", "arrivals")

    def turn_off(self, subscription: dict[str, Any]) -> None:
        """Disconnect the device: messages wait, one of each topic."""
        self._call("POST", f"off/{_get_id(subscription)}")

    def turn_on(self, subscription: dict[str, Any]) -> None:
        """Connect the device, which receives the waiting messages."""
        self._call("POST", f"on/{_get_id(subscription)}")

    def reset(self) -> None:
        """Delete all subscriptions and messages."""
        self._call("POST", "reset")

    def _endpoint(self, kind: str, identity: str, *, secure: bool) -> str:
        origin = f"https://{self.secure_host}" if secure else f"http://{self.host}"
        return f"{origin}/push/{kind}/{identity}"

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        request = urllib.request.Request(
            f"http://{self.host}/control/{path}",
            method=method,
            data=json.dumps(body).encode() if method == "POST" else None,
        )
        with urllib.request.urlopen(request) as reply:
            return json.load(reply)


@pytest.fixture(scope="session")
def push_service_process() -> Iterator[PushService]:
    """The process of the fake service, which ends with the tests however they end."""
    command = [sys.executable, __file__, "--until-input-ends"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield PushService(json.loads(process.stdout.readline()))
        process.stdin.close()


@pytest.fixture
def push_service(push_service_process: PushService) -> PushService:
    """The fake service, without subscriptions and messages of earlier tests."""
    push_service_process.reset()
    return push_service_process


def _get_id(subscription: dict[str, Any]) -> str:
    return subscription["endpoint"].rpartition("/")[2]


# The service itself


@dataclass(slots=True)
class _Message:
    body: bytes
    headers: dict[str, str]
    arrived_at: float
    connection: str
    http_version: str


@dataclass(slots=True)
class _Keys:
    private: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    auth: bytes = field(default_factory=lambda: secrets.token_bytes(16))

    def to_json(self) -> dict[str, str]:
        point = self.private.public_key().public_bytes(
            Encoding.X962, PublicFormat.UncompressedPoint
        )
        return {"p256dh": _encode_base64url(point), "auth": _encode_base64url(self.auth)}

    def decrypt(self, body: bytes) -> bytes | None:
        try:
            return http_ece.decrypt(
                body, private_key=self.private, auth_secret=self.auth, version="aes128gcm"
            )
        except (http_ece.ECEException, ValueError):
            return None


@dataclass(slots=True)
class _Device:
    keys: _Keys
    application_key: str | None = None
    connected: bool = True
    attempts: list[Attempt] = field(default_factory=list)
    waiting: list[_Message] = field(default_factory=list)
    received: list[_Message] = field(default_factory=list)

    def accept(self, message: _Message) -> None:
        topic = message.headers.get("topic")
        if topic:
            self.waiting = [w for w in self.waiting if w.headers.get("topic") != topic]
        self.waiting.append(message)
        if self.connected:
            self.deliver()

    def deliver(self) -> None:
        self.received += self.waiting
        self.waiting = []

    def list_shown(self) -> list[dict[str, Any]]:
        notifications: dict[str, dict[str, Any]] = {}
        for message in self.received:
            payload = self.keys.decrypt(message.body)
            if payload is None:
                continue
            notification = json.loads(payload)["notification"]
            tag = notification.get("tag") or secrets.token_hex()
            notifications.pop(tag, None)  # the one that replaces it is the newest
            notifications[tag] = notification
        return list(notifications.values())


class _Refused(Exception):
    """The service refuses a request: a status and the reason."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class _Service:
    """The RSGI application: `/push/<kind>/<id>` for senders, `/control/…` for tests."""

    def __init__(self) -> None:
        self.shared = _Keys()
        self.devices: dict[str, _Device] = {}
        self.good_tokens: dict[tuple[str, str], float] = {}

    async def __call__(self, scope: Any, protocol: Any) -> None:
        body = await protocol()
        _, place, what, *rest = scope.path.split("/")
        if place == "control":
            reply = self.control(what, rest[0] if rest else "", body)
            protocol.response_str(200, [("content-type", "application/json")], json.dumps(reply))
            return
        await self.push(what, rest[0], scope, protocol, body)

    async def push(self, kind: str, identity: str, scope: Any, protocol: Any, body: bytes) -> None:
        headers = dict(scope.headers.items())
        message = _Message(body, headers, time.time(), scope.client, scope.http_version)
        try:
            device = self.get_device(identity)
            self.check(device, scope, headers, body)
        except _Refused as refusal:
            device = self.devices.get(identity)
            if device:
                device.attempts.append(_create_attempt(message, refusal.status, str(refusal)))
            protocol.response_str(refusal.status, [], str(refusal))
            return
        if kind == "recovers":
            kind = "accepted" if device.attempts else "unavailable"
        status = STATUSES.get(kind)
        device.attempts.append(_create_attempt(message, status, kind))
        if status is None:
            await self.fail(kind, protocol)
            return
        if status < 300:
            device.accept(message)
        protocol.response_str(status, _build_headers(kind, identity), "")

    async def fail(self, kind: str, protocol: Any) -> None:
        if kind == "hangs":
            await protocol.client_disconnect()
        elif kind == "cut":
            transport = protocol.response_stream(201, [("content-length", "100")])
            await transport.send_bytes(b"half")
        else:
            transport = protocol.response_stream(200, [])
            while True:  # until the client disconnects, which raises
                await transport.send_bytes(b"endless " * 128)

    def get_device(self, identity: str) -> _Device:
        if identity.startswith(SHARED) and identity not in self.devices:
            self.devices[identity] = _Device(self.shared)
        if identity not in self.devices:
            raise _Refused(404, "no such subscription")
        return self.devices[identity]

    def check(self, device: _Device, scope: Any, headers: dict[str, str], body: bytes) -> None:
        """Raise _Refused where the request breaks RFC 8030, 8291 or 8292."""
        if scope.method != "POST":
            raise _Refused(405, "a message is posted")
        if len(body) > 4096:
            raise _Refused(413, "more than 4,096 bytes")
        if not re.fullmatch("[0-9]{1,8}", headers.get("ttl", "")):
            raise _Refused(400, "TTL")
        if headers.get("content-encoding") != "aes128gcm":
            raise _Refused(400, "Content-Encoding")
        if headers.get("urgency", "normal") not in {"very-low", "low", "normal", "high"}:
            raise _Refused(400, "Urgency")
        if not re.fullmatch("[A-Za-z0-9_-]{1,32}", headers.get("topic", "absent")):
            raise _Refused(400, "Topic")
        authority = scope.authority or headers["host"]
        self.check_vapid(device, headers.get("authorization", ""), f"{scope.scheme}://{authority}")

    def check_vapid(self, device: _Device, authorization: str, origin: str) -> None:
        match = re.fullmatch("vapid t=([^, ]+), ?k=([A-Za-z0-9_-]+)", authorization)
        if not match:
            raise _Refused(403, "Authorization is no vapid")
        if device.application_key not in {None, match[2]}:
            raise _Refused(403, "another application server's key")
        if self.good_tokens.get((origin, authorization), 0) > time.time():
            return
        self.good_tokens[origin, authorization] = _check_token(match[1], match[2], origin)

    def control(self, what: str, identity: str, body: bytes) -> Any:
        if what == "subscriptions":
            return self.subscribe(json.loads(body))
        if what == "reset":
            self.devices.clear()
            return None
        if not identity:
            return {
                name: getattr(self, f"describe_{what}")(device)
                for name, device in self.devices.items()
            }
        if what in {"on", "off"}:
            self.devices[identity].connected = what == "on"
            if what == "on":
                self.devices[identity].deliver()
            return None
        device = self.devices.get(identity)
        return getattr(self, f"describe_{what}")(device) if device else []

    def subscribe(self, wanted: dict[str, Any]) -> dict[str, Any]:
        if wanted["kind"] not in KINDS:
            raise ValueError(wanted["kind"])
        identity = secrets.token_urlsafe(24)
        device = self.devices[identity] = _Device(_Keys(), wanted["key"])
        return {"id": identity, "expirationTime": None, "keys": device.keys.to_json()}

    @staticmethod
    def describe_received(device: _Device) -> list[dict[str, Any]]:
        return [_describe_message(device, message) for message in device.received]

    @staticmethod
    def describe_attempts(device: _Device) -> list[dict[str, Any]]:
        return [_to_dict(attempt) for attempt in device.attempts]

    @staticmethod
    def describe_shown(device: _Device) -> list[dict[str, Any]]:
        return device.list_shown()

    @staticmethod
    def describe_arrivals(device: _Device) -> list[float]:
        return [message.arrived_at for message in (*device.received, *device.waiting)]


def _describe_message(device: _Device, message: _Message) -> dict[str, Any]:
    payload = device.keys.decrypt(message.body)
    described = _to_dict(message)
    del described["body"]
    described["payload"] = None if payload is None else base64.b64encode(payload).decode()
    return described


def _create_attempt(message: _Message, status: int | None, reason: str) -> Attempt:
    return Attempt(
        status,
        reason,
        message.headers,
        message.arrived_at,
        message.connection,
        message.http_version,
    )


def _to_dict(value: Any) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__slots__}


def _build_headers(kind: str, identity: str) -> list[tuple[str, str]]:
    if kind == "slow-down":
        return [("retry-after", str(RETRY_AFTER_SECONDS))]
    if kind == "slow-down-until":
        until = datetime.now(UTC) + timedelta(seconds=RETRY_AFTER_SECONDS)
        return [("retry-after", format_datetime(until, usegmt=True))]
    if kind == "redirect":
        return [("location", f"/push/accepted/{identity}")]
    return [("location", f"/message/{secrets.token_urlsafe(8)}"), ("ttl", "60")]


def _check_token(token: str, key: str, origin: str) -> float:
    """Return the expiry of a token as Unix time. Raises _Refused where it breaks RFC 8292."""
    try:
        signed, _, signature = token.rpartition(".")
        header, claims = (json.loads(_decode_base64url(part)) for part in signed.split("."))
        numbers = _decode_base64url(signature)
        r, s = int.from_bytes(numbers[:32]), int.from_bytes(numbers[32:])
        public_key = ec.EllipticCurvePublicKey.from_encoded_point(
            ec.SECP256R1(), _decode_base64url(key)
        )
        public_key.verify(encode_dss_signature(r, s), signed.encode(), ec.ECDSA(SHA256()))
    except InvalidSignature:
        raise _Refused(403, "the token's signature is not the key's") from None
    except ValueError as error:
        raise _Refused(403, f"the token is no JWT: {error}") from error
    now = time.time()
    if header.get("alg") != "ES256":
        raise _Refused(403, "alg is not ES256")
    if claims.get("aud") != origin:
        raise _Refused(403, f"aud is not {origin}")
    if not now < claims.get("exp", 0) <= now + 24 * 60 * 60:
        raise _Refused(403, "exp is not within 24 hours")
    if not re.match("mailto:[^@ ]+@[^@ ]+$|https://", claims.get("sub", "")):
        raise _Refused(403, "sub is no contact")
    return claims["exp"]


def _encode_base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode_base64url(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _find_free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


async def _serve(port: int, secure_port: int, folder: Path, *, until_input_ends: bool) -> None:
    authority = trustme.CA()
    certificate = authority.issue_cert("localhost")
    authority.cert_pem.write_to_path(folder / "authority.pem")
    certificate.private_key_pem.write_to_path(folder / "key.pem")
    certificate.cert_chain_pems[0].write_to_path(folder / "certificate.pem")
    service = _Service()
    # A few hundred connections at once, as a real push service accepts.
    options: dict[str, Any] = {"backlog": 1024, "log_enabled": False, "websockets": False}
    plain = Server(service, port=port, **options)
    secure = Server(
        service,
        port=secure_port,
        ssl_cert=folder / "certificate.pem",
        ssl_key=folder / "key.pem",
        **options,
    )
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, ended.set)
    if until_input_ends:
        loop.add_reader(sys.stdin, ended.set)
    servers = [asyncio.create_task(server.serve()) for server in (plain, secure)]
    await asyncio.to_thread(_wait_for_ports, port, secure_port)
    at = {
        "host": f"127.0.0.1:{port}",
        "secure_host": f"localhost:{secure_port}",
        "authority": str(folder / "authority.pem"),
        "shared_keys": service.shared.to_json(),
    }
    print(json.dumps(at), flush=True)  # noqa: T201
    await ended.wait()
    for server in servers:
        server.cancel()


def _wait_for_ports(*ports: int) -> None:
    for port in ports:
        while True:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except ConnectionRefusedError:
                time.sleep(0.01)


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description="A fake of the browsers' push services.")
    parser.add_argument("--port", type=int, default=0, help="of plain HTTP; any free one without")
    parser.add_argument("--secure-port", type=int, default=0, help="of HTTPS")
    parser.add_argument("--until-input-ends", action="store_true", help="end with standard input")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(
            _serve(
                chosen.port or _find_free_port(),
                chosen.secure_port or _find_free_port(),
                Path(folder),
                until_input_ends=chosen.until_input_ends,
            )
        )


if __name__ == "__main__":
    main()
