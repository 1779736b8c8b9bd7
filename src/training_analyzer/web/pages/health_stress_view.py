"""Stress: body battery of each day, minutes of stress, the course of one day."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from training_analyzer.web.charts.layers import stress_parts
from training_analyzer.web.charts.ranges import Span, range_bars
from training_analyzer.web.charts.stacked import Column, stacked
from training_analyzer.web.pages import findings
from training_analyzer.web.pages.health_card import (
    Card,
    Page,
    draw_wide,
    fact,
    minutes,
    number,
    table_of,
)
from training_analyzer.web.pages.health_held import present

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from training_analyzer.web.pages.health_held import Held
    from training_analyzer.web.pages.health_missing import Missing
    from training_analyzer.web.tongue import Tongue

FIELDS: Final[Mapping[str, Sequence[str]]] = {
    "body_battery": ("highest", "lowest", "charged", "drained"),
    "daily_summary": (
        *("stress_avg", "stress_max", "stress_rest_s", "stress_low_s"),
        *("stress_medium_s", "stress_high_s"),
    ),
}
_MINUTES: Final = ("stress_rest_s", "stress_low_s", "stress_medium_s", "stress_high_s")


def stress_page(held: Held, course: Card | None, missing: Missing, tongue: Tongue) -> Page:
    """Return the page of stress; *course* is the newest day's."""
    mean = findings.mean(held.values("daily_summary", "stress_avg"))
    before = held.values("daily_summary", "stress_avg", before=True)
    earlier = findings.mean(before) if findings.share(before) >= 1 / 2 else None
    lede = ""
    if mean is not None:
        said = {"n": tongue.number(mean), "span": held.stretch.name(tongue)}
        lede = tongue.text("Stress was %(n)s on average in %(span)s.", **said)
        if earlier is not None and round(earlier) == round(mean):
            lede = tongue.text("Stress was %(n)s on average in %(span)s, as before.", **said)
        elif earlier is not None:
            lede = tongue.text(
                "Stress was %(n)s on average in %(span)s, %(before)s in as many days before.",
                before=tongue.number(earlier),
                **said,
            )
    rows = [[_battery(held, missing, tongue)], [_stress(held, missing, tongue)]]
    if course:
        rows.append(
            [replace(course, link=(f"/health/day/{held.today}", tongue.text("Days, hour by hour")))]
        )
    return Page(lede, rows)


def _battery(held: Held, missing: Missing, tongue: Tongue) -> Card:
    stretch, name = held.stretch, tongue.text("Body battery")
    values = {field: held.values("body_battery", field) for field in FIELDS["body_battery"]}
    highest = values["highest"]
    if not present(highest):
        return Card(key="battery", title=name, missing=missing.why("body_battery", tongue))
    title = tongue.text(
        "Charged up to %(n)s on average", n=tongue.number(findings.mean(highest) or 0)
    )
    points = {field: stretch.points(column) for field, column in values.items()}
    note = " ".join(
        part
        for part in (
            tongue.text("Body battery: lowest to highest of each day."),
            tongue.text("Charged above, drained below.") if stretch.key == "2w" else "",
            stretch.by_what(tongue),
        )
        if part
    )
    spans = [
        Span(
            on=on,
            low=points["lowest"][k][1],
            high=points["highest"][k][1],
            gained=points["charged"][k][1],
            lost=points["drained"][k][1],
        )
        for k, (on, _, _) in enumerate(stretch.groups())
    ]
    say = number(tongue)
    names = {
        "highest": tongue.text("Highest"),
        "lowest": tongue.text("Lowest"),
        "charged": tongue.text("Charged"),
        "drained": tongue.text("Drained"),
    }
    return Card(
        key="battery",
        title=title,
        note=note,
        chart=draw_wide(partial(range_bars, spans, colour="battery"), tongue, f"{title}. {note}"),
        facts=[
            fact(findings.mean(values["highest"]), tongue.text("mean highest"), say),
            fact(findings.mean(values["lowest"]), tongue.text("mean lowest"), say),
            fact(findings.mean(values["charged"]), tongue.text("charged a day"), say),
            fact(findings.mean(values["drained"]), tongue.text("drained a day"), say),
        ],
        table=table_of(
            name,
            [(names[field], points[field], say) for field in names],
            stretch,
            tongue,
            href="/health/day",
        ),
    )


def _stress(held: Held, missing: Missing, tongue: Tongue) -> Card:
    stretch, name = held.stretch, tongue.text("Stress")
    mean = held.values("daily_summary", "stress_avg")
    values = [held.values("daily_summary", field) for field in _MINUTES]
    if not any(present(each) for each in values):
        return Card(key="stress", title=name, missing=missing.why("daily_summary", tongue))
    top = findings.highest(mean, stretch.days())
    title = findings.on_average(name, mean, "", tongue)
    if top and len(present(mean)) > 1:
        title = tongue.text(
            "%(finding)s, highest on %(day)s", finding=title, day=tongue.short_day(top[0])
        )
    points = [stretch.points(each) for each in values]
    means = stretch.points(mean)
    columns = []
    for k, (on, _, _) in enumerate(stretch.groups()):
        seconds = [each[k][1] for each in points]
        is_known = any(value is not None for value in seconds)
        at = means[k][1]
        columns.append(
            Column(
                on=on,
                seconds=seconds if is_known else None,
                note="" if at is None else tongue.number(at),
            )
        )
    note = " ".join(
        part
        for part in (tongue.text("Hours by level, mean on top."), stretch.by_what(tongue))
        if part
    )
    parts, say = stress_parts(tongue), minutes(tongue)
    return Card(
        key="stress",
        title=title,
        note=note,
        chart=draw_wide(partial(stacked, columns, parts), tongue, f"{title}. {note}"),
        facts=[
            fact(findings.mean(each), tongue.text("%(level)s a day", level=part.name), say)
            for each, part in zip(values, parts, strict=True)
        ],
        table=table_of(
            name,
            [
                (tongue.text("Mean"), means, number(tongue)),
                *((part.name, each, say) for part, each in zip(parts, points, strict=True)),
            ],
            stretch,
            tongue,
            href="/health/day",
        ),
    )
