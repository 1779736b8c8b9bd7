"""The hours of a person's day in which no sync begins by itself. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from training_analyzer.model import GarminSyncConfig

_ONE_DAY: Final = timedelta(days=1)
# A sync begins some seconds after its time, with the next tick.
_TICK: Final = timedelta(minutes=1)


def is_quiet(config: GarminSyncConfig, at: datetime) -> bool:
    """Tell whether *at* lies in the quiet hours, by the wall where the person lives."""
    quiet = config.quiet_hours
    return quiet is not None and quiet.cover(at.astimezone(config.zone).time())


def out_of_quiet(
    config: GarminSyncConfig, at: datetime, *, offset: timedelta = timedelta(0)
) -> datetime:
    """Return *at*; if it is quiet then, *offset* after the end of the quiet hours, in UTC.

    It counts as quiet where quiet hours begin within a minute. Where less than *offset* is
    free before they begin again, their very end is returned.
    """
    if config.quiet_hours is None or not _is_as_good_as_quiet(config, at):
        return at.astimezone(UTC)
    end = _end_of_quiet(config, time.fromisoformat(config.quiet_hours.until), at)
    return end if _is_as_good_as_quiet(config, end + offset) else end + offset


def _is_as_good_as_quiet(config: GarminSyncConfig, at: datetime) -> bool:
    return is_quiet(config, at) or is_quiet(config, at + _TICK)


def _end_of_quiet(config: GarminSyncConfig, until: time, at: datetime) -> datetime:
    """Return the first end of quiet hours after *at*.

    A day may have that time twice, and then both end quiet hours, or not at all: then it
    comes as much later as the day lacks, unless it is quiet then as well.
    """
    day = at.astimezone(config.zone).date()
    while True:
        ends = (
            datetime.combine(day, until.replace(fold=fold), tzinfo=config.zone).astimezone(UTC)
            for fold in (0, 1)
        )
        later = [end for end in ends if end > at and not is_quiet(config, end)]
        if later:
            return min(later)
        day += _ONE_DAY
