"""What goes on behind the requests of an application that embeds us."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from training_analyzer.services.delivering import courier
from training_analyzer.services.export_worker import ExportWorker

if TYPE_CHECKING:
    from collections.abc import Iterator

    from training_analyzer.services.garmin_scheduler import GarminSyncScheduler
    from training_analyzer.services.runtime import Runtime


@contextmanager
def background(runtime: Runtime, scheduler: GarminSyncScheduler) -> Iterator[None]:
    """Sync everybody on their schedule, tell webhooks and make exports, while the block lasts.

    Leaving it waits some seconds for running syncs, which go on at the next start.
    """
    scheduler.start()
    try:
        with courier(runtime.webhooks), ExportWorker(runtime.export_jobs):
            yield
    finally:
        scheduler.stop()
