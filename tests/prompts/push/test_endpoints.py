import ipaddress
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderjournal.prompts.push.endpoints import (
    KNOWN_HOSTS,
    EndpointRefused,
    PushHosts,
    parse_endpoint,
)

KNOWN = PushHosts([])
GOOD = [
    "https://fcm.googleapis.com/fcm/send/dQw4w9WgXcQ:APA91bHun4MxP5egoKMwt2KZFBaFUH-1RYqx",
    "https://fcm.googleapis.com/wp/dQw4w9WgXcQ",
    "https://jmt17.google.com/fcm/send/abc",
    "https://updates.push.services.mozilla.com/wpush/v2/gAAAAABh",
    "https://push.apple.com/abc",
    "https://web.push.apple.com/QGuQyavXutnMH7Nz",
    "https://wns2-par02p.notify.windows.com/w/?token=BQYAAABqxK9%2bw",
    "https://FCM.GoogleApis.com/fcm/send/abc",
    "HTTPS://fcm.googleapis.com/abc",
    "https://fcm.googleapis.com:443/abc",
    "https://fcm.googleapis.com",
    "https://fcm.googleapis.com/a//b/../@:c?x=@&y=:",
]
EVIL = [
    # another scheme
    "http://fcm.googleapis.com/abc",
    "http://fcm.googleapis.com:443/abc",
    "ftp://fcm.googleapis.com/abc",
    "file:///etc/passwd",
    "gopher://fcm.googleapis.com/abc",
    "//fcm.googleapis.com/abc",
    "fcm.googleapis.com/abc",
    "https:fcm.googleapis.com/abc",
    "https:/fcm.googleapis.com/abc",
    "https:///fcm.googleapis.com/abc",
    "",
    # user info
    "https://user@fcm.googleapis.com/abc",
    "https://user:word@fcm.googleapis.com/abc",
    "https://@fcm.googleapis.com/abc",
    "https://fcm.googleapis.com@attacker.io/abc",
    "https://fcm.googleapis.com:443@attacker.io/abc",
    "https://attacker.io\\@fcm.googleapis.com/abc",
    "https://fcm.googleapis.com\\@attacker.io/abc",
    # another port
    "https://fcm.googleapis.com:80/abc",
    "https://fcm.googleapis.com:8443/abc",
    "https://fcm.googleapis.com:0/abc",
    "https://fcm.googleapis.com:99999/abc",
    "https://fcm.googleapis.com:/abc",
    "https://fcm.googleapis.com:443:443/abc",
    "https://fcm.googleapis.com:４４３/abc",
    # addresses, in every notation
    "https://127.0.0.1/abc",
    "https://127.1/abc",
    "https://2130706433/abc",
    "https://0x7f000001/abc",
    "https://0x7f.0.0.1/abc",
    "https://0177.0.0.1/abc",
    "https://127.0.0.1.nip.io/abc",
    "https://169.254.169.254/latest/meta-data/",
    "https://[::1]/abc",
    "https://[::ffff:127.0.0.1]/abc",
    "https://[::]/abc",
    "https://[fe80::1%25eth0]/abc",
    "https://[2001:4860:4860::8888]/abc",
    "https://8.8.8.8/abc",
    "https://localhost/abc",
    "https://①②⑦.0.0.1/abc",
    # names that look like a known one
    "https://evilpush.apple.com.attacker.io/abc",
    "https://notpush.apple.com/abc",
    "https://api-push.apple.com/abc",
    "https://apple.com/abc",
    "https://evilfcm.googleapis.com/abc",
    "https://storage.googleapis.com/abc",
    "https://fcm.googleapis.com.attacker.io/abc",
    "https://attacker.io/fcm.googleapis.com",
    "https://attacker.io?fcm.googleapis.com/",
    "https://attacker.io#.push.apple.com/",
    "https://attacker.io?.push.apple.com/",
    "https://attacker.io%2f.push.apple.com/abc",
    "https://attacker.io%00.push.apple.com/abc",
    "https://attacker.io\x00.push.apple.com/abc",
    "https://attacker.io\t.push.apple.com/abc",
    "https://attacker.io;.push.apple.com/abc",
    "https://_.push.apple.com/abc",
    "https://fcm.googleapis.com./abc",
    "https://push.apple.com../abc",
    "https://.push.apple.com/abc",
    "https://a..push.apple.com/abc",
    "https://-.push.apple.com/abc",
    "https://fcm。googleapis.com/abc",
    "https://fcm.googleapis。com/abc",
    "https://fcm.gооgleapis.com/abc",  # Cyrillic о
    "https://ｆcm.googleapis.com/abc",
    "https://push.apple.cоm/abc",
    "https://push.apple.com\u200b/abc",
    "https://xn--push-apple.com/abc",
    "https://KELVIN.push.apple.com/abc".replace("K", "\u212a"),
    # what one parser drops and another keeps
    "https://fcm.googleapis.com/abc#fragment",
    "https://fcm.googleapis.com/abc#",
    "https://fcm.googleapis.com/a b",
    "https://fcm.googleapis.com/abc\n",
    "https://fcm.googleapis.com/abc\r\nHost: attacker.io",
    "https://fcm.googleapis.com/\\..\\abc",
    " https://fcm.googleapis.com/abc",
    "\x01https://fcm.googleapis.com/abc",
    "https://fcm.googleapis.com/ä",
    "https://fcm.googleapis.com?abc",
    "https://fcm.googleapis.com/" + "a" * 2_000,
    "https://" + "a" * 64 + ".push.apple.com/abc",
    "https://" + "a." * 125 + "push.apple.com/abc",
]


