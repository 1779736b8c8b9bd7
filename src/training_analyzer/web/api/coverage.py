"""What is known of which day: one character a day and stream."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import Field

from training_analyzer.services.reading import LEGEND
from training_analyzer.web.api.ranges import From, To, span_of
from training_analyzer.web.api.versions import IfNoneMatch, answered_as_it_reads
from training_analyzer.web.api.words import Answer, SyncReader, Web

router = APIRouter()

_MONTH = 30
_MOST_DAYS = 1100


class StreamCoverage(Answer):
    """A stream; `cells` has one character for each day, as `legend` explains."""

    name: str
    group: str
    cells: str
    counts: dict[str, int]


class Coverage(Answer):
    """Days from `from` to `to`, both included."""

    first: date = Field(serialization_alias="from")
    last: date = Field(serialization_alias="to")
    legend: dict[str, str]
    streams: list[StreamCoverage]


@router.get("/coverage", response_model=Coverage)
def coverage(
    user_id: SyncReader,
    web: Web,
    first: From = None,
    to: To = None,
    types: Annotated[str | None, Query(max_length=1000)] = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Return what is known of each day and stream, oldest day first."""
    span = span_of(first, to, None, now=web.runtime.now(), default=_MONTH, most=_MOST_DAYS)
    wanted = {name.strip() for name in (types or "").split(",") if name.strip()}
    cells = web.runtime.reading.coverage_cells(
        user_id,
        web.runtime.syncs.config(user_id),
        first=span.first,
        last=span.last,
        today=web.runtime.now().date(),
    )
    body = Coverage(
        first=span.first,
        last=span.last,
        legend=LEGEND,
        streams=[
            StreamCoverage(
                name=line.stream, group=line.group, cells=line.cells, counts=_counts(line.cells)
            )
            for line in cells
            if not wanted or line.stream in wanted
        ],
    )
    return answered_as_it_reads(body, if_none_match)


def _counts(cells: str) -> dict[str, int]:
    return {letter: cells.count(letter) for letter in LEGEND if letter in cells}
