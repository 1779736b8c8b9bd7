"""What the text of an address in the settings may look like. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from typing import Final
from urllib.parse import unquote, urlsplit

# An address of somebody alone, without a name around it.
MAIL_ADDRESS: Final = r"^[^@\s<>,;\"]+@[^@\s<>,;\"]+$"
_MAIL_PORTS: Final = {"smtp": 587, "smtps": 465}


@dataclass(frozen=True, slots=True)
class MailServer:
    """Who takes our mail: over TLS from the first byte, after STARTTLS, or on this machine."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    is_tls: bool
    is_this_machine: bool


def mail_server(url: str) -> MailServer:
    """Return the mail server of *url*. Raises `ValueError`, which tells nothing of it."""
    parts = urlsplit(url)
    has_more = parts.path.strip("/") or parts.query or parts.fragment
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if (
        parts.scheme not in _MAIL_PORTS
        or not parts.hostname
        or has_more
        or bool(user) != bool(password)
    ):
        message = "not a mail server"
        raise ValueError(message)
    return MailServer(
        host=parts.hostname,
        port=parts.port or _MAIL_PORTS[parts.scheme],
        user=user,
        password=password,
        is_tls=parts.scheme == "smtps",
        is_this_machine=_is_this_machine(parts.hostname),
    )


def is_web_address(url: str) -> bool:
    """Tell whether *url* is a whole http or https address without a user in it."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.username is None


def is_network(text: str) -> bool:
    """Tell whether *text* is an IP address or a network of them."""
    try:
        ip_network(text)
    except ValueError:
        return False
    return True


def is_safe_server(url: str) -> bool:
    """Tell whether secrets may be sent to *url*: it is https, or this machine."""
    if not is_web_address(url):
        return False
    parts = urlsplit(url)
    return parts.scheme == "https" or _is_this_machine(parts.hostname or "")


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
