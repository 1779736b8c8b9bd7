"""What a run asks for next, and what an error makes of the rest. Pure state, no effects.

A stream that cannot be had is put off to the end of the run and then given up; three
streams in a row without an answer mean that Garmin is down, and the run ends. Three that
are refused before anything was answered mean that Garmin's edge refuses all of it.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from training_analyzer.errors import Blocked, ForbiddenStream, GarminError, Reaction
from training_analyzer.model import Failure

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from training_analyzer.streams import Window

_TRIES_PER_STREAM = 2
_STREAMS_DOWN = 3


class Agenda:
    """The windows of a run still to be asked for, and the failures so far.

    `add` brings those of a phase; `take` gives the next window; then exactly one of
    `answered` and `met` is told what came of it. `ended_by` is the error that ended the
    run early, if one did; `learned_caps` says for each stream how many days were
    answered where more were not.
    """

    def __init__(self, windows: Iterable[Window] = ()) -> None:
        self._pending = deque(windows)
        self._troubles: dict[str, int] = {}
        self._in_a_row: set[str] = set()
        self._failures: list[tuple[Window, GarminError, int]] = []
        self._taken: Window | None = None
        self._has_answers = False
        self._too_long: dict[str, int] = {}
        self.learned_caps: dict[str, int] = {}
        self.ended_by: GarminError | None = None

    @property
    def remaining(self) -> int:
        """How many windows are still to be asked for."""
        return 0 if self.ended_by else len(self._pending)

    @property
    def failures(self) -> tuple[Failure, ...]:
        """The windows that were due and could not be had, newest first."""
        return tuple(
            failure_of(window.stream.name, window.first, window.last, error, attempts)
            for window, error, attempts in self._failures
        )

    @property
    def has_transient_failure(self) -> bool:
        """Whether a retry soon may bring what failed."""
        return any(error.reaction is Reaction.BACK_OFF for _, error, _ in self._failures)

    def add(self, windows: Iterable[Window]) -> None:
        """Ask for *windows* once those are done that are there already."""
        self._pending.extend(windows)

    def take(self) -> Window | None:
        """Return the next window to ask for, or None when the run is over."""
        self._taken = self._pending.popleft() if self._pending and not self.ended_by else None
        return self._taken

    def answered(self) -> None:
        """Note that the window taken last was answered and stored."""
        self._in_a_row.clear()
        self._has_answers = True
        if self._taken is None:
            return
        name, days = self._taken.stream.name, len(self._taken.days)
        if days < self._too_long.get(name, 0):
            self.learned_caps[name] = max(days, self.learned_caps.get(name, 0))

    def met(self, window: Window, error: GarminError) -> tuple[Window, ...]:
        """Take in the *error* that *window* met; return the windows that thereby failed.

        They failed of `ended_by`, where that is set: not always of *error* itself.
        """
        match error.reaction:
            case Reaction.HALVE_WINDOW:
                return self._halve(window, error)
            case Reaction.SKIP_STREAM if isinstance(error, ForbiddenStream):
                failed = self._give_up(window, error, attempts=1)
                return self._blocked() if self._is_refused_everything() else failed
            case Reaction.SKIP_STREAM:
                return self._fail(window, error)
            case Reaction.BACK_OFF:
                return self._back_off(window, error)
            case _:
                self.ended_by = error
                return self._fail(window, error)

    def _is_refused_everything(self) -> bool:
        """Tell whether so many streams were refused, and nothing answered, that all would be."""
        refused = {w.stream.name for w, error, _ in self._failures if _is_refusal(error)}
        return not self._has_answers and len(refused) >= _STREAMS_DOWN

    def _blocked(self) -> tuple[Window, ...]:
        """End the run, and fail anew what was refused: it was not for the stream's sake."""
        self.ended_by = blocked = Blocked()
        refused = tuple(window for window, error, _ in self._failures if _is_refusal(error))
        self._failures = [
            (window, blocked if _is_refusal(error) else error, attempts)
            for window, error, attempts in self._failures
        ]
        return refused

    def _fail(self, window: Window, error: GarminError, attempts: int = 1) -> tuple[Window, ...]:
        self._failures.append((window, error, attempts))
        return (window,)

    def _halve(self, window: Window, error: GarminError) -> tuple[Window, ...]:
        halves = window.halves()
        if halves is None:
            return self._fail(window, error)
        self._pending.extendleft(reversed(halves))
        # Only an answer proves that it was the length: what is refused at any length is
        # not learned, or a stream would be asked for day by day for ever.
        name = window.stream.name
        self._too_long[name] = min(len(window.days), self._too_long.get(name, len(window.days)))
        return ()

    def _back_off(self, window: Window, error: GarminError) -> tuple[Window, ...]:
        name = window.stream.name
        tries = self._troubles[name] = self._troubles.get(name, 0) + 1
        self._in_a_row.add(name)
        if len(self._in_a_row) >= _STREAMS_DOWN:
            self.ended_by = error
        if tries >= _TRIES_PER_STREAM or self.ended_by:
            return self._give_up(window, error, attempts=tries)
        put_off = [window, *self._of_stream(name)]
        self._pending = deque(w for w in self._pending if w.stream.name != name)
        self._pending.extend(put_off)
        return ()

    def _give_up(self, window: Window, error: GarminError, *, attempts: int) -> tuple[Window, ...]:
        """Fail *window* and, unasked, every window of its stream that is still pending."""
        name = window.stream.name
        unasked = self._of_stream(name)
        self._pending = deque(w for w in self._pending if w.stream.name != name)
        failed = self._fail(window, error, attempts)
        for other in unasked:
            failed += self._fail(other, error, attempts=0)
        return failed

    def _of_stream(self, name: str) -> list[Window]:
        return [window for window in self._pending if window.stream.name == name]


def _is_refusal(error: GarminError) -> bool:
    return isinstance(error, ForbiddenStream)


def failure_of(
    stream: str, first: date, last: date, error: GarminError, attempts: int = 1
) -> Failure:
    """Return what a run tells of days of *stream* that it could not have, for *error*."""
    return Failure(
        stream=stream,
        first=first,
        last=last,
        code=error.code,
        attempts=attempts,
        http_status=error.answered,
    )
