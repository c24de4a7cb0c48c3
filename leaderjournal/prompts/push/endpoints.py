"""Which push services the server calls, and at which addresses.

An endpoint is a URL that a client hands us and that our server then calls, so nothing about it is
taken on trust: its shape is read strictly, its host is one of a short list, and the address that
the host's name resolves to is judged again at every connection, because a name can point elsewhere
a minute later.
"""

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

KNOWN_HOSTS = (
    "fcm.googleapis.com",
    "jmt17.google.com",
    "updates.push.services.mozilla.com",
    "push.apple.com",
    "notify.windows.com",
)
MAX_ENDPOINT_LENGTH = 2_000
MAX_HOST_LENGTH = 253

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = rf"{_LABEL}(?:\.{_LABEL})*|\[[0-9a-f:.]+\]"
_ENDPOINT = re.compile(
    rf"(?P<scheme>https?)://(?P<host>{_HOST})(?::(?P<port>[0-9]{{1,5}}))?(?:/[!-~]*)?",
    re.IGNORECASE | re.ASCII,
)
_LISTED = re.compile(rf"(?P<host>{_HOST})(?::(?P<port>[0-9]{{1,5}}))?", re.IGNORECASE | re.ASCII)
_DEFAULT_PORTS = {"https": 443, "http": 80}

# From IANA's special-purpose registries: what some of the Pythons we run on still call global.
_NOT_PUBLIC = tuple(
    ipaddress.ip_network(network)
    for network in (
        "192.0.0.0/24",  # IETF protocol assignments
        "192.88.99.0/24",  # 6to4 relays
        "2001::/23",  # IETF protocol assignments, Teredo among them
        "2002::/16",  # 6to4, which embeds any IPv4 address
        "3fff::/20",  # documentation
    )
)
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class EndpointRefused(Exception):
    """The server does not call this endpoint. The message says why, without the URL."""


@dataclass(frozen=True, slots=True)
class Service:
    """Where a push service listens. An IPv6 `host` is without its brackets."""

    scheme: str
    host: str
    port: int

    @property
    def origin(self) -> str:
        """The service's origin, without the port where it is the scheme's own (RFC 6454, 6.2)."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _DEFAULT_PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}"


def parse_endpoint(endpoint: str) -> Service:
    """Return the service that `endpoint` is at, whichever it is.

    Raises EndpointRefused for anything but a plain http or https URL: user info, a fragment, a
    trailing dot, a character that two parsers might read in two ways.
    """
    if len(endpoint) > MAX_ENDPOINT_LENGTH:
        raise EndpointRefused("it is too long")
    match = _ENDPOINT.fullmatch(endpoint)
    if not match or len(match["host"]) > MAX_HOST_LENGTH or "#" in endpoint or "\\" in endpoint:
        raise EndpointRefused("it is no plain http or https address")
    scheme = match["scheme"].lower()
    port = int(match["port"] or _DEFAULT_PORTS[scheme])
    try:
        return Service(scheme, _normalize_host(match["host"]), port)
    except ValueError as error:
        raise EndpointRefused("its host is no name and no address") from error


class PushHosts:
    """The push services that the server calls: the known ones and the operator's own."""

    def __init__(self, extra: Sequence[str]) -> None:
        """Take `extra` hosts as PUSH_ALLOWED_HOSTS names them: `host` or `host:port`.

        Each stands for itself alone, not for the names below it; `host` without a port is at
        the scheme's own. Raises ValueError, naming the entry, where one is neither.
        """
        self._extra: set[tuple[str, int | None]] = set()
        for entry in extra:
            try:
                self._extra.add(_parse_allowed_host(entry))
            except ValueError as error:
                raise ValueError(
                    f"PUSH_ALLOWED_HOSTS: {entry!r} is neither a host nor a host:port"
                ) from error
        self._loopback = {host for host, _ in self._extra if _is_loopback(host)}

    def check(self, endpoint: str) -> None:
        """Raise EndpointRefused where the shape of `endpoint` alone says that it is not called."""
        self.get_service(endpoint)

    def get_service(self, endpoint: str) -> Service:
        """Return the service that `endpoint` is at. Raises EndpointRefused as `check` does."""
        service = parse_endpoint(endpoint)
        if service.scheme == "http" and service.host not in self._loopback:
            raise EndpointRefused("it is not https")
        own_port = service.port == _DEFAULT_PORTS[service.scheme]
        if (service.host, service.port) in self._extra:
            return service
        if (service.host, None) in self._extra and own_port:
            return service
        if not _is_known(service.host):
            raise EndpointRefused("its host is no push service that is allowed")
        if not own_port:
            raise EndpointRefused("its port is not 443")
        return service

    def may_connect(self, host: str, address: str) -> bool:
        """Tell whether a connection to `host` may go to the IP `address` that its name led to.

        A listed loopback host is at a loopback address, every other one at a public address.
        """
        try:
            ip = ipaddress.ip_address(address)
        except ValueError:
            return False
        return ip.is_loopback if host in self._loopback else _is_public(ip)


def _parse_allowed_host(entry: str) -> tuple[str, int | None]:
    match = _LISTED.fullmatch(entry)
    if not match:
        raise ValueError("no host")
    return _normalize_host(match["host"]), int(match["port"]) if match["port"] else None


def _normalize_host(host: str) -> str:
    """Return `host` in lower case, an IP address in its one notation and without brackets.

    Raises ValueError where it looks like an address and is not one in the usual notation: what
    ends in a number is an address to a browser (`0x7f.1`, `2130706433`), never a name.
    """
    host = host.lower()
    if host.startswith("["):
        return str(IPv6Address(host[1:-1]))
    last = host.rpartition(".")[2]
    if last.isdecimal() or re.fullmatch("0x[0-9a-f]*", last):
        return str(IPv4Address(host))
    return host


def _is_known(host: str) -> bool:
    return any(host == known or host.endswith(f".{known}") for known in KNOWN_HOSTS)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_public(ip: IPv4Address | IPv6Address) -> bool:
    if isinstance(ip, IPv6Address) and ip in _NAT64:
        # In a network without IPv4 every service is reached so; what counts is where it leads.
        return _is_public(IPv4Address(ip.packed[-4:]))
    if isinstance(ip, IPv6Address) and ip not in _GLOBAL_UNICAST:
        return False
    if ip.is_multicast or not ip.is_global:
        return False
    return not any(ip in network for network in _NOT_PUBLIC)
