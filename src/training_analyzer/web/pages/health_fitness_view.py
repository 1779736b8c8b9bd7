"""Fitness: training load and status, readiness, VO2max, race predictions, scores."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from training_analyzer.web import measures
from training_analyzer.web.charts.lines import SCORE, VO2MAX, Series, lines, trend
from training_analyzer.web.charts.load import LoadDay, load
from training_analyzer.web.charts.multiples import Small, multiples
from training_analyzer.web.pages import findings
from training_analyzer.web.pages.health_card import (
    Card,
    Page,
    draw_main,
    draw_side,
    draw_wide,
    fact,
    number,
    table_of,
)
from training_analyzer.web.pages.health_held import latest, present
from training_analyzer.web.pages.health_words import readiness_word, training_status

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from training_analyzer.web.pages.health_held import Held, Row
    from training_analyzer.web.pages.health_missing import Missing
    from training_analyzer.web.tongue import Tongue

FIELDS: Final[Mapping[str, Sequence[str]]] = {
    "training_status": (
        *("is_primary", "status", "load_acute", "load_chronic"),
        *("load_chronic_min", "load_chronic_max"),
    ),
    "training_readiness": ("score", "level"),
    "vo2max": ("sport", "vo2max", "vo2max_precise"),
    "race_predictions": ("time_5k_s", "time_10k_s", "time_half_marathon_s", "time_marathon_s"),
    "endurance_score": ("score",),
    "hill_score": ("score",),
}
_LOADS: Final = ("load_acute", "load_chronic", "load_chronic_min", "load_chronic_max")
_WEEKS: Final = 8
_VO2MAX: Final = replace(VO2MAX, digits=1)


def fitness_page(held: Held, age: float | None, missing: Missing, tongue: Tongue) -> Page:
    """Return the page of fitness; *age* is Garmin's fitness age."""
    vo2max, scores = _vo2max(held, missing, tongue), _scores(held, age, missing, tongue)
    return Page(
        _lede(held, tongue),
        [
            [_load(held, missing, tongue), _status(held, missing, tongue)],
            [_readiness(held, missing, tongue)],
            [vo2max, scores],
            [_races(held, missing, tongue)],
        ],
    )


def _lede(held: Held, tongue: Tongue) -> str:
    days = held.by_day("training_status")
    if not days:
        return ""
    pill = training_status(_primary(days[max(days)]).get("status"), tongue)
    if pill is None:
        return ""
    return tongue.text("Garmin’s training status: %(word)s.", word=pill.word)


def _primary(rows: Sequence[Row]) -> Row:
    """Return the row of the watch that the training status comes from."""
    return max(rows, key=lambda row: bool(row.get("is_primary")))


def _of_watch(name: str, rows: Sequence[Row]) -> float | None:
    value: float | None = _primary(rows).get(name)
    return value


def _load(held: Held, missing: Missing, tongue: Tongue) -> Card:
    stretch = held.stretch
    values = {name: held.each("training_status", partial(_of_watch, name)) for name in _LOADS}
    if not present(values["load_acute"]):
        title = tongue.text("Training load")
        return Card(key="load", title=title, missing=missing.why("training_status", tongue))
    title = findings.load(
        latest(values["load_acute"]),
        latest(values["load_chronic_min"]),
        latest(values["load_chronic_max"]),
        tongue,
    )
    points = {name: stretch.points(of) for name, of in values.items()}
    days = [
        LoadDay(
            on=on,
            acute=points["load_acute"][k][1],
            chronic=points["load_chronic"][k][1],
            low=points["load_chronic_min"][k][1],
            high=points["load_chronic_max"][k][1],
        )
        for k, (on, _, _) in enumerate(stretch.groups())
    ]
    note = " ".join(
        part
        for part in (
            tongue.text("Acute and chronic load, their ratio below. Band: Garmin’s range."),
            stretch.by_what(tongue),
        )
        if part
    )
    names = [
        tongue.text("Acute"),
        tongue.text("Chronic"),
        tongue.text("Range from"),
        tongue.text("Range to"),
    ]
    return Card(
        key="load",
        title=title,
        note=note,
        chart=draw_main(partial(load, days), tongue, f"{title}. {note}"),
        table=table_of(
            tongue.text("Training load"),
            [
                (word, points[name], number(tongue))
                for name, word in zip(_LOADS, names, strict=True)
            ],
            stretch,
            tongue,
        ),
    )


def _status(held: Held, missing: Missing, tongue: Tongue) -> Card:
    title = tongue.text("Status by week")
    days = held.by_day("training_status")
    into = (held.today.weekday() - tongue.first_weekday) % 7
    start = held.today - timedelta(days=into)
    rows = []
    for n in range(_WEEKS):
        first = start - timedelta(days=7 * n)
        found = [day for day in days if first <= day < first + timedelta(days=7)]
        pill = training_status(_primary(days[max(found)]).get("status"), tongue) if found else None
        if pill:
            week = tongue.text("Week of %(day)s", day=tongue.day_and_month(first))
            rows.append((week, pill))
    if not rows:
        return Card(key="status", title=title, missing=missing.why("training_status", tongue))
    note = tongue.text("Garmin’s word at the end of each week.")
    return Card(key="status", title=title, note=note, words=rows)


