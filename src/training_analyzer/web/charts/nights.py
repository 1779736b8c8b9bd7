"""Sleep: stages of each night, and the course of one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from training_analyzer.web.charts.hours import hour_labels
from training_analyzer.web.charts.labels import Label, width_of
from training_analyzer.web.charts.plot import is_narrow
from training_analyzer.web.charts.scales import Scale, known
from training_analyzer.web.charts.stacked import Column, Part, clock, stacked, weekly
from training_analyzer.web.charts.svg import drawing, hatched, line, rect, variable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from training_analyzer.web.tongue import Tongue

_TOP: Final = 8.0
_MOST_NIGHTS: Final = 120


class Stage(StrEnum):
    """A stage of sleep, deepest first; the value is its colour."""

    DEEP = "deep"
    LIGHT = "light"
    REM = "rem"
    AWAKE = "awake"


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """One night in seconds: None for what is not known; `is_named` keeps its score visible."""

    on: date
    deep_s: float | None = None
    light_s: float | None = None
    rem_s: float | None = None
    awake_s: float | None = None
    score: float | None = None
    is_named: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """A stage of one night, from *start* until *end*."""

    stage: Stage
    start: datetime
    end: datetime


def stage_name(stage: Stage, tongue: Tongue) -> str:
    """Return the name of *stage*."""
    return {
        Stage.DEEP: tongue.text("Deep"),
        Stage.LIGHT: tongue.text("Light"),
        Stage.REM: tongue.text("REM"),
        Stage.AWAKE: tongue.text("Awake"),
    }[stage]


def nights(
    rows: Sequence[Night],
    *,
    width: int,
    tongue: Tongue,
    label: str,
    usual_s: float | None = None,
) -> Markup:
    """Return the stages of each of *rows*, oldest first, one a night; scores above them.

    *usual_s* is drawn as a dotted line. A night without stages is a gap with a dash; more
    than 120 nights are drawn as weeks. Nothing without any.
    """
    is_long = len(rows) > _MOST_NIGHTS
    columns = [_column(night, None if is_long else tongue) for night in rows]
    if is_long:
        columns = weekly(columns)
    parts = [
        Part(name=stage_name(stage, tongue), colour=stage.value, is_hatched=stage is Stage.AWAKE)
        for stage in Stage
    ]
    usual = known(usual_s)
    target = None
    if usual is not None:
        target = (usual, tongue.text("usual %(duration)s", duration=clock(usual)))
    return stacked(columns, parts, width=width, tongue=tongue, label=label, target=target)


def hypnogram(phases: Sequence[Phase], *, width: int, tongue: Tongue, label: str) -> Markup:
    """Return the course of one night: a lane for each stage, with its total at the right.

    *phases* are in order of time; what lies between two of them is a gap. Nothing without any.
    """
    sound = [phase for phase in phases if phase.end > phase.start]
    if not sound:
        return Markup()
    narrow = is_narrow(width)
    step, thick = (42.0, 20.0) if narrow else (58.0, 26.0)
    names = {stage: stage_name(stage, tongue) for stage in Stage}
    left = max(56.0, max(width_of(name) for name in names.values()) + 12)
    right = width - (46.0 if narrow else 96.0)
    first, last = sound[0].start, max(phase.end for phase in sound)
    whole = (last - first).total_seconds()
    x = Scale(0, whole, left, right)
    lanes = {stage: _TOP + step * k for k, stage in enumerate(reversed(Stage))}
    totals = {stage: _total(sound, stage) for stage in Stage}
    body = []
    for stage, top in lanes.items():
        y = top + thick / 2
        body.append(line((left, y), (right, y)))
        body.append(Label(x=0, y=y + 4, text=names[stage], kind="t2").draw())
        share = "" if narrow else f" · {tongue.number(100 * totals[stage] / whole)} %"
        text = clock(totals[stage]) + share
        body.append(Label(x=width, y=y + 4, text=text, kind="t2", anchor="end").draw())
    before: Phase | None = None
    for phase in sound:
        start = x((phase.start - first).total_seconds())
        end = x((phase.end - first).total_seconds())
        if before and phase.start - before.end <= timedelta(minutes=1):
            ends = (start, lanes[before.stage] + thick / 2), (start, lanes[phase.stage] + thick / 2)
            body.append(line(*ends, "rise"))
        before = phase
        body.append(_block(start, lanes[phase.stage], max(2.0, end - start), thick, phase.stage))
    base = _TOP + step * 3 + thick + 14
    body.append(line((left, base), (right, base), "axis"))
    body.append(hour_labels((first, last), x, base, every=2 if narrow else 1, tongue=tongue))
    desc = ", ".join(f"{names[stage]} {clock(totals[stage])}" for stage in Stage)
    return drawing(*body, box=(width, base + 24), label=label, desc=desc)


def _column(night: Night, tongue: Tongue | None) -> Column:
    seconds = (night.deep_s, night.light_s, night.rem_s, night.awake_s)
    score = known(night.score)
    note = tongue.number(score) if tongue and score is not None else ""
    return Column(on=night.on, seconds=seconds, note=note, is_named=night.is_named)


def _total(phases: Sequence[Phase], stage: Stage) -> float:
    return sum((p.end - p.start).total_seconds() for p in phases if p.stage is stage)


def _block(x: float, y: float, width: float, height: float, stage: Stage) -> Markup:
    if stage is Stage.AWAKE:
        return hatched([(x, y, width, height)], stage.value)
    return rect(x, y, width, height, fill=variable(stage.value), rx=2)
