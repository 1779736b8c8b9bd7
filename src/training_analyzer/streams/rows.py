"""How an answer becomes typed rows: find its records, read their columns, leave out the empty.

Says nothing about any stream in particular. The only error is `UnexpectedPayload`, for an
outer shape that cannot be this answer; odd members inside are passed over.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from training_analyzer.errors import UnexpectedPayload
from training_analyzer.streams.fields import Field, Record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from training_analyzer.streams.fields import Column
    from training_analyzer.streams.stream import Json, Parser, Row

type Records = Callable[[Json], Iterable[Record]]


@dataclass(frozen=True, slots=True)
class RowParser:
    """A parser that is a table: where the records stand, and what each column reads.

    A record without a value in one of its *key* columns gives no row, nor does one that
    was not *measured* (by default: any column beside the key has a value), so an unworn day
    stays empty. Of two records with the same key the first, which Garmin lists first, wins.
    """

    records: Records
    columns: Mapping[str, Column]
    key: tuple[str, ...]
    measured: Callable[[Row], bool] | None = None

    def __call__(self, body: Json) -> list[Row]:
        """Return the rows of an answer; raises `UnexpectedPayload` and nothing else."""
        rows: dict[tuple[object, ...], Row] = {}
        for record in self.records(body):
            row: Row = {name: read(record) for name, read in self.columns.items()}
            key = tuple(row[name] for name in self.key)
            if None not in key and self._is_measured(row):
                rows.setdefault(key, row)
        return list(rows.values())

    def drift(self, body: Json) -> int:
        """Return how many fields of an answer hold another kind of value than they should."""
        fields = [read for read in self.columns.values() if isinstance(read, Field)]
        return sum(field.has_drifted(record) for record in self.records(body) for field in fields)

    def _is_measured(self, row: Row) -> bool:
        if self.measured is not None:
            return self.measured(row)
        return any(value is not None for name, value in row.items() if name not in self.key)


@runtime_checkable
class Attentive(Protocol):
    """A parser that can tell how much of an answer it could not make sense of."""

    def drift(self, body: Json) -> int:
        """Return how many fields of an answer hold another kind of value than they should."""


def drift(parse: Parser | Attentive, body: Json) -> int:
    """Return the number of fields of the wrong type that *parse* meets in *body*."""
    return parse.drift(body) if isinstance(parse, Attentive) else 0


def digest_of(columns: Mapping[str, Column]) -> Column:
    """Read all of *columns* as one SHA-256: it tells whether anything of a row has changed.

    Of the values as they are read, not as they came: a new link to a profile picture in
    every row is no edit.
    """

    def digest(record: Record) -> str:
        values = {name: read(record) for name, read in columns.items()}
        text = json.dumps(values, default=str, separators=(",", ":"), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    return digest


def any_of(*columns: str) -> Callable[[Row], bool]:
    """Ask whether one of *columns* has a value: the ones that only a measurement fills."""
    return lambda row: any(row[column] is not None for column in columns)


def any_above_zero(*columns: str) -> Callable[[Row], bool]:
    """Ask whether one of *columns* has a value that is not 0, for those that default to 0."""
    return lambda row: any(row[column] for column in columns)


def listed(*path: str) -> Records:
    """Find the objects of the list at *path*; without a path the answer itself is the list."""

    def records(body: Json) -> list[Record]:
        value = body
        for name in path:
            value = child(value, name)
        return objects(value)

    return records


def single(body: Json) -> list[Record]:
    """Take the answer itself as the only record."""
    return [] if is_silent(body) else [_object(body)]


def single_with(name: str) -> Records:
    """Take the answer itself as the only record; its object *name* makes it this answer."""
    return lambda body: single(body) if single(child(body, name)) else []


def objects(value: Json) -> list[Record]:
    """Return the objects of a list; no list, an empty one or an object of nulls has none."""
    if is_silent(value):
        return []
    if not isinstance(value, list):
        raise UnexpectedPayload
    return inner_objects(value)


def inner_objects(value: Json) -> list[Record]:
    """Return the objects of a list inside a record, where anything else is passed over."""
    members = value if isinstance(value, list) else []
    return [member for member in members if isinstance(member, dict)]


def child(value: Json, name: str) -> Json:
    """Return the member *name* of an object, None when all of it is empty.

    Where *name* is missing but another object or list says something, Garmin has
    renamed it: that is `UnexpectedPayload`, because an "empty" would be a lie.
    """
    if is_silent(value):
        return None
    parent = _object(value)
    if name not in parent and any(
        isinstance(member, dict | list) and not is_silent(member) for member in parent.values()
    ):
        raise UnexpectedPayload
    return parent.get(name)


def is_silent(value: Json) -> bool:
    """Whether nothing is said: null, or nothing but empty objects, empty lists and nulls."""
    waiting: list[Json] = [value]
    while waiting:
        now = waiting.pop()
        if isinstance(now, dict):
            waiting.extend(now.values())
        elif isinstance(now, list):
            waiting.extend(now)
        elif now is not None:
            return False
    return True


def _object(value: Json) -> Record:
    if not isinstance(value, dict):
        raise UnexpectedPayload
    return value
