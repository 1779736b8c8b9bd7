"""The days that a person names on the command line."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from training_analyzer.cli.one_line import BadUsage
from training_analyzer.services.wishes import NOTHING_SPECIAL, Span, Wish

if TYPE_CHECKING:
    from training_analyzer.model import GarminSyncConfig

EARLIEST: Final = date(2000, 1, 1)
_ISO_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def parse_day(option: str, text: str | None, *, today: date) -> date | None:
    """Return *text* as a day between 2000 and *today*; None for None. Raises `BadUsage`."""
    if text is None:
        return None
    try:
        day = date.fromisoformat(text) if _ISO_DAY.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None:
        message = f"{option} {text!r} is not a day: write it as in {today.isoformat()}."
    elif day < EARLIEST:
        message = f"{option} {day} is too early: the first possible day is {EARLIEST}."
    elif day > today:
        message = f"{option} {day} is in the future: the last possible day is {today}."
    else:
        return day
    raise BadUsage(message)


def in_order(first: date | None, last: date | None) -> None:
    """Raise `BadUsage` when *first* is after *last*."""
    if first is not None and last is not None and first > last:
        message = f"--from {first} is after --to {last}: exchange the two."
        raise BadUsage(message)


def wish_of(
    first: date | None, last: date | None, config: GarminSyncConfig, *, today: date
) -> Wish:
    """Return the wish for the days from *first* to *last*; nothing special when neither is named.

    Without *last* it is *today*, without *first* the oldest day that *config* wants.
    """
    if first is None and last is None:
        return NOTHING_SPECIAL
    last = last or today
    oldest = today - timedelta(days=config.initial_sync_days - 1)
    return Wish(span=Span(first or min(oldest, last), last))


def latest_day(now: datetime) -> date:
    """Return the later of today in UTC and today where this machine stands."""
    return max(now.astimezone(UTC).date(), now.astimezone().date())
