"""pgqueuer's way to PostgreSQL: one connection to speak, another to listen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from pgqueuer.db import PsycopgDriver

if TYPE_CHECKING:
    from collections.abc import Callable

    import psycopg


class ListeningApart(PsycopgDriver):
    """Speaks on *mouth* and listens on *ear*.

    psycopg holds a connection's lock while it listens: on a single one, each statement of
    an idle queue waits for up to a second.
    """

    def __init__(
        self, mouth: psycopg.AsyncConnection[Any], ear: psycopg.AsyncConnection[Any]
    ) -> None:
        super().__init__(mouth)
        self._listener = PsycopgDriver(ear)
        self._entries = 0

    async def add_listener(
        self, channel: str, callback: Callable[[str | bytes | bytearray], None]
    ) -> None:
        """Call *callback* with what is told on *channel*, from now on."""
        await self._listener.add_listener(channel, callback)

    async def __aenter__(self) -> Self:
        """Begin; PgQueuer does so for each of its two halves."""
        self._entries += 1
        return await super().__aenter__()

    async def __aexit__(self, *error: object) -> None:
        """End, and with the last half stop listening, at once."""
        self._entries -= 1
        if self._entries == 0:
            for task in self._listener.tm.tasks:
                task.cancel()
            await self._listener.tm.gather_tasks()
        await super().__aexit__(*error)
