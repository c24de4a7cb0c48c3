"""Push messages: encrypted for one device (RFC 8291) and signed (RFC 8292)."""

import base64
import re
from dataclasses import dataclass
from datetime import timedelta

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from webpush import WebPush
from webpush.vapid import VAPID

from leaderjournal.kernel.days import Instant
from leaderjournal.prompts.push.endpoints import parse_endpoint
from leaderjournal.prompts.push.rules import BadDevice, Device

MAX_PLAINTEXT = 3_993
"""Bytes: what fits a body of 4,096, which every push service accepts (RFC 8291, section 4)."""
TOKEN_LIFETIME = timedelta(hours=12)
TOKEN_MARGIN = timedelta(minutes=10)
"""How long before its expiry a token is renewed: a service's clock may run ahead of ours."""
MAX_TOKENS = 1_000
URGENCIES = frozenset({"very-low", "low", "normal", "high"})

_TOPIC = re.compile(r"[A-Za-z0-9_-]{1,32}")


class MessageTooLarge(ValueError):
    """The payload is longer than a push service accepts."""


@dataclass(frozen=True, slots=True)
class PushMessage:
    """A request that is ready to be sent to a push service."""

    url: str
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class _Subscription:
    """A device in the form that `_Encryption` reads."""

    keys: Device


class _Encryption(WebPush):  # type: ignore[misc]  # webpush has no types
    """The encryption of `webpush` with keys that were decoded when the device subscribed.

    Its own models decode them and parse the endpoint's URL for every message, which takes a tenth
    of the time of the encryption.
    """

    def _decode_subscription_key(self, key: bytes) -> bytes:
        return key


@dataclass(frozen=True, slots=True)
class _Token:
    authorization: str
    signed_at: Instant
    used_until: Instant


def derive_public_key(private_key: str) -> str:
    """Return the VAPID public key that browsers subscribe with: base64url of 65 bytes.

    `private_key` is VAPID_PRIVATE_KEY: 32 bytes as base64url. Raises ValueError where it is not a
    private key of P-256.
    """
    key: str = VAPID.get_application_server_key(_parse_vapid_key(private_key).public_key())
    return key


def check_device(device: Device) -> None:
    """Raise BadDevice where no message can be encrypted for `device`.

    Its `p256dh` must lie on P-256, because a point elsewhere would reveal bits of the key that it
    is multiplied with, and its `auth` must be 16 bytes.
    """
    if len(device.auth) != 16:
        raise BadDevice("auth must be 16 bytes")
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), device.p256dh)
    except ValueError as error:
        raise BadDevice("p256dh is no point on P-256") from error


class MessageWriter:
    """Writes messages signed with one VAPID key. Any number of threads can share it."""

    def __init__(self, private_key: str, subject: str) -> None:
        """Take VAPID_PRIVATE_KEY and VAPID_SUBJECT, the `mailto:` or `https:` of the operator.

        Raises ValueError where the key is not a private key of P-256.
        """
        key = _parse_vapid_key(private_key)
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        public_pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        self._encryption = _Encryption(private_key=pem, public_key=public_pem)
        self._subject = subject
        self._public_key = VAPID.get_application_server_key(key.public_key())
        self._tokens: dict[str, _Token] = {}

    def write(
        self, payload: bytes, device: Device, *, ttl: int, urgency: str, topic: str, now: Instant
    ) -> PushMessage:
        """Return `payload` encrypted for `device` and signed for its push service.

        `ttl` is in seconds; `urgency` is one of URGENCIES; an undelivered message of the same
        `topic` (1 to 32 base64url characters) is replaced (RFC 8030, 5.2 to 5.4). Raises
        MessageTooLarge over MAX_PLAINTEXT, BadDevice where the device's key is not on P-256,
        EndpointRefused where its endpoint is not a URL, ValueError for another argument.
        """
        if len(payload) > MAX_PLAINTEXT:
            raise MessageTooLarge(f"{len(payload)} bytes; a push message holds {MAX_PLAINTEXT}")
        if ttl < 0 or urgency not in URGENCIES or not _TOPIC.fullmatch(topic):
            raise ValueError("a push message needs a TTL from 0, an urgency and a topic")
        return PushMessage(
            url=device.endpoint,
            headers={
                "TTL": str(ttl),
                "Urgency": urgency,
                "Topic": topic,
                "Content-Encoding": "aes128gcm",
                "Content-Type": "application/octet-stream",
                "Authorization": self._authorize(device.endpoint, now),
            },
            body=self._encrypt(payload, device),
        )

    def _encrypt(self, payload: bytes, device: Device) -> bytes:
        try:
            body: bytes = self._encryption._encrypt(payload, _Subscription(device))
        except ValueError as error:
            raise BadDevice("p256dh is no point on P-256") from error
        return body

    def _authorize(self, endpoint: str, now: Instant) -> str:
        service = "/".join(endpoint.split("/", 3)[:3])
        cached = self._tokens.get(service)
        # A token is from the future where the clock has been set back.
        if cached and cached.signed_at <= now < cached.used_until:
            return cached.authorization
        expires_at = now + TOKEN_LIFETIME
        claims = {
            "aud": parse_endpoint(service).origin,
            "exp": int(expires_at.timestamp()),
            "sub": self._subject,
        }
        token = jwt.encode(claims, self._encryption.vapid.private_key, algorithm="ES256")
        authorization = f"vapid t={token}, k={self._public_key}"
        if len(self._tokens) >= MAX_TOKENS:  # clients choose the services, and there are many names
            self._tokens.clear()
        self._tokens[service] = _Token(authorization, now, Instant(expires_at - TOKEN_MARGIN))
        return authorization


def _parse_vapid_key(private_key: str) -> ec.EllipticCurvePrivateKey:
    number = int.from_bytes(base64.urlsafe_b64decode(private_key + "=" * (-len(private_key) % 4)))
    return ec.derive_private_key(number, ec.SECP256R1())
