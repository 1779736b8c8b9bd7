"""A route on a plain canvas: no map, so nothing about the place leaves the server."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from training_analyzer.web.charts.labels import Label, fitting
from training_analyzer.web.charts.plot import is_narrow
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
_MOST_POINTS: Final = 600
_SAME_PLACE_PX: Final = 14.0
_STONE_PX: Final = 24.0
_AHEAD_PX: Final = 4.0
_ASPECT: Final = {True: (0.5, 1.0), False: (0.36, 0.62)}
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
    flat = flattened(track.points)
    there = [point for point in flat if point is not None]
    if len(there) < 2:  # noqa: PLR2004 - one place is no way
        return Markup()
    height = _height(there, width)
    scale, place = _fit(there, width, height)
    placed = [None if point is None else place(point) for point in flat]
    size, unit = (MILE_M, "mi") if tongue.is_imperial else (KILOMETRE_M, "km")
    every = _distance_of(flat)
    box = (width, height)
    north = Label(x=width - 12, y=20, text="N ↑", kind="s", anchor="end")
    ruler, ruled = _ruler(scale, (size, unit), box, tongue)
    # The more important words first: those that follow are left out where there is no room.
    named = fitting([*_end_labels(placed, box, tongue), north, *ruled])
    stones = [
        stone
        for stone in _stones(placed, every, size)
        if not any(stone.meets(other) for other in named)
    ]
    body = [path("".join(polyline(part) for part in _parts(placed)), class_="way")]
    for first, last in track.strong:
        strong = [polyline(part) for part in _parts(placed[max(0, first) : last + 1])]
        body.append(path("".join(strong), class_="way strong"))
    body.append(_arrows(placed, every, [(label.x, label.y - 4) for label in stones]))
    body += [dot((label.x, label.y - 4), 9, class_="stone") + label.draw() for label in stones]
    body.append(_end_marks(placed))
    if set(ruled) <= set(named):
        body.append(ruler)
    body += [label.draw() for label in named]
    total = every[-1] / size
    desc = f"{tongue.number(total, 2)} {unit}"
    return drawing(join(body), box=box, label=label, desc=desc)


def flattened(points: Sequence[tuple[float, float] | None]) -> list[Point | None]:
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
    # What is no number is not within anything either.
    if point is None or not (abs(point[0]) <= _LATITUDE and abs(point[1]) <= _LONGITUDE):
        return None
    return point


def _height(there: Sequence[Point], width: float) -> float:
    """Return how high a drawing is that fits the way, neither a slot nor a tower."""
    across = max(p[0] for p in there) - min(p[0] for p in there)
    down = max(p[1] for p in there) - min(p[1] for p in there)
    wanted = (width - 2 * _PAD) * down / max(across, 1.0) + 2 * _PAD
    low, high = _ASPECT[is_narrow(width)]
    return round(min(max(wanted, width * low), width * high))


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


def _stones(placed: Sequence[Point | None], gone: Sequence[float], size: float) -> list[Label]:
    """Return the numbers of the distances, where they have room."""
    total = gone[-1] / size
    step = next((n for n in _ROUND if total / n <= _MOST_MARKS), _ROUND[-1])
    labels: list[Label] = []
    for n in range(step, min(int(total), step * _MOST_MARKS * 2) + 1, step):
        index = _at(placed, gone, n * size)
        at = placed[index] if index is not None else None
        if at is not None:
            label = Label(x=at[0], y=at[1] + 4, text=str(n), kind="s", anchor="middle")
            if all(math.dist(at, (other.x, other.y - 4)) > _STONE_PX for other in labels):
                labels.append(label)
    return labels


def _arrows(
    placed: Sequence[Point | None], gone: Sequence[float], stones: Sequence[Point]
) -> Markup:
    """Return arrowheads that tell the direction, at some places of the way."""
    heads = []
    for share in (0.1, 0.4, 0.7):
        index = _at(placed, gone, gone[-1] * share)
        here = placed[index] if index is not None else None
        if index is None or here is None:
            continue
        if any(math.dist(here, stone) < _STONE_PX for stone in stones):
            continue
        far = (p for p in placed[index + 1 :] if p and math.dist(p, here) >= _AHEAD_PX)
        ahead = next(far, None)
        if ahead is not None:
            heads.append(polyline(_arrow(here, ahead)))
    return path("".join(heads), class_="arrow")


def _arrow(here: Point, ahead: Point) -> tuple[Point, Point, Point]:
    angle = math.atan2(ahead[1] - here[1], ahead[0] - here[0])
    left, right = (
        (here[0] - 8 * math.cos(angle + by), here[1] - 8 * math.sin(angle + by))
        for by in (0.55, -0.55)
    )
    return left, here, right


def _is_round(there: Sequence[Point]) -> bool:
    return math.dist(there[0], there[-1]) < _SAME_PLACE_PX


def _end_marks(placed: Sequence[Point | None]) -> Markup:
    there = [point for point in placed if point is not None]
    start = dot(there[0], 6, class_="start")
    return start if _is_round(there) else start + dot(there[-1], 6, class_="finish")


def _end_labels(
    placed: Sequence[Point | None], box: tuple[float, float], tongue: Tongue
) -> list[Label]:
    """Return the names of both ends, on the side of them where the way is not."""
    there = [point for point in placed if point is not None]
    named = [(there[0], tongue.text("Start")), (there[-1], tongue.text("Finish"))]
    if _is_round(there):
        named = [(there[0], tongue.text("Start and finish"))]
    middle = sum(point[1] for point in there) / len(there)
    return [
        Label(
            x=at[0],
            y=min(max(at[1] + (22 if at[1] >= middle else -14), 12), box[1] - 6),
            text=text,
            kind="t1 halo",
            anchor="middle",
        ).within(8, box[0] - 8)
        for at, text in named
    ]


def _ruler(
    scale: float, size: tuple[float, str], box: tuple[float, float], tongue: Tongue
) -> tuple[Markup, list[Label]]:
    """Return how long a distance is drawn, at most a third of the width, and its name."""
    metres, unit = size
    lengths = [n for power in (0.001, 0.01, 0.1, 1, 10, 100) for n in (power, 2 * power, 5 * power)]
    length = max((n for n in lengths if n * metres * scale <= box[0] / 3), default=None)
    if length is None:
        return Markup(), []
    left, y = 16.0, box[1] - 14
    digits = 0 if length >= 1 else len(f"{length:g}") - 2
    text = f"{tongue.number(length, digits)} {unit}"
    end = (left + length * metres * scale, y)
    return line((left, y), end, "ruler"), [Label(x=left, y=y - 7, text=text, kind="s")]
