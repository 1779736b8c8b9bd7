"""Connections whose answers come in time, or not at all, however steadily they drip.

The timeout of requests bounds the gap between two bytes. Here each read of an answer,
its head included, waits no longer than what is left of the answer's time.
"""

from __future__ import annotations

import io
from functools import partial
from http.client import HTTPResponse
from typing import TYPE_CHECKING, Any, Final

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from urllib3 import PoolManager

_BUFFER: Final = 64 * 1024


def end_in_time(manager: PoolManager, *, longest_s: float, clock: Callable[[], float]) -> None:
    """Give *manager* connections whose answers end within *longest_s* of the request."""
    time: Any = {"longest_s": longest_s, "clock": clock}
    # No classes, as the type says, but a manager does no more than call them.
    pools: Any = {"http": partial(_PlainPool, **time), "https": partial(_SealedPool, **time)}
    manager.pool_classes_by_scheme = pools


class _InTime:
    """What both kinds of connection share: http.client calls `response_class` for each answer."""

    def __init__(
        self,
        *arguments: Any,  # noqa: ANN401 - urllib3's own
        longest_s: float,
        clock: Callable[[], float],
        **named: Any,  # noqa: ANN401 - urllib3's own
    ) -> None:
        super().__init__(*arguments, **named)
        self.response_class: Any = partial(in_time, longest_s=longest_s, clock=clock)


class _Plain(_InTime, HTTPConnection):
    pass


class _Sealed(_InTime, HTTPSConnection):
    pass


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _SealedPool(HTTPSConnectionPool):
    ConnectionCls = _Sealed


def in_time(
    sock: socket.socket,
    *,
    longest_s: float,
    clock: Callable[[], float],
    **named: Any,  # noqa: ANN401 - http.client's own
) -> HTTPResponse:
    """Return the answer that begins on *sock*; reading it ends *longest_s* from now at last."""
    answer = HTTPResponse(sock, **named)
    # Nothing was read yet: the buffer in between is empty and can be left out.
    raw: Any = answer.fp.detach()
    answer.fp = io.BufferedReader(_Rest(raw, sock, until=clock() + longest_s, clock=clock), _BUFFER)
    return answer


class _Rest(io.RawIOBase):
    """The bytes of *raw* for as long as there is time."""

    def __init__(
        self,
        raw: io.RawIOBase,
        sock: socket.socket,
        *,
        until: float,
        clock: Callable[[], float],
    ) -> None:
        self._raw = raw
        self._sock = sock
        self._gap_s = sock.gettimeout()
        self._until = until
        self._clock = clock

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int | None:  # noqa: ANN401 - io's
        left = self._until - self._clock()
        if left <= 0:
            message = "the answer took too long"
            raise TimeoutError(message)
        self._sock.settimeout(left if self._gap_s is None else min(left, self._gap_s))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()
