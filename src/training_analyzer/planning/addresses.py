"""Which addresses a webhook may have, and which machines it may reach. Pure.

A webhook's address comes from a person, and this server may stand beside machines that
trust it: nothing but the public internet is reached.
"""

from __future__ import annotations

import string
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final
from urllib.parse import urlsplit

import idna

from training_analyzer.errors import WebhookUrlRefused

LONGEST_URL: Final = 2048
HTTPS_PORT: Final = 443
# Below it live services that are no web servers: mail, shells, shares.
FIRST_FREE_PORT: Final = 1024
_NOT_PUBLIC: Final = tuple(
    map(
        ip_network,
        (
            # Protocol assignments, the relays of 6to4, and Azure's own host, which looks public.
            "192.0.0.0/24",
            "192.88.99.0/24",
            "168.63.129.16/32",
            # Teredo and other protocols, documentation, 6to4: each hides another address.
            "2001::/23",
            "2001:db8::/32",
            "2002::/16",
            "3fff::/20",
        ),
    )
)
_UNICAST: Final = IPv6Network("2000::/3")
# How an IPv6-only machine reaches IPv4: the last four bytes are the address.
_NAT64: Final = IPv6Network("64:ff9b::/96")
_LOCAL_NAMES: Final = (".localhost", ".local", ".internal", ".home.arpa", ".lan", ".intranet")
_DIGITS: Final = frozenset(string.digits)
_IN_URL: Final = frozenset(string.ascii_letters + string.digits + "-._~:/?[]@!$&'()*+,;=%")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An https address in its parts; `host` is ASCII, `target` path and query."""

    host: str
    port: int
    target: str

    @property
    def authority(self) -> str:
        """What stands in the `Host` header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == HTTPS_PORT else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """The whole address."""
        return f"https://{self.authority}{self.target}"


def is_public(text: str) -> bool:
    """Tell whether *text* is the address of a machine on the public internet.

    Addresses that hold another one are judged by that one, or refused.
    """
    try:
        address = ip_address(text)
    except ValueError:
        return False
    if isinstance(address, IPv6Address):
        within = _inner(address)
        if within is not None:
            return is_public(str(within))
        if address.scope_id is not None or address not in _UNICAST:
            return False
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and not any(address in network for network in _NOT_PUBLIC)
    )


def parse_endpoint(url: str) -> Endpoint:
    """Return the parts of a webhook's *url*.

    What its name stands for is not looked at: that may be another machine at each look,
    and is checked whenever one is connected to. Raises `WebhookUrlRefused`.
    """
    scheme, separator, rest = url.partition("://")
    if len(url) > LONGEST_URL or not separator or scheme.lower() != "https" or "#" in rest:
        raise WebhookUrlRefused
    try:
        # What a browser would take for something else is no address here: `\\`, line breaks.
        parts = urlsplit(f"https://{rest}")
        port = HTTPS_PORT if parts.port is None else parts.port
        host = _ascii_host(parts.hostname or "")
    except ValueError:
        raise WebhookUrlRefused from None
    target = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
    if (
        "@" in parts.netloc
        or (port != HTTPS_PORT and port < FIRST_FREE_PORT)
        or not _IN_URL.issuperset(target)
        or not _may_be_public(host)
    ):
        raise WebhookUrlRefused
    return Endpoint(host, port, target)


def _inner(address: IPv6Address) -> IPv4Address | None:
    """Return the IPv4 address that *address* is another spelling of, or None."""
    if address in _NAT64:
        return IPv4Address(address.packed[-4:])
    return address.ipv4_mapped


def _ascii_host(host: str) -> str:
    """Return *host* as it stands in the DNS. Raises `ValueError`."""
    if ":" in host:
        return str(IPv6Address(host))
    name = host.removesuffix(".")
    # `IDNAError` is a `ValueError`.
    return idna.encode(name, uts46=True).decode("ascii").lower()


def _may_be_public(host: str) -> bool:
    if ":" in host:
        return is_public(host)
    label = host.rpartition(".")[2]
    if _DIGITS.issuperset(label) or label.startswith("0x"):
        # A number is an address, whichever way it is written; only the usual one is taken.
        return is_public(host)
    return "." in host and not f".{host}".endswith(_LOCAL_NAMES)
