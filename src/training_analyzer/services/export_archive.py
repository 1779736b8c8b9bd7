"""Write a person's data into one zip: tables, raw answers, original files, and a manifest.

Table by table and answer by answer: the memory it needs does not grow with the tables.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import os
import zipfile
from contextlib import closing
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

from training_analyzer import __version__
from training_analyzer.db.repositories.outbox import as_text
from training_analyzer.planning.exports import streams_into, tables_meant
from training_analyzer.services.export_formats import ExportFormat, writer_of
from training_analyzer.services.exporting import name_of, write_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime
    from pathlib import Path
    from types import ModuleType

    from training_analyzer.db.repositories.exporting import (
        ExportRepository,
        ExportTable,
        Snapshot,
    )
    from training_analyzer.planning.exports import ExportJob
    from training_analyzer.services.export_formats import OpenWriter

MANIFEST: Final = "manifest.json"
# Of the manifest's form; another one where a program that reads it would have to change.
MANIFEST_VERSION: Final = 1
_CHUNK: Final = 1024 * 1024
# Most of them are archives already.
_PACKED: Final = (".zip", ".parquet")


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One file of the archive; `table` and `rows` are None for what is no table."""

    name: str
    bytes: int
    sha256: str
    table: str | None = None
    rows: int | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """Who watches an export: `check` may end it by raising, `advance` hears what is done."""

    check: Callable[[], None]
    advance: Callable[[int, int], None]


class ExportArchive:
    """Writes the archives of exports, one user's at a time."""

    def __init__(
        self,
        repository: ExportRepository,
        load: Callable[[str], ModuleType] = importlib.import_module,
    ) -> None:
        self._repository = repository
        self._load = load

    @property
    def tables(self) -> list[str]:
        """The names of all tables that there are to export."""
        return [table.name for table in self._repository.tables]

    def refuse_impossible(self, form: ExportFormat) -> None:
        """Raise `ParquetMissing` when nothing here can write *form*."""
        writer_of(form, self._load)

    def write(self, job: ExportJob, path: Path, course: Course, *, now: datetime) -> int:
        """Write what *job* asks for into the new file *path*; return its size.

        Raises `ParquetMissing`, `OSError`, and whatever *course* raises; the file is then
        the caller's to delete.
        """
        opened = writer_of(ExportFormat(job.format), self._load)
        meant = tables_meant(job.types, self.tables)
        tables = [table for table in self._repository.tables if table.name in meant]
        total = len(tables) + job.include_raw + job.include_files
        path.touch(mode=0o600, exist_ok=False)
        with path.open("wb") as file:
            with (
                zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive,
                self._repository.snapshot(job.user_id, job.span) as data,
            ):
                making = _Making(archive, data, course, path.with_suffix(".part"), now)
                for done, table in enumerate(tables):
                    course.advance(done, total)
                    making.add_table(table, job.format, opened)
                if job.include_raw:
                    course.advance(len(tables), total)
                    streams = None if job.types is None else streams_into(meant)
                    making.add_answers(streams)
                if job.include_files:
                    course.advance(total - 1, total)
                    making.add_files()
                making.add_manifest(job)
            # Before anybody is told that it is ready.
            file.flush()
            os.fsync(file.fileno())
        return path.stat().st_size


class _Making:
    """One archive that is being written."""

    def __init__(
        self,
        archive: zipfile.ZipFile,
        data: Snapshot,
        course: Course,
        scratch: Path,
        now: datetime,
    ) -> None:
        self._archive = archive
        self._data = data
        self._course = course
        self._scratch = scratch
        self._now = now
        self._members: list[Member] = []
        self._damaged: list[str] = []

    def add_table(self, table: ExportTable, form: str, opened: OpenWriter) -> None:
        """Write a table apart first: neither its size nor its rows are known before."""
        try:
            written = write_table(
                self._data, table, self._scratch, opened, lambda _: self._course.check()
            )
            with self._scratch.open("rb") as file:
                self._add(
                    f"{table.name}.{form}",
                    iter(lambda: file.read(_CHUNK), b""),
                    written.bytes,
                    table=table.name,
                    rows=written.rows,
                )
        finally:
            self._scratch.unlink(missing_ok=True)

    def add_answers(self, streams: frozenset[str] | None) -> None:
        """Add Garmin's answers, unpacked; one that is damaged is named in the manifest."""
        with closing(self._data.answers(streams)) as answers:
            for answer in answers:
                days = f"{answer.first_date}_{answer.last_date}"
                name = f"raw/{answer.stream}/{days}-{answer.api}-{answer.sha256[:12]}.json"
                if answer.body is None:
                    self._damaged.append(name)
                else:
                    self._add(name, [answer.body], len(answer.body))

    def add_files(self) -> None:
        """Add the original files of activities."""
        with closing(self._data.files()) as files:
            for original in files:
                self._add(f"files/{name_of(original)}", [original.content], len(original.content))

    def add_manifest(self, job: ExportJob) -> None:
        """Say what is in the archive; last, because it names the sums of all else."""
        manifest = {
            "version": MANIFEST_VERSION,
            "program": f"garmin-sync {__version__}",
            "export_id": job.export_id,
            "created_at": as_text(self._now),
            "user_id": job.user_id,
            "from": job.span.first and job.span.first.isoformat(),
            "to": job.span.last and job.span.last.isoformat(),
            "types": job.types,
            "format": job.format,
            "members": [_told(member) for member in self._members],
            "damaged": self._damaged,
        }
        text = json.dumps(manifest, indent=1, ensure_ascii=False).encode()
        self._add(MANIFEST, [text], len(text))

    def _add(
        self,
        name: str,
        chunks: Iterable[bytes],
        size: int,
        *,
        table: str | None = None,
        rows: int | None = None,
    ) -> None:
        entry = zipfile.ZipInfo(name, self._now.timetuple()[:6])
        is_packed = name.endswith(_PACKED)
        entry.compress_type = zipfile.ZIP_STORED if is_packed else zipfile.ZIP_DEFLATED
        entry.external_attr = 0o600 << 16
        # It decides whether the entry has room for more than 4 GiB.
        entry.file_size = size
        total = hashlib.sha256()
        with self._archive.open(entry, "w") as member:
            for chunk in self._watched(chunks):
                total.update(chunk)
                member.write(chunk)
        self._members.append(
            Member(name=name, bytes=size, sha256=total.hexdigest(), table=table, rows=rows)
        )

    def _watched(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            self._course.check()
            yield chunk


def _told(member: Member) -> dict[str, object]:
    return {name: value for name, value in asdict(member).items() if value is not None}
