"""Ranges of days in a query: `from` and `to`, or the latest `days`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated

from fastapi import Query

from training_analyzer.web.api.words import Day
from training_analyzer.web.refusals import RangeGivenTwice, RangeTooLong, WrongRange

if TYPE_CHECKING:
    from datetime import datetime

# The first day that a query may name: Garmin has nothing older.
EARLIEST = date(1990, 1, 1)

type From = Annotated[Day | None, Query(alias="from", description="The first day.")]
type To = Annotated[Day | None, Query(description="The last day; today if left out.")]
type Latest = Annotated[
    int | None, Query(ge=1, le=3650, description="So many days up to the last one.")
]


@dataclass(frozen=True, slots=True)
class Span:
    """Days from `first` to `last`, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many days there are."""
        return (self.last - self.first).days + 1


def span_of(
    first: date | None,
    last: date | None,
    days: int | None,
    *,
    now: datetime,
    default: int,
    most: int | None = None,
) -> Span:
    """Return the range that is asked for; *default* days up to today when none is.

    Raises `WrongRange` for `from` beside `days`, a range that ends before it begins, and
    one of more than *most* days.
    """
    if first is not None and days is not None:
        raise RangeGivenTwice
    today = now.date()
    # A day ahead: somewhere it is tomorrow already.
    end = last or today + timedelta(days=1)
    begin = first or max(EARLIEST, last or today) - timedelta(days=(days or default) - 1)
    if begin > end:
        raise WrongRange
    span = Span(max(begin, EARLIEST), max(end, EARLIEST))
    if most is not None and span.days > most:
        raise RangeTooLong(most)
    return span
