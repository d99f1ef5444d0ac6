"""Which network addresses a capture may reach: public ones, and those of ranges that an administrator allowed. Opens
nothing.

The address that is connected to is judged, never the way it is written: names, redirects and spellings all end there.
"""

from __future__ import annotations

import socket
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from appscan.errors import UsageError

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

METADATA = frozenset(map(ip_address, (
    "169.254.169.254", "169.254.170.2", "169.254.0.23", "fd00:ec2::254", "100.100.100.200", "192.0.0.192",
    "168.63.129.16")))
"""Where clouds tell a machine its own secrets. No range opens them."""

NOT_PUBLIC = tuple(map(ip_network, (
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
    "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
    "224.0.0.0/4", "240.0.0.0/4", "2001::/23", "2001:db8::/32", "3fff::/20", "5f00::/16")))
"""Special addresses (IANA registries of special-purpose addresses, RFC 6890); of IPv6 beside what is no global unicast
address."""

GLOBAL_UNICAST = ip_network("2000::/3")
MAPPED = ip_network("::ffff:0:0/96")
TRANSLATED = ip_network("64:ff9b::/96")
SIX_TO_FOUR = ip_network("2002::/16")


def ranges_of(given: Iterable[str]) -> tuple[Network, ...]:
    """Ranges as an administrator writes them. Raises UsageError `range_wrong`."""
    found = []
    for one in given:
        try:
            found.append(ip_network(one.strip()))
        except ValueError:
            raise UsageError("range_wrong", given=one) from None
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Reach:
    """Public addresses, and those in `allowed`."""

    allowed: tuple[Network, ...] = ()

    def permits(self, written: str) -> bool:
        """Whether the address may be connected to; False for what is no address."""
        try:
            address = ip_address(written)
        except ValueError:
            return False
        if getattr(address, "scope_id", None):  # one of this link
            return False
        return all(self._permits(one) for one in (address, *_within(address)))

    def _permits(self, address: Address) -> bool:
        if address in METADATA:
            return False
        return _is_public(address) or any(address in one for one in self.allowed)

    def refuse(self, url: str) -> None:
        """Refuse at once what can be told from the writing; whatever passes is judged again where it is connected to.
        Raises UsageError `address_scheme`, `address_credentials`, `address_wrong`, `address_refused`."""
        try:
            parts = urlsplit(url)
            host, _ = parts.hostname, parts.port
        except ValueError:
            raise UsageError("address_wrong") from None
        if parts.scheme not in ("http", "https"):
            raise UsageError("address_scheme")
        if "@" in parts.netloc:
            raise UsageError("address_credentials")
        if not host or any(letter.isspace() or not letter.isprintable() or letter == "\\" for letter in url):
            raise UsageError("address_wrong")
        address = literal(host)
        named_local = host.rstrip(".").rpartition(".")[2] in ("localhost", "local", "internal", "localdomain")
        if (address and not self.permits(address)) or (named_local and not self.allowed):
            raise UsageError("address_refused", name=host)


def literal(host: str) -> str:
    """The address that a host is, however it is written: as a browser reads it, also in decimal, octal or hexadecimal
    numbers (WHATWG URL, "IPv4 parser"); "" for a name."""
    plain = unicodedata.normalize("NFKC", host).replace("。", ".").strip("[]").rstrip(".")
    try:
        return str(ip_address(plain))
    except ValueError:
        pass
    last = plain.rpartition(".")[2]
    if not last[:1].isdigit():
        return ""
    try:
        return socket.inet_ntoa(socket.inet_aton(plain))
    except OSError:
        return ""


def _is_public(address: Address) -> bool:
    if isinstance(address, IPv6Address):
        if address in MAPPED or address in TRANSLATED:
            return True  # what it stands for is judged beside it
        if address not in GLOBAL_UNICAST:
            return False
    return not any(address in one for one in NOT_PUBLIC)


def _within(address: Address) -> tuple[Address, ...]:
    """The IPv4 address that an IPv6 one leads to (RFC 4291 2.5.5.2, RFC 6052, RFC 3056)."""
    if not isinstance(address, IPv6Address):
        return ()
    if address in MAPPED or address in TRANSLATED:
        return (IPv4Address(int(address) & 0xFFFFFFFF),)
    if address in SIX_TO_FOUR:
        return (IPv4Address(int(address) >> 80 & 0xFFFFFFFF),)
    return ()
