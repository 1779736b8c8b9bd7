"""What goes on behind the requests of a service, and of an application that embeds us."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
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
        with beside_syncs(runtime):
            yield
    finally:
        scheduler.stop()


@contextmanager
def beside_syncs(runtime: Runtime) -> Iterator[None]:
    """Tell webhooks and people, and make exports, for a block."""
    with ExitStack() as stack:
        stack.enter_context(courier(runtime.webhooks))
        stack.enter_context(ExportWorker(runtime.export_jobs))
        if runtime.notices is not None:
            stack.enter_context(Notifier(runtime.notices))
        yield
