"""The JSON face: `/api/v1/garmin/...` for the signed-in user, and addresses for monitors."""

from __future__ import annotations

from fastapi import APIRouter

from training_analyzer.web.api import (
    activities,
    api_keys,
    config,
    coverage,
    credentials,
    days,
    description,
    history,
    runs,
    schedule,
    series,
    watch,
    ways_in,
)

router = APIRouter()
for part in (
    credentials,
    ways_in,
    config,
    runs,
    history,
    schedule,
    coverage,
    days,
    activities,
    series,
):
    router.include_router(part.router, prefix="/api/v1/garmin")
router.include_router(api_keys.router, prefix="/api/v1")
router.include_router(description.router)
router.include_router(watch.router)

__all__ = ["router"]
