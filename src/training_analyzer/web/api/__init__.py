"""The JSON face, in three parts: data, people, and addresses for monitors."""

from __future__ import annotations

from fastapi import APIRouter, Depends

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
    exports,
    history,
    me,
    runs,
    schedule,
    second_factor,
    series,
    server_status,
    sign_ins,
    watch,
    ways_in,
    webhooks,
)
from training_analyzer.web.api.asked_once import asked_once

_ONCE = [Depends(asked_once)]

# What an application that embeds us takes, with people of its own: connections, syncs, data.
data_router = APIRouter(dependencies=_ONCE)
for topic, parts in {
    "Server": (server_status,),
    "Connection": (credentials, sign_ins, ways_in),
    "Configuration": (config,),
    "Syncs": (runs, history, events, schedule),
    "Backfills": (backfills,),
    "Data": (coverage, days, activities, series),
}.items():
    for part in parts:
        data_router.include_router(part.router, prefix="/api/v1/garmin", tags=[topic])
data_router.include_router(exports.router, prefix="/api/v1", tags=["Exports"])
data_router.include_router(webhooks.router, prefix="/api/v1", tags=["Webhooks"])
data_router.include_router(description.router)

people_router = APIRouter(dependencies=_ONCE)
for topic, parts in {
    "Sign-in": (entering,),
    "Account": (me, second_factor, audit),
    "API keys": (api_keys,),
    "Administration": (admin_people, admin_operation, admin_system),
}.items():
    for part in parts:
        people_router.include_router(part.router, prefix="/api/v1", tags=[topic])

monitors_router = APIRouter()
monitors_router.include_router(watch.router, tags=["Server"])

__all__ = ["data_router", "monitors_router", "people_router"]
