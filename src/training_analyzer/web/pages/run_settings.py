"""The settings that a run went by, in words."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from training_analyzer.model import Frequency
from training_analyzer.web.pages.names import group_name, stream_name

if TYPE_CHECKING:
    from training_analyzer.model import GarminSyncHistory
    from training_analyzer.web.tongue import Tongue


@dataclass(frozen=True, slots=True)
class Row:
    """A label and its value."""

    label: str
    value: str


def went_by(run: GarminSyncHistory, tongue: Tongue) -> list[Row]:
    """Return the settings that the run went by."""
    if not run.config_snapshot:
        return []
    held: dict[str, Any] = json.loads(run.config_snapshot)
    text, plural = tongue.text, tongue.plural
    frequency = {
        Frequency.HOURLY.value: text("every hour"),
        Frequency.DAILY.value: text("every day"),
        Frequency.WEEKLY.value: text("every week"),
    }.get(str(held.get("sync_frequency")), "")
    groups = [
        group_name(tongue, group)
        for group, key in (
            ("activities", "sync_activities"),
            ("wellness", "sync_wellness"),
            ("fitness", "sync_fitness_metrics"),
        )
        if held.get(key)
    ]
    rows = [
        Row(text("By itself"), frequency if held.get("auto_sync_enabled") else text("off")),
        Row(text("At"), f"{held.get('sync_time')} {held.get('timezone')}"),
        Row(text("Groups"), ", ".join(groups) or text("none")),
        Row(text("How far back"), _days(held.get("initial_sync_days"), tongue)),
        Row(text("Looks back"), _days(held.get("incremental_sync_days"), tongue)),
    ]
    gap = held.get("min_sync_interval_minutes")
    if isinstance(gap, int):
        rows.append(Row(text("Shortest gap"), plural("%(n)s minute", "%(n)s minutes", gap)))
    if held.get("disabled_streams"):
        names = [stream_name(tongue, str(name)) for name in held["disabled_streams"]]
        rows.append(Row(text("Left alone"), ", ".join(names)))
    return rows


def _days(days: object, tongue: Tongue) -> str:
    if not isinstance(days, int):
        return ""
    return tongue.plural("%(n)s day", "%(n)s days", days)
