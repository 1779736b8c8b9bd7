"""The curves of one day: the course of a night, heart rate, stress and body battery. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from training_analyzer.web.charts.curves import curves_of_day
from training_analyzer.web.charts.day import Course, Curve, Shade, day_curve
from training_analyzer.web.charts.nights import Phase, Stage
from training_analyzer.web.charts.usual import Range
from training_analyzer.web.pages import findings
from training_analyzer.web.pages.health_card import Card, draw_wide, fact, number

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from training_analyzer.web.pages.health_held import Row
    from training_analyzer.web.tongue import Tongue

type Number = int | float | str | None
type Samples = Sequence[tuple[datetime, Number]]

_STAGES: Final = (Stage.DEEP, Stage.LIGHT, Stage.REM, Stage.AWAKE)
_HUNDRED: Final = Range(0, 100)


def phases_of(
    columns: Mapping[str, Sequence[Number]] | None, start: datetime | None
) -> list[Phase]:
    """Return the stages of a night from its curve `sleep_levels`."""
    if not columns or start is None:
        return []
    seconds, stages, lasting = (list(columns[name]) for name in ("t", "stage", "duration_s"))
    found = []
    for at, stage, long in zip(seconds, stages, lasting, strict=True):
        if at is None or stage is None or not long or not 0 <= int(stage) < len(_STAGES):
            continue
        first = start + timedelta(seconds=float(at))
        found.append(
            Phase(
                stage=_STAGES[int(stage)], start=first, end=first + timedelta(seconds=float(long))
            )
        )
    return found


def whole_day(day: date, tongue: Tongue) -> tuple[datetime, datetime]:
    """Return when *day* begins and ends on the person's clock."""
    first = datetime.combine(day, time(), tongue.zone)
    last = datetime.combine(day + timedelta(days=1), time(), tongue.zone)
    return first.astimezone(UTC), last.astimezone(UTC)


def shades_of(
    night: Row, activities: Sequence[tuple[datetime, float, str]], tongue: Tongue
) -> list[Shade]:
    """Return the night and the activities as parts of a day; those are (start, seconds, name)."""
    shades = []
    start, end = night.get("start_utc"), night.get("end_utc")
    if start and end:
        shades.append(Shade(start=start, end=end, name=tongue.text("Sleep")))
    shades += [
        Shade(start=at, end=at + timedelta(seconds=lasted), name=name)
        for at, lasted, name in activities
    ]
    return shades


def calm_card(
    day: date, battery: Samples, stress: Samples, shades: Sequence[Shade], tongue: Tongue
) -> Card | None:
    """Return body battery and stress over the hours of *day*; None without either."""
    first, last = whole_day(day, tongue)
    curves = [
        Curve(points=_within(samples, first, last), colour=colour, name=name)
        for samples, colour, name in (
            (battery, "battery", tongue.text("Battery")),
            (stress, "stress", tongue.text("Stress")),
        )
        if samples
    ]
    title = tongue.text("Body battery and stress")
    levels = [v for _, v in _within(battery, first, last) if v is not None]
    if levels:
        low, high = tongue.number(min(levels)), tongue.number(max(levels))
        title = tongue.text("Body battery from %(low)s to %(high)s", low=low, high=high)
    course = Course(first=first, last=last, curves=curves, shades=shades, limits=_HUNDRED)
    chart = draw_wide(partial(day_curve, course), tongue, title)
    if not chart:
        return None
    note = tongue.text("%(day)s, with stress, both from 0 to 100.", day=tongue.long_day(day))
    answers = curves_of_day(course, tongue)
    return Card(key="calm", title=title, note=note, chart=chart, curves=answers)


def heart_card(day: date, samples: Samples, shades: Sequence[Shade], tongue: Tongue) -> Card | None:
    """Return the heart rate over the hours of *day*; None without any."""
    first, last = whole_day(day, tongue)
    points = _within(samples, first, last)
    values = [value for _, value in points]
    there = [value for value in values if value is not None]
    if not there:
        return None
    unit, say = tongue.text("bpm"), number(tongue)
    title = tongue.text(
        "Heart rate from %(low)s to %(high)s", low=say(min(there)), high=say(max(there))
    )
    course = Course(
        first=first,
        last=last,
        curves=[Curve(points=points, colour="hr")],
        shades=shades,
        unit=unit,
    )
    return Card(
        key="heart",
        title=title,
        note=tongue.text("In beats a minute."),
        chart=draw_wide(partial(day_curve, course), tongue, title),
        curves=curves_of_day(course, tongue),
        facts=[
            fact(min(there), tongue.text("lowest"), say, unit),
            fact(findings.mean(values), tongue.text("mean"), say, unit),
            fact(max(there), tongue.text("highest"), say, unit),
        ],
    )


def _within(
    samples: Samples, first: datetime, last: datetime
) -> list[tuple[datetime, float | None]]:
    return [
        (at, None if value is None else float(value))
        for at, value in samples
        if first <= at <= last
    ]
