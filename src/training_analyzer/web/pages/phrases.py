"""Numbers, times and names in words, for pages. All times are UTC, as the configuration is."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from training_analyzer.model import Kind, SyncType

if TYPE_CHECKING:
    from datetime import datetime

KINDS: Final = {
    Kind.PASSWORD: "E-mail and password",
    Kind.TOKEN: "Token or browser ticket",
    Kind.PERSONAL_KEY: "Personal API key",
}
STARTED_BY: Final = {
    SyncType.INITIAL: "First sync",
    SyncType.MANUAL: "Manual",
    SyncType.SCHEDULED: "Scheduled",
}
# Where a stream's own name, with blanks, would read oddly.
_STREAMS: Final = {
    "user_settings": "Settings of the watch",
    "functional_threshold": "Functional threshold power",
}
_SPELLED: Final = {"hrv": "HRV", "vo2max": "VO2max"}
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_JUST_NOW_S: Final = 45
_FAR_DAYS: Final = 150


def stream_name(stream: str) -> str:
    """Return a stream's name for a person."""
    words = (_SPELLED.get(word, word) for word in stream.split("_"))
    return _STREAMS.get(stream) or upper_first(" ".join(words))


def plural(number: int, one: str, many: str | None = None) -> str:
    """Return `1 day`, `2 days`, `1,200 days`."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def duration(seconds: float) -> str:
    """Return `8 s`, `1 min 52 s`, `2 h 3 min`."""
    whole = max(0, round(seconds))
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        minutes, rest = divmod(whole, _MINUTE)
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, rest = divmod(round(whole / _MINUTE), _MINUTE)
    return f"{hours:,} h {rest} min" if rest else f"{hours:,} h"


def about(seconds: float) -> str:
    """Return an estimate: `a few seconds`, `about 2 minutes`."""
    if seconds < _JUST_NOW_S:
        return "a few seconds"
    if seconds < _HOUR:
        return f"about {plural(max(1, round(seconds / _MINUTE)), 'minute')}"
    return f"about {plural(round(seconds / _HOUR), 'hour')}"


def ago(at: datetime, now: datetime) -> str:
    """Return `just now`, `12 minutes ago`, `3 hours ago`, `2 days ago`."""
    seconds = (now - at).total_seconds()
    if seconds < _JUST_NOW_S:
        return "just now"
    if seconds < _HOUR:
        return f"{plural(max(1, round(seconds / _MINUTE)), 'minute')} ago"
    if seconds < _DAY:
        return f"{plural(round(seconds / _HOUR), 'hour')} ago"
    return f"{plural(round(seconds / _DAY), 'day')} ago"


def day(on: date, today: date) -> str:
    """Return `today`, `yesterday`, `tomorrow`, `Wed 25 Nov`, or with the year when far off."""
    near = {0: "today", 1: "tomorrow", -1: "yesterday"}.get((on - today).days)
    if near is not None:
        return near
    text = f"{on:%a} {on.day} {on:%b}"
    return text if abs((on - today).days) < _FAR_DAYS else f"{text} {on.year}"


def clock(at: datetime, now: datetime) -> str:
    """Return `today, 06:03`; the page says once that times are UTC."""
    return f"{day(at.date(), now.date())}, {at:%H:%M}"


def span(first: date, last: date) -> str:
    """Return `3 March`, `3 to 28 March`, `28 February to 3 March 2026`."""
    end = f"{last.day} {last:%B}"
    if first == last:
        return end
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} to {end}"
    year = "" if first.year == last.year else f" {first.year}"
    return f"{first.day} {first:%B}{year} to {end} {last.year}"


def hours_minutes(seconds: float) -> tuple[int, int]:
    """Return whole hours and minutes."""
    return divmod(round(seconds / _MINUTE), _MINUTE)


def first_day(today: date, days: int) -> date:
    """Return the first of *days* days that end with *today*."""
    return today - timedelta(days=days - 1)


def upper_first(text: str) -> str:
    """Return *text* with a capital at its head and the rest as it is."""
    return text[:1].upper() + text[1:]
