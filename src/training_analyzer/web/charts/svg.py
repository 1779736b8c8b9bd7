"""SVG as text: elements with escaped attributes and words, numbers that are always finite.

No element has an id: a name and a hatch need none here, so that any number of drawings fit
on a page and in a fragment of one. Colours are CSS variables, so they follow the scheme.
"""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final, Literal

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

type Point = tuple[float, float]
type Box = tuple[float, float, float, float]
type Anchor = Literal["start", "middle", "end"]

_HATCH_STEP: Final = 4.0
# Where it is not said: the mark of a value that is not there.
DASH: Final = "\N{EN DASH}"


def number(value: float) -> str:
    """Return *value* with at most one digit after the point."""
    text = f"{value:.1f}"
    text = text.removesuffix(".0")
    return "0" if text == "-0" else text


def element(name: str, *inside: str, **attributes: str | float | None) -> Markup:
    """Return an element; `class_` is the attribute class, `stroke_width` stroke-width."""
    shown = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{_attribute(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    body = "".join(escape(part) for part in inside)
    # Values were escaped, names are words of our own code.
    return Markup(f"<{name}{shown}>{body}</{name}>" if body else f"<{name}{shown}/>")  # noqa: S704


def _attribute(value: str | float) -> str:
    return escape(value) if isinstance(value, str) else number(value)


def join(parts: Iterable[Markup]) -> Markup:
    """Return all of *parts*, one behind the other."""
    return Markup().join(parts)


def variable(colour: str) -> str:
    """Return the CSS variable *colour* as a value."""
    return f"var(--{colour})"


def line(start: Point, end: Point, kind: str = "grid") -> Markup:
    """Return a straight line."""
    return element("line", class_=kind, x1=start[0], y1=start[1], x2=end[0], y2=end[1])


def rect(x: float, y: float, width: float, height: float, **look: str | float | None) -> Markup:
    """Return a rectangle; one without an extent is drawn as none."""
    return element("rect", x=x, y=y, width=max(0.0, width), height=max(0.0, height), **look)


def words(at: Point, text: str, kind: str = "", anchor: Anchor = "start") -> Markup:
    """Return *text* whose baseline begins, has its middle or ends at *at*."""
    side = None if anchor == "start" else anchor
    return element("text", text, x=at[0], y=at[1], class_=kind or None, text_anchor=side)


def path(d: str, **look: str | float | None) -> Markup:
    """Return a path; nothing for an empty one."""
    return element("path", d=d, **look) if d else Markup()


def dot(at: Point, radius: float, **look: str | float | None) -> Markup:
    """Return a circle."""
    return element("circle", cx=at[0], cy=at[1], r=radius, **look)


def ring(at: Point, colour: str) -> Markup:
    """Return the mark of a value that is named."""
    return dot(at, 4, class_="ring", stroke=variable(colour))


def polyline(points: Iterable[Point]) -> str:
    """Return the path through *points*; of a lone one, which a round cap makes a dot.

    From the first on it tells only how far the next one is: half as long as places are.
    """
    tenths = [(round(x * 10), round(y * 10)) for x, y in points]
    if not tenths:
        return ""
    start = f"M{_tenths(tenths[0][0])} {_tenths(tenths[0][1])}"
    steps = [
        _step(after[0] - before[0]) + _step(after[1] - before[1])
        for before, after in pairwise(tenths)
        if before != after
    ]
    return f"{start}l{''.join(steps).lstrip()}" if steps else f"{start}h0"


@lru_cache(maxsize=4096)
def _step(tenths: int) -> str:
    """Return a number that may stand behind another one: a minus needs no space."""
    return _tenths(tenths) if tenths < 0 else f" {_tenths(tenths)}"


def _tenths(tenths: int) -> str:
    whole, rest = divmod(abs(tenths), 10)
    size = f"{whole or ''}.{rest}" if rest else f"{whole}"
    return f"-{size}" if tenths < 0 else size


def stairs(points: Sequence[Point], until: float) -> str:
    """Return the path that holds each value until the next, and the last until *until*."""
    if not points:
        return ""
    x, y = points[0]
    steps = [f"M{number(x)} {number(y)}"]
    steps += [f"H{number(x)}V{number(y)}" for x, y in points[1:]]
    return "".join(steps) + f"H{number(until)}"


def area(points: Sequence[Point], base: float) -> str:
    """Return the outline of what is between *points* and the height *base*."""
    if len(points) <= 1:
        return ""
    return f"{polyline(points)}V{number(base)}H{number(points[0][0])}z"


def between(upper: Sequence[Point], lower: Sequence[Point]) -> str:
    """Return the outline of a band."""
    if not upper or not lower:
        return ""
    return f"{polyline([*upper, *reversed(lower)])}z"


def boxes(places: Iterable[Box]) -> str:
    """Return the path of rectangles: one for many weighs a third of many of one."""
    return "".join(
        f"M{number(x)} {number(y)}h{number(width)}v{number(height)}h{number(-width)}z"
        for x, y, width, height in places
        if width > 0 and height > 0
    )


def hatched(places: Sequence[Box], colour: str) -> Markup:
    """Return rectangles of diagonal lines on a pale ground.

    Each line is cut to its rectangle here: a pattern would need an id.
    """
    ink = variable(colour)
    lines = path("".join(_diagonals(*place) for place in places), class_="hatch", stroke=ink)
    return path(boxes(places), class_="hatch-ground", fill=ink) + lines


def _diagonals(x: float, y: float, width: float, height: float) -> str:
    strokes = []
    if width <= 0 or height <= 0:
        return ""
    for k in range(1, math.ceil((width + height) / _HATCH_STEP)):
        along = k * _HATCH_STEP
        low = (x + max(0.0, along - height), y + min(along, height))
        high = (x + min(along, width), y + max(0.0, along - width))
        strokes.append(polyline((low, high)))
    return "".join(strokes)


def drawing(
    *parts: Markup,
    box: tuple[float, float],
    label: str,
    desc: str = "",
    kind: str = "drawing",
    stretch: bool = False,
    role: str = "img",
) -> Markup:
    """Return the picture of *parts*: *label* is what it says, *desc* what is to be seen in it.

    One that stretches takes the size of its box in the page; strokes keep their width. One
    with links in it is no picture to who hears the page, but a group.
    """
    body = [element("title", label)] if label else []
    if desc:
        body.append(element("desc", desc))
    return Markup('<svg class="{}" viewBox="0 0 {} {}"{} role="{}">{}</svg>').format(
        kind,
        number(box[0]),
        number(box[1]),
        Markup(' preserveAspectRatio="none"') if stretch else "",
        role,
        join([*body, *parts]),
    )
