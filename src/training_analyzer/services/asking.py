"""Ask a provider that the administrator named: in time, within a size, without redirects.

It may be a machine of the own network. No proxy or certificate of the environment is used.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection, HTTPException
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode, urlsplit

from training_analyzer.addresses import is_safe_server
from training_analyzer.errors import SingleSignOnUnavailable
from training_analyzer.garmin.in_time import in_time
from training_analyzer.services.posting import addresses_of, connected_to, time_left, verifying

if TYPE_CHECKING:
    import socket
    import ssl
    from collections.abc import Mapping

_LONGEST_S: Final = 10.0
_MOST_BYTES: Final = 256 * 1024
_MOST_ADDRESSES: Final = 4


@dataclass(frozen=True, slots=True)
class Reply:
    """What was answered; an answer that is no JSON object is an empty one."""

    status: int
    body: Mapping[str, Any]


class Asker:
    """Asks over https, or over http on this machine; *context* is what tests replace."""

    def __init__(
        self, *, context: ssl.SSLContext | None = None, longest_s: float = _LONGEST_S
    ) -> None:
        self._context = context or verifying()
        self._longest_s = longest_s

    def get(self, url: str) -> Reply:
        """Return what stands at *url*. Raises `SingleSignOnUnavailable`."""
        return self._ask("GET", url, None, {})

    def post(self, url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> Reply:
        """Send *form* to *url*. Raises `SingleSignOnUnavailable`."""
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._ask("POST", url, urlencode(form).encode("ascii"), {**kind, **headers})

    def _ask(self, method: str, url: str, body: bytes | None, headers: Mapping[str, str]) -> Reply:
        if not is_safe_server(url):
            raise SingleSignOnUnavailable
        try:
            return self._asked(method, url, body, headers)
        except (OSError, HTTPException, ValueError, RecursionError):
            raise SingleSignOnUnavailable from None

    def _asked(
        self, method: str, url: str, body: bytes | None, headers: Mapping[str, str]
    ) -> Reply:
        until = time.monotonic() + self._longest_s
        parts = urlsplit(url)
        host, is_https = parts.hostname or "", parts.scheme == "https"
        port = parts.port or (443 if is_https else 80)
        target = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
        plain = connected_to(addresses_of(host, port)[:_MOST_ADDRESSES], port, until)
        with plain:
            plain.settimeout(time_left(until))
            sock = self._context.wrap_socket(plain, server_hostname=host) if is_https else plain
            with sock:
                return self._exchange(sock, parts.netloc, method, target, body, headers, until)

    def _exchange(
        self,
        sock: socket.socket,
        authority: str,
        method: str,
        target: str,
        body: bytes | None,
        headers: Mapping[str, str],
        until: float,
    ) -> Reply:
        connection = HTTPConnection(authority)
        connection.sock = sock
        # No class, as the type says, but a connection does no more than call it.
        answers: Any = partial(in_time, longest_s=time_left(until), clock=time.monotonic)
        connection.response_class = answers
        sock.settimeout(time_left(until))
        own = {"Host": authority, "Accept": "application/json", "Connection": "close"}
        connection.request(method, target, body, {**own, **headers})
        with connection.getresponse() as answer:
            read = answer.read(_MOST_BYTES + 1)
            if len(read) > _MOST_BYTES:
                raise SingleSignOnUnavailable
            return Reply(answer.status, _as_object(read))


def _as_object(read: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(read)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
