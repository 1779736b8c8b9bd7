"""What the form of the sync configuration shows."""

from __future__ import annotations

import calendar
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Self
from zoneinfo import available_timezones

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from training_analyzer.model import GarminSyncConfig

_WRONG: Final = {
    "sync_frequency": "Choose hourly, daily or weekly.",
    "sync_time": "Write a time from 00:00 to 23:59, such as 06:30.",
    "initial_sync_days": "Write a whole number from 1 to 3650.",
    "incremental_sync_days": "Write a whole number from 1 to 90.",
    "min_sync_interval_minutes": "Write a whole number from 1 to 10080, which is a week.",
    "sync_weekday": "Choose a day of the week.",
    "timezone": "Write a time zone such as Europe/Berlin, or UTC.",
    "quiet_hours": "Write two different times, or leave both empty.",
}
_LABELS: Final = {
    "sync_frequency": "How often",
    "sync_time": "At",
    "initial_sync_days": "History",
    "incremental_sync_days": "Look back",
    "min_sync_interval_minutes": "Shortest gap",
    "sync_weekday": "Weekly syncs on",
    "timezone": "Time zone",
    "quiet_hours": "Quiet hours",
}


@dataclass(frozen=True, slots=True)
class SettingsForm:
    """The form's values as text (a flag is `on` or empty), and messages by field."""

    values: Mapping[str, str]
    errors: Mapping[str, str] = field(default_factory=dict)
    was_changed_elsewhere: bool = False

    @classmethod
    def of(cls, config: GarminSyncConfig) -> Self:
        """Return the form with what is stored."""
        quiet = config.quiet_hours
        return cls(
            {
                "auto_sync_enabled": _flag(config.auto_sync_enabled),
                "sync_frequency": config.sync_frequency,
                "sync_time": config.sync_time,
                "sync_activities": _flag(config.sync_activities),
                "sync_wellness": _flag(config.sync_wellness),
                "sync_sleep": _flag(config.sync_sleep),
                "sync_fitness_metrics": _flag(config.sync_fitness_metrics),
                "initial_sync_days": str(config.initial_sync_days),
                "incremental_sync_days": str(config.incremental_sync_days),
                "min_sync_interval_minutes": str(config.min_sync_interval_minutes),
                "sync_weekday": str(config.sync_weekday),
                "timezone": config.timezone,
                "quiet_from": quiet.since if quiet else "",
                "quiet_to": quiet.until if quiet else "",
                "version": str(config.version),
            }
        )

    @classmethod
    def changed_elsewhere(cls, config: GarminSyncConfig) -> Self:
        """Return the form with what is stored by now, for who opened it before that."""
        return replace(cls.of(config), was_changed_elsewhere=True)

    @classmethod
    def again(cls, sent: Mapping[str, str | None], wrong: Iterable[str]) -> Self:
        """Return the form with what was *sent* and a message for each *wrong* field."""
        return cls(
            {name: text or "" for name, text in sent.items()},
            {name: _WRONG[name] for name in wrong},
        )

    @property
    def weekdays(self) -> tuple[str, ...]:
        """The days of the week, in the order of their numbers."""
        return tuple(calendar.day_name)

    @property
    def zones(self) -> list[str]:
        """The time zones that this machine knows, to choose from while typing."""
        return sorted(available_timezones())

    @property
    def labels(self) -> Mapping[str, str]:
        """The names of the fields in the summary of errors."""
        return _LABELS


def _flag(value: bool) -> str:  # noqa: FBT001 - the value itself, not a switch
    return "on" if value else ""
