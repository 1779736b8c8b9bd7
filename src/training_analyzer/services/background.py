"""What goes on behind the requests of an application that embeds us."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from training_analyzer.services.delivering import courier
from training_analyzer.services.export_worker import ExportWorker
from training_analyzer.services.notices import Notifier

if TYPE_CHECKING:
    from collections.abc import Iterator

    from training_analyzer.services.garmin_scheduler import GarminSyncScheduler
    from training_analyzer.services.runtime import Runtime


@contextmanager
def background(runtime: Runtime, scheduler: GarminSyncScheduler) -> Iterator[None]:
    """Sync everybody on their schedule, tell webhooks and people, and make exports, for a block.

    Leaving it waits some seconds for running syncs, which go on at the next start.
    """
    scheduler.start()
    try:
        with (
            courier(runtime.webhooks),
            ExportWorker(runtime.export_jobs),
            Notifier(runtime.notices),
        ):
            yield
    finally:
        scheduler.stop()
