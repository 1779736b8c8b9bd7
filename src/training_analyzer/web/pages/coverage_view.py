"""What is held of which day: a year of streams as a drawing, a month of them as a table."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from training_analyzer.web.charts.coverage import (
    Mark,
    StreamRow,
    coverage_year,
    mark_name,
    month_cell,
    year_key,
)
from training_analyzer.web.charts.rooms import WIDE, rooms
from training_analyzer.web.pages.coverage_lines import BAD, KNOWN, Lines
from training_analyzer.web.pages.names import group_name, stream_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date

    from markupsafe import Markup

    from training_analyzer.web.tongue import Tongue


@dataclass(frozen=True, slots=True)
class Key:
    """An entry of a legend: a mark, its sign and name, on how many days of all streams."""

    mark: Mark
    sign: Markup
    name: str
    count: str


@dataclass(frozen=True, slots=True)
class TableRow:
    """A stream in numbers, in the order of the legend, and the share that is known."""

    name: str
    counts: tuple[str, ...]
    known: str


@dataclass(frozen=True, slots=True)
class Year:
    """The overview."""

    title: str
    lede: str
    drawing: Markup
    legend: tuple[Key, ...]
    columns: tuple[str, ...]
    rows: tuple[TableRow, ...]
    folded: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Day:
    """The head of a column."""

    letter: str
    number: int
    name: str
    is_today: bool
    is_picked: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """A day of a stream; `link` leads to why it failed."""

    mark: Mark
    word: str
    link: str
    is_picked: bool


@dataclass(frozen=True, slots=True)
class Month:
    """The days of a month, stream by stream."""

    title: str
    days: tuple[Day, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]
    legend: tuple[Key, ...]
    # Each sign once; the cells refer to it.
    signs: tuple[tuple[Mark, Markup], ...]


def year_of(lines: Lines, picked: tuple[date, date] | None, tongue: Tongue) -> Year:
    """Return the overview of *lines*; the days that are *picked* are framed."""
    title = tongue.text(
        "%(first)s to %(last)s", first=tongue.month(lines.first), last=tongue.month(lines.last)
    )
    counts = {each.stream: Counter(each.marks) for each in lines.shown}
    seen = [mark for mark in Mark if any(count[mark] for count in counts.values())]
    rows = [
        StreamRow(
            # Beside the heading of its group, which has the same name.
            name=tongue.text("Summaries")
            if each.stream == "activities"
            else stream_name(tongue, each.stream),
            marks=each.marks,
            words=_share(counts[each.stream], tongue),
            group=group_name(tongue, each.group),
            is_strong=any(counts[each.stream][mark] for mark in BAD),
        )
        for each in lines.shown
    ]
    lede = _lede(lines, counts, tongue)
    label = tongue.text("What is held of each stream, day by day. %(finding)s", finding=lede)
    draw = partial(
        coverage_year, rows, lines.first, tongue=tongue, label=label, picked=_seen(picked, lines)
    )
    return Year(
        title=title,
        lede=lede,
        drawing=rooms(draw, WIDE),
        legend=_legend(seen, counts.values(), year_key, tongue),
        columns=tuple(mark_name(mark, tongue) for mark in seen),
        rows=tuple(
            TableRow(
                stream_name(tongue, each.stream),
                tuple(tongue.number(counts[each.stream][mark]) for mark in seen),
                _share(counts[each.stream], tongue),
            )
            for each in lines.shown
        ),
        folded=_folded(lines, tongue),
    )


def month_of(
    lines: Lines, end: date, picked: tuple[date, date] | None, today: date, tongue: Tongue
) -> Month:
    """Return the month of *lines* that goes on until *end*; days to come are empty."""
    letters = replace(tongue, first_weekday=0).weekdays()
    count = (end - lines.first).days + 1
    dates = [lines.day(n) for n in range(count)]
    is_picked = [picked is not None and picked[0] <= day <= picked[1] for day in dates]
    words = {mark: mark_name(mark, tongue) for mark in Mark}
    counts = [Counter(each.marks) for each in lines.shown]
    seen = [mark for mark in Mark if any(each[mark] for each in counts)]
    return Month(
        title=tongue.month(lines.first),
        days=tuple(
            Day(letters[day.weekday()], day.day, tongue.long_day(day), day == today, chosen)
            for day, chosen in zip(dates, is_picked, strict=True)
        ),
        rows=tuple(
            (
                stream_name(tongue, each.stream),
                tuple(
                    Cell(
                        mark,
                        words[mark],
                        f"#failed-{each.stream}" if mark is Mark.FAILED else "",
                        chosen,
                    )
                    for mark, chosen in zip(each.marks, is_picked, strict=False)
                ),
            )
            for each in lines.shown
        ),
        legend=_legend(seen, counts, month_cell, tongue),
        signs=tuple((mark, month_cell(mark)) for mark in seen),
    )


def _share(count: Mapping[Mark, int], tongue: Tongue) -> str:
    known = sum(count[mark] for mark in KNOWN)
    wanted = known + sum(count[mark] for mark in BAD)
    return percent(known, wanted, tongue) if wanted else tongue.text("off")


def percent(part: int, whole: int, tongue: Tongue) -> str:
    """Return `100 %`, `99.7 %` for *part* of a *whole* that is not 0; never rounded to whole."""
    if part in {0, whole}:
        return tongue.text("%(n)s %%", n=tongue.number(100 if part else 0))
    return tongue.text("%(n)s %%", n=tongue.number(part * 1000 // whole / 10, 1))


def _lede(lines: Lines, counts: Mapping[str, Counter[Mark]], tongue: Tongue) -> str:
    known = sum(count[mark] for count in counts.values() for mark in KNOWN)
    bad = Counter(
        lines.day(n).replace(day=1)
        for each in lines.shown
        for n, mark in enumerate(each.marks)
        if mark in BAD
    )
    total = bad.total()
    if not known:
        return tongue.text("Nothing of these days has been fetched yet.")
    if not total:
        return tongue.text("Everything of these days is here, or known to be empty at Garmin.")
    shared = percent(known, known + total, tongue)
    worst, most = bad.most_common(1)[0]
    if len(bad) == 1 or most * 2 <= total:
        return tongue.plural(
            "%(share)s of these months is here or known to be empty. %(n)s daily value is missing"
            " or failed.",
            "%(share)s of these months is here or known to be empty. %(n)s daily values are missing"
            " or failed.",
            total,
            share=shared,
        )
    return tongue.plural(
        "%(share)s of these months is here or known to be empty. %(n)s daily value is missing or"
        " failed, in %(month)s.",
        "%(share)s of these months is here or known to be empty. %(n)s daily values are missing or"
        " failed, most of them in %(month)s.",
        total,
        share=shared,
        month=tongue.month(worst),
    )


def _legend(
    seen: Iterable[Mark],
    counts: Iterable[Mapping[Mark, int]],
    sign: Callable[[Mark], Markup],
    tongue: Tongue,
) -> tuple[Key, ...]:
    every = list(counts)
    return tuple(
        Key(
            mark,
            sign(mark),
            mark_name(mark, tongue),
            tongue.number(sum(each[mark] for each in every)),
        )
        for mark in seen
    )


def _seen(picked: tuple[date, date] | None, lines: Lines) -> tuple[date, date] | None:
    """Return the part of the *picked* days that is drawn."""
    if picked is None or picked[1] < lines.first or picked[0] > lines.last:
        return None
    return max(picked[0], lines.first), min(picked[1], lines.last)


def _folded(lines: Lines, tongue: Tongue) -> tuple[str, ...]:
    def named(streams: Sequence[str]) -> str:
        return ", ".join(stream_name(tongue, each) for each in streams)

    found = []
    if lines.refused:
        found.append(
            tongue.text("Not given to your account: %(names)s.", names=named(lines.refused))
        )
    if lines.off:
        found.append(tongue.text("Switched off: %(names)s.", names=named(lines.off)))
    return tuple(found)
