"""The files of an export: CSV, JSON lines, Parquet. Each is written batch by batch.

CSV     UTF-8, a header; NULL is an empty cell, an empty text is ""; no curves
JSONL   one object a line; curves are objects of columns
Parquet real types: timestamps in UTC, dates, 64-bit integers; curves are JSON text
"""

from __future__ import annotations

import csv
import json
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, Protocol

from training_analyzer.arrays import as_json
from training_analyzer.db.repositories.exporting import Kind
from training_analyzer.errors import ParquetMissing, UnexpectedPayload

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path
    from types import ModuleType

    from training_analyzer.db.repositories.exporting import ExportTable

# What a spreadsheet would run as a formula when a cell of text begins with it.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_ROW_GROUP: Final = 16_384
_ROW_GROUP_BYTES: Final = 16 * 1024 * 1024

type Batch = Sequence[Sequence[Any]]


class ExportFormat(StrEnum):
    """What kind of files an export writes; the value is their ending."""

    CSV = "csv"
    PARQUET = "parquet"
    JSONL = "jsonl"


class TableWriter(Protocol):
    """A file that takes a table's rows."""

    def write(self, batch: Batch) -> None:
        """Write some rows; the values stand in the order of the table's columns."""

    def close(self) -> None:
        """Finish the file."""


type OpenWriter = Callable[[Path, ExportTable], TableWriter]


def writer_of(form: ExportFormat, load: Callable[[str], ModuleType]) -> OpenWriter:
    """Return what opens a file of *form*; *load* imports the library that Parquet needs.

    Raises `ParquetMissing` when that is not installed.
    """
    if form is ExportFormat.CSV:
        return CsvWriter
    if form is ExportFormat.JSONL:
        return JsonLinesWriter
    try:
        arrow, parquet = load("pyarrow"), load("pyarrow.parquet")
    except ImportError:
        raise ParquetMissing from None
    return lambda path, table: ParquetWriter(path, table, arrow, parquet)


def exported_names(table: ExportTable) -> list[str]:
    """Return the names of *table*'s columns in a file: curves come unpacked, as `points`."""
    return [
        name.removesuffix("_zstd") if kind is Kind.CURVES else name for name, kind in table.columns
    ]


def harmless(text: str) -> str:
    """Return *text* with an apostrophe before what a spreadsheet would take for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def written(instant: datetime) -> str:
    """Return an instant as ISO 8601 text, as SQLite holds it: `2026-03-02T12:00:00.000Z`."""
    return f"{instant.isoformat(timespec='milliseconds').removesuffix('+00:00')}Z"


def curves(packed: bytes) -> str | None:
    """Return the columns of a stored curve as JSON text; None for one that is damaged."""
    try:
        return as_json(packed)
    except UnexpectedPayload:
        return None


_AS_TEXT: Final[Mapping[Kind, Callable[[Any], str]]] = {Kind.TEXT: harmless, Kind.INSTANT: written}


class CsvWriter:
    """A CSV file. Curves are left out: no cell holds a thousand points."""

    def __init__(self, path: Path, table: ExportTable) -> None:
        kept = [(n, *column) for n, column in enumerate(table.columns)]
        self._cells = [(n, _AS_TEXT.get(kind)) for n, _, kind in kept if kind is not Kind.CURVES]
        self._file = path.open("w", encoding="utf-8", newline="")
        self._rows = csv.writer(self._file, quoting=csv.QUOTE_STRINGS)
        self._rows.writerow([name for _, name, kind in kept if kind is not Kind.CURVES])

    def write(self, batch: Batch) -> None:
        """Write some rows."""
        self._rows.writerows(
            [row[n] if read is None or row[n] is None else read(row[n]) for n, read in self._cells]
            for row in batch
        )

    def close(self) -> None:
        """Finish the file."""
        self._file.close()


class JsonLinesWriter:
    """A file of JSON objects, one a line; curves stand at the end of the line."""

    def __init__(self, path: Path, table: ExportTable) -> None:
        columns = list(enumerate(table.columns))
        self._plain = [(name, n) for n, (name, kind) in columns if kind is not Kind.CURVES]
        self._curves = [n for n, (_, kind) in columns if kind is Kind.CURVES]
        self._file = path.open("w", encoding="utf-8")
        # What JSON has no type for are instants alone.
        self._encode = json.JSONEncoder(
            ensure_ascii=False, separators=(",", ":"), default=written
        ).encode

    def write(self, batch: Batch) -> None:
        """Write some rows."""
        for row in batch:
            line = self._encode({name: row[n] for name, n in self._plain})
            for n in self._curves:
                # The text is JSON already: reading a track to write it again takes long.
                line = f'{line[:-1]},"points":{curves(row[n]) or "null"}}}'
            self._file.write(f"{line}\n")

    def close(self) -> None:
        """Finish the file."""
        self._file.close()


class ParquetWriter:
    """A Parquet file, compressed with zstd; a row group is at most some megabytes."""

    def __init__(self, path: Path, table: ExportTable, arrow: Any, parquet: Any) -> None:  # noqa: ANN401 - an optional library
        self._arrow = arrow
        self._kinds = [kind for _, kind in table.columns]
        types = {
            Kind.TEXT: arrow.string(),
            Kind.DAY: arrow.date32(),
            Kind.INTEGER: arrow.int64(),
            Kind.NUMBER: arrow.float64(),
            Kind.INSTANT: arrow.timestamp("ms", tz="UTC"),
            Kind.CURVES: arrow.string(),
        }
        names = exported_names(table)
        self._schema = arrow.schema(
            [(name, types[kind]) for name, kind in zip(names, self._kinds, strict=True)]
        )
        self._file = parquet.ParquetWriter(path, self._schema, compression="zstd")
        self._waiting: list[Any] = []

    def write(self, batch: Batch) -> None:
        """Take some rows; they are written when there are enough for a row group."""
        columns = [
            self._arrow.array(_cells(kind, cells), type=field.type)
            for kind, cells, field in zip(
                self._kinds, zip(*batch, strict=True), self._schema, strict=True
            )
        ]
        self._waiting.append(self._arrow.record_batch(columns, schema=self._schema))
        rows = sum(waiting.num_rows for waiting in self._waiting)
        if rows >= _ROW_GROUP or sum(each.nbytes for each in self._waiting) >= _ROW_GROUP_BYTES:
            self._flush()

    def close(self) -> None:
        """Finish the file."""
        self._flush()
        self._file.close()

    def _flush(self) -> None:
        if self._waiting:
            self._file.write_table(self._arrow.Table.from_batches(self._waiting))
            self._waiting = []


def _cells(kind: Kind, cells: Sequence[Any]) -> Sequence[Any]:
    if kind is Kind.DAY:
        return [None if day is None else date.fromisoformat(day) for day in cells]
    if kind is Kind.CURVES:
        return [curves(packed) for packed in cells]
    return cells
