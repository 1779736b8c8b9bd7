"""What a stream, a window and a payload are. Knows no stream in particular."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from training_analyzer.model import Api, GarminSyncConfig, Group

type Json = bool | int | float | str | list[Json] | dict[str, Json] | None
type Value = int | float | str | bytes | datetime | None
# A typed row without its user: column name -> value. Days are `YYYY-MM-DD` text,
# instants are aware UTC datetimes, truth values are 0 and 1.
type Row = dict[str, Value]
type Parser = Callable[[Json], Iterable[Row]]


@dataclass(frozen=True, slots=True)
class Route:
    """How one API serves a stream.

    `path` may hold `{first}`, `{last}` (days, both included), `{today}` and
    `{display_name}` (percent-encoded by the edge). `query` is sent as it stands,
    with the same places filled. A route with `page_size` is asked page after page
    (`start`, `limit`) until a page is not full; the payload is the joined list.
    `also` reads from the same answer what belongs into other tables: table -> parser.
    """

    path: str
    parse: Parser
    query: Mapping[str, str] = field(default_factory=dict)
    cap_days: int = 1
    page_size: int | None = None
    # 500 is how two routes of the Personal API say that a range is too long.
    too_long_is_500: bool = False
    also: Mapping[str, Parser] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stream:
    """One kind of Garmin data: who serves it, how it is read, where its rows go.

    `day_column` names the row's column that holds the calendar day it belongs to; None
    for a snapshot, which has no days of its own. `every_days` is how often a snapshot, or
    the latest days of a series that moves slowly, are asked for. `sweep_days` is how often
    all days are, where a person may edit and delete what is old. `detail_of` names the
    stream whose changed days this one is asked for. `whole_by` names the column, if there is
    one, of whose value an answer gives every row, so that an older answer adds none.
    """

    name: str
    group: Group
    table: str
    key: tuple[str, ...]
    routes: Mapping[Api, Route]
    day_column: str | None = "calendar_date"
    every_days: int = 1
    sweep_days: int | None = None
    detail_of: str | None = None
    whole_by: str | None = None

    @property
    def is_snapshot(self) -> bool:
        """Whether the stream is a state of now, not a series of days."""
        return self.day_column is None

    def is_wanted(self, config: GarminSyncConfig) -> bool:
        """Tell whether the person wants the stream; the details of one go with it."""
        off = config.left_out
        return self.group in config.groups and self.name not in off and self.detail_of not in off

    def api_among(self, apis: Sequence[Api]) -> Api | None:
        """Return the first of *apis* that serves the stream, or None."""
        return next((api for api in apis if api in self.routes), None)

    def read(self, payload: Payload) -> dict[str, list[Row]]:
        """Return the rows of *payload* by table, the stream's own table first.

        Raises `UnexpectedPayload` when the answer is none of this stream's.
        """
        route = self.routes[payload.api]
        parsers = {self.table: route.parse, **route.also}
        return {table: list(parse(payload.body)) for table, parse in parsers.items()}

    def windows(self, first: date, last: date, cap_days: int) -> Iterator[Window]:
        """Yield windows of at most *cap_days* that cover first..last once, newest first."""
        end = last
        while end >= first:
            start = max(first, end - timedelta(days=cap_days - 1))
            yield Window(self, start, end)
            end = start - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Window:
    """A stream over days, both ends included: the unit of fetching, storing and failing."""

    stream: Stream
    first: date
    last: date

    @property
    def days(self) -> tuple[date, ...]:
        """Every day of the window, oldest first."""
        count = (self.last - self.first).days + 1
        return tuple(self.first + timedelta(days=n) for n in range(count))

    def halves(self) -> tuple[Window, Window] | None:
        """Split in two, newest first; None when it is one day already."""
        if self.first == self.last:
            return None
        middle = self.first + (self.last - self.first) / 2
        return (
            Window(self.stream, middle + timedelta(days=1), self.last),
            Window(self.stream, self.first, middle),
        )


@dataclass(frozen=True, slots=True)
class Payload:
    """Garmin's answer as it came, and the API that gave it."""

    api: Api
    body: Json

    def canonical(self) -> bytes:
        """Return the body as compact JSON with sorted keys: what is archived and hashed."""
        compact = json.dumps(self.body, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        # A name cut in the middle of an emoji is half a surrogate pair, which strict
        # UTF-8 refuses; `json.loads` reads these bytes back as they were.
        return compact.encode(errors="surrogatepass")

    def digest(self) -> str:
        """Return SHA-256 of the canonical body, in hex."""
        return hashlib.sha256(self.canonical()).hexdigest()
