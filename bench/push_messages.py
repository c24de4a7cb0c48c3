"""Push messages encrypted and signed per second on one core: webpush, pywebpush and ours.

    .venv/bin/python bench/push_messages.py [--rounds 15] [--messages 400]

The three take turns in one process, in a random order each round, so that other load on the machine
affects all of them. Work that is needed only once per device is done before; the benchmark measures
processor time. One message of each is decrypted to check that it has the same content. `pywebpush`
must be installed; it is one of the test dependencies.
"""

import argparse
import base64
import os
import random
import statistics
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import cycle, islice
from pathlib import Path

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from py_vapid import Vapid02
from pywebpush import WebPusher
from webpush import WebPush
from webpush.types import WebPushKeys, WebPushSubscription

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from leaderjournal.kernel.days import to_instant
from leaderjournal.prompts.push.messages import MessageWriter
from leaderjournal.prompts.push.rules import Device

AIM = 1.8
CONTACT = "operator@leaderjournal.app"
TTL = 3600
DEVICES = 200
SERVICES = (
    "https://fcm.googleapis.com/fcm/send/",
    "https://updates.push.services.mozilla.com/wpush/v2/",
    "https://web.push.apple.com/",
)
PAYLOAD = (
    b'{"web_push": 8030, "notification": {"title": "Lead from the front", "body": "What did you'
    b' look at closely today, because it matters?", "navigate": "https://journal.example/?key=lead'
    b'-from-front", "tag": "reflect-2026-11-25", "lang": "en", "actions": [{"action": "did",'
    b' "title": "Mostly"}, {"action": "not-today", "title": "Not at all"}, {"action": "snooze",'
    b' "title": "Remind me in an hour"}, {"action": "reflect", "title": "Reflect"}],'
    b' "data": {"local_date":'
    b' "2026-11-25", "key": "lead-from-front", "account": "019abcde-0000-7000-8000-000000000000"}}}'
)


@dataclass(frozen=True, slots=True)
class Browser:
    """A subscription with the browser's private key."""

    endpoint: str
    private: ec.EllipticCurvePrivateKey
    p256dh: bytes
    auth: bytes


@dataclass(frozen=True, slots=True)
class Contender:
    """One way to create messages: `write` takes what `prepare` returned for a browser."""

    name: str
    prepare: Callable[[Browser], object]
    write: Callable[..., bytes]


def create_browser(number: int) -> Browser:
    """Return a new subscription at one of the services."""
    private = ec.generate_private_key(ec.SECP256R1())
    point = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    token = base64.urlsafe_b64encode(os.urandom(114)).decode()
    return Browser(SERVICES[number % 3] + token, private, point, os.urandom(16))


def encode_base64url(data: bytes) -> str:
    """Return `data` as base64url without padding, as browsers write it."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def create_contenders() -> list[Contender]:
    """Return the three contenders, which sign with the same key."""
    key = ec.generate_private_key(ec.SECP256R1())
    secret = encode_base64url(key.private_numbers().private_value.to_bytes(32, "big"))
    web_push = WebPush(
        private_key=key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        public_key=key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        subscriber=CONTACT,
        ttl=TTL,
    )
    vapid = Vapid02.from_string(secret)
    writer = MessageWriter(secret, f"mailto:{CONTACT}")
    now = to_instant(datetime.now(UTC))

    def encode_keys(of: Browser) -> dict[str, str]:
        return {"p256dh": encode_base64url(of.p256dh), "auth": encode_base64url(of.auth)}

    def write_with_webpush(subscription: WebPushSubscription) -> bytes:
        return web_push.get(PAYLOAD, subscription).encrypted

    def write_with_pywebpush(prepared: tuple[WebPusher, str]) -> bytes:
        pusher, audience = prepared
        vapid.sign({"aud": audience, "sub": f"mailto:{CONTACT}"})
        return pusher.encode(PAYLOAD)["body"]

    def write_with_ours(device: Device) -> bytes:
        return writer.write(
            PAYLOAD, device, ttl=TTL, urgency="normal", topic="reflect-2026-11-25", now=now
        ).body

    return [
        Contender(
            "webpush",
            lambda of: WebPushSubscription(
                endpoint=of.endpoint, keys=WebPushKeys(**encode_keys(of))
            ),
            write_with_webpush,
        ),
        Contender(
            "pywebpush",
            lambda of: (
                WebPusher({"endpoint": of.endpoint, "keys": encode_keys(of)}),
                "/".join(of.endpoint.split("/")[:3]),
            ),
            write_with_pywebpush,
        ),
        Contender("ours", lambda of: Device(of.endpoint, of.p256dh, of.auth), write_with_ours),
    ]


def main() -> None:
    """Measure, print a table and fail where ours misses the aim."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--messages", type=int, default=400, help="of each, per round")
    chosen = parser.parse_args()
    warnings.simplefilter("ignore")
    browsers = [create_browser(number) for number in range(DEVICES)]
    rivals = create_contenders()
    prepared = {rival.name: [rival.prepare(of) for of in browsers] for rival in rivals}
    for rival in rivals:
        opened = http_ece.decrypt(
            rival.write(prepared[rival.name][0]),
            private_key=browsers[0].private,
            auth_secret=browsers[0].auth,
            version="aes128gcm",
        )
        if opened != PAYLOAD:
            raise SystemExit(f"{rival.name} wrote something else")

    rates: dict[str, list[float]] = {rival.name: [] for rival in rivals}
    for _ in range(chosen.rounds):
        for rival in random.sample(rivals, len(rivals)):
            devices = list(islice(cycle(prepared[rival.name]), chosen.messages))
            begun = time.process_time()
            for device in devices:
                rival.write(device)
            rates[rival.name].append(chosen.messages / (time.process_time() - begun))

    median = {name: statistics.median(of) for name, of in rates.items()}
    better = max(median["webpush"], median["pywebpush"])
    print(f"{'':10} {'messages/s':>10} {'slowest':>8} {'fastest':>8} {'ratio':>6}")
    for name, of in rates.items():
        row = f"{name:10} {median[name]:10,.0f} {min(of):8,.0f} {max(of):8,.0f}"
        print(f"{row} {median[name] / better:6.2f}")
    ratio = median["ours"] / better
    print(f"ours is {ratio:.2f} times the better of the two; the aim is {AIM}")
    raise SystemExit(ratio < AIM)


if __name__ == "__main__":
    main()
