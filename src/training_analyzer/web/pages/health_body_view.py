"""Body: weight, what it is made of, blood pressure."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from statistics import fmean
from typing import TYPE_CHECKING, Final

from training_analyzer.web import measures
from training_analyzer.web.charts.lines import WEIGHT, trend
from training_analyzer.web.charts.ranges import Span, range_bars
from training_analyzer.web.pages import findings
from training_analyzer.web.pages.health_card import (
    Card,
    Page,
    draw_main,
    draw_wide,
    fact,
    number,
    table_of,
)
from training_analyzer.web.pages.health_held import latest, present

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from training_analyzer.web.pages.health_held import Held, Row
    from training_analyzer.web.pages.health_missing import Missing
    from training_analyzer.web.tongue import Tongue

FIELDS: Final[Mapping[str, Sequence[str]]] = {
    "weight": (
        *("weight_g", "bmi", "body_fat_pct", "body_water_pct", "bone_g", "muscle_g"),
        *("visceral_fat", "metabolic_age"),
    ),
    "blood_pressure": ("systolic_mmhg", "diastolic_mmhg", "pulse_bpm"),
}
_FAT: Final = replace(WEIGHT, colour="awake", unit="%", words=None)


def body_page(held: Held, missing: Missing, tongue: Tongue) -> Page:
    """Return the page of the body."""
    grams = held.each("weight", partial(_mean_of, "weight_g"))
    rows: list[list[Card]] = [[_weight(held, grams, missing, tongue)]]
    if present(grams):
        rows[0].append(_composition(held, tongue))
    if fat := _fat(held, tongue):
        rows.append([fat])
    rows.append([_pressure(held, missing, tongue)])
    return Page("", rows)


def _mean_of(name: str, rows: Sequence[Row]) -> float | None:
    known = [row[name] for row in rows if row.get(name) is not None]
    return fmean(known) if known else None


def _weight(held: Held, grams: Sequence[float | None], missing: Missing, tongue: Tongue) -> Card:
    stretch, name = held.stretch, tongue.text("Weight")
    newest = latest(grams)
    if newest is None:
        return Card(key="weight", title=name, missing=missing.why("weight", tongue))
    by = findings.change(grams)
    title = findings.changed(
        name,
        str(measures.weight(newest, tongue)),
        None if by is None else round(by, -2),
        str(measures.weight(abs(by or 0), tongue)),
        stretch.name(tongue),
        tongue,
    )
    note = tongue.text("Each weighing.") if not stretch.is_by_month else stretch.by_what(tongue)
    points = stretch.by_day(grams)
    look = replace(
        WEIGHT, unit="", least=2000, words=lambda value: str(measures.weight(value, tongue))
    )
    return Card(
        key="weight",
        title=title,
        note=note,
        chart=draw_main(partial(trend, points, look), tongue, f"{title}. {note}"),
        table=table_of(
            name,
            [
                (name, stretch.points(grams), lambda value: str(measures.weight(value, tongue))),
                (
                    tongue.text("Body fat, %(unit)s", unit="%"),
                    stretch.points(held.each("weight", partial(_mean_of, "body_fat_pct"))),
                    number(tongue, 1),
                ),
            ],
            stretch,
            tongue,
        ),
    )


def _composition(held: Held, tongue: Tongue) -> Card:
    days = held.by_day("weight")
    day = max(days)
    row, text = days[day][-1], tongue.text

    def mass(name: str) -> str | None:
        value = row.get(name)
        return None if value is None else str(measures.weight(value, tongue))

    def plain(name: str, unit: str, digits: int) -> str | None:
        value = row.get(name)
        return None if value is None else f"{tongue.number(value, digits)} {unit}".strip()

    told = [
        (text("Weight"), mass("weight_g")),
        (text("Body mass index"), plain("bmi", "", 1)),
        (text("Body fat"), plain("body_fat_pct", "%", 1)),
        (text("Muscle"), mass("muscle_g")),
        (text("Bone"), mass("bone_g")),
        (text("Water"), plain("body_water_pct", "%", 1)),
        (text("Visceral fat"), plain("visceral_fat", "", 0)),
        (text("Metabolic age"), plain("metabolic_age", "", 0)),
    ]
    return Card(
        key="composition",
        title=text("Last weighing"),
        note=tongue.long_day(day),
        rows=[(name, value) for name, value in told if value],
    )


def _fat(held: Held, tongue: Tongue) -> Card | None:
    stretch = held.stretch
    values = held.each("weight", partial(_mean_of, "body_fat_pct"))
    newest, by = latest(values), findings.change(values)
    if newest is None or by is None:
        return None
    title = findings.changed(
        tongue.text("Body fat"),
        f"{tongue.number(newest, 1)} %",
        round(by, 1),
        tongue.text("%(n)s points", n=tongue.number(abs(by), 1)),
        stretch.name(tongue),
        tongue,
    )
    points = stretch.by_day(values)
    note = tongue.text("As the scale measures it.")
    return Card(
        key="fat",
        title=title,
        note=note,
        chart=draw_wide(partial(trend, points, _FAT), tongue, f"{title}. {note}"),
    )


def _pressure(held: Held, missing: Missing, tongue: Tongue) -> Card:
    stretch, name = held.stretch, tongue.text("Blood pressure")
    high = held.each("blood_pressure", partial(_mean_of, "systolic_mmhg"))
    low = held.each("blood_pressure", partial(_mean_of, "diastolic_mmhg"))
    pulse = held.each("blood_pressure", partial(_mean_of, "pulse_bpm"))
    if not present(high):
        return Card(key="pressure", title=name, missing=missing.why("blood_pressure", tongue))
    say = number(tongue)
    title = tongue.text(
        "Blood pressure %(high)s over %(low)s on average",
        high=say(findings.mean(high) or 0),
        low=say(findings.mean(low) or 0),
    )
    note = " ".join(
        part
        for part in (tongue.text("Diastolic to systolic, in mmHg."), stretch.by_what(tongue))
        if part
    )
    upper, lower = stretch.points(high), stretch.points(low)
    spans = [Span(on=on, low=lower[k][1], high=value) for k, (on, value) in enumerate(upper)]
    return Card(
        key="pressure",
        title=title,
        note=note,
        chart=draw_wide(
            partial(range_bars, spans, colour="hr", limits=None), tongue, f"{title}. {note}"
        ),
        facts=[
            fact(latest(high), tongue.text("systolic, latest"), say, "mmHg"),
            fact(latest(low), tongue.text("diastolic, latest"), say, "mmHg"),
            fact(latest(pulse), tongue.text("pulse, latest"), say, tongue.text("bpm")),
        ],
        table=table_of(
            name,
            [
                (tongue.text("Systolic"), upper, say),
                (tongue.text("Diastolic"), lower, say),
                (tongue.text("Pulse"), stretch.points(pulse), say),
            ],
            stretch,
            tongue,
        ),
    )
