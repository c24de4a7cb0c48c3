"""Which push services the server calls, and at which addresses.

A client chooses the endpoint, and our server then calls it, so nothing about it is trusted: its
form is parsed strictly, its host must be on a short list, and the address that the host resolves to
is checked again at every connection, because DNS can change a minute later.
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

# From IANA's special-purpose registries; some of the supported Pythons still call them global.
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
    """The address of a push service. An IPv6 `host` is without its brackets."""

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
    """Return the service of `endpoint`, allowed or not.

    Raises EndpointRefused for anything but a plain http or https URL: one with user info, a
    fragment, a trailing dot or a character that parsers disagree about.
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
    """The push services that the server calls: the known ones and those the operator allows."""

    def __init__(self, extra: Sequence[str]) -> None:
        """Take `extra` hosts as PUSH_ALLOWED_HOSTS names them: `host` or `host:port`.

        An entry does not include its subdomains; `host` without a port means the scheme's default
        port. Raises ValueError, naming the entry, for anything else.
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
        """Raise EndpointRefused where the form of `endpoint` alone rules it out."""
        self.get_service(endpoint)

    def get_service(self, endpoint: str) -> Service:
        """Return the service of `endpoint`. Raises EndpointRefused as `check` does."""
        service = parse_endpoint(endpoint)
        if service.scheme == "http" and service.host not in self._loopback:
            raise EndpointRefused("it is not https")
        is_default_port = service.port == _DEFAULT_PORTS[service.scheme]
        if (service.host, service.port) in self._extra:
            return service
        if (service.host, None) in self._extra and is_default_port:
            return service
        if not _is_known(service.host):
            raise EndpointRefused("its host is no push service that is allowed")
        if not is_default_port:
            raise EndpointRefused("its port is not 443")
        return service

    def may_connect(self, host: str, address: str) -> bool:
        """Return whether a connection to `host` may use the IP `address` that it resolved to.

        An allowed loopback host must be at a loopback address, any other host at a public one.
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
    """Return `host` in lower case, and an IP address in canonical form without brackets.

    Raises ValueError for an address in an unusual notation: browsers take a host that ends in a
    number for an address (`0x7f.1`, `2130706433`), never for a name.
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
        # A network without IPv4 reaches every service like this: check the IPv4 address in it.
        return _is_public(IPv4Address(ip.packed[-4:]))
    if isinstance(ip, IPv6Address) and ip not in _GLOBAL_UNICAST:
        return False
    if ip.is_multicast or not ip.is_global:
        return False
    return not any(ip in network for network in _NOT_PUBLIC)
