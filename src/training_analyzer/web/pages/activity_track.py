"""A recording, made ready for a drawing: thinned, smoothed, never going back. Pure."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from itertools import accumulate
from statistics import fmean
from typing import TYPE_CHECKING, Final, cast

from training_analyzer.web.charts.scales import known_all

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


type Column = Sequence[int | float | str | None]

# More than the widest drawing has room for.
MOST: Final = 1200
# Speed from satellites trembles; that much before and after is taken with it.
_AROUND_S: Final = 8.0
# A longer step between two samples is a pause.
_PAUSE_S: Final = 30.0
# Who moves less than that over a whole recording has no distance, but a trembling watch.
_A_WAY_M: Final = 50.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """Columns of one length; None is a gap, a column that was not recorded is empty."""

    start_s: float
    seconds: tuple[float, ...]
    metres: tuple[float, ...]
    heart: tuple[float | None, ...] = ()
    speed: tuple[float | None, ...] = ()
    power: tuple[float | None, ...] = ()
    altitude: tuple[float | None, ...] = ()
    places: tuple[tuple[float, float] | None, ...] = ()
    session: tuple[int | None, ...] = ()

    @property
    def has_way(self) -> bool:
        """Whether there is a distance to draw over."""
        return bool(self.metres) and self.metres[-1] >= _A_WAY_M

    def index_at(self, unix_s: float) -> int:
        """Return the index of the first sample at or after *unix_s*."""
        return min(bisect_left(self.seconds, unix_s - self.start_s), len(self.seconds) - 1)


def recording_of(columns: Mapping[str, Column], most: int = MOST) -> Recording | None:
    """Return the columns of a track with at most *most* samples; None without two of them.

    Of heart rate the value of a part is the one farthest from its mean, so that peaks stay; a
    slope would get teeth. Speed and power are means of what is around, or of a longer part.
    """
    times = _numbers(columns.get("time_s", ()))
    kept = [k for k, value in enumerate(times) if value is not None]
    if len(kept) < 2:  # noqa: PLR2004 - one sample is no line
        return None
    start = times[kept[0]] or 0.0
    seconds = [(times[k] or start) - start for k in kept]
    if seconds != sorted(seconds):
        seconds = list(accumulate(seconds, max))
    size = -(-len(kept) // most)
    parts = [slice(at, at + size) for at in range(0, len(kept), size)]
    firsts = [kept[part.start] for part in parts]

    def column(name: str) -> list[float | None]:
        found = _numbers(columns.get(name, ()))
        values = found if len(kept) == len(found) else [found[k] for k in kept] if found else []
        return values if any(value is not None for value in values) else []

    def thinned(name: str) -> list[float | None]:
        found = columns.get(name, ())
        return _numbers([found[k] for k in firsts]) if found else []

    metres = _ahead(column("distance_m"))
    speed, power = column("speed_mps") or _speeds(metres, seconds), column("power_w")
    if _is_fine(seconds, parts):
        speed, power = _smooth(speed, seconds), _smooth(power, seconds)
    pairs = zip(thinned("latitude_deg"), thinned("longitude_deg"), strict=False)
    places = tuple(_place(north, east) for north, east in pairs)
    return Recording(
        start_s=start,
        seconds=tuple(seconds[::size]),
        metres=tuple(metres[::size]),
        heart=_peaks(column("hr_bpm"), parts),
        speed=_means(speed, parts),
        power=_means(power, parts),
        altitude=_means(column("altitude_m"), parts),
        places=places if any(places) else (),
        session=tuple(None if value is None else int(value) for value in thinned("session_index")),
    )


@dataclass(frozen=True, slots=True)
class Half:
    """One half of the way: mean speed while moving, mean heart rate."""

    speed_mps: float
    heart: float | None


def halves_of(recording: Recording) -> tuple[Half, Half] | None:
    """Return both halves by distance; None where there is no way or no time in one."""
    if not recording.has_way:
        return None
    middle = bisect_left(recording.metres, recording.metres[-1] / 2)
    first = _half(recording, 0, middle)
    second = _half(recording, middle, len(recording.metres) - 1)
    return (first, second) if first and second else None


def _half(recording: Recording, start: int, end: int) -> Half | None:
    steps = zip(recording.seconds[start:end], recording.seconds[start + 1 : end + 1], strict=True)
    moving = sum(after - before for before, after in steps if after - before <= _PAUSE_S)
    gone = recording.metres[end] - recording.metres[start]
    if moving <= 0 or gone <= 0:
        return None
    beats = [value for value in recording.heart[start:end] if value is not None]
    return Half(gone / moving, fmean(beats) if beats else None)


def _numbers(column: Column) -> list[float | None]:
    """Return *column* with None for what cannot be drawn."""
    if str not in set(map(type, column)):
        return known_all(cast("Sequence[float | None]", column))
    return known_all(None if isinstance(value, str) else value for value in column)


def _ahead(values: Sequence[float | None]) -> list[float]:
    """Return the way behind each sample: it never shrinks, though each leg starts at zero."""
    there = [value for value in values if value is not None]
    if len(there) == len(values) and there == sorted(there) and (not there or there[0] >= 0):
        return there
    gone, before, total = [], 0.0, 0.0
    for value in values:
        if value is not None:
            total += max(0.0, value - before)
            before = value
        gone.append(total)
    return gone


def _speeds(metres: Sequence[float], seconds: Sequence[float]) -> list[float | None]:
    """Return speeds out of the way, for a recording that has none."""
    if not metres:
        return []
    speeds: list[float | None] = [None]
    for k in range(1, len(metres)):
        took = seconds[k] - seconds[k - 1]
        speeds.append((metres[k] - metres[k - 1]) / took if 0 < took <= _PAUSE_S else None)
    return speeds


def _is_fine(seconds: Sequence[float], parts: Sequence[slice]) -> bool:
    """Tell whether parts are shorter than what is smoothed, as in all but the longest ones."""
    lengths: list[float] = sorted(seconds[part][-1] - seconds[part.start] for part in parts)
    return lengths[len(lengths) // 2] < 2 * _AROUND_S


def _smooth(values: Sequence[float | None], seconds: Sequence[float]) -> list[float | None]:
    """Return the mean of what lies around each value; a gap stays one."""
    if not values:
        return []
    there = [*accumulate((value is not None for value in values), initial=0)]
    total = [*accumulate((value or 0.0 for value in values), initial=0.0)]
    smooth: list[float | None] = []
    start, end, count = 0, 0, len(values)
    for at, value in zip(seconds, values, strict=True):
        while end < count and seconds[end] <= at + _AROUND_S:
            end += 1
        while seconds[start] < at - _AROUND_S:
            start += 1
        if value is None:
            smooth.append(None)
        else:
            smooth.append((total[end] - total[start]) / (there[end] - there[start]))
    return smooth


def _peaks(values: Sequence[float | None], parts: Sequence[slice]) -> tuple[float | None, ...]:
    return tuple(_peak(each) for each in _present(values, parts))


def _peak(values: Sequence[float]) -> float | None:
    if not values:
        return None
    middle, low, high = fmean(values), min(values), max(values)
    return high if high - middle >= middle - low else low


def _means(values: Sequence[float | None], parts: Sequence[slice]) -> tuple[float | None, ...]:
    return tuple(fmean(each) if each else None for each in _present(values, parts))


def _present(values: Sequence[float | None], parts: Sequence[slice]) -> list[list[float]]:
    """Return the values of each part that are there; no part of what was not recorded."""
    if not values:
        return []
    return [[value for value in values[part] if value is not None] for part in parts]


def _place(north: float | None, east: float | None) -> tuple[float, float] | None:
    return None if north is None or east is None else (north, east)