def _readiness(held: Held, missing: Missing, tongue: Tongue) -> Card:
    stretch, scores = held.stretch, held.values("training_readiness", "score")
    name = tongue.text("Training readiness")
    if not present(scores):
        return Card(key="readiness", title=name, missing=missing.why("training_readiness", tongue))
    days = held.by_day("training_readiness")
    word = readiness_word(days[max(days)][-1].get("level"), tongue)
    said = tongue.number(latest(scores) or 0)
    title = (
        tongue.text("Readiness %(score)s, %(word)s", score=said, word=word)
        if word
        else tongue.text("Readiness %(score)s", score=said)
    )
    note = stretch.note(tongue.text("Garmin’s last score of each day, up to 100."), tongue)
    points = stretch.points(scores)
    return Card(
        key="readiness",
        title=title,
        note=note,
        chart=draw_wide(partial(trend, points, SCORE), tongue, f"{title}. {note}"),
        table=table_of(name, [(name, points, number(tongue))], stretch, tongue),
    )


def _vo2max(held: Held, missing: Missing, tongue: Tongue) -> Card:
    stretch = held.stretch
    by_sport = {
        sport: held.each("vo2max", partial(_of_sport, sport)) for sport in ("running", "cycling")
    }
    running = by_sport["running"] if present(by_sport["running"]) else by_sport["cycling"]
    if not present(running):
        return Card(
            key="vo2max", title=tongue.text("VO2max"), missing=missing.why("vo2max", tongue)
        )
    now = latest(running) or 0.0
    by = findings.change(running)
    title = findings.changed(
        tongue.text("VO2max"),
        tongue.number(now, 1),
        None if by is None else round(by, 1),
        tongue.number(abs(by or 0), 1),
        stretch.name(tongue),
        tongue,
    )
    names = {"running": tongue.text("Running"), "cycling": tongue.text("Cycling")}
    colours = {"running": "vo2", "cycling": "battery"}
    points = {sport: stretch.points(of) for sport, of in by_sport.items() if present(of)}
    series = [Series(points=of, colour=colours[s], name=names[s]) for s, of in points.items()]
    note = stretch.note(tongue.text("Each value holds until the next."), tongue)
    return Card(
        key="vo2max",
        title=title,
        note=note,
        chart=draw_main(partial(lines, series, _VO2MAX), tongue, f"{title}. {note}"),
        table=table_of(
            tongue.text("VO2max"),
            [(names[sport], of, number(tongue, 1)) for sport, of in points.items()],
            stretch,
            tongue,
        ),
    )


def _of_sport(sport: str, rows: Sequence[Row]) -> float | None:
    row = next((row for row in rows if row.get("sport") == sport), {})
    precise: float | None = row.get("vo2max_precise")
    return row.get("vo2max") if precise is None else precise


def _scores(held: Held, age: float | None, missing: Missing, tongue: Tongue) -> Card:
    title, say = tongue.text("Scores"), number(tongue)
    endurance = held.values("endurance_score", "score")
    hill = held.values("hill_score", "score")
    if age is None and not present(endurance) and not present(hill):
        return Card(key="scores", title=title, missing=missing.why("endurance_score", tongue))
    small = [
        Small(
            name=tongue.text("Endurance score"),
            points=held.stretch.points(endurance),
            colour="load",
        ),
        Small(name=tongue.text("Hill score"), points=held.stretch.points(hill), colour="battery"),
    ]
    facts = [fact(age, tongue.text("fitness age"), number(tongue, 1))] if age is not None else []
    return Card(
        key="scores",
        title=title,
        note=tongue.text("As Garmin computes them."),
        chart=draw_side(partial(multiples, small, say), tongue, title),
        facts=facts,
    )


def _races(held: Held, missing: Missing, tongue: Tongue) -> Card:
    stretch = held.stretch
    names = {
        "time_5k_s": tongue.text("5 km"),
        "time_10k_s": tongue.text("10 km"),
        "time_half_marathon_s": tongue.text("Half marathon"),
        "time_marathon_s": tongue.text("Marathon"),
    }
    values = {name: held.values("race_predictions", name) for name in names}
    shown = {name: stretch.points(of) for name, of in values.items() if present(of)}
    if not shown:
        title = tongue.text("Race predictions")
        return Card(key="races", title=title, missing=missing.why("race_predictions", tongue))
    name = next(iter(shown))
    title = _race_finding(names[name], values[name], stretch.name(tongue), tongue)
    note = " ".join(
        part
        for part in (
            tongue.text("Garmin’s predictions, each on a scale of its own."),
            stretch.by_what(tongue),
        )
        if part
    )
    smalls = [Small(name=names[each], points=of) for each, of in shown.items()]
    return Card(
        key="races",
        title=title,
        note=note,
        chart=draw_wide(partial(multiples, smalls, measures.stopwatch), tongue, f"{title}. {note}"),
        table=table_of(
            tongue.text("Race predictions"),
            [(names[each], of, measures.stopwatch) for each, of in shown.items()],
            stretch,
            tongue,
        ),
    )


def _race_finding(race: str, values: Sequence[float | None], span: str, tongue: Tongue) -> str:
    time = measures.stopwatch(latest(values) or 0)
    by = findings.change(values)
    if by is None or not round(by):
        return tongue.text("%(race)s in %(time)s", race=race, time=time)
    said = {
        "race": race,
        "time": time,
        "gap": tongue.duration(abs(round(by))),
        "span": span,
    }
    if by < 0:
        return tongue.text("%(race)s in %(time)s, %(gap)s faster than %(span)s ago", **said)
    return tongue.text("%(race)s in %(time)s, %(gap)s slower than %(span)s ago", **said)
