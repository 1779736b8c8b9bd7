"""What a person chooses about their syncs: which data, how far back, and when."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

# What `sync_sleep` switches; the curves of a night go with it. Nightly HRV stays: it has
# no word on how somebody slept.
_NIGHTS: Final = frozenset({"sleep"})


class Group(StrEnum):
    """What a person switches on or off; PROFILE is always on."""

    ACTIVITIES = "activities"
    WELLNESS = "wellness"
    FITNESS = "fitness"
    PROFILE = "profile"


class Frequency(StrEnum):
    """How often a user is synced."""

    HOURLY = "hourly"
    DAILY = "daily"
    WEEKLY = "weekly"


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Times of day, HH:MM, in which no sync begins by itself: from `since`, until `until`.

    `until` is the first minute that is not quiet. They may go over midnight.
    """

    since: str
    until: str

    def cover(self, at: time) -> bool:
        """Tell whether a time of day is quiet."""
        since, until = time.fromisoformat(self.since), time.fromisoformat(self.until)
        return since <= at < until if since < until else at >= since or at < until


@dataclass(frozen=True, slots=True, kw_only=True)
class GarminSyncConfig:
    """A row of `garmin_sync_config`; the field defaults are the documented ones.

    `sync_time` is a time of day in `timezone`; `sync_weekday` counts from Monday, 0.
    `version` grows with every change, from 1; 0 says that nothing was saved yet. Two are
    equal that want the same, whenever they came to it.
    """

    user_id: str
    auto_sync_enabled: bool = True
    sync_frequency: str = Frequency.DAILY
    sync_time: str = "06:00"
    sync_activities: bool = True
    sync_wellness: bool = True
    sync_sleep: bool = True
    sync_fitness_metrics: bool = True
    initial_sync_days: int = 365
    incremental_sync_days: int = 7
    min_sync_interval_minutes: int = 60
    sync_weekday: int = 0
    timezone: str = "UTC"
    disabled_streams: tuple[str, ...] = ()
    quiet_hours: QuietHours | None = None
    version: int = field(default=0, compare=False)
    updated_at: datetime | None = field(default=None, compare=False)

    @property
    def groups(self) -> frozenset[Group]:
        """The groups of streams that this user wants; the profile always comes along."""
        wanted = {
            Group.ACTIVITIES: self.sync_activities,
            Group.WELLNESS: self.sync_wellness,
            Group.FITNESS: self.sync_fitness_metrics,
        }
        return frozenset({group for group, on in wanted.items() if on} | {Group.PROFILE})

    @property
    def left_out(self) -> frozenset[str]:
        """The streams of wanted groups that this user does not want all the same."""
        return frozenset(self.disabled_streams) | (frozenset() if self.sync_sleep else _NIGHTS)

    @property
    def time_of_day(self) -> time:
        """`sync_time` as a time of the day in `timezone`."""
        return time.fromisoformat(self.sync_time)

    @property
    def zone(self) -> ZoneInfo:
        """`timezone` as this machine knows it; UTC where it does not."""
        try:
            return ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError):
            return ZoneInfo("UTC")

    @property
    def min_interval(self) -> timedelta:
        """The shortest time between the ends of two syncs."""
        return timedelta(minutes=self.min_sync_interval_minutes)


CONFIG_DEFAULTS: Final = GarminSyncConfig(user_id="defaults")
