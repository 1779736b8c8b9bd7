"""From where a request comes: the network, for limits and logs, and what kind of browser."""

from __future__ import annotations

import re
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from starlette.requests import Request

_IPV6_NETWORK_BITS: Final = 64
# In this order: the ones that come later also say they are the ones before.
_BROWSERS: Final = ("Edg", "OPR", "Firefox", "Chrome", "Safari")
_NAMES: Final = {"Edg": "Edge", "OPR": "Opera"}
_SYSTEMS: Final = ("Android", "iPhone", "iPad", "Windows", "Macintosh", "Linux")


def network_of(request: Request) -> str | None:
    """Return the address of who asks; of IPv6 the /64, which one household has.

    None where the transport has no addresses.
    """
    if request.client is None:
        return None
    try:
        address = ip_address(request.client.host.partition("%")[0])
    except ValueError:
        return None
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    bits = 128 - _IPV6_NETWORK_BITS
    return f"{IPv6Address(int(address) >> bits << bits)}/{_IPV6_NETWORK_BITS}"


def client_of(request: Request) -> str | None:
    """Return what a person recognises their browser by, such as `Firefox on Linux`."""
    agent = request.headers.get("user-agent", "")
    browser = next((name for name in _BROWSERS if re.search(rf"\b{name}(iOS)?/", agent)), None)
    system = next((name for name in _SYSTEMS if name in agent), None)
    if browser is None:
        return None
    told = _NAMES.get(browser, browser)
    return f"{told} on {system}" if system else told
