"""Heart rates that a chest strap stored by itself and gave to the watch after the swim.

They stand in messages of their own (`hr`), beat by beat, on a clock of their own that
counts 1024ths of a second; neither decoder puts them into the records.
Source: the FIT profile's `hr` message, and recorded swims with 1,400 of them.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from training_analyzer.fit.messages import Cell, HeartBeats

_TICKS_PER_S: Final = 1024
_ROLLOVER: Final = 1 << 12
# A record stands for the time since the one before it, but not for a pause.
_LONGEST_STEP_S: Final = 5.0


def fill(times: Sequence[Cell], rates: Sequence[Cell], beats: Sequence[HeartBeats]) -> list[Cell]:
    """Return *rates* with the mean of the *beats* of its step where a record has none.

    *times* are unix seconds, one per record; *rates* is empty where no record has any.
    """
    timed = sorted(_timed(beats))
    instants = [at for at, _ in timed]
    filled: list[Cell] = list(rates) or [None] * len(times)
    before: float | None = None
    for n, at in enumerate(times):
        if at is None:
            continue
        since = at - _LONGEST_STEP_S if before is None else max(before, at - _LONGEST_STEP_S)
        before = at
        if filled[n] is None:
            step = timed[bisect_right(instants, since) : bisect_right(instants, at)]
            filled[n] = round(sum(bpm for _, bpm in step) / len(step)) if step else None
    return filled


def _timed(beats: Sequence[HeartBeats]) -> Iterator[tuple[float, float]]:
    """Yield (unix seconds, bpm) of each beat; those before the first known time are lost."""
    shift: float | None = None
    ticks = 0
    for message in beats:
        events = [round(event * _TICKS_PER_S) for event in message.event_s]
        if message.timestamp is not None and events:
            shift = message.timestamp + message.fraction_s - events[0] / _TICKS_PER_S
        for low in _unpacked(message.packed):
            last = events[-1] if events else ticks
            events.append(last + (low - last) % _ROLLOVER)
        ticks = events[-1] if events else ticks
        if shift is not None:
            for event, bpm in zip(events, message.bpm, strict=False):
                yield shift + event / _TICKS_PER_S, bpm


def _unpacked(packed: bytes) -> Iterator[int]:
    """Yield the 12-bit numbers of *packed*, two in three bytes, low bits first."""
    for first, middle, last in zip(packed[::3], packed[1::3], packed[2::3], strict=False):
        yield first | (middle & 0x0F) << 8
        yield middle >> 4 | last << 4
