"""What is known of which day: one character a day and stream."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import Field

from training_analyzer.services.reading import KINDS, LEGEND
from training_analyzer.web.api.ranges import From, To, span_of
from training_analyzer.web.api.versions import IfNoneMatch, answered_as_it_reads
from training_analyzer.web.api.words import Answer, SyncReader, Web

router = APIRouter()

_MONTH = 30
_MOST_DAYS = 1100


class StreamCoverage(Answer):
    """A stream; `cells` has one character for each day, as `legend` explains.

    `kinds` are the connections through which it can be had.
    """

    name: str
    group: str
    kinds: list[str]
    cells: str
    counts: dict[str, int]


class Coverage(Answer):
    """Days from `from` to `to`, both included; `counts` are those of all streams together."""

    first: date = Field(serialization_alias="from")
    last: date = Field(serialization_alias="to")
    legend: dict[str, str]
    counts: dict[str, int]
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
    streams = [
        StreamCoverage(
            name=line.stream,
            group=line.group,
            kinds=[*KINDS[line.stream]],
            cells=line.cells,
            counts=_counts(line.cells),
        )
        for line in cells
        if not wanted or line.stream in wanted
    ]
    body = Coverage(
        first=span.first,
        last=span.last,
        legend=LEGEND,
        counts=dict(sum((Counter(each.counts) for each in streams), Counter())),
        streams=streams,
    )
    return answered_as_it_reads(body, if_none_match)


def _counts(cells: str) -> dict[str, int]:
    return {letter: cells.count(letter) for letter in LEGEND if letter in cells}
