"""One activity drawn: its traces with their finding, its route, its time in zones. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, Any, Final

from training_analyzer.web import measures
from training_analyzer.web.charts import traces as charts
from training_analyzer.web.charts.bars import Zone, zone_bars
from training_analyzer.web.charts.curves import curves_of_activity
from training_analyzer.web.charts.rooms import MIDDLE, NARROW, WIDE, rooms
from training_analyzer.web.charts.route import Track, route
from training_analyzer.web.charts.scales import SECONDS
from training_analyzer.web.pages.activity_track import Recording, halves_of
from training_analyzer.web.pages.sports import Telling, fast, sport_name, telling_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from markupsafe import Markup

    from training_analyzer.web.charts.curves import Curves
    from training_analyzer.web.charts.traces import Trace
    from training_analyzer.web.tongue import Tongue

_FOOT_M: Final = 0.3048
_HOUR_S: Final = 3600
_MINUTE: Final = 60
# Slower is standing, and would be a pace without end.
_STANDING: Final = {Telling.PACE: 0.6, Telling.SWIM: 0.2, Telling.SPEED: 0.0}
# Halves that differ less are even.
_EVEN: Final = 0.015
_GAP_S: Final = 60.0
_HEAT: Final = ("heat-1", "heat-2", "heat-3", "heat-4", "heat-5", "heat-5", "heat-5")


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing with its finding and a note, and what a script needs to let it answer."""

    title: str
    note: str
    drawing: Markup
    curves: Curves | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """A part of the activity to be shaded: first and last sample, and what to call it."""

    first: int
    last: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a drawing of one activity is made from."""

    recording: Recording
    values: Mapping[str, Any]
    spans: Sequence[Span] = ()

    @property
    def sport(self) -> str:
        """Garmin's key of the sport."""
        return self.values["type_key"] or ""


def traces_of(drawn: Drawn, tongue: Tongue, *, by_time: bool, shaded: str) -> Picture | None:
    """Return the traces over one axis; None where nothing was recorded. *shaded* is a note."""
    recording = drawn.recording
    panels = [
        trace
        for trace in (
            _heart(drawn, tongue),
            _speed(drawn, tongue),
            _power(drawn, tongue),
            _altitude(drawn, tongue),
        )
        if trace is not None
    ]
    if not panels:
        return None
    at = recording.seconds if by_time else recording.metres
    if by_time:
        panels = [_broken(trace, recording.seconds) for trace in panels]
    title, note = _finding(drawn, tongue)
    note = " ".join(text for text in (note, shaded if drawn.spans else "") if text)
    laps = [charts.Lap(start=at[s.first], end=at[s.last], name=s.name) for s in drawn.spans]
    activity = charts.Activity(at=at, traces=panels, laps=laps, is_time=by_time)
    label = f"{title}. {note}" if note else title
    return Picture(
        title,
        note,
        rooms(partial(charts.traces, activity, tongue=tongue, label=label), WIDE),
        curves_of_activity(
            activity,
            tongue,
            also=_beside(recording, by_time=by_time),
            places=recording.places,
        ),
    )


def _beside(recording: Recording, *, by_time: bool) -> Sequence[float]:
    """Return what to tell beside the axis; who did not move has no distance."""
    if not by_time:
        return recording.seconds
    return recording.metres if recording.has_way else ()


def route_of(drawn: Drawn, tongue: Tongue) -> Markup:
    """Return the route; nothing without places."""
    strong = [(span.first, span.last) for span in drawn.spans]
    label = tongue.text("The route from above, north at the top")
    track = Track(points=drawn.recording.places, strong=strong)
    return rooms(partial(route, track, tongue=tongue, label=label), MIDDLE)


def zones_of(
    values: Mapping[str, Any],
    kind: str,
    count: int,
    floors: Sequence[int] | None,
    tongue: Tongue,
) -> Picture | None:
    """Return the time in the zones of *kind*, `hr` or `power`; None where none is known."""
    seconds = [values[f"{kind}_zone{n}_s"] for n in range(1, count + 1)]
    total = sum(value or 0.0 for value in seconds)
    if total <= 0:
        return None
    most = max(range(count), key=lambda n: seconds[n] or 0.0)
    zones = [
        Zone(
            name=tongue.text("Zone %(n)s", n=n + 1),
            range=_range(floors, n, tongue) if floors else "",
            seconds=seconds[n],
            colour=_HEAT[n],
        )
        for n in reversed(range(count))
    ]
    in_heart = tongue.text("Most of it in zone %(n)s", n=most + 1)
    in_power = tongue.text("Power mostly in zone %(n)s", n=most + 1)
    title = in_power if kind == "power" else in_heart
    note = tongue.text(
        "%(time)s of %(all)s",
        time=_minutes(seconds[most] or 0.0, tongue),
        all=_minutes(total, tongue),
    )
    draw = partial(zone_bars, zones, tongue=tongue, label=f"{title}: {note}")
    return Picture(title, note, rooms(draw, NARROW))


def _range(floors: Sequence[int], n: int, tongue: Tongue) -> str:
    low = tongue.number(floors[n])
    if n == len(floors) - 1:
        return tongue.text("%(bpm)s and more", bpm=low)
    return tongue.text("%(low)s to %(high)s", low=low, high=tongue.number(floors[n + 1] - 1))


def _minutes(seconds: float, tongue: Tongue) -> str:
    if seconds < _MINUTE:
        return tongue.duration(seconds)
    return tongue.duration(round(seconds / _MINUTE) * _MINUTE)


