"""The JSON face: `/api/v1/garmin/...` for the signed-in user, and `/healthz` for probes."""

from __future__ import annotations

from fastapi import APIRouter

from training_analyzer.web.api import config, credentials, runs, schedule, ways_in

router = APIRouter()
for part in (credentials, ways_in, config, runs, schedule):
    router.include_router(part.router, prefix="/api/v1/garmin")


@router.get("/healthz")
def health() -> dict[str, str]:
    """Tell that the process answers. Asks nothing of the database, needs no sign-in."""
    return {"status": "ok"}


__all__ = ["router"]
