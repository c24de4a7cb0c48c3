import base64
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import http_ece
import jwt
import pytest
import webpush
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from leaderjournal.kernel.days import to_instant
from leaderjournal.prompts.push.endpoints import EndpointRefused
from leaderjournal.prompts.push.messages import (
    MAX_PLAINTEXT,
    MAX_TOKENS,
    MessageTooLarge,
    MessageWriter,
    check_device,
    derive_public_key,
)
from leaderjournal.prompts.push.rules import BadDevice, Device, parse_device

NOW = to_instant(datetime(2026, 11, 25, 17, 45, 30, tzinfo=UTC))
SUBJECT = "mailto:operator@leaderjournal.app"

# RFC 8291, section 5 and appendix A
PLAINTEXT = b"When I grow up, I want to be a watermelon"
UA_PRIVATE = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
UA_PUBLIC = (
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
)
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
AS_PRIVATE = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
SALT = "DGv6ra1nlYgDCS1FRnbzlw"
BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS"
    "6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qu"
    "lcy4a-fN"
)


def decode_base64url(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def encode_base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def parse_private_key(encoded: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(decode_base64url(encoded)), ec.SECP256R1())


def create_private_key() -> str:
    numbers = ec.generate_private_key(ec.SECP256R1()).private_numbers()
    return encode_base64url(numbers.private_value.to_bytes(32))


def decrypt(body: bytes) -> bytes:
    return http_ece.decrypt(
        body,
        private_key=parse_private_key(UA_PRIVATE),
        auth_secret=decode_base64url(AUTH),
        version="aes128gcm",
    )


BROWSER = parse_device(
    "https://push.example.net/push/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV", UA_PUBLIC, AUTH
)
VAPID_KEY = create_private_key()


@pytest.fixture
def writer() -> MessageWriter:
    return MessageWriter(VAPID_KEY, SUBJECT)


def write_message(writer, payload=PLAINTEXT, to=BROWSER, **changed):
    arguments = {"ttl": 60, "urgency": "normal", "topic": "upd", "now": NOW} | changed
    return writer.write(payload, to, **arguments)


def read_claims(message) -> dict:
    token = message.headers["Authorization"].removeprefix("vapid t=").partition(",")[0]
    return jwt.decode(token, options={"verify_signature": False})


def test_rfc_8291_example_encrypts_to_the_published_bytes(writer, monkeypatch):
    drawn = {"generate_private_key": lambda *_: parse_private_key(AS_PRIVATE)}
    monkeypatch.setattr(webpush, "ec", SimpleNamespace(**(vars(ec) | drawn)))
    monkeypatch.setattr(webpush, "os", SimpleNamespace(urandom=lambda _: decode_base64url(SALT)))
    body = write_message(writer).body
    assert len(body) == 144
    assert encode_base64url(body) == BODY


def test_rfc_8291_example_decrypts_to_the_published_text():
    assert decrypt(decode_base64url(BODY)) == PLAINTEXT


@given(st.binary(max_size=MAX_PLAINTEXT))
@hypothesis_settings(max_examples=50)
def test_independent_library_decrypts_every_message(payload):
    assert decrypt(write_message(MessageWriter(VAPID_KEY, SUBJECT), payload).body) == payload


def test_messages_share_no_salt_and_no_key(writer):
    heads = {write_message(writer).body[:86] for _ in range(100)}
    assert len({head[:16] for head in heads}) == len({head[21:] for head in heads}) == 100


def test_headers_follow_rfc_8030(writer):
    message = write_message(writer, ttl=3600, urgency="high", topic="a-Z_0")
    authorization = message.headers.pop("Authorization")
    assert message.url == BROWSER.endpoint
    assert message.headers == {
        "TTL": "3600",
        "Urgency": "high",
        "Topic": "a-Z_0",
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
    }
    assert authorization.startswith("vapid t=")
    assert authorization.endswith(f", k={derive_public_key(VAPID_KEY)}")


def test_largest_message_has_4096_bytes(writer):
    assert len(write_message(writer, b"x" * 3_993).body) == 4_096
    with pytest.raises(MessageTooLarge):
        write_message(writer, b"x" * 3_994)


def test_ttl_is_not_carried_over_to_the_next_message(writer):
    ttls = [write_message(writer, ttl=ttl).headers["TTL"] for ttl in (3600, 0, 60)]
    assert ttls == ["3600", "0", "60"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"ttl": -1},
        {"urgency": "urgent"},
        {"urgency": "high\r\nX: y"},
        {"topic": ""},
        {"topic": "a" * 33},
        {"topic": "a b"},
        {"topic": "upd\n"},
    ],
)
def test_invalid_message_is_rejected(writer, wrong):
    with pytest.raises(ValueError, match="push message"):
        write_message(writer, **wrong)


