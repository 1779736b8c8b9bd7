"""What a request asks Garmin for: days and types of data in its body."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated

from pydantic import BeforeValidator, Field

from training_analyzer.services.wishes import Span, streams_of
from training_analyzer.web.api.ranges import EARLIEST
from training_analyzer.web.api.words import Strict, iso_day
from training_analyzer.web.refusals import (
    RangeAhead,
    RangeWithoutBeginning,
    UnknownTypes,
    WrongRange,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


def _day(given: object) -> date:
    day = iso_day(given)
    if day < EARLIEST:
        message = f"must not be before {EARLIEST}"
        raise ValueError(message)
    return day


type Day = Annotated[date, BeforeValidator(_day)]
type Types = Annotated[
    list[Annotated[str, Field(max_length=64)]], Field(min_length=1, max_length=100)
]


class Days(Strict):
    """Days from `from` to `to`, both included, and types of data: streams or groups of them."""

    first: Annotated[Day | None, Field(alias="from")] = None
    to: Day | None = None
    types: Types | None = None

    def span(self, now: datetime) -> Span | None:
        """Return the days that are named; None when none are.

        Raises `WrongRange` for a range that has no beginning, begins in the future, or ends
        before it begins.
        """
        if self.first is None:
            if self.to is not None:
                raise RangeWithoutBeginning
            return None
        # A day ahead: somewhere it is tomorrow already.
        latest = now.date() + timedelta(days=1)
        if self.first > latest:
            raise RangeAhead
        if self.to is not None and self.to < self.first:
            raise WrongRange
        return Span(self.first, min(self.to or latest, latest))

    def streams(self, known: Sequence[str]) -> frozenset[str] | None:
        """Return the streams of the types, None for all; groups count as their streams.

        Raises `UnknownTypes` when one of them is not among the *known* ones.
        """
        if self.types is None:
            return None
        streams = streams_of(self.types)
        if streams is None or not set(self.types) <= set(known):
            raise UnknownTypes(known)
        return streams
