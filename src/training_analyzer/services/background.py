"""What goes on behind the requests of an application that embeds us."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from training_analyzer.services.delivering import courier

if TYPE_CHECKING:
    from collections.abc import Iterator

    from training_analyzer.services.garmin_scheduler import GarminSyncScheduler
    from training_analyzer.services.runtime import Runtime


@contextmanager
def background(runtime: Runtime, scheduler: GarminSyncScheduler) -> Iterator[None]:
    """Sync everybody on their schedule and tell webhooks, as long as the block lasts.

    Leaving it waits some seconds for running syncs, which go on at the next start.
    """
    scheduler.start()
    try:
        with courier(runtime.webhooks):
            yield
    finally:
        scheduler.stop()
