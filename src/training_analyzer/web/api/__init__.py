"""The JSON face: `/api/v1/garmin/...` for the signed-in user, and addresses for monitors."""

from __future__ import annotations

from fastapi import APIRouter

from training_analyzer.web.api import (
    activities,
    admin_operation,
    admin_people,
    admin_system,
    api_keys,
    audit,
    backfills,
    config,
    coverage,
    credentials,
    days,
    description,
    entering,
    events,
    history,
    me,
    runs,
    schedule,
    series,
    server_status,
    sign_ins,
    watch,
    ways_in,
    webhooks,
)

router = APIRouter()
for part in (
    server_status,
    credentials,
    sign_ins,
    ways_in,
    config,
    runs,
    history,
    events,
    backfills,
    schedule,
    coverage,
    days,
    activities,
    series,
):
    router.include_router(part.router, prefix="/api/v1/garmin")
for part in (
    entering,
    me,
    audit,
    api_keys,
    webhooks,
    admin_people,
    admin_operation,
    admin_system,
):
    router.include_router(part.router, prefix="/api/v1")
router.include_router(description.router)
router.include_router(watch.router)

__all__ = ["router"]
