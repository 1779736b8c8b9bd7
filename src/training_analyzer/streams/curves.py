"""How an answer becomes curves: find the samples of a day, read them, pack them as columns.

Says nothing about any stream in particular. Like `rows`, its only error is
`UnexpectedPayload`; odd samples inside a curve are passed over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import itemgetter
from typing import TYPE_CHECKING

from training_analyzer.arrays import pack
from training_analyzer.errors import UnexpectedPayload
from training_analyzer.streams.fields import Field, Record, at
from training_analyzer.streams.instants import instant
from training_analyzer.streams.rows import child, inner_objects, single

if TYPE_CHECKING:
    from training_analyzer.streams.rows import Records
    from training_analyzer.streams.stream import Json, Row

type Samples = Callable[[Record], Iterable[Record]]
type Reader = Callable[[Record], int | float | None]

_MS = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Series:
    """One curve of an answer: its kind, where its samples stand, what each column reads.

    The first of *columns* is the curve's value. A sample without a time is passed over, one
    without a value is a gap and stays; a curve of nothing but gaps was not measured.
    """

    kind: str
    samples: Samples
    when: Field[datetime]
    columns: Mapping[str, Reader]

    def row(self, record: Record, day: str) -> Row | None:
        """Return the curve of *day*, in the order of time, or None when nothing was measured.

        Column `t` counts seconds since `start_utc`, the first sample.
        """
        timed = [(when, sample) for sample in self.samples(record) if (when := self.when(sample))]
        timed.sort(key=itemgetter(0))
        columns = {name: [read(s) for _, s in timed] for name, read in self.columns.items()}
        if all(value is None for value in next(iter(columns.values()))):
            return None
        start = timed[0][0]
        seconds = [_seconds(when - start) for when, _ in timed]
        return {
            "kind": self.kind,
            "calendar_date": day,
            "start_utc": start,
            "point_count": len(timed),
            "points_zstd": pack({"t": seconds, **columns}),
        }

    def drift(self, record: Record) -> int:
        """Return how many fields of the samples hold another kind of value than they should."""
        fields = [read for read in (self.when, *self.columns.values()) if isinstance(read, Field)]
        return sum(field.has_drifted(s) for s in self.samples(record) for field in fields)


@dataclass(frozen=True, slots=True)
class CurveParser:
    """A parser of day answers: where the record stands, which day it is, and its curves."""

    records: Records
    day: Field[str]
    series: tuple[Series, ...]

    def __call__(self, body: Json) -> list[Row]:
        """Return one row per curve; raises `UnexpectedPayload` and nothing else."""
        return [
            row
            for record in self.records(body)
            if (day := self.day(record))
            for series in self.series
            if (row := series.row(record, day))
        ]

    def drift(self, body: Json) -> int:
        """Return how many fields of an answer hold another kind of value than they should."""
        return sum(s.drift(record) for record in self.records(body) for s in self.series)


def whole_with(name: str) -> Records:
    """Take the answer itself as the only record; a member *name* makes it this answer."""

    def records(body: Json) -> list[Record]:
        child(body, name)
        return single(body)

    return records


def members(name: str) -> Samples:
    """Find samples that are objects, in the list *name*."""
    return lambda record: inner_objects(record.get(name))


def described(
    points: str, descriptors: str, usual: Mapping[str, int], *, key: str = "key", index: str
) -> Samples:
    """Find samples that are arrays, in the list *points*, and name what stands in them.

    Which column is what, the list *descriptors* says: its members hold a column's name at
    *key* and its place at *index*. *usual* are the names that are wanted, and their places
    where nothing is described. Raises `UnexpectedPayload` when one is not described.
    """

    def samples(record: Record) -> list[Record]:
        value = record.get(points)
        arrays = [p for p in value if isinstance(p, list)] if isinstance(value, list) else []
        said = inner_objects(record.get(descriptors))
        places = {str(column.get(key)): column.get(index) for column in said} or usual
        wanted = {name: place for name in usual if isinstance(place := places.get(name), int)}
        if arrays and wanted.keys() != usual.keys():
            raise UnexpectedPayload
        return [
            {name: point[place] for name, place in wanted.items() if 0 <= place < len(point)}
            for point in arrays
        ]

    return samples


def lasting(start: str, end: str) -> Reader:
    """Read how many seconds lie between the instants at *start* and *end*."""

    def read(sample: Record) -> float | None:
        first, last = instant(at(sample, start)), instant(at(sample, end))
        return None if first is None or last is None else _seconds(last - first)

    return read


def _seconds(span: timedelta) -> float:
    """Return whole seconds as an integer, which packs best, and others to the millisecond."""
    whole, rest = divmod(span // _MS, 1000)
    return whole + rest / 1000 if rest else whole
