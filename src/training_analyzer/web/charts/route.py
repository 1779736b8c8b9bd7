"""A route on a plain canvas: no map, so nothing about the place leaves the server."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from training_analyzer.web.charts.labels import Label, fitting
from training_analyzer.web.charts.plot import is_narrow
from training_analyzer.web.charts.scales import known
from training_analyzer.web.charts.svg import dot, drawing, join, line, path, polyline
from training_analyzer.web.measures import KILOMETRE_M, MILE_M

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from training_analyzer.web.charts.svg import Point
    from training_analyzer.web.tongue import Tongue

_DEGREE_M: Final = 111_320.0
_PAD: Final = 36.0
_MOST_MARKS: Final = 8
_ROUND: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500)
_MOST_POINTS: Final = 1200
_SAME_PLACE_PX: Final = 14.0
_ASPECT: Final = {True: 0.86, False: 0.56}
_LATITUDE, _LONGITUDE = 90, 180


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """Latitudes and longitudes in degrees in order; None where the signal was lost.

    `strong` are pairs of first and last indexes to draw thicker, as of a workout's blocks.
    """

    points: Sequence[tuple[float, float] | None]
    strong: Sequence[tuple[int, int]] = ()


def route(track: Track, *, width: int, tongue: Tongue, label: str) -> Markup:
    """Return the path of *track* with its ends, direction and distances marked, north up.

    Both axes have one scale. Nothing with less than two places.
    """
    flat = _flat(track.points)
    there = [point for point in flat if point is not None]
    if len(there) < 2:  # noqa: PLR2004 - one place is no way
        return Markup()
    height = round(width * _ASPECT[is_narrow(width)])
    scale, place = _fit(there, width, height)
    placed = [None if point is None else place(point) for point in flat]
    size, unit = (MILE_M, "mi") if tongue.is_imperial else (KILOMETRE_M, "km")
    every = _distance_of(flat)
    parts = [polyline(part) for part in _parts(placed)]
    body = [path("".join(parts), class_="way")]
    for first, last in track.strong:
        strong = [polyline(part) for part in _parts(placed[max(0, first) : last + 1])]
        body.append(path("".join(strong), class_="way strong"))
    body.append(_arrows(placed, every))
    body.append(_distances(placed, every, size))
    body.append(_ends(placed, (width, height), tongue))
    body.append(_ruler(scale, size, unit, (width, height), tongue))
    body.append(Label(x=width - 12, y=20, text="N ↑", kind="s", anchor="end").draw())
    total = every[-1] / size
    desc = f"{tongue.number(total, 2)} {unit}"
    return drawing(join(body), box=(width, height), label=label, desc=desc)


def _flat(points: Sequence[tuple[float, float] | None]) -> list[Point | None]:
    """Return *points* in metres east and south of the first: a plane does for one activity."""
    sound = [_sound(point) for point in points]
    origin = next((point for point in sound if point is not None), None)
    if origin is None:
        return []
    # A degree of longitude is shorter the farther one is from the equator.
    shrink = max(0.01, math.cos(math.radians(origin[0])))
    return [
        None
        if point is None
        else ((point[1] - origin[1]) * _DEGREE_M * shrink, (origin[0] - point[0]) * _DEGREE_M)
        for point in sound
    ]


def _sound(point: tuple[float, float] | None) -> tuple[float, float] | None:
    if point is None:
        return None
    latitude, longitude = known(point[0]), known(point[1])
    if latitude is None or longitude is None:
        return None
    if abs(latitude) > _LATITUDE or abs(longitude) > _LONGITUDE:
        return None
    return latitude, longitude


def _fit(
    there: Sequence[Point], width: float, height: float
) -> tuple[float, Callable[[Point], Point]]:
    """Return pixels for a metre, and where a place is drawn so that all fit in the middle."""
    west, east = min(p[0] for p in there), max(p[0] for p in there)
    north, south = min(p[1] for p in there), max(p[1] for p in there)
    across, down = max(east - west, 1.0), max(south - north, 1.0)
    scale = min((width - 2 * _PAD) / across, (height - 2 * _PAD) / down)
    left = (width - scale * (west + east)) / 2
    top = (height - scale * (north + south)) / 2
    return scale, lambda point: (left + scale * point[0], top + scale * point[1])


def _distance_of(flat: Sequence[Point | None]) -> list[float]:
    """Return how many metres lie behind each place."""
    gone, before, total = [], None, 0.0
    for point in flat:
        if point is not None:
            total += math.dist(before, point) if before is not None else 0.0
            before = point
        gone.append(total)
    return gone


def _parts(placed: Sequence[Point | None]) -> list[list[Point]]:
    """Return the unbroken parts, with no more places than can be seen."""
    every = max(1, len(placed) // _MOST_POINTS)
    parts: list[list[Point]] = [[]]
    for k, point in enumerate(placed):
        if point is None:
            parts.append([])
        elif k % every == 0 or k == len(placed) - 1:
            parts[-1].append(point)
    return [part for part in parts if part]


def _at(placed: Sequence[Point | None], gone: Sequence[float], metres: float) -> int | None:
    """Return the index of the first place *metres* from the start."""
    found = (k for k, so_far in enumerate(gone) if so_far >= metres and placed[k] is not None)
    return next(found, None)


def _distances(placed: Sequence[Point | None], gone: Sequence[float], size: float) -> Markup:
    total = gone[-1] / size
    step = next((n for n in _ROUND if total / n <= _MOST_MARKS), _ROUND[-1])
    marks: list[Markup] = []
    labels: list[Label] = []
    for n in range(step, min(int(total), step * _MOST_MARKS * 2) + 1, step):
        index = _at(placed, gone, n * size)
        at = placed[index] if index is not None else None
        if at is None:
            continue
        label = Label(x=at[0], y=at[1] + 4, text=str(n), kind="s", anchor="middle")
        if len(fitting([*labels, label])) > len(labels):
            labels.append(label)
            marks.append(dot(at, 9, class_="stone") + label.draw())
    return join(marks)


def _arrows(placed: Sequence[Point | None], gone: Sequence[float]) -> Markup:
    """Return arrowheads that tell the direction, at some places of the way."""
    heads = []
    for share in (0.08, 0.42, 0.76):
        index = _at(placed, gone, gone[-1] * share)
        if index is None:
            continue
        here = placed[index]
        ahead = next(
            (p for p in placed[index + 1 :] if p and here and math.dist(p, here) >= 4),  # noqa: PLR2004 - pixels: nearer ones tell no direction
            None,
        )
        if here is None or ahead is None:
            continue
        angle = math.atan2(ahead[1] - here[1], ahead[0] - here[0])
        wings = [
            (here[0] - 8 * math.cos(angle + by), here[1] - 8 * math.sin(angle + by))
            for by in (0.55, -0.55)
        ]
        heads.append(polyline((wings[0], here, wings[1])))
    return path("".join(heads), class_="arrow")


def _ends(placed: Sequence[Point | None], box: tuple[float, float], tongue: Tongue) -> Markup:
    there = [point for point in placed if point is not None]
    start, finish = there[0], there[-1]
    if math.dist(start, finish) < _SAME_PLACE_PX:
        both = [(start, tongue.text("Start and finish"), "start")]
    else:
        both = [
            (start, tongue.text("Start"), "start"),
            (finish, tongue.text("Finish"), "finish"),
        ]
    labels = [
        Label(
            x=at[0], y=min(at[1] + 22, box[1] - 6), text=text, kind="t1 halo", anchor="middle"
        ).within(8, box[0] - 8)
        for at, text, _ in both
    ]
    return join(
        [
            *(dot(at, 6, class_=kind) for at, _, kind in both),
            *(label.draw() for label in fitting(labels)),
        ]
    )


def _ruler(
    scale: float, size: float, unit: str, box: tuple[float, float], tongue: Tongue
) -> Markup:
    """Return how long a distance is drawn: at most a third of the width."""
    lengths = [n for power in (0.001, 0.01, 0.1, 1, 10, 100) for n in (power, 2 * power, 5 * power)]
    length = max((n for n in lengths if n * size * scale <= box[0] / 3), default=None)
    if length is None:
        return join([])
    left, y = 16.0, box[1] - 14
    end = left + length * size * scale
    digits = 0 if length >= 1 else len(f"{length:g}") - 2
    text = f"{tongue.number(length, digits)} {unit}"
    return line((left, y), (end, y), "ruler") + Label(x=left, y=y - 7, text=text, kind="s").draw()
