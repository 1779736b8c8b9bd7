"""Who listens to a run: one look into the database for all of them, however many they are.

A thread looks while anybody listens: at once when this process wrote something, and every
half second otherwise, because a run may be in another process. Each stream takes what it has
not sent from the few events that are held here, and reads what lies further back by itself.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import Counter, deque
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from anyio import to_thread

from training_analyzer.services.events import Kind
from training_analyzer.web.refusals import TooManyStreams

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Sequence

    from training_analyzer.services.events import Events, SyncEvent

log = logging.getLogger(__name__)

type RunKey = tuple[str, int]

# What is held of a run for its listeners; who is further behind reads the database.
_HELD: Final = 100
_AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True)
class Pace:
    """How often is looked, in seconds, and how many may listen."""

    poll_s: float = 0.5
    # Between two looks, however much is written meanwhile.
    breath_s: float = 0.05
    # How soon a stream notices that its session was ended.
    recheck_s: float = 30.0
    # A proxy in between takes a stream for dead that is silent for long.
    ping_s: float = 15.0
    most_per_user: int = 8
    most: int = 200


PACE: Final = Pace()


@dataclass(eq=False, slots=True)
class Listener:
    """One open stream: the number of the event that it sent last, and whether its run is over."""

    key: RunKey
    sent: int
    loop: asyncio.AbstractEventLoop
    is_over: bool = False
    woken: asyncio.Event = field(default_factory=asyncio.Event)

    def wake(self) -> None:
        """Let the stream go on, from any thread."""
        # A loop that was closed with its streams has nobody to wake.
        with suppress(RuntimeError):
            self.loop.call_soon_threadsafe(self.woken.set)


@dataclass(slots=True)
class _Topic:
    """A run that somebody listens to."""

    seen: int
    held: deque[SyncEvent] = field(default_factory=lambda: deque(maxlen=_HELD))
    is_over: bool = False
    listeners: set[Listener] = field(default_factory=set)


class Listening:
    """The streams of one web face."""

    def __init__(self, events: Events, pace: Pace) -> None:
        self._events = events
        self._pace = pace
        self._lock = threading.Lock()
        self._topics: dict[RunKey, _Topic] = {}
        self._counts: Counter[str] = Counter()
        self._thread: threading.Thread | None = None
        self._rung = threading.Event()
        self._closed = threading.Event()

    @property
    def listeners(self) -> int:
        """How many streams are open."""
        return self._counts.total()

    @contextmanager
    def place(self, key: RunKey, *, after: int, newest: int) -> Iterator[Listener]:
        """Give a stream of the run its place, from behind event *after* of *newest*.

        Raises `TooManyStreams`. To be entered in the event loop of the stream.
        """
        listener = Listener(key, min(after, newest), asyncio.get_running_loop())
        user_id = key[0]
        with self._lock:
            pace = self._pace
            if self._counts[user_id] >= pace.most_per_user or self.listeners >= pace.most:
                raise TooManyStreams
            self._counts[user_id] += 1
            self._topics.setdefault(key, _Topic(newest)).listeners.add(listener)
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._watch, name="event-listening", daemon=True
                )
                self._thread.start()
        self._rung.set()
        try:
            yield listener
        finally:
            with self._lock:
                self._counts[user_id] -= 1
                self._counts += Counter()
                topic = self._topics[key]
                topic.listeners.discard(listener)
                if not topic.listeners:
                    del self._topics[key]

    async def follow(
        self, listener: Listener, *, may_go_on: Callable[[], bool]
    ) -> AsyncIterator[Sequence[SyncEvent]]:
        """Give the listener's events as they come, up to the run's end; none to keep it alive.

        Ends early with the server, and when *may_go_on*, asked now and then, says no.
        """
        check_at = time.monotonic() + self._pace.recheck_s
        while not self._closed.is_set():
            if time.monotonic() >= check_at:
                if not await to_thread.run_sync(may_go_on):
                    return
                check_at = time.monotonic() + self._pace.recheck_s
            listener.woken.clear()
            found, is_over = self._newer(listener)
            if found is None:
                found = await to_thread.run_sync(self._read, listener)
            if found:
                yield found
                listener.sent = found[-1].number
                if found[-1].kind is Kind.FINISHED:
                    return
                continue
            if is_over:
                listener.is_over = True
                return
            wait_s = min(self._pace.ping_s, check_at - time.monotonic())
            try:
                async with asyncio.timeout(wait_s):
                    await listener.woken.wait()
            except TimeoutError:
                yield ()

    def look(self) -> None:
        """Read what is new of the runs that are listened to, and wake whom it concerns."""
        with self._lock:
            seen = {key: topic.seen for key, topic in self._topics.items()}
        news = self._events.news(seen) if seen else {}
        woken: list[Listener] = []
        with self._lock:
            for key, found in news.items():
                topic = self._topics.get(key)
                if topic is None:
                    continue
                fresh = [event for event in found.events if event.number > topic.seen]
                topic.held.extend(fresh)
                topic.seen = fresh[-1].number if fresh else topic.seen
                if fresh or (found.is_over and not topic.is_over):
                    woken.extend(topic.listeners)
                topic.is_over = found.is_over
        for listener in woken:
            listener.wake()

    def close(self) -> None:
        """End every stream now, and each that begins later at once."""
        self._closed.set()
        self._rung.set()
        with self._lock:
            everybody = [each for topic in self._topics.values() for each in topic.listeners]
        for listener in everybody:
            listener.wake()

    def wait(self, grace_s: float) -> None:
        """Wait at most *grace_s* seconds until nobody looks into the database any more."""
        with self._lock:
            thread = self._thread
        if thread is not None:
            thread.join(max(0.0, grace_s))

    def _newer(self, listener: Listener) -> tuple[Sequence[SyncEvent] | None, bool]:
        """Return what the listener has not sent, None where that is not held here."""
        with self._lock:
            topic = self._topics[listener.key]
            if listener.sent >= topic.seen:
                return (), topic.is_over
            if not topic.held or topic.held[0].number > listener.sent + 1:
                return None, topic.is_over
            return [each for each in topic.held if each.number > listener.sent], topic.is_over

    def _read(self, listener: Listener) -> Sequence[SyncEvent]:
        return self._events.after(*listener.key, listener.sent, limit=_AT_ONCE)

    def _watch(self) -> None:
        """Look until nobody listens any more."""
        deafen = self._events.on_write(self._rung.set)
        try:
            while self._is_wanted():
                self._rung.clear()
                self._look()
                if not self._closed.wait(self._pace.breath_s):
                    self._rung.wait(self._pace.poll_s)
        finally:
            deafen()

    def _is_wanted(self) -> bool:
        with self._lock:
            if self._topics and not self._closed.is_set():
                return True
            self._thread = None
            return False

    def _look(self) -> None:
        try:
            self.look()
        except Exception as error:  # noqa: BLE001 - a failed look must not end the thread
            # The next look tries again; the text of a foreign error may hold anything.
            log.warning("The events of runs could not be read: %s", type(error).__name__)
