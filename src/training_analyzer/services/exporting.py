"""Write a person's data into files: one for each table, all of them or none.

Everything is written into a hidden folder inside the output folder first and moved to its
place at the end, so that no half-written file ever has a table's name.
"""

from __future__ import annotations

import importlib
import re
import shutil
import tempfile
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from training_analyzer.errors import ExportImpossible
from training_analyzer.services.export_formats import writer_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

    from training_analyzer.db.repositories.exporting import (
        ExportRepository,
        ExportTable,
        OriginalFile,
        Snapshot,
    )
    from training_analyzer.services.export_formats import ExportFormat, OpenWriter

ORIGINALS: Final = "original_files"
_ZIP: Final = b"PK\x03\x04"
_PLAIN_ENDING: Final = re.compile(r"[a-z0-9]{1,8}")


@dataclass(frozen=True, slots=True)
class ExportedTable:
    """A table's file: how many rows and bytes it has."""

    table: str
    file: str
    rows: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export wrote; `original_files` is None when they were not asked for."""

    folder: str
    tables: tuple[ExportedTable, ...]
    original_files: int | None

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(table.rows for table in self.tables)


@dataclass(frozen=True, slots=True)
class ExportProgress:
    """How far an export is: which table, and how many of its rows are written."""

    table: str
    rows: int


class Exports:
    """Exports one user's data at a time. The memory it needs does not grow with them."""

    def __init__(
        self,
        repository: ExportRepository,
        load: Callable[[str], ModuleType] = importlib.import_module,
    ) -> None:
        self._repository = repository
        self._load = load

    def export(
        self,
        user_id: str,
        form: ExportFormat,
        folder: Path,
        *,
        overwrite: bool = False,
        originals: bool = False,
        watch: Callable[[ExportProgress], None] = lambda _: None,
    ) -> Exported:
        """Write every table of typed data into *folder*, as it is at this moment.

        *originals* adds the activities' own files. Raises `ExportImpossible` when a file is
        there already and *overwrite* is not set, when the folder cannot be written, or when
        the library for Parquet is missing; the folder's files are then as they were.
        """
        opened = writer_of(form, self._load)
        tables = self._repository.tables
        if not overwrite:
            _refuse_what_is_there(folder, [f"{table.name}.{form.value}" for table in tables])
        with _told(folder), _workshop(folder) as work, self._repository.snapshot(user_id) as data:
            written = tuple(
                write_table(data, table, work / f"{table.name}.{form.value}", opened, watch)
                for table in tables
            )
            files = _write_originals(data, work / ORIGINALS, watch) if originals else None
            _move(work, folder)
        return Exported(str(folder), written, files)


def _refuse_what_is_there(folder: Path, names: list[str]) -> None:
    for name in [*names, ORIGINALS]:
        if (folder / name).exists():
            message = f"{folder / name} is there already: choose another folder, or use --force."
            raise ExportImpossible(message)


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        message = f"Nothing was exported: {folder} cannot be written ({type(error).__name__})."
        raise ExportImpossible(message) from None


@contextmanager
def _workshop(folder: Path) -> Iterator[Path]:
    """Give a folder inside *folder* that is gone at the end; what is made is the owner's alone."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    work = Path(tempfile.mkdtemp(prefix=".garmin-sync-export-", dir=folder))
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def write_table(
    data: Snapshot,
    table: ExportTable,
    path: Path,
    opened: OpenWriter,
    watch: Callable[[ExportProgress], None],
) -> ExportedTable:
    """Write the rows of *table* into *path*, which only its owner can read."""
    rows = 0
    path.touch(mode=0o600)
    with closing(opened(path, table)) as writer, closing(data.batches(table)) as batches:
        for batch in batches:
            writer.write(batch)
            rows += len(batch)
            watch(ExportProgress(table.name, rows))
    return ExportedTable(table.name, path.name, rows, path.stat().st_size)


def _write_originals(data: Snapshot, folder: Path, watch: Callable[[ExportProgress], None]) -> int:
    folder.mkdir(mode=0o700)
    count = 0
    with closing(data.files()) as files:
        for original in files:
            path = folder / name_of(original)
            path.touch(mode=0o600)
            path.write_bytes(original.content)
            count += 1
            watch(ExportProgress(ORIGINALS, count))
    return count


def name_of(original: OriginalFile) -> str:
    """Return a name of our own: the one inside Garmin's archive may be any text."""
    ending = "zip" if original.content.startswith(_ZIP) else original.format or ""
    ending = ending if _PLAIN_ENDING.fullmatch(ending) else "bin"
    return f"{original.activity_id}-{original.sha256[:12]}.{ending}"


def _move(work: Path, folder: Path) -> None:
    for path in sorted(work.rglob("*")):
        place = folder / path.relative_to(work)
        if path.is_dir():
            place.mkdir(exist_ok=True, mode=0o700)
        else:
            path.replace(place)
