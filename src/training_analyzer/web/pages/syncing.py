"""The button "Sync now"."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from training_analyzer.errors import GarminSyncError, SyncAlreadyRunning
from training_analyzer.web.auth import current_user
from training_analyzer.web.limits import TRIGGERING
from training_analyzer.web.parts import parts_of

router = APIRouter()


@router.post("/sync", dependencies=[TRIGGERING])
def sync_now(request: Request, user_id: Annotated[str, Depends(current_user)]) -> Response:
    """Start a sync and show it. What stands against one is on the page already."""
    try:
        begun = parts_of(request).manual.start(user_id)
    except SyncAlreadyRunning as running:
        return RedirectResponse(f"/runs/{running.sync_id}" if running.sync_id else "/", 303)
    except GarminSyncError:
        return RedirectResponse("/", 303)
    return RedirectResponse(f"/runs/{begun}", 303)