def test_token_is_for_one_service_and_twelve_hours(writer):
    message = write_message(writer)
    token = message.headers["Authorization"].removeprefix("vapid t=").partition(",")[0]
    key = ec.EllipticCurvePublicKey.from_encoded_point(
        ec.SECP256R1(), decode_base64url(derive_public_key(VAPID_KEY))
    )
    assert jwt.get_unverified_header(token)["alg"] == "ES256"
    assert jwt.decode(
        token,
        key,
        algorithms=["ES256"],
        audience="https://push.example.net",
        options={"verify_exp": False},
    ) == {
        "aud": "https://push.example.net",
        "exp": int((NOW + timedelta(hours=12)).timestamp()),
        "sub": SUBJECT,
    }


@pytest.mark.parametrize(
    ("endpoint", "audience"),
    [
        ("http://127.0.0.1:8700/push/1", "http://127.0.0.1:8700"),
        ("https://push.example.net:8443/push/1", "https://push.example.net:8443"),
        ("https://push.example.net:443/push/1", "https://push.example.net"),
        ("https://Web.Push.Apple.com/1", "https://web.push.apple.com"),
    ],
)
def test_audience_contains_a_non_default_port(writer, endpoint, audience):
    to = Device(endpoint, BROWSER.p256dh, BROWSER.auth)
    assert read_claims(write_message(writer, to=to))["aud"] == audience


def test_subject_can_be_an_https_address():
    writer = MessageWriter(VAPID_KEY, "https://leaderjournal.app/contact")
    assert read_claims(write_message(writer))["sub"] == "https://leaderjournal.app/contact"


def test_token_is_cached_per_service(writer):
    mozilla, apple = (
        Device(f"https://{host}/1", BROWSER.p256dh, BROWSER.auth)
        for host in ("updates.push.services.mozilla.com", "web.push.apple.com")
    )
    signed = [
        write_message(writer, to=to, now=to_instant(NOW + timedelta(minutes=minutes))).headers[
            "Authorization"
        ]
        for minutes in range(0, 700, 50)
        for to in (mozilla, apple)
    ]
    assert len(set(signed)) == 2  # an ES256 signature is never the same twice


def test_token_is_renewed_before_it_expires(writer):
    first = write_message(writer)
    expires_at = datetime.fromtimestamp(read_claims(first)["exp"], UTC)

    def write_before_expiry(**before):
        return write_message(writer, now=to_instant(expires_at - timedelta(**before)))

    assert (
        write_before_expiry(minutes=15).headers["Authorization"] == first.headers["Authorization"]
    )
    renewed = write_before_expiry(minutes=5)
    assert renewed.headers["Authorization"] != first.headers["Authorization"]
    assert (
        write_before_expiry(minutes=4).headers["Authorization"] == renewed.headers["Authorization"]
    )
    assert datetime.fromtimestamp(read_claims(renewed)["exp"], UTC) > expires_at + timedelta(
        hours=11
    )


def test_token_from_the_future_is_not_reused(writer):
    write_message(writer)
    earlier = to_instant(NOW - timedelta(days=3))
    expires_at = datetime.fromtimestamp(read_claims(write_message(writer, now=earlier))["exp"], UTC)
    assert expires_at == (earlier + timedelta(hours=12)).replace(microsecond=0)


def test_token_cache_is_bounded(writer):
    first = write_message(writer).headers["Authorization"]
    for number in range(MAX_TOKENS):
        name = f"https://device-{number}.notify.windows.com/1"
        write_message(writer, b"", Device(name, BROWSER.p256dh, BROWSER.auth))
    assert write_message(writer).headers["Authorization"] != first


def test_device_key_off_the_curve_is_rejected(writer):
    beside = Device(BROWSER.endpoint, b"\x04" + b"\x01" * 64, BROWSER.auth)
    with pytest.raises(BadDevice):
        check_device(beside)
    with pytest.raises(BadDevice):
        write_message(writer, to=beside)
    with pytest.raises(BadDevice):
        check_device(Device(BROWSER.endpoint, BROWSER.p256dh, b"short"))
    check_device(BROWSER)


def test_endpoint_that_is_no_url_is_rejected(writer):
    with pytest.raises(EndpointRefused):
        write_message(writer, to=Device("mailto:x@y.z", BROWSER.p256dh, BROWSER.auth))


def test_public_key_belongs_to_the_private_key():
    key = parse_private_key(UA_PRIVATE)
    point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    assert derive_public_key(UA_PRIVATE) == UA_PUBLIC == encode_base64url(point)


def test_invalid_private_key_is_rejected():
    for wrong in ("A" * 43, encode_base64url(b"\xff" * 32)):
        with pytest.raises(ValueError, match=r".+"):
            derive_public_key(wrong)
        with pytest.raises(ValueError, match=r".+"):
            MessageWriter(wrong, SUBJECT)
