"""Make the exports that wait: one at a time in each process, any number of processes."""

from __future__ import annotations

import errno
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from training_analyzer.db.repositories.exports import LEASE
from training_analyzer.errors import (
    ExportImpossible,
    GarminSyncError,
    InternalError,
    LeaseLost,
    Stopping,
    StorageBusy,
    StorageFull,
)
from training_analyzer.services.export_archive import Course
from training_analyzer.services.heartbeat import Heartbeat
from training_analyzer.services.owner import process_name
from training_analyzer.services.rounds import Hourly, Rounds

if TYPE_CHECKING:
    import threading

    from training_analyzer.planning.exports import ExportJob
    from training_analyzer.services.export_jobs import ExportJobs

log = logging.getLogger(__name__)

_INTERVAL_S: Final = 1.0
# So many times as long: a database that is down for an hour is not 3,600 lines.
_AFTER_FAILURE: Final = 30
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})


@dataclass(frozen=True, slots=True)
class ExportMaking:
    """Takes exports one by one and writes their files; *stopping* ends one between two batches."""

    jobs: ExportJobs
    owner: str
    stopping: threading.Event

    def make_next(self) -> bool:
        """Make the export that has waited longest; False when none waits."""
        repository = self.jobs.repository
        if not repository.is_any_waiting(self.jobs.now()):
            return False
        job = repository.claim(self.owner, now=self.jobs.now())
        if job is None:
            return False
        try:
            self._make(job)
        except Stopping:
            repository.give_back(job)
        except LeaseLost:
            log.info("Export %s is deleted, or another worker's.", job.export_id)
        except StorageBusy:
            # Its lease runs out, and then it is begun anew.
            raise
        except GarminSyncError as error:
            self._fail(job, error.code)
        except OSError as error:
            is_full = error.errno in _FULL
            self._fail(job, StorageFull.code if is_full else ExportImpossible.code)
        except Exception as error:  # noqa: BLE001 - one export must not end all others
            log.error("Export %s: %s.", job.export_id, type(error).__name__)  # noqa: TRY400 - a foreign text may hold data
            self._fail(job, InternalError.code)
        return True

    def _make(self, job: ExportJob) -> None:
        jobs, repository = self.jobs, self.jobs.repository
        path = jobs.shelf.place(job, "zip")
        is_ours = False
        try:
            with Heartbeat(
                lambda: repository.renew(job, now=jobs.now()),
                interval_s=LEASE.total_seconds() / 3,
            ) as beat:
                size = jobs.archive.write(job, path, self._course(job, beat), now=jobs.now())
            surplus = repository.ready(job, path.name, size, now=jobs.now())
            if surplus is None:
                raise LeaseLost
            is_ours = True
        finally:
            if not is_ours:
                path.unlink(missing_ok=True)
        jobs.shelf.drop(surplus)

    def _course(self, job: ExportJob, beat: Heartbeat) -> Course:
        def check() -> None:
            if self.stopping.is_set():
                raise Stopping
            if beat.lost.is_set():
                raise LeaseLost

        def advance(done: int, total: int) -> None:
            check()
            if not self.jobs.repository.advance(job, done, total, now=self.jobs.now()):
                raise LeaseLost

        return Course(check, advance)

    def _fail(self, job: ExportJob, code: str) -> None:
        log.warning("Export %s failed: %s.", job.export_id, code)
        self.jobs.repository.fail(job, code, now=self.jobs.now())


class ExportWorker(Rounds):
    """Make exports in a thread of its own, for as long as the block goes on.

    One that is cut off at its end is given back, and begun anew by whoever comes next.
    """

    def __init__(self, jobs: ExportJobs, *, interval_s: float = _INTERVAL_S) -> None:
        super().__init__(
            "exports",
            self._make_one,
            failed="No export was made",
            again_s=_AFTER_FAILURE * interval_s,
        )
        self._making = ExportMaking(jobs, process_name(), self.left)
        self._clean = Hourly(jobs.shelf.clean, jobs.now)
        self._interval_s = interval_s

    def _make_one(self) -> float:
        self._clean()
        return 0.0 if self._making.make_next() else self._interval_s