@pytest.mark.parametrize("endpoint", GOOD)
def test_known_push_service_is_allowed(endpoint):
    KNOWN.check(endpoint)


@pytest.mark.parametrize("endpoint", EVIL)
def test_any_other_url_is_refused(endpoint):
    with pytest.raises(EndpointRefused) as refusal:
        KNOWN.check(endpoint)
    assert "://" not in str(refusal.value)
    assert "attacker" not in str(refusal.value)


@given(
    st.text("@:/\\?#.[]%; \t\n0x17faé", max_size=12),
    st.sampled_from(KNOWN_HOSTS),
    st.text("@:/\\?#.[]%; \t\n0x17faé", max_size=12),
)
def test_accepted_url_parses_the_same_elsewhere(before, host, after):
    endpoint = f"https://{before}{host}{after}"
    try:
        KNOWN.check(endpoint)
    except EndpointRefused:
        return
    other = urlsplit(endpoint)
    assert (other.username, other.port or 443, other.fragment) == (None, 443, "")
    assert other.hostname == parse_endpoint(endpoint).host
    assert other.hostname == host or other.hostname.endswith(f".{host}")


@pytest.mark.parametrize(
    ("listed", "endpoint"),
    [
        ("push.firm.example", "https://push.firm.example/abc"),
        ("push.firm.example:8443", "https://push.firm.example:8443/abc"),
        ("Push.Firm.Example", "https://push.firm.example/abc"),
        ("203.0.113.7:8443", "https://203.0.113.7:8443/abc"),
        ("127.0.0.1:8700", "http://127.0.0.1:8700/abc"),
        ("127.0.0.1:8700", "https://127.0.0.1:8700/abc"),
        ("127.0.0.1", "http://127.0.0.1/abc"),
        ("127.0.0.1", "https://127.0.0.1/abc"),
        ("localhost:8700", "http://localhost:8700/abc"),
        ("[::1]:8700", "http://[::1]:8700/abc"),
        ("[::1]:8700", "http://[0:0:0:0:0:0:0:1]:8700/abc"),
        ("127.0.0.1:8700", "https://fcm.googleapis.com/abc"),
    ],
)
def test_operator_can_allow_more_hosts(listed, endpoint):
    PushHosts([listed]).check(endpoint)


