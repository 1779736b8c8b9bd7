"""Every drawing over plain numbers, and drawings read back."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import batched
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from training_analyzer.web.charts.amounts import amounts
from training_analyzer.web.charts.bars import Zone, zone_bars
from training_analyzer.web.charts.day import Course, Curve, Shade, day_curve
from training_analyzer.web.charts.heat import Active, activity_calendar
from training_analyzer.web.charts.labels import Label
from training_analyzer.web.charts.lines import HRV, RESTING_HR, VO2MAX, WEIGHT, Series, lines, trend
from training_analyzer.web.charts.load import LoadDay, load
from training_analyzer.web.charts.multiples import Small, multiples
from training_analyzer.web.charts.nights import Night, nights
from training_analyzer.web.charts.ranges import Span, range_bars
from training_analyzer.web.charts.rooms import MIDDLE, NARROW, WIDE
from training_analyzer.web.charts.route import Track, route
from training_analyzer.web.charts.stacked import Column, Part, stacked
from training_analyzer.web.charts.traces import Activity, Lap, Trace, traces
from training_analyzer.web.charts.usual import Range
from training_analyzer.web.charts.weeks import Week, weeks
from training_analyzer.web.measures import stopwatch
from training_analyzer.web.tongue import Tongue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from markupsafe import Markup

DAY = date(2026, 11, 22)
MIDNIGHT = datetime(2026, 11, 21, 23, tzinfo=UTC)
TONGUE = Tongue("en", ZoneInfo("Europe/Berlin"))
LABEL = 'A <b>"finding"</b> & more'
WIDTHS = [NARROW, MIDDLE, WIDE]

type Values = Sequence[float | None]


def days_of(count: int) -> list[date]:
    """Return *count* days up to the last one."""
    return [DAY - timedelta(days=count - 1 - k) for k in range(count)]


def dated(of: Values) -> list[tuple[date, float | None]]:
    """Return *of* with their days."""
    return list(zip(days_of(len(of)), of, strict=True))


def at(of: Values, k: int) -> float | None:
    """Return one of *of*, going round."""
    return of[k % len(of)] if of else None


PARTS = [Part(name="Rest", colour="calm-1"), Part(name="High", colour="calm-4", is_hatched=True)]


def draw_nights(of: Values, width: int, tongue: Tongue) -> Markup:
    """Draw *of* as nights."""
    rows = [
        Night(on=on, deep_s=v, light_s=at(of, k + 1), rem_s=at(of, k + 2), awake_s=v, score=v)
        for k, (on, v) in enumerate(dated(of))
    ]
    return nights(rows, width=width, tongue=tongue, label=LABEL, usual_s=at(of, 3))


def draw_stacked(of: Values, width: int, tongue: Tongue) -> Markup:
    """Draw *of* as stacked minutes."""
    columns = [
        Column(on=on, seconds=None if v is None else [v, at(of, k + 1)], note="81")
        for k, (on, v) in enumerate(dated(of))
    ]
    return stacked(columns, PARTS, width=width, tongue=tongue, label=LABEL)


def draw_hrv(of: Values, width: int, tongue: Tongue) -> Markup:
    """Draw *of* with a band for each day."""
    band = [None if v is None else Range(v - 5, v + 5) for v in of]
    return trend(dated(of), HRV, width=width, tongue=tongue, label=LABEL, band=band)


def draw_rest(of: Values, width: int, tongue: Tongue) -> Markup:
    """Draw *of* with one band."""
    band = Range(50, 60)
    return trend(dated(of), RESTING_HR, width=width, tongue=tongue, label=LABEL, band=band)


def draw_weight(of: Values, width: int, tongue: Tongue) -> Markup:
    """Draw *of* as weights."""
    return trend(dated(of), WEIGHT, width=width, tongue=tongue, label=LABEL)


def draw_steps(of: Values, width: int, tongue: Tongue) -> Markup:
    """Draw *of* as two step lines."""
    both = [Series(points=dated(of), name="Running"), Series(points=dated(of[::2]), name="Cycling")]
    return lines(both, VO2MAX, width=width, tongue=tongue, label=LABEL)


def draw_multiples(of: Values, width: int, tongue: Tongue) -> Markup:
    """Draw *of* as small lines."""
    smalls = [Small(name=name, points=dated(of)) for name in ("5 km", "10 km", "Half marathon")]
    return multiples(smalls, stopwatch, width=width, tongue=tongue, label=LABEL)


def draw_ranges(of: Values, width: int, tongue: Tongue) -> Markup:
    """Draw *of* as ranges."""
    spans = [
        Span(on=on, low=v, high=at(of, k + 1), gained=v, lost=at(of, k + 2))
        for k, (on, v) in enumerate(dated(of))
    ]
    return range_bars(spans, colour="battery", width=width, tongue=tongue, label=LABEL, limits=None)


def draw_day(of: Values, width: int, tongue: Tongue) -> Markup:
    """Draw *of* over a day."""
    points = [(MIDNIGHT + timedelta(minutes=3 * k), v) for k, v in enumerate(of)]
    curves = [Curve(points=points, colour="stress", name="Stress"), Curve(points=[], colour="hr")]
    end = MIDNIGHT + timedelta(days=1)
    shade = Shade(start=MIDNIGHT, end=MIDNIGHT + timedelta(hours=7), name="Sleep")
    course = Course(first=MIDNIGHT, last=end, curves=curves, shades=[shade])
    return day_curve(course, width=width, tongue=tongue, label=LABEL)


def draw_load(of: Values, width: int, tongue: Tongue) -> Markup:
    """Draw *of* as loads."""
    rows = [
        LoadDay(on=on, acute=v, chronic=at(of, k + 1), low=at(of, k + 2), high=at(of, k + 3))
        for k, (on, v) in enumerate(dated(of))
    ]
    return load(rows, width=width, tongue=tongue, label=LABEL)


def draw_amounts(of: Values, width: int, tongue: Tongue) -> Markup:
    """Draw *of* as columns with a goal."""
    points = [(DAY - timedelta(days=len(of) - k), value) for k, value in enumerate(of)]
    goal = (8000.0, "goal 8,000")
    return amounts(points, colour="steps", width=width, tongue=tongue, label=LABEL, goal=goal)


def draw_weeks(of: Values, width: int, tongue: Tongue) -> Markup:
    """Draw *of* as weeks."""
    rows = [
        Week(first=DAY - timedelta(weeks=len(of) - k), hours=v, is_rest=k % 4 == 3)
        for k, v in enumerate(of)
    ]
    return weeks(rows, width=width, tongue=tongue, label=LABEL)


def draw_calendar(of: Values, width: int, tongue: Tongue) -> Markup:
    """Draw *of* as a calendar."""
    rows = [Active(on=on, minutes=v, name="A & B") for on, v in dated(of)]
    return activity_calendar(rows, width=width, tongue=tongue, label=LABEL)


def draw_route(of: Values, width: int, tongue: Tongue) -> Markup:
    """Draw *of* as places."""
    places = [
        None if v is None or (other := at(of, k + 1)) is None else (v % 90, other % 180)
        for k, v in enumerate(of)
    ]
    track = Track(points=places, strong=[(0, 3)])
    return route(track, width=width, tongue=tongue, label=LABEL)


def draw_traces(of: Values, width: int, tongue: Tongue) -> Markup:
    """Draw *of* as traces."""
    panels = [
        Trace(
            name="Heart rate",
            values=of,
            colour="hr",
            summary="150 bpm",
            words=tongue.number,
            names_high=True,
        ),
        Trace(
            name="Pace",
            values=of,
            colour="vo2",
            summary="5:11 /km",
            words=stopwatch,
            is_reversed=True,
        ),
        Trace(
            name="Elevation",
            values=of,
            colour="steps",
            summary="1 m",
            words=tongue.number,
            is_area=True,
        ),
    ]
    activity = Activity(
        at=[100.0 * k for k in range(len(of))],
        traces=panels,
        laps=[Lap(start=0, end=900, name="A"), Lap(start=1000, end=2000, name="Warm")],
    )
    return traces(activity, width=width, tongue=tongue, label=LABEL)


def draw_zones(of: Values, width: int, tongue: Tongue) -> Markup:
    """Draw *of* as zones."""
    zones = [Zone(name="Zone", range="1 to 2", seconds=v, colour="heat-3") for v in of]
    return zone_bars(zones, width=width, tongue=tongue, label=LABEL)


type Draw = Callable[[Values, int, Tongue], Markup]

DRAWS: list[Draw] = [
    draw_nights,
    draw_stacked,
    draw_hrv,
    draw_rest,
    draw_weight,
    draw_steps,
    draw_multiples,
    draw_ranges,
    draw_day,
    draw_load,
    draw_amounts,
    draw_weeks,
    draw_calendar,
    draw_route,
    draw_traces,
    draw_zones,
]


@dataclass(frozen=True)
class Drawn:
    """A drawing, read back."""

    root: ET.Element

    @property
    def box(self) -> tuple[float, float]:
        """How large it is."""
        _, _, width, height = (self.root.get("viewBox") or "").split()
        return float(width), float(height)

    def points(self) -> Iterator[tuple[float, float]]:
        """Yield every place that anything is drawn at."""
        for shape in self.root.iter():
            for names in (("x", "y"), ("cx", "cy"), ("x1", "y1"), ("x2", "y2")):
                if shape.get(names[0]) is not None:
                    yield float(shape.get(names[0], "")), float(shape.get(names[1], ""))
            if shape.tag == "rect":
                x, y, w, h = (float(shape.get(n, "")) for n in ("x", "y", "width", "height"))
                assert w >= 0
                assert h >= 0
                yield x + w, y + h
            yield from walked(shape.get("d", ""))

    def labels(self) -> list[Label]:
        """Return the words in it."""
        return [
            Label(
                x=float(shape.get("x", "")),
                y=float(shape.get("y", "")),
                text=shape.text or "",
                kind=shape.get("class", ""),
                anchor=shape.get("text-anchor", "start"),  # type: ignore[arg-type] # one of three
            )
            for shape in self.root.iter("text")
        ]


def walked(d: str) -> Iterator[tuple[float, float]]:
    """Yield the places that a path goes through."""
    x = y = 0.0
    for command, rest in re.findall(r"([MLHVlhvz])([^MLHVlhvz]*)", d):
        numbers = [float(part) for part in re.findall(r"-?[\d.]+", rest)]
        if command in "ML":
            x, y = numbers
        elif command == "l":
            for dx, dy in batched(numbers, 2, strict=True):
                x, y = x + dx, y + dy
                yield x, y
        elif command in "Hh":
            x = numbers[0] + (x if command == "h" else 0)
        elif command in "Vv":
            y = numbers[0] + (y if command == "v" else 0)
        yield x, y


def read(markup: Markup) -> Drawn | None:
    """Return *markup* read back; None for nothing."""
    return Drawn(ET.fromstring(markup)) if markup else None  # noqa: S314 - our own markup


def overlap(a: Label, b: Label) -> bool:
    """Return whether two words share a place, with what is not ink at their edges left out."""
    first, second = a.span, b.span
    return abs(a.y - b.y) < 9 and min(first[1], second[1]) - max(first[0], second[0]) > 3
