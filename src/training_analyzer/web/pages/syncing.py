"""The button "Sync now"."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from training_analyzer.errors import GarminSyncError, SyncAlreadyRunning
from training_analyzer.web.auth import current_user
from training_analyzer.web.limits import TRIGGERING
from training_analyzer.web.pages.forms import see_other
from training_analyzer.web.parts import parts_of

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
