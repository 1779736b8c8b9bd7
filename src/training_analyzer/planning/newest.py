"""Rows of many answers, read newest first: which of them are not yet given. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from training_analyzer.streams import Row, Stream

type Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class TableRows:
    """Rows for one table that name the same columns.

    `is_rest` says that they are columns to fill in of rows that are there already.
    """

    table: str
    rows: Sequence[Row]
    is_rest: bool = False


@dataclass(frozen=True, slots=True)
class StreamGroup:
    """Streams that write to the same tables, directly or through others of the group."""

    tables: tuple[str, ...]
    streams: Mapping[str, Stream]

    @property
    def name(self) -> str:
        """The first table stands for the group."""
        return self.tables[0]


class Newest:
    """Takes the rows of one answer after another, newest first; gives each value once.

    A row that is complete goes first; of an older one only the columns that no newer row
    has named, as a sync would have left them. Holds the keys of the rows, not the rows.
    """

    def __init__(self, keys: Mapping[str, Sequence[str]]) -> None:
        self._keys = keys
        self._named: dict[Key, frozenset[str]] = {}
        self._left: dict[str, list[tuple[str, str]]] = {}
        self._waiting: dict[tuple[str, bool, frozenset[str]], list[Row]] = {}
        self._whole: dict[tuple[str, object], int] = {}
        self._answers = 0

    def leave(self, stream: str, first: str, last: str) -> None:
        """Let what is stored of these days stand: an answer for them could not be read.

        What an older answer says of them is older than what is stored.
        """
        self._left.setdefault(stream, []).append((first, last))

    def take(self, stream: Stream, api: str, found: Mapping[str, Iterable[Row]]) -> None:
        """Take the rows of one answer, by table."""
        self._answers += 1
        for table, rows in found.items():
            for row in rows:
                if not self._is_left(stream, row) and self._is_newest(stream, row):
                    self._take_row(table, {**row, "api": api})

    def given(self) -> list[TableRows]:
        """Give what was taken since the last time, whole rows before the rest of others."""
        given = [
            TableRows(table, rows, is_rest)
            for (table, is_rest, _), rows in sorted(
                self._waiting.items(), key=lambda waiting: waiting[0][1]
            )
        ]
        self._waiting = {}
        return given

    def _is_left(self, stream: Stream, row: Row) -> bool:
        spans = self._left.get(stream.name, ())
        if stream.day_column is None:
            return bool(spans)
        day = str(row.get(stream.day_column))
        return any(first <= day <= last for first, last in spans)

    def _is_newest(self, stream: Stream, row: Row) -> bool:
        """Whether no newer answer has given all rows of what this one is of."""
        if stream.whole_by is None:
            return True
        of = (stream.name, row[stream.whole_by])
        return self._whole.setdefault(of, self._answers) == self._answers

    def _take_row(self, table: str, row: Row) -> None:
        key_names = self._keys[table]
        key = (table, *(row[name] for name in key_names))
        names = frozenset(row)
        named = self._named.get(key)
        if named is None:
            self._named[key] = names
            self._waiting.setdefault((table, False, names), []).append(row)
        elif rest := names - named:
            self._named[key] = named | rest
            kept = {name: row[name] for name in row if name in rest or name in key_names}
            self._waiting.setdefault((table, True, frozenset(kept)), []).append(kept)


def stream_groups(catalog: Iterable[Stream]) -> list[StreamGroup]:
    """Return the groups of *catalog*, in its order: streams that share no table are apart."""
    groups: list[StreamGroup] = []
    for stream in catalog:
        tables = list(dict.fromkeys([stream.table, *_also(stream)]))
        streams = {stream.name: stream}
        apart = []
        for group in groups:
            if set(group.tables) & set(tables):
                tables = list(dict.fromkeys([*group.tables, *tables]))
                streams = {**group.streams, **streams}
            else:
                apart.append(group)
        groups = [*apart, StreamGroup(tuple(tables), streams)]
    return groups


def _also(stream: Stream) -> list[str]:
    return [table for route in stream.routes.values() for table in route.also]
