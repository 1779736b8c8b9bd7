"""How a run stands by what its events tell: folded once, and on with each new one."""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from training_analyzer.model import DayState, Group
from training_analyzer.services.events import Kind
from training_analyzer.streams import CATALOG

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from training_analyzer.services.events import SyncEvent

# The lines of the log that a page shows.
_LOG: Final = 8
_STEPS: Final = ("sign_in", "look", "fetch", "files", "finish")
_STREAMS: Final = {stream.name: stream for stream in CATALOG}
_ORDER: Final = {name: index for index, name in enumerate(_STREAMS)}


@dataclass(frozen=True, slots=True)
class Asked:
    """A window that was asked for, and what came of it."""

    stream: str
    first: date
    last: date
    state: DayState
    days: int
    code: str | None
    at: datetime


@dataclass(slots=True)
class Tally:
    """What a run brought of one stream so far, counted in days."""

    stream: str
    data: int = 0
    empty: int = 0
    failed: int = 0
    windows: list[Asked] = field(default_factory=list)

    def add(self, asked: Asked) -> None:
        """Count one more window."""
        days = (asked.last - asked.first).days + 1
        self.windows.append(asked)
        if asked.state is DayState.FAILED:
            self.failed += days
            return
        self.data += asked.days
        self.empty += max(0, days - asked.days)

    @property
    def days(self) -> Mapping[str, int]:
        """State -> days."""
        return {"data": self.data, "empty": self.empty, "failed": self.failed}

    @property
    def first(self) -> date:
        """The oldest day that was asked for."""
        return min(window.first for window in self.windows)

    @property
    def last(self) -> date:
        """The newest day that was asked for."""
        return max(window.last for window in self.windows)

    @property
    def is_of_days(self) -> bool:
        """Whether its days are fetched in windows: neither the state of now nor a single file."""
        known = _STREAMS.get(self.stream)
        return known is not None and not known.is_snapshot and known.detail_of is None

    @property
    def is_of_now(self) -> bool:
        """Whether it tells the state of now, which has no days."""
        known = _STREAMS.get(self.stream)
        return known is not None and known.is_snapshot

    @property
    def is_of_profile(self) -> bool:
        """Whether it tells of the account and its watches, which always come along."""
        known = _STREAMS.get(self.stream)
        return known is not None and known.group is Group.PROFILE


@dataclass(slots=True)
class Followed:
    """A run as it stands after the event `number`."""

    number: int = 0
    step: str = "sign_in"
    done: int = 0
    # None until the run has planned.
    total: int | None = None
    requests: int = 0
    eta_seconds: int | None = None
    current: tuple[str, date, date] | None = None
    log: deque[Asked] = field(default_factory=lambda: deque(maxlen=_LOG))
    tallies: dict[str, Tally] = field(default_factory=dict)
    is_over: bool = False

    def take(self, events: Iterable[SyncEvent]) -> None:
        """Go on with *events*, which follow the last one that was taken."""
        for event in events:
            self.number = max(self.number, event.number)
            told = json.loads(event.data)
            if event.kind is Kind.WINDOW:
                self._asked(told)
            elif event.kind is Kind.PROGRESS:
                self._progress(told)
            else:
                self.is_over = True

    @property
    def expected(self) -> int | None:
        """How many windows the run will have: each activity found brings a file that is to come.

        None until the run has planned. Only once it fetches files does it count them itself.
        """
        if self.total is None or self.step != "fetch":
            return self.total
        found = self.tallies.get("activities")
        return self.total + (found.data if found else 0)

    @property
    def seconds_left(self) -> int | None:
        """How long it will last yet, at the pace that it had so far."""
        if self.eta_seconds is None or not self.total or not self.expected:
            return None
        rest = self.total - self.done
        return round(self.eta_seconds * (self.expected - self.done) / rest) if rest > 0 else None

    @property
    def failed_windows(self) -> int:
        """How many windows could not be had so far."""
        return sum(
            window.state is DayState.FAILED
            for tally in self.tallies.values()
            for window in tally.windows
        )

    @property
    def streams(self) -> list[Tally]:
        """What came of each stream, in the catalog's order; files last."""
        return sorted(self.tallies.values(), key=lambda each: _ORDER.get(each.stream, 999))

    @property
    def of_now(self) -> Tally | None:
        """What came of all streams together that tell the state of now."""
        together = Tally("")
        for tally in self.tallies.values():
            if tally.is_of_now:
                for window in tally.windows:
                    together.add(window)
        return together if together.windows else None

    def _asked(self, told: dict[str, Any]) -> None:
        asked = Asked(
            stream=told["stream"],
            first=date.fromisoformat(told["from"]),
            last=date.fromisoformat(told["to"]),
            state=DayState(told["state"]),
            days=told["days"],
            code=told["error_code"],
            at=datetime.fromisoformat(told["at"]),
        )
        self.tallies.setdefault(asked.stream, Tally(asked.stream)).add(asked)
        self.log.appendleft(asked)

    def _progress(self, told: dict[str, Any]) -> None:
        self.step = told["step"]
        self.done, self.requests = told["windows_done"], told["requests_used"]
        self.eta_seconds = told["eta_seconds"]
        # Before, the windows of the profile would look like the whole of it.
        is_planned = _STEPS.index(self.step) >= _STEPS.index("fetch")
        self.total = told["windows_total"] if is_planned else None
        if told["stream"] is not None:
            span = date.fromisoformat(told["from"]), date.fromisoformat(told["to"])
            self.current = (told["stream"], *span)
