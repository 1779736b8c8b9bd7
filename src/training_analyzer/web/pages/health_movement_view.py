"""Movement: steps against their goal, intensity minutes, active calories, floors."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from training_analyzer.web.charts.amounts import amounts
from training_analyzer.web.charts.layers import intensity_parts
from training_analyzer.web.charts.stacked import Column, stacked
from training_analyzer.web.pages import findings
from training_analyzer.web.pages.health_card import (
    Card,
    Page,
    draw_main,
    draw_side,
    draw_wide,
    fact,
    minutes,
    number,
    table_of,
)
from training_analyzer.web.pages.health_held import latest, present

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from training_analyzer.web.pages.health_held import Held
    from training_analyzer.web.pages.health_missing import Missing
    from training_analyzer.web.tongue import Tongue

STREAM: Final = "daily_summary"
FIELDS: Final[Mapping[str, Sequence[str]]] = {
    STREAM: (
        *("steps", "step_goal", "calories_active_kcal", "calories_total_kcal"),
        *("moderate_intensity_min", "vigorous_intensity_min", "intensity_goal_min"),
        *("floors_up", "floors_goal"),
    ),
}


def movement_page(held: Held, missing: Missing, tongue: Tongue) -> Page:
    """Return the page of movement."""
    steps = held.values(STREAM, "steps")
    mean, lede = findings.mean(steps), ""
    if mean is not None:
        lede = tongue.text(
            "%(n)s steps a day in %(span)s.",
            n=tongue.number(mean),
            span=held.stretch.name(tongue),
        )
    return Page(
        lede,
        [
            [_steps(held, steps, missing, tongue)],
            [_intensity(held, missing, tongue), _floors(held, missing, tongue)],
            [_calories(held, missing, tongue)],
        ],
    )


def _steps(held: Held, steps: Sequence[float | None], missing: Missing, tongue: Tongue) -> Card:
    stretch = held.stretch
    if not present(steps):
        return Card(key="steps", title=tongue.text("Steps"), missing=missing.why(STREAM, tongue))
    goals = held.values(STREAM, "step_goal")
    title = findings.goal(steps, goals, tongue)
    aim = latest(goals)
    note = stretch.note(tongue.text("Steps of each day."), tongue)
    points, say = stretch.points(steps), number(tongue)
    goal = (aim, tongue.text("goal %(n)s", n=tongue.number(aim))) if aim else None
    top = findings.highest(steps, stretch.days())
    return Card(
        key="steps",
        title=title,
        note=note,
        chart=draw_wide(
            partial(amounts, points, colour="steps", goal=goal), tongue, f"{title}. {note}"
        ),
        facts=[
            fact(findings.mean(steps), tongue.text("mean of a day"), say),
            fact(top[1] if top else None, _top(top, tongue), say),
            fact(aim, tongue.text("goal of a day"), say),
            fact(sum(present(steps)), tongue.text("in all"), say),
        ],
        table=table_of(
            tongue.text("Steps"),
            [
                (tongue.text("Steps"), points, say),
                (tongue.text("Goal"), stretch.points(goals), say),
            ],
            stretch,
            tongue,
            href="/health/day",
        ),
    )


def _top(top: tuple[date, float] | None, tongue: Tongue) -> str:
    if top is None:
        return tongue.text("most in a day")
    return tongue.text("most, on %(day)s", day=tongue.short_day(top[0]))


def _intensity(held: Held, missing: Missing, tongue: Tongue) -> Card:
    stretch = held.stretch
    moderate = held.values(STREAM, "moderate_intensity_min")
    vigorous = held.values(STREAM, "vigorous_intensity_min")
    if not present(moderate) and not present(vigorous):
        title = tongue.text("Intensity minutes")
        return Card(key="intensity", title=title, missing=missing.why(STREAM, tongue))
    aim = latest(held.values(STREAM, "intensity_goal_min"))
    title = findings.week_of_intensity(moderate, vigorous, aim, tongue)
    note = " ".join(
        part
        for part in (
            tongue.text("Minutes a day. Garmin counts vigorous ones twice."),
            stretch.by_what(tongue),
        )
        if part
    )
    pairs = list(zip(stretch.points(moderate), stretch.points(vigorous), strict=True))
    columns = [
        Column(
            on=on,
            seconds=None if m is None and v is None else [60 * (m or 0), 60 * (v or 0)],
        )
        for (on, m), (_, v) in pairs
    ]
    parts, say = intensity_parts(tongue), minutes(tongue)
    return Card(
        key="intensity",
        title=title,
        note=note,
        chart=draw_main(partial(stacked, columns, parts), tongue, f"{title}. {note}"),
        table=table_of(
            tongue.text("Intensity minutes"),
            [
                (part.name, [(on, None if v is None else v * 60) for on, v in points], say)
                for part, points in zip(
                    parts, (stretch.points(moderate), stretch.points(vigorous)), strict=True
                )
            ],
            stretch,
            tongue,
        ),
    )


def _floors(held: Held, missing: Missing, tongue: Tongue) -> Card:
    stretch, floors = held.stretch, held.values(STREAM, "floors_up")
    if not present(floors):
        return Card(key="floors", title=tongue.text("Floors"), missing=missing.why(STREAM, tongue))
    title = tongue.text("%(n)s floors a day", n=tongue.number(findings.mean(floors) or 0))
    aim = latest(held.values(STREAM, "floors_goal"))
    goal = (aim, tongue.text("goal %(n)s", n=tongue.number(aim))) if aim else None
    points = stretch.points(floors)
    note = stretch.note(tongue.text("Climbed on each day."), tongue)
    return Card(
        key="floors",
        title=title,
        note=note,
        chart=draw_side(partial(amounts, points, colour="vo2", goal=goal), tongue, title),
        table=table_of(
            tongue.text("Floors"),
            [(tongue.text("Floors"), points, number(tongue))],
            stretch,
            tongue,
        ),
    )


def _calories(held: Held, missing: Missing, tongue: Tongue) -> Card:
    stretch, unit = held.stretch, tongue.text("kcal")
    active = held.values(STREAM, "calories_active_kcal")
    total = held.values(STREAM, "calories_total_kcal")
    if not present(active):
        title = tongue.text("Active calories")
        return Card(key="calories", title=title, missing=missing.why(STREAM, tongue))
    title = findings.on_average(tongue.text("Active calories"), active, unit, tongue)
    note = " ".join(
        part
        for part in (
            tongue.text("What moving takes a day, in kcal, beside what rest takes."),
            stretch.by_what(tongue),
        )
        if part
    )
    points = stretch.points(active)
    return Card(
        key="calories",
        title=title,
        note=note,
        chart=draw_wide(partial(amounts, points, colour="awake"), tongue, f"{title}. {note}"),
        table=table_of(
            tongue.text("Calories, kcal"),
            [
                (tongue.text("Active"), points, number(tongue)),
                (tongue.text("In all"), stretch.points(total), number(tongue)),
            ],
            stretch,
            tongue,
            href="/health/day",
        ),
    )
