"""Columns of one stream over many days, and the curves of one day."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from training_analyzer.services.days import SERIES, fields_of
from training_analyzer.web.api.ranges import From, Latest, To, span_of
from training_analyzer.web.api.versions import IfNoneMatch, answered, etag_of
from training_analyzer.web.api.words import Answer, DataReader, Day, Web
from training_analyzer.web.refusals import NotFound, UnknownFields

router = APIRouter()

_MONTH = 30
_TEN_YEARS = 3660

type Fields = Annotated[
    str | None,
    Query(max_length=2000, description="Names with commas between them; all if left out."),
]


class Series(Answer):
    """One entry in each column for each entry in `days`; null where nothing is known."""

    stream: str
    days: list[date]
    fields: dict[str, list[Any]]


class Curve(Answer):
    """A curve of one day: `times_s` are seconds after `start`, null is a gap."""

    kind: str
    day: date
    start: datetime
    times_s: list[float | int | str | None]
    columns: dict[str, list[float | int | str | None]]


@router.get("/series/{stream}", response_model=Series)
def series(  # noqa: PLR0913 - the parts of a query, each named
    *,
    stream: str,
    user_id: DataReader,
    web: Web,
    days: Latest = None,
    first: From = None,
    to: To = None,
    fields: Fields = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Return columns of a stream with one row a day, oldest first.

    [Streams](../streams.md) lists the streams; their tables the fields.
    """
    if stream not in SERIES:
        raise NotFound
    span = span_of(first, to, days, now=web.runtime.now(), default=_MONTH, most=_TEN_YEARS)
    wanted = [name.strip() for name in (fields or "").split(",") if name.strip()]
    if set(wanted) - set(fields_of(stream)):
        raise UnknownFields(fields_of(stream))
    found = web.runtime.days.series(
        user_id, stream, first=span.first, last=span.last, fields=wanted
    )
    body = Series(
        stream=stream, days=[date.fromisoformat(day) for day in found.days], fields=found.columns
    )
    etag = etag_of(stream, span.first, span.last, sorted(wanted), found.version)
    return answered(body, etag, if_none_match)


@router.get("/intraday/{kind}/{day}")
def intraday(kind: str, day: Day, user_id: DataReader, web: Web) -> Curve:
    """Return a curve of one day; a night belongs to the day of waking up."""
    found = web.runtime.reading.curve(user_id, kind, day)
    if found is None:
        raise NotFound
    times, *_ = found.columns.values()
    names = list(found.columns)[1:]
    return Curve(
        kind=kind,
        day=day,
        start=found.start_utc,
        times_s=list(times),
        columns={name: list(found.columns[name]) for name in names},
    )
