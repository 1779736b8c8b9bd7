"""One life of the connections to the queue. pgqueuer inside."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import psycopg
from pgqueuer import PgQueuer

from training_analyzer.db.queue_schema import NAMES, queries_through
from training_analyzer.jobs.queue_driver import ListeningApart

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from pgqueuer import Job

_ENTRYPOINT: Final = "garmin-sync"
_URGENT: Final = 1
# What a worker that died held is given to another one after the first, by a look every
# second; so the row must not outlive the lease of 60 s.
_HEARTBEAT: Final = timedelta(seconds=60)
_LOOK: Final = timedelta(seconds=5)
_WATCH_S: Final = 1.0
_PRUNE_EVERY_S: Final = 3600.0
_NOBODY_READS: Final = timedelta(0)
_AT_ONCE: Final = 1000


class QueueSession:
    """Brings users out of the queue to *deliver*, and the woken ones of *take_woken* into it.

    Speaks on one connection and listens on another.

    *take_woken* gives user -> whether urgent, each time `look_for_woken` was called.
    """

    def __init__(
        self,
        mouth: psycopg.AsyncConnection[Any],
        ear: psycopg.AsyncConnection[Any],
        workers: int,
        deliver: Callable[[str], Awaitable[None]],
        take_woken: Callable[[], dict[str, bool]],
    ) -> None:
        self._connections = (mouth, ear)
        self._workers = workers
        self._deliver = deliver
        self._take_woken = take_woken
        self._queries = queries_through(ListeningApart(mouth, ear))
        self._engine = PgQueuer(self._queries.driver, channel=NAMES.channel, queries=self._queries)
        self._engine.entrypoint(_ENTRYPOINT)(self._job)
        self._is_abandoned = False
        self._jobs: set[asyncio.Task[Any]] = set()
        self._look = asyncio.Event()
        self._look.set()

    async def last(self) -> None:
        """Deliver until `end`; raises what cut a connection."""
        tasks = [
            asyncio.create_task(work)
            for work in (self._bring(), self._watch(), self._enqueue(), self._prune())
        ]
        try:
            ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            # Without that pgqueuer would wait for all that runs, an hour if need be.
            self.abandon()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        for task in ended:
            task.result()

    def look_for_woken(self) -> None:
        """Tell that somebody was woken."""
        self._look.set()

    def end(self) -> None:
        """Take nothing more out of the queue; `last` returns once all that was taken ended."""
        self._engine.shutdown.set()

    def abandon(self) -> None:
        """Wait for nothing that was taken out of the queue; what runs goes on."""
        self._is_abandoned = True
        for job in self._jobs:
            job.cancel()

    async def _job(self, job: Job) -> None:
        task = asyncio.current_task()
        if task is None or job.payload is None or self._is_abandoned:
            return
        self._jobs.add(task)
        task.add_done_callback(self._jobs.discard)
        await self._deliver(job.payload.decode())

    async def _bring(self) -> None:
        batch = max(1, self._workers // 2)
        await self._engine.run(
            dequeue_timeout=_LOOK,
            batch_size=batch,
            # pgqueuer wants two batches: with a single slot, a second user waits here.
            max_concurrent_tasks=max(self._workers, 2 * batch),
            heartbeat_timeout=_HEARTBEAT,
            log_aggregation_interval=_NOBODY_READS,
        )

    async def _watch(self) -> None:
        """End when a connection is lost."""
        while not any(connection.closed for connection in self._connections):  # noqa: ASYNC110 - psycopg tells nobody
            await asyncio.sleep(_WATCH_S)
        message = "the connection is lost"
        raise psycopg.OperationalError(message)

    async def _enqueue(self) -> None:
        while True:
            await self._look.wait()
            self._look.clear()
            woken = self._take_woken()
            for urgent in (True, False):
                users = [user_id for user_id, is_urgent in woken.items() if is_urgent is urgent]
                for first in range(0, len(users), _AT_ONCE):
                    await self._put(users[first : first + _AT_ONCE], urgent=urgent)

    async def _put(self, users: list[str], *, urgent: bool) -> None:
        """Queue each user once; the key is unique among all that is queued or running."""
        entrypoints = [_ENTRYPOINT] * len(users)
        payloads: list[bytes | None] = [user_id.encode() for user_id in users]
        keys: list[str | None] = [*users]
        if urgent:
            priorities = [_URGENT] * len(users)
            await self._queries.enqueue(
                entrypoints, payloads, priorities, dedupe_key=keys, on_conflict="update_priority"
            )
        else:
            priorities = [0] * len(users)
            await self._queries.enqueue(
                entrypoints, payloads, priorities, dedupe_key=keys, on_conflict="skip"
            )

    async def _prune(self) -> None:
        """Forget what was delivered more than a week ago: pgqueuer keeps it for ever."""
        tables = (NAMES.qualified.queue_table_log, NAMES.qualified.statistics_table)
        while True:
            for table in tables:
                await self._queries.driver.execute(
                    f"DELETE FROM {table} WHERE created < now() - interval '7 days'"  # noqa: S608 - our own names
                )
            await asyncio.sleep(_PRUNE_EVERY_S)
