"""What the pages of health are made of: cards with a finding, a picture, numbers and a table."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final

from training_analyzer.web.charts.rooms import NARROW, WIDE, rooms

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from markupsafe import Markup

    from training_analyzer.web.charts.curves import Curves
    from training_analyzer.web.pages.health_span import Points, Stretch
    from training_analyzer.web.tongue import Tongue

DASH: Final = "\N{EN DASH}"

type Figure = tuple[tuple[str, str], ...]
type Say = Callable[[float], str]


@dataclass(frozen=True, slots=True)
class Fact:
    """A number with its unit, and what it is the number of."""

    number: str
    unit: str
    label: str


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a table: what it is of, where it leads, one text for each column."""

    name: str
    href: str
    cells: Sequence[str]


@dataclass(frozen=True, slots=True)
class Table:
    """The values of a chart in words."""

    name: str
    head: Sequence[str]
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Pill:
    """A status: always an icon and a word."""

    tone: str
    icon: str
    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A finding with its picture; *missing* says why there is none.

    With *curves* a script lets the picture answer.
    """

    key: str
    title: str
    note: str = ""
    figure: Figure = ()
    pill: Pill | None = None
    chart: Markup | None = None
    curves: Curves | None = None
    rows: Sequence[tuple[str, str]] = ()
    words: Sequence[tuple[str, Pill]] = ()
    facts: Sequence[Fact] = ()
    table: Table | None = None
    link: tuple[str, str] | None = None
    missing: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """A page of health: what it says on top, and rows of one card, or of a main and a side one."""

    lede: str
    rows: Sequence[Sequence[Card]] = field(default_factory=tuple)

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all is there."""
        return all(card.missing for row in self.rows for card in row)

    @property
    def has_curves(self) -> bool:
        """Whether a picture here can answer."""
        return any(card.curves for row in self.rows for card in row)


def draw_wide(draw: Callable[..., Markup], tongue: Tongue, label: str) -> Markup:
    """Return a picture for a card over the whole page."""
    return rooms(partial(draw, tongue=tongue, label=label), WIDE)


def draw_side(draw: Callable[..., Markup], tongue: Tongue, label: str) -> Markup:
    """Return a picture for a card in the side column."""
    return rooms(partial(draw, tongue=tongue, label=label), NARROW)


def draw_main(draw: Callable[..., Markup], tongue: Tongue, label: str) -> Markup:
    """Return a picture for a card in the main column."""
    return rooms(partial(draw, tongue=tongue, label=label))


def table_of(
    name: str,
    columns: Sequence[tuple[str, Points, Say]],
    stretch: Stretch,
    tongue: Tongue,
    *,
    href: str = "",
) -> Table:
    """Return *columns* (name, points, how to say one) as a table, the newest first.

    *href* leads to the page of a day, where each line is one.
    """
    lines = []
    by_column = [dict(points) for _, points, _ in columns]
    for on, _, _ in reversed(stretch.groups()):
        found = [of.get(on) for of in by_column]
        cells = [
            DASH if value is None else say(value)
            for value, (_, _, say) in zip(found, columns, strict=True)
        ]
        has_page = stretch.is_by_day and href and any(value is not None for value in found)
        lines.append(Line(stretch.what(on, tongue), f"{href}/{on}" if has_page else "", cells))
    return Table(name, [name for name, _, _ in columns], lines)


def number(tongue: Tongue, digits: int = 0) -> Say:
    """Return how to say a plain number."""
    return lambda value: tongue.number(value, digits)


def minutes(tongue: Tongue) -> Say:
    """Return how to say seconds in whole minutes."""

    def say(seconds: float) -> str:
        whole = round(seconds / 60)
        return tongue.duration(whole * 60) if whole else tongue.text("%(min)s min", min=0)

    return say


def fact(value: float | None, label: str, say: Say, unit: str = "") -> Fact:
    """Return a number with its label; a dash where it is not known."""
    return Fact(DASH, "", label) if value is None else Fact(say(value), unit, label)
