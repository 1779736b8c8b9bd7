"""A recording, made ready for a drawing: thinned, smoothed, never going back. Pure."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING, Final

from training_analyzer.web.charts.scales import known

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


type Column = Sequence[int | float | str | None]

# Twice as many as the widest drawing has room for.
MOST: Final = 2400
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

    Of heart rate, power and altitude the value of a part is the one farthest from its mean,
    so that peaks stay; speed is the mean around.
    """
    times = [known(_real(value)) for value in columns.get("time_s", ())]
    kept = [k for k, value in enumerate(times) if value is not None]
    if len(kept) < 2:  # noqa: PLR2004 - one sample is no line
        return None
    start = times[kept[0]] or 0.0
    seconds, latest = [], 0.0
    for k in kept:
        latest = max(latest, (times[k] or start) - start)
        seconds.append(latest)

    def column(name: str) -> list[float | None]:
        found = columns.get(name, ())
        if not found:
            return []
        values = [known(_real(found[k])) for k in kept]
        return values if any(value is not None for value in values) else []

    metres = _ahead(column("distance_m"))
    size = -(-len(kept) // most)
    parts = [range(at, min(at + size, len(kept))) for at in range(0, len(kept), size)]
    speed = _smooth(column("speed_mps") or _speeds(metres, seconds), seconds)
    north, east = column("latitude_deg"), column("longitude_deg")
    return Recording(
        start_s=start,
        seconds=tuple(seconds[part[0]] for part in parts),
        metres=tuple(metres[part[0]] for part in parts) if metres else (),
        heart=_peaks(column("hr_bpm"), parts),
        speed=_means(speed, parts),
        power=_peaks(_smooth(column("power_w"), seconds), parts),
        altitude=_peaks(column("altitude_m"), parts),
        places=tuple(_place(north[part[0]], east[part[0]]) for part in parts)
        if north and east
        else (),
        session=_firsts(column("session_index"), parts),
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


def _real(value: float | str | None) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _ahead(values: Sequence[float | None]) -> list[float]:
    """Return the way behind each sample: it never shrinks, though each leg starts at zero."""
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


def _smooth(values: Sequence[float | None], seconds: Sequence[float]) -> list[float | None]:
    """Return the mean of what lies around each value; a gap stays one."""
    if not values:
        return []
    smooth: list[float | None] = []
    start = end = count = 0
    total = 0.0
    for k, value in enumerate(values):
        while end < len(values) and seconds[end] <= seconds[k] + _AROUND_S:
            total += values[end] or 0.0
            count += values[end] is not None
            end += 1
        while seconds[start] < seconds[k] - _AROUND_S:
            total -= values[start] or 0.0
            count -= values[start] is not None
            start += 1
        smooth.append(None if value is None else total / count)
    return smooth


def _peaks(values: Sequence[float | None], parts: Sequence[range]) -> tuple[float | None, ...]:
    if not values:
        return ()
    return tuple(_peak([values[k] for k in part]) for part in parts)


def _peak(values: Sequence[float | None]) -> float | None:
    present = [value for value in values if value is not None]
    if not present:
        return None
    middle = fmean(present)
    return max(present, key=lambda value: abs(value - middle))


def _means(values: Sequence[float | None], parts: Sequence[range]) -> tuple[float | None, ...]:
    if not values:
        return ()
    found = [[values[k] for k in part] for part in parts]
    present = [[value for value in each if value is not None] for each in found]
    return tuple(fmean(each) if each else None for each in present)


def _firsts(values: Sequence[float | None], parts: Sequence[range]) -> tuple[int | None, ...]:
    firsts = [values[part[0]] for part in parts] if values else []
    return tuple(None if value is None else int(value) for value in firsts)


def _place(north: float | None, east: float | None) -> tuple[float, float] | None:
    return None if north is None or east is None else (north, east)