@pytest.mark.parametrize(
    ("listed", "endpoint"),
    [
        ("push.firm.example", "http://push.firm.example/abc"),
        ("push.firm.example:8443", "http://push.firm.example:8443/abc"),
        ("push.firm.example", "https://push.firm.example:8443/abc"),
        ("push.firm.example:8443", "https://push.firm.example/abc"),
        ("push.firm.example", "https://other.push.firm.example/abc"),
        ("203.0.113.7", "http://203.0.113.7/abc"),
        ("10.0.0.7:80", "http://10.0.0.7:80/abc"),
        ("127.0.0.1:8700", "http://127.0.0.1:8701/abc"),
        ("127.0.0.1:8700", "http://127.0.0.2:8700/abc"),
        ("127.0.0.1:8700", "http://127.1:8700/abc"),
        ("127.0.0.1:8700", "http://2130706433:8700/abc"),
        ("127.0.0.1:8700", "http://localhost:8700/abc"),
        ("127.0.0.1:8700", "http://x@127.0.0.1:8700/abc"),
        ("127.0.0.1:8700", "http://fcm.googleapis.com:8700/abc"),
        ("localhost:8700", "http://localhost.attacker.io:8700/abc"),
        ("localhost:8700", "http://a.localhost:8700/abc"),
    ],
)
def test_allowed_host_does_not_include_its_subdomains(listed, endpoint):
    with pytest.raises(EndpointRefused):
        PushHosts([listed]).check(endpoint)


@pytest.mark.parametrize(
    "entry",
    [
        "https://push.firm.example",
        "push.firm.example/abc",
        "push.firm.example:https",
        "user@push.firm.example",
        "*.firm.example",
        ".firm.example",
        "127.1",
        "0x7f000001",
        "::1",
        "[::1",
        "",
    ],
)
def test_invalid_allowed_host_is_named_in_the_error(entry):
    with pytest.raises(ValueError, match="PUSH_ALLOWED_HOSTS"):
        PushHosts([entry])


PUBLIC = ["142.250.74.10", "17.57.144.1", "2a00:1450:4001:80b::200a", "2620:149:a44:300::1"]
NOT_PUBLIC = [
    "0.0.0.0",  # noqa: S104
    "10.1.2.3",
    "100.64.0.1",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:142.250.74.10",
    "64:ff9b::7f00:1",
    "64:ff9b::10.0.0.1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::142.250.74.10",
    "100::1",
    "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:db8::1",
    "2002:7f00:1::1",
    "2002:a00:1::1",
    "2002:8efa:4a0a::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "localhost",
    "",
]


@pytest.mark.parametrize("address", PUBLIC)
def test_public_address_is_allowed(address):
    assert KNOWN.may_connect("fcm.googleapis.com", address)


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_non_public_address_is_refused(address):
    assert not KNOWN.may_connect("fcm.googleapis.com", address)
    assert not PushHosts(["127.0.0.1:8700", "10.1.2.3"]).may_connect("web.push.apple.com", address)


def test_nat64_address_of_a_public_host_is_allowed():
    assert KNOWN.may_connect("fcm.googleapis.com", "64:ff9b::142.250.74.10")


@given(st.ip_addresses())
def test_every_address_python_calls_private_is_refused(address):
    translated = ipaddress.ip_network("64:ff9b::/96")
    if not address.is_global and not (address.version == 6 and address in translated):
        assert not KNOWN.may_connect("fcm.googleapis.com", str(address))


def test_allowed_loopback_host_connects_only_to_loopback():
    hosts = PushHosts(["localhost:8700", "127.0.0.1:8700", "[::1]:8700"])
    assert hosts.may_connect("localhost", "127.0.0.1")
    assert hosts.may_connect("localhost", "::1")
    assert hosts.may_connect("127.0.0.1", "127.0.0.1")
    assert hosts.may_connect("::1", "::1")
    assert not hosts.may_connect("localhost", "10.0.0.1")
    assert not hosts.may_connect("localhost", "142.250.74.10")


def test_allowed_private_address_is_still_refused():
    hosts = PushHosts(["10.1.2.3:8443"])
    hosts.check("https://10.1.2.3:8443/abc")
    assert not hosts.may_connect("10.1.2.3", "10.1.2.3")


@pytest.mark.parametrize(
    ("endpoint", "origin"),
    [
        ("https://FCM.googleapis.com/fcm/send/abc", "https://fcm.googleapis.com"),
        ("https://fcm.googleapis.com:443/fcm/send/abc", "https://fcm.googleapis.com"),
        ("http://127.0.0.1:8700/push/1", "http://127.0.0.1:8700"),
        ("http://[::1]:8700/push/1", "http://[::1]:8700"),
        ("https://push.firm.example:8443/", "https://push.firm.example:8443"),
    ],
)
def test_origin_contains_a_non_default_port(endpoint, origin):
    assert parse_endpoint(endpoint).origin == origin
