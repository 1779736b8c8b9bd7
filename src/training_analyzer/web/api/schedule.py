"""When the caller is synced next."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter

from training_analyzer.web.api.words import Answer, SyncReader, Web

router = APIRouter()


class SchedulerStatus(Answer):
    """The scheduler of this process, the queue of all, and the caller's own place in it.

    `paused` says whether an administrator has paused everybody.
    """

    is_running: bool
    auto_sync_enabled: bool
    sync_hour_utc: int
    next_sync_time: datetime | None
    queue_depth: int
    oldest_due_seconds: int
    paused: bool


@router.get("/scheduler/status")
def scheduler_status(user_id: SyncReader, web: Web) -> SchedulerStatus:
    """Tell whether the scheduler runs and when it syncs the caller next."""
    config = web.runtime.syncs.config(user_id)
    queue = web.runtime.watching.queue()
    return SchedulerStatus(
        is_running=web.scheduler.is_running,
        auto_sync_enabled=config.auto_sync_enabled,
        sync_hour_utc=config.time_of_day.hour,
        next_sync_time=web.scheduler.get_next_sync_time(user_id),
        queue_depth=queue.due,
        oldest_due_seconds=int(queue.oldest_due_age.total_seconds()),
        paused=web.runtime.pauses.of_everybody() is not None,
    )
