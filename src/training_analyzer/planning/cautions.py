"""What of a configuration a person may not expect. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from training_analyzer.model import Frequency, Group
from training_analyzer.planning.due import next_slot

if TYPE_CHECKING:
    from collections.abc import Iterator

    from training_analyzer.model import GarminSyncConfig

_YEAR: Final = 366
_ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Caution:
    """One such thing; `message` is a sentence for a person."""

    code: str
    message: str


def cautions(config: GarminSyncConfig, *, now: datetime) -> Iterator[Caution]:
    """Yield what is odd about *config*, and about the year that begins at *now*."""
    if not config.auto_sync_enabled:
        yield Caution("auto_sync_off", "Nothing is synced by itself.")
    if config.groups == {Group.PROFILE}:
        yield Caution("nothing_to_sync", "Everything is switched off: only the profile is read.")
    if config.incremental_sync_days > config.initial_sync_days:
        yield Caution(
            "look_back_beyond_history",
            f"Every sync looks back {config.incremental_sync_days} days, which is more than the"
            f" history of {config.initial_sync_days}: the look-back counts.",
        )
    if config.auto_sync_enabled:
        yield from _of_the_interval(config)
        yield from _of_the_clock(config, now)


def _of_the_interval(config: GarminSyncConfig) -> Iterator[Caution]:
    period = {
        Frequency.HOURLY: timedelta(hours=1),
        Frequency.DAILY: timedelta(days=1),
        Frequency.WEEKLY: timedelta(days=7),
    }[Frequency(config.sync_frequency)]
    if config.min_interval > period:
        yield Caution(
            "interval_skips_syncs",
            f"Syncs are at least {config.min_sync_interval_minutes} minutes apart, so some of"
            f" the {config.sync_frequency} ones are left out.",
        )


def _of_the_clock(config: GarminSyncConfig, now: datetime) -> Iterator[Caution]:
    """Yield what becomes of the time of day: on days of odd length, and in quiet hours."""
    quiet = config.quiet_hours
    if config.sync_frequency == Frequency.HOURLY:
        return
    loud = replace(config, quiet_hours=None)
    if quiet is not None and next_slot(config, now=now) != next_slot(loud, now=now):
        yield Caution(
            "quiet_hours_move_every_sync",
            f"{config.sync_time} lies in the quiet hours, or too close before them: every sync"
            f" comes when they end, at {quiet.until}.",
        )
    first = now.astimezone(config.zone).date()
    for day in (first + n * _ONE_DAY for n in range(_YEAR)):
        if config.sync_frequency == Frequency.WEEKLY and day.weekday() != config.sync_weekday:
            continue
        slot, again = (
            datetime.combine(day, config.time_of_day.replace(fold=fold), tzinfo=config.zone)
            for fold in (0, 1)
        )
        if slot.utcoffset() == again.utcoffset():
            continue
        wall = slot.astimezone(UTC).astimezone(config.zone)
        if wall.time() == config.time_of_day:
            yield Caution(
                "time_exists_twice",
                f"On {day} the clocks go back and {config.sync_time} comes twice: the sync comes"
                " the first time.",
            )
        else:
            yield Caution(
                "time_does_not_exist",
                f"On {day} the clocks go forward over {config.sync_time}: the sync comes at"
                f" {wall:%H:%M}.",
            )
