"""POST to an address that a person gave, and to no machine that they should not reach.

The name is resolved first, each address it has is checked, and the connection goes to a
checked address: a name that stands for another machine a moment later changes nothing. No
redirect is followed, and no proxy or certificate of the environment is used.
"""

from __future__ import annotations

import socket
import ssl
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import TYPE_CHECKING, Any, Final

from requests.utils import DEFAULT_CA_BUNDLE_PATH

from training_analyzer.garmin.in_time import in_time
from training_analyzer.planning.addresses import is_public

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from training_analyzer.planning.addresses import Endpoint

LONGEST_S: Final = 15.0
# Of a receiver's answer; more of it is not even read.
HEAD_BYTES: Final = 1024
_MOST_ADDRESSES: Final = 4
_ONE_OF_MANY_S: Final = 4.0


class Why(StrEnum):
    """Why nothing came of an attempt."""

    NAME_UNKNOWN = "name_unknown"
    ADDRESS_REFUSED = "address_refused"
    CONNECTION_FAILED = "connection_failed"
    TLS_FAILED = "tls_failed"
    TIMED_OUT = "timed_out"
    BAD_ANSWER = "bad_answer"
    SECRET_MISSING = "secret_missing"  # noqa: S105 - a reason


@dataclass(frozen=True, slots=True)
class Reply:
    """What a receiver answered."""

    status: int
    head: bytes
    retry_after: str | None


class NotPosted(Exception):
    """Nobody answered; `why` is all that it tells, and nothing of it is foreign text."""

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why = why


def addresses_of(host: str, port: int) -> list[str]:
    """Return every address that *host* stands for now. Raises `OSError`."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def verifying() -> ssl.SSLContext:
    """Return what checks the certificates of receivers, by the authorities that we ship."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(DEFAULT_CA_BUNDLE_PATH)
    context.set_alpn_protocols(["http/1.1"])
    return context


class Poster:
    """Posts to webhooks; *resolve*, *is_allowed* and *context* are what tests replace."""

    def __init__(
        self,
        *,
        resolve: Callable[[str, int], list[str]] = addresses_of,
        is_allowed: Callable[[str], bool] = is_public,
        context: ssl.SSLContext | None = None,
        longest_s: float = LONGEST_S,
    ) -> None:
        self._resolve = resolve
        self._is_allowed = is_allowed
        self._context = context or verifying()
        self._longest_s = longest_s

    def post(self, endpoint: Endpoint, body: bytes, headers: Mapping[str, str]) -> Reply:
        """Send *body* and return what was answered within 15 seconds in all.

        Raises `NotPosted`.
        """
        until = time.monotonic() + self._longest_s
        addresses = self._checked(endpoint)
        with _told(Why.CONNECTION_FAILED):
            plain = connected_to(addresses, endpoint.port, until)
        # A handshake has one time limit for all of its steps.
        with plain, _told(Why.TLS_FAILED):
            plain.settimeout(time_left(until))
            sock = self._context.wrap_socket(plain, server_hostname=endpoint.host)
        with sock, _told(Why.BAD_ANSWER):
            return _exchange(sock, endpoint, body, headers, until)

    def _checked(self, endpoint: Endpoint) -> list[str]:
        """Return the addresses of the name; all of them must be allowed."""
        try:
            found = self._resolve(endpoint.host, endpoint.port)
        except (OSError, UnicodeError):
            raise NotPosted(Why.NAME_UNKNOWN) from None
        if not found or not all(map(self._is_allowed, found)):
            raise NotPosted(Why.ADDRESS_REFUSED if found else Why.NAME_UNKNOWN)
        return found[:_MOST_ADDRESSES]


@contextmanager
def _told(why: Why) -> Iterator[None]:
    """Raise what goes wrong as `NotPosted` with *why*, or as too late."""
    try:
        yield
    except TimeoutError:
        raise NotPosted(Why.TIMED_OUT) from None
    except (OSError, HTTPException, ValueError):
        raise NotPosted(why) from None


def time_left(until: float) -> float:
    """Return the seconds until the monotonic time *until*. Raises `TimeoutError`."""
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def connected_to(addresses: list[str], port: int, until: float) -> socket.socket:
    """Return a connection to the first of *addresses* that takes one."""
    for address in addresses[:-1]:
        # One that swallows everything must not keep us from the next.
        with suppress(OSError):
            return socket.create_connection((address, port), min(time_left(until), _ONE_OF_MANY_S))
    return socket.create_connection((addresses[-1], port), time_left(until))


def _exchange(
    sock: ssl.SSLSocket,
    endpoint: Endpoint,
    body: bytes,
    headers: Mapping[str, str],
    until: float,
) -> Reply:
    connection = HTTPConnection(endpoint.host, endpoint.port)
    connection.sock = sock
    # No class, as the type says, but a connection does no more than call it.
    answers: Any = partial(in_time, longest_s=time_left(until), clock=time.monotonic)
    connection.response_class = answers
    sock.settimeout(time_left(until))
    own = {"Host": endpoint.authority, "Content-Type": "application/json", "Connection": "close"}
    connection.request("POST", endpoint.target, body, {**own, **headers})
    with connection.getresponse() as answer:
        return Reply(answer.status, _head(answer), answer.headers.get("Retry-After"))


def _head(answer: HTTPResponse) -> bytes:
    """Return the beginning of the body; what does not come does not undo the status."""
    head = bytearray()
    with suppress(OSError, HTTPException, ValueError):
        while len(head) < HEAD_BYTES and (some := answer.read1(HEAD_BYTES - len(head))):
            head += some
    return bytes(head)
