"""Who may read the metrics: whoever has the token; without one, this very machine.

They name no person, and still tell how busy an installation is.
"""

from __future__ import annotations

import hmac
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from training_analyzer.settings import Settings

# What a proxy says for whom it asks: its own address is then this machine's, or may be.
_FORWARDED: Final = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip")


def may_read(settings: Settings, headers: Mapping[str, str], peer: str | None) -> bool:
    """Tell whether a request with *headers* (names in lower case) from *peer* gets the metrics.

    With `METRICS_TOKEN` the request needs it, wherever it comes from. Without, it has to
    come from this machine, by a name of this machine, and not through a proxy: once
    `PUBLIC_URL` is set there is one, and only the token will do.
    """
    token = settings.metrics_token
    if token is not None:
        given = headers.get("authorization", "").encode("utf-8", "replace")
        return hmac.compare_digest(given, f"Bearer {token.get_secret_value()}".encode())
    if settings.public_url is not None or any(name in headers for name in _FORWARDED):
        return False
    return is_loopback(peer or "") and is_loopback(_name(headers.get("host", "")))


def _name(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def is_loopback(name: str) -> bool:
    """Tell whether *name* is this machine's own, reachable from nowhere else."""
    try:
        return name == "localhost" or ip_address(name).is_loopback
    except ValueError:
        return False
