"""Small pictures of the last weeks that stretch to their box: a line, ranges, bars."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from training_analyzer.web.charts.scales import Scale, known_all, runs
from training_analyzer.web.charts.svg import drawing, join, path, polyline, rect, variable
from training_analyzer.web.charts.usual import Range, usual_before

if TYPE_CHECKING:
    from collections.abc import Sequence

    from training_analyzer.web.charts.svg import Point

WIDTH: Final = 320
HEIGHT: Final = 44
_EDGE: Final = 5


def sparkline(
    values: Sequence[float | None], *, label: str, colour: str, band: Range | None = None
) -> Markup:
    """Return a line over *values*, oldest first, one a day, with a dot on the last that is there.

    *band* is what is usual; without one it is that of the 28 days before the last. *label* is
    the finding in words, *colour* a CSS variable's name. Nothing when there is no value.
    """
    clean = known_all(values)
    present = [value for value in clean if value is not None]
    if not present:
        return Markup()
    band = band or usual_before(clean)
    edges = [band.low, band.high] if band else []
    y = _scale(min([*present, *edges]), max([*present, *edges]))
    x = Scale(0, max(1, len(clean) - 1), _EDGE, WIDTH - _EDGE)
    parts = runs((x(k), None if v is None else y(v)) for k, v in enumerate(clean))
    ink = variable(colour)
    end = f"{polyline([parts[-1][-1]])}"
    shade = []
    if band:
        top, base = y(band.high), y(band.low)
        shade = [rect(0, top, WIDTH, max(1.0, base - top), class_="band")]
    return _spark(
        *shade,
        path("".join(polyline(part) for part in parts), class_="ln", stroke=ink),
        path(end, class_="ring"),
        path(end, class_="pt", stroke=ink),
        label=label,
    )


def spark_ranges(
    pairs: Sequence[tuple[float, float] | None],
    *,
    label: str,
    colour: str,
    limits: Range | None = None,
) -> Markup:
    """Return a bar from low to high for each of *pairs*, as of body battery; None is a gap.

    *limits* are the ends of the scale, as 0 and 100; without them those of the values.
    """
    clean = [_pair(pair) for pair in pairs]
    present = [pair for pair in clean if pair is not None]
    if not present:
        return Markup()
    bounds = limits or Range(min(p[0] for p in present), max(p[1] for p in present))
    y = Scale(bounds.low, bounds.high, HEIGHT - 2, 2)
    bars = []
    for k, pair in enumerate(clean):
        if pair is not None:
            top = y(pair[1])
            bars.append(_bar(k, len(clean), (top, max(2.0, y(pair[0]) - top)), colour))
    return _spark(*bars, label=label)


def spark_bars(values: Sequence[float | None], *, label: str, colour: str) -> Markup:
    """Return a bar from zero for each of *values*, as of steps; a zero is a flat one."""
    clean = known_all(values)
    present = [value for value in clean if value is not None]
    if not present:
        return Markup()
    y = Scale(0, max(*present, 1e-9), HEIGHT - 2, 2) if len(present) > 1 else None
    y = y or Scale(0, max(present[0], 1e-9), HEIGHT - 2, 2)
    bars = [
        _bar(k, len(clean), (y(value), max(1.0, HEIGHT - 2 - y(value))), colour)
        for k, value in enumerate(clean)
        if value is not None
    ]
    return _spark(*bars, label=label)


def _scale(low: float, high: float) -> Scale:
    # A level line has no range: it runs through the middle.
    return Scale(low, high, HEIGHT - _EDGE, _EDGE)


def _pair(pair: tuple[float, float] | None) -> Point | None:
    if pair is None:
        return None
    low, high = known_all(pair)
    return None if low is None or high is None else (min(low, high), max(low, high))


def _bar(k: int, count: int, extent: tuple[float, float], colour: str) -> Markup:
    step = WIDTH / count
    thick = max(1.0, step * 0.55)
    kind = "bar-now" if k == count - 1 else "bar-past"
    x = step * k + (step - thick) / 2
    return rect(x, extent[0], thick, extent[1], class_=kind, fill=variable(colour))


def _spark(*parts: Markup, label: str) -> Markup:
    return drawing(join(parts), box=(WIDTH, HEIGHT), label=label, kind="spark", stretch=True)
