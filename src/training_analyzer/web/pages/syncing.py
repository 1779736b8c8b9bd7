"""The button "Sync now"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Request, Response

from training_analyzer.errors import GarminSyncError, SyncAlreadyRunning
from training_analyzer.web.auth import current_user
from training_analyzer.web.limits import TRIGGERING
from training_analyzer.web.pages.forms import see_other
from training_analyzer.web.parts import parts_of

if TYPE_CHECKING:
    from training_analyzer.web.parts import Parts

router = APIRouter()


@router.post("/sync", dependencies=[TRIGGERING])
def sync_now(request: Request, user_id: Annotated[str, Depends(current_user)]) -> Response:
    """Start a sync and show it. What stands against one is on the page already."""
    try:
        begun = parts_of(request).manual.start(user_id)
    except SyncAlreadyRunning as running:
        return see_other(f"/runs/{running.sync_id}" if running.sync_id else "/")
    except GarminSyncError:
        return see_other("/")
    return see_other(f"/runs/{begun}")


def refusal_of(parts: Parts, user_id: str, *, is_retry: bool = False) -> GarminSyncError | None:
    """Return what stands against a sync now; one that makes up for another needs no gap."""
    try:
        parts.runtime.pauses.refuse()
        parts.runtime.syncs.check(user_id, any_time=is_retry)
    except GarminSyncError as error:
        return error
    return None
