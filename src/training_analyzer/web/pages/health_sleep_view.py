"""Sleep: last night, the nights, breathing and oxygen."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from statistics import median
from typing import TYPE_CHECKING, Final

from training_analyzer.web import measures
from training_analyzer.web.charts.bars import Zone, zone_bars
from training_analyzer.web.charts.lines import Look, trend
from training_analyzer.web.charts.nights import Night, Stage, hypnogram, nights, stage_name
from training_analyzer.web.pages import findings
from training_analyzer.web.pages.health_card import (
    Card,
    Fact,
    Page,
    draw_main,
    draw_wide,
    fact,
    minutes,
    number,
    table_of,
)
from training_analyzer.web.pages.health_held import present
from training_analyzer.web.pages.health_words import sleep_quality

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from markupsafe import Markup

    from training_analyzer.web.charts.nights import Phase
    from training_analyzer.web.pages.health_card import Figure
    from training_analyzer.web.pages.health_held import Held, Row
    from training_analyzer.web.pages.health_missing import Missing
    from training_analyzer.web.tongue import Tongue

FIELDS: Final[Mapping[str, Sequence[str]]] = {
    "sleep": (
        *("sleep_total_s", "sleep_deep_s", "sleep_light_s", "sleep_rem_s", "sleep_awake_s"),
        *("score", "score_quality", "start_utc", "end_utc", "avg_hr_bpm", "resting_hr_bpm"),
        *("respiration_avg_brpm", "spo2_avg_pct", "hrv_avg_ms", "body_battery_change"),
        *("awake_count", "need_min", "skin_temperature_deviation_c"),
    ),
}
STAGES: Final = (
    (Stage.DEEP, "sleep_deep_s"),
    (Stage.LIGHT, "sleep_light_s"),
    (Stage.REM, "sleep_rem_s"),
    (Stage.AWAKE, "sleep_awake_s"),
)
_ENOUGH: Final = 4
_BREATHS: Final = Look(colour="light", digits=1, mean_days=7, names_low=True, names_high=True)


def sleep_page(held: Held, phases: Sequence[Phase], missing: Missing, tongue: Tongue) -> Page:
    """Return the page of sleep; *phases* are the course of the last night, if it is there."""
    stretch = held.stretch
    slept = held.values("sleep", "sleep_total_s")
    lede = findings.asleep(
        slept, held.values("sleep", "sleep_total_s", before=True), stretch.name(tongue), tongue
    )
    return Page(
        lede,
        [
            list(last_night(held.row("sleep", held.today), held.today, phases, missing, tongue)),
            [_nights(held, slept, missing, tongue)],
            *([[card]] if (card := _breathing(held, tongue)) else []),
        ],
    )


def last_night(
    row: Row, on: date, phases: Sequence[Phase], missing: Missing, tongue: Tongue
) -> tuple[Card, Card]:
    """Return the course of the night that ended on *on*, and its numbers."""
    title = tongue.text("Last night")
    if not row:
        why = missing.why("sleep", tongue)
        return (
            Card(key="night", title=title, missing=why),
            Card(key="numbers", title=tongue.text("Its numbers"), missing=why),
        )
    note = span_of(row.get("start_utc"), row.get("end_utc"), tongue)
    course = Card(
        key="night",
        title=title,
        note=note,
        chart=night_chart(row, phases, f"{title}, {note}", tongue),
        facts=in_bed(row, tongue),
    )
    return course, numbers(row, tongue, link=f"/health/sleep/{on}")


def night_chart(row: Row, phases: Sequence[Phase], label: str, tongue: Tongue) -> Markup:
    """Return the course of a night, or the time in each stage where its course is not there."""
    if phases:
        return draw_main(partial(hypnogram, phases), tongue, label)
    whole = sum(row.get(name) or 0 for _, name in STAGES)
    zones = [
        Zone(
            name=stage_name(stage, tongue),
            range=f"{tongue.number(100 * (row.get(name) or 0) / whole)} %" if whole else "",
            seconds=row.get(name),
            colour=stage.value,
        )
        for stage, name in reversed(STAGES)
    ]
    return draw_main(partial(zone_bars, zones), tongue, label)


def numbers(row: Row, tongue: Tongue, *, link: str = "") -> Card:
    """Return what a night comes to in numbers."""
    text = tongue.text
    score, quality = row.get("score"), sleep_quality(row.get("score_quality"), tongue)
    title = text("Sleep")
    if score is not None:
        said = tongue.number(score)
        title = (
            text("Score %(score)s, %(word)s", score=said, word=quality)
            if quality
            else text("Score %(score)s", score=said)
        )
    told: list[tuple[str, str | None]] = [
        (text("Heart rate variability"), _with(row.get("hrv_avg_ms"), text("ms"), tongue)),
        (text("Mean heart rate"), _with(row.get("avg_hr_bpm"), text("bpm"), tongue)),
        (text("Breaths a minute"), _with(row.get("respiration_avg_brpm"), "", tongue, 1)),
        (text("Blood oxygen"), _with(row.get("spo2_avg_pct"), "%", tongue)),
        (text("Body battery gained"), _with(row.get("body_battery_change"), "", tongue)),
        (text("Awake"), _times(row.get("awake_count"), tongue)),
        (text("Skin temperature"), _deviation(row.get("skin_temperature_deviation_c"), tongue)),
    ]
    return Card(
        key="numbers",
        title=title,
        figure=hours(row.get("sleep_total_s"), tongue),
        rows=[(name, value) for name, value in told if value],
        link=(link, text("The night on its own page")) if link else None,
    )


def in_bed(row: Row, tongue: Tongue) -> list[Fact]:
    """Return when a night began and ended, how long that was, and how much was needed."""
    start, end, need = row.get("start_utc"), row.get("end_utc"), row.get("need_min")
    text, say, facts = tongue.text, minutes(tongue), []
    if start and end:
        facts = [
            Fact(tongue.time(start), "", text("fell asleep")),
            Fact(tongue.time(end), "", text("woke up")),
            Fact(say((end - start).total_seconds()), "", text("in bed")),
        ]
    if need:
        facts.append(Fact(say(need * 60), "", text("needed, says Garmin")))
    return facts


def hours(seconds: float | None, tongue: Tongue) -> Figure:
    """Return hours and minutes as a large figure."""
    if seconds is None:
        return ()
    whole, rest = measures.hours_minutes(seconds)
    return ((tongue.number(whole), tongue.text("h")), (f"{rest:02d}", tongue.text("min")))


def span_of(start: datetime | None, end: datetime | None, tongue: Tongue) -> str:
    """Return `Friday 27 November to Saturday, 22:56 to 07:46`."""
    if start is None or end is None:
        return ""
    return tongue.text(
        "%(day)s, %(start)s to %(end)s",
        day=tongue.long_day(tongue.local(end).date()),
        start=tongue.time(start),
        end=tongue.time(end),
    )


def _nights(held: Held, slept: Sequence[float | None], missing: Missing, tongue: Tongue) -> Card:
    stretch, days = held.stretch, held.stretch.days()
    span = stretch.name(tongue)
    there = present(slept)
    if not there:
        title = tongue.text("Nights")
        return Card(key="nights", title=title, missing=missing.why("sleep", tongue))
    title = findings.nights(slept, span, tongue)
    short = findings.short_nights(slept)
    least = findings.lowest(slept, days)
    score = held.values("sleep", "score")
    rows = {name: stretch.points(held.values("sleep", name)) for _, name in STAGES}
    scores = stretch.points(score)
    worst = days[min(short, key=lambda at: slept[at] or 0)] if short else None
    columns = [
        Night(
            on=on,
            deep_s=rows["sleep_deep_s"][k][1],
            light_s=rows["sleep_light_s"][k][1],
            rem_s=rows["sleep_rem_s"][k][1],
            awake_s=rows["sleep_awake_s"][k][1],
            score=scores[k][1],
            is_named=on == worst,
        )
        for k, (on, _, _) in enumerate(stretch.groups())
    ]
    usual = median(there) if len(there) >= _ENOUGH else None
    say = minutes(tongue)
    note = [tongue.text("Hours by stage, score on top."), stretch.by_what(tongue)]
    if least and len(there) > 1:
        note.append(
            tongue.text(
                "Shortest: %(day)s with %(slept)s.",
                day=tongue.day(least[0], held.today),
                slept=say(least[1]),
            )
        )
    if short:
        note.append(tongue.text("Short: an hour and a half less than the middle one."))
    told = " ".join(part for part in note if part)
    return Card(
        key="nights",
        title=title,
        note=told,
        chart=draw_wide(partial(nights, columns, usual_s=usual), tongue, f"{title}. {told}"),
        facts=[
            fact(findings.mean(slept), tongue.text("mean asleep"), say),
            fact(findings.mean(score), tongue.text("mean score"), number(tongue)),
            fact(
                findings.mean(held.values("sleep", "sleep_deep_s")), tongue.text("mean deep"), say
            ),
            fact(findings.mean(held.values("sleep", "sleep_rem_s")), tongue.text("mean REM"), say),
        ],
        table=table_of(
            tongue.text("Nights"),
            [
                (tongue.text("Asleep"), stretch.points(slept), say),
                *((stage_name(stage, tongue), rows[name], say) for stage, name in STAGES),
                (tongue.text("Score"), scores, number(tongue)),
            ],
            stretch,
            tongue,
            href="/health/sleep",
        ),
    )


def _breathing(held: Held, tongue: Tongue) -> Card | None:
    stretch = held.stretch
    breaths = held.values("sleep", "respiration_avg_brpm")
    oxygen = held.values("sleep", "spo2_avg_pct")
    if findings.share(breaths) < 1 / 2:
        return None
    title = tongue.text(
        "%(n)s breaths a minute while asleep", n=tongue.number(findings.mean(breaths) or 0, 1)
    )
    note = stretch.note(tongue.text("Mean of each night."), tongue)
    points = stretch.points(breaths)
    look = _BREATHS if stretch.is_by_day else replace(_BREATHS, mean_days=0)
    columns = [(tongue.text("Breaths a minute"), points, number(tongue, 1))]
    if present(oxygen):
        columns.append(
            (
                tongue.text("Blood oxygen, %(unit)s", unit="%"),
                stretch.points(oxygen),
                number(tongue),
            )
        )
    return Card(
        key="breathing",
        title=title,
        note=note,
        chart=draw_wide(partial(trend, points, look), tongue, f"{title}. {note}"),
        table=table_of(tongue.text("Breathing"), columns, stretch, tongue),
    )


def _with(value: float | None, unit: str, tongue: Tongue, digits: int = 0) -> str | None:
    return None if value is None else f"{tongue.number(value, digits)} {unit}".strip()


def _times(count: int | None, tongue: Tongue) -> str | None:
    return None if count is None else tongue.plural("%(n)s time", "%(n)s times", count)


def _deviation(celsius: float | None, tongue: Tongue) -> str | None:
    if celsius is None:
        return None
    sign = "+" if celsius > 0 else "\N{MINUS SIGN}" if celsius < 0 else "±"
    return f"{sign}{tongue.number(abs(celsius), 1)} °C"