def _finding(drawn: Drawn, tongue: Tongue) -> tuple[str, str]:
    """Return what the traces say: how the halves compare, else how the heart rate was."""
    values, halves = drawn.values, halves_of(drawn.recording)
    if halves is None or telling_of(drawn.sport) is Telling.SWIM:
        mean, most = values["avg_hr_bpm"], values["max_hr_bpm"]
        if mean is None or most is None:
            return tongue.text("As it was recorded"), ""
        return (
            tongue.text(
                "Heart rate %(mean)s on average, %(most)s at most",
                mean=tongue.number(mean),
                most=tongue.number(most),
            ),
            "",
        )
    first, second = halves
    change = second.speed_mps / first.speed_mps - 1
    if abs(change) < _EVEN:
        title = tongue.text("Both halves equally fast")
    elif change > 0:
        title = tongue.text("The second half was faster")
    else:
        title = tongue.text("The second half was slower")
    note = tongue.text(
        "%(first)s in the first half, %(second)s in the second.",
        first=fast(first.speed_mps, drawn.sport, tongue),
        second=fast(second.speed_mps, drawn.sport, tongue),
    )
    if first.heart and second.heart:
        beats = tongue.text(
            "Heart rate %(first)s, then %(second)s.",
            first=tongue.number(first.heart),
            second=tongue.number(second.heart),
        )
        note = f"{note} {beats}"
    return title, note


def spans_of_legs(
    recording: Recording, legs: Sequence[Mapping[str, Any]], tongue: Tongue
) -> list[Span]:
    """Return every second leg of a multisport, by the sessions of its recording."""
    spans = []
    for n, leg in enumerate(legs):
        inside = [k for k, session in enumerate(recording.session) if session == n]
        if inside and n % 2 == 0:
            spans.append(Span(inside[0], inside[-1], sport_name(tongue, leg["type_key"])))
    return spans


def _heart(drawn: Drawn, tongue: Tongue) -> Trace | None:
    if not drawn.recording.heart:
        return None
    mean = drawn.values["avg_hr_bpm"] or _middle(drawn.recording.heart)
    return charts.Trace(
        name=tongue.text("Heart rate"),
        values=drawn.recording.heart,
        colour="hr",
        summary=tongue.text("%(n)s bpm", n=tongue.number(mean)),
        shape=tongue.text("%(n)s bpm", n="{}"),
        words=tongue.number,
        least=30.0,
        names_high=True,
    )


def _speed(drawn: Drawn, tongue: Tongue) -> Trace | None:
    recording, telling = drawn.recording, telling_of(drawn.sport)
    mean = drawn.values["avg_speed_mps"]
    if not recording.speed or not recording.has_way or not mean:
        return None
    middle = fast(mean, drawn.sport, tongue)
    summary, shape = str(middle), f"{{}} {middle.unit}"
    far = measures.MILE_M if tongue.is_imperial else measures.KILOMETRE_M
    if telling is Telling.SPEED:
        return charts.Trace(
            name=tongue.text("Speed"),
            values=[None if v is None else v * _HOUR_S / far for v in recording.speed],
            colour="vo2",
            summary=summary,
            shape=shape,
            digits=1,
            words=tongue.number,
        )
    if telling is Telling.SWIM:
        far = 91.44 if tongue.is_imperial else 100.0
    standing = _STANDING[telling]
    return charts.Trace(
        name=tongue.text("Pace"),
        values=[None if v is None or v < standing else far / v for v in recording.speed],
        colour="vo2",
        summary=summary,
        shape=shape,
        words=measures.stopwatch,
        steps=SECONDS,
        least=60.0,
        is_reversed=True,
    )


def _power(drawn: Drawn, tongue: Tongue) -> Trace | None:
    if not drawn.recording.power:
        return None
    mean = drawn.values["avg_power_w"] or _middle(drawn.recording.power)
    return charts.Trace(
        name=tongue.text("Power"),
        values=drawn.recording.power,
        colour="load",
        summary=tongue.text("%(n)s W", n=tongue.number(mean)),
        shape=tongue.text("%(n)s W", n="{}"),
        words=tongue.number,
        least=50.0,
    )


def _altitude(drawn: Drawn, tongue: Tongue) -> Trace | None:
    if not drawn.recording.altitude or not drawn.recording.has_way:
        return None
    gain = drawn.values["elevation_gain_m"]
    size = _FOOT_M if tongue.is_imperial else 1.0
    return charts.Trace(
        name=tongue.text("Elevation"),
        values=[None if v is None else v / size for v in drawn.recording.altitude],
        colour="steps",
        summary="" if gain is None else f"↑ {measures.elevation(gain, tongue)}",
        shape=f"{{}} {measures.elevation(0, tongue).unit}",
        words=tongue.number,
        least=40.0 / size,
        is_area=True,
    )


def _middle(values: Sequence[float | None]) -> float:
    return median([value for value in values if value is not None])


def _broken(trace: Trace, seconds: Sequence[float]) -> Trace:
    """Return *trace* with a gap where nothing was recorded for a while."""
    steps = [after - before for before, after in pairwise(seconds)]
    longest = max(_GAP_S, 3 * median(steps))
    after_gap = {k + 1 for k, step in enumerate(steps) if step > longest}
    if not after_gap:
        return trace
    return replace(
        trace, values=[None if k in after_gap else v for k, v in enumerate(trace.values)]
    )
