"""A sync configuration in words, field by field: two of them can be laid side by side."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from training_analyzer.model import Frequency
from training_analyzer.web.pages.names import stream_name

if TYPE_CHECKING:
    from training_analyzer.model import GarminSyncConfig
    from training_analyzer.web.tongue import Tongue


@dataclass(frozen=True, slots=True)
class Line:
    """A field and its value."""

    label: str
    value: str


def lines_of(config: GarminSyncConfig, tongue: Tongue) -> tuple[Line, ...]:
    """Return the whole configuration, always in the same lines."""
    text, plural = tongue.text, tongue.plural
    frequency = {
        Frequency.HOURLY.value: text("Hourly"),
        Frequency.DAILY.value: text("Daily"),
        Frequency.WEEKLY.value: text("Weekly"),
    }
    quiet = config.quiet_hours
    days = replace(tongue, first_weekday=0).weekdays("wide")
    off = [stream_name(tongue, name) for name in sorted(config.left_out)]
    return (
        Line(text("Sync by itself"), _switch(tongue, is_on=config.auto_sync_enabled)),
        Line(text("How often"), frequency.get(config.sync_frequency, config.sync_frequency)),
        Line(text("At"), config.sync_time),
        Line(text("Time zone"), config.timezone),
        Line(text("Weekly runs on"), days[config.sync_weekday]),
        Line(
            text("Shortest gap between runs"),
            plural("%(n)s minute", "%(n)s minutes", config.min_sync_interval_minutes),
        ),
        Line(
            text("Quiet hours"),
            text("%(first)s to %(last)s", first=quiet.since, last=quiet.until)
            if quiet
            else text("none"),
        ),
        Line(text("Activities"), _switch(tongue, is_on=config.sync_activities)),
        Line(text("Wellness"), _switch(tongue, is_on=config.sync_wellness)),
        Line(text("Fitness metrics"), _switch(tongue, is_on=config.sync_fitness_metrics)),
        Line(text("Left alone"), ", ".join(off) or text("none")),
        Line(text("History"), plural("%(n)s day", "%(n)s days", config.initial_sync_days)),
        Line(
            text("Look back with each run"),
            plural("%(n)s day", "%(n)s days", config.incremental_sync_days),
        ),
    )


def _switch(tongue: Tongue, *, is_on: bool) -> str:
    return tongue.text("On") if is_on else tongue.text("Off")
