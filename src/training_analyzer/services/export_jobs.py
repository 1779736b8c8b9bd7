"""Exports as a person asks for them, looks at them, takes their file and deletes them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from training_analyzer.db.repositories.exporting import ExportRepository
from training_analyzer.errors import ExportExpired, ExportNotReady, ExportUnderWay
from training_analyzer.planning.exports import TYPES, Between, ExportJob, ExportState
from training_analyzer.services.export_archive import ExportArchive

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from training_analyzer.db import Database
    from training_analyzer.db.repositories.exports import ExportsRepository
    from training_analyzer.services.export_formats import ExportFormat
    from training_analyzer.services.export_shelf import ExportShelf

# The faces take these from here: they know no planning.
__all__ = [
    "ID_PREFIX",
    "Between",
    "ExportJob",
    "ExportJobs",
    "ExportState",
    "build_export_jobs",
]

ID_PREFIX: Final = "exp_"


@dataclass(frozen=True, slots=True)
class ExportJobs:
    """The exports of all people; each call is for one of them. Workers make the files."""

    shelf: ExportShelf
    archive: ExportArchive
    now: Callable[[], datetime]

    @property
    def repository(self) -> ExportsRepository:
        """Where they are kept."""
        return self.shelf.repository

    @property
    def types(self) -> list[str]:
        """What `types` may name: three groups, each stream, and each table."""
        return [*TYPES, *(name for name in self.archive.tables if name not in TYPES)]

    def ask(
        self,
        user_id: str,
        form: ExportFormat,
        *,
        span: Between,
        types: tuple[str, ...] | None,
        include_raw: bool,
        include_files: bool,
    ) -> ExportJob:
        """Queue an export. Raises `ParquetMissing`, `ExportUnderWay`."""
        self.archive.refuse_impossible(form)
        job = ExportJob(
            user_id=user_id,
            export_id=f"{ID_PREFIX}{uuid.uuid4().hex}",
            format=form.value,
            span=span,
            types=types,
            include_raw=include_raw,
            include_files=include_files,
            created_at=self.now(),
        )
        if not self.repository.add(job):
            raise ExportUnderWay
        return job

    def one(self, user_id: str, export_id: str) -> ExportJob | None:
        """Return the user's export of that id as it stands now, or None."""
        job = self.repository.one(user_id, export_id)
        return None if job is None else self._now(job)

    def page(
        self, user_id: str, *, limit: int, after: tuple[datetime, str] | None = None
    ) -> list[ExportJob]:
        """Return *limit* exports, newest first, behind the time and id of *after*."""
        found = self.repository.page(user_id, limit=limit, after=after)
        return [self._now(job) for job in found]

    def file(self, job: ExportJob) -> Path:
        """Return where the file of *job* is. Raises `ExportNotReady`, `ExportExpired`."""
        if job.state is ExportState.EXPIRED:
            raise ExportExpired
        if job.state is not ExportState.READY or job.file_name is None:
            raise ExportNotReady
        path = self.shelf.find(job.file_name)
        if path is None:
            raise ExportExpired
        return path

    def remove(self, user_id: str, export_id: str) -> bool:
        """Delete an export and its file; one that is being made ends. False: there is none."""
        if not self.repository.remove(user_id, export_id):
            return False
        self.shelf.drop([export_id])
        return True

    def _now(self, job: ExportJob) -> ExportJob:
        """Return *job* as expired from its time on, whenever its file is swept away."""
        is_over = job.expires_at is not None and job.expires_at <= self.now()
        if job.state is ExportState.READY and is_over:
            return replace(job, state=ExportState.EXPIRED)
        return job


def build_export_jobs(
    shelf: ExportShelf, database: Database, now: Callable[[], datetime]
) -> ExportJobs:
    """Return the exports of *database*, whose files are on *shelf*."""
    return ExportJobs(shelf, ExportArchive(ExportRepository(database)), now)
