"""What befalls an athlete whatever they do: illness, trips, a watch left at home, the form."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from training_analyzer.simulator.athletes import Athlete, Place, remembered

ONE_DAY = timedelta(days=1)
# Months in which neither end of a trip changes its clock, so a day has 23 to 25 hours.
_TRIP_MONTHS = (2, 6, 8)


@remembered
def illness(athlete: Athlete, day: date) -> float:
    """Return how ill the athlete is: 0 well, 1 in bed, a tail of weak days after it."""
    dice = athlete.dice(date(day.year, 1, 1), "illness")
    first = date(day.year, 1, 1) + timedelta(days=dice.randint(15, 300))
    days = dice.randint(5, 8)
    gone = (day - first).days
    if 0 <= gone < days:
        return 0.6 if gone == 0 else 1.0
    return max(0.0, 0.4 - 0.1 * (gone - days)) if days <= gone < days + 4 else 0.0


def is_ill(athlete: Athlete, day: date) -> bool:
    """Return whether the athlete stays in bed on *day*."""
    return illness(athlete, day) > 0.5  # noqa: PLR2004 - the tail is weakness, not illness


@remembered
def is_away(athlete: Athlete, day: date) -> bool:
    """Return whether the athlete wakes up on a trip on *day*."""
    if day.month not in _TRIP_MONTHS:
        return False
    dice = athlete.dice(day.replace(day=1), "trip")
    first = dice.randint(3, 14)
    return first <= day.day < first + dice.randint(5, 10)


def place_on(athlete: Athlete, day: date) -> Place:
    """Return where the athlete is on *day*."""
    return athlete.away if is_away(athlete, day) else athlete.home


@remembered
def wears(athlete: Athlete, day: date) -> bool:
    """Return whether the watch is on the wrist on *day*, from the first day on."""
    if day < athlete.since:
        return False
    dice = athlete.dice(date(day.year, 1, 1), "drawer")
    drawer = date(day.year, 1, 1) + timedelta(days=dice.randint(60, 330))
    if 0 <= (day - drawer).days < dice.randint(2, 4) and not is_ill(athlete, day):
        return False
    return athlete.dice(day, "wears").random() > 0.015  # noqa: PLR2004 - five days a year


@remembered
def sleeps_with_watch(athlete: Athlete, day: date) -> bool:
    """Return whether the night that ends on *day* was measured."""
    worn = wears(athlete, day) and wears(athlete, day - ONE_DAY)
    return worn and athlete.dice(day, "night").random() > 0.04  # noqa: PLR2004 - one a month


def local(athlete: Athlete, day: date, minutes: float) -> datetime:
    """Return the UTC instant *minutes* after midnight of *day* on the athlete's wall clock."""
    zone = ZoneInfo(place_on(athlete, day).time_zone)
    midnight = datetime.combine(day, time(), tzinfo=zone)
    # Wall-clock arithmetic: Python adds to an aware datetime without leaving its zone.
    return (midnight + timedelta(minutes=minutes)).astimezone(UTC)


def offset_s(athlete: Athlete, day: date, instant: datetime) -> int:
    """Return the distance of the wall clock of *day* from UTC at *instant*, in seconds."""
    zone = ZoneInfo(place_on(athlete, day).time_zone)
    offset = instant.astimezone(zone).utcoffset() or timedelta()
    return int(offset.total_seconds())


@remembered
def bounds(athlete: Athlete, day: date) -> tuple[datetime, datetime]:
    """Return the UTC instants at which *day* begins and ends for the athlete."""
    return local(athlete, day, 0), local(athlete, day + ONE_DAY, 0)


@remembered
def vo2max_on(athlete: Athlete, day: date) -> float:
    """Return the athlete's true VO2max: a slow gain, a summer peak, a dent after illness."""
    years = (day - date(2025, 1, 1)).days / 365.25
    season = math.sin((day.timetuple().tm_yday - 120) / 365.25 * 2 * math.pi)
    wave = math.sin(day.toordinal() / 28 * 2 * math.pi)
    sick = max(illness(athlete, day - timedelta(days=n)) for n in (0, 4, 8, 12))
    gain = max(-3.0, min(3.0, 0.6 * years))
    return round(athlete.traits.vo2max + gain + 1.4 * season + 0.4 * wave - 1.2 * sick, 1)


def today_of(athlete: Athlete, now: datetime) -> date:
    """Return the calendar day at *now* on the athlete's wall clock."""
    day = now.astimezone(UTC).date() + ONE_DAY
    while bounds(athlete, day)[0] > now:
        day -= ONE_DAY
    return day
