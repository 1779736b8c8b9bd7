"""The JSON face, in three parts: data, people, and addresses for monitors."""

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
    second_factor,
    series,
    server_status,
    sign_ins,
    watch,
    ways_in,
    webhooks,
)

# What an application that embeds us takes, with people of its own: connections, syncs, data.
data_router = APIRouter()
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
    data_router.include_router(part.router, prefix="/api/v1/garmin")
data_router.include_router(webhooks.router, prefix="/api/v1")
data_router.include_router(description.router)

people_router = APIRouter()
for part in (
    entering,
    me,
    second_factor,
    audit,
    api_keys,
    admin_people,
    admin_operation,
    admin_system,
):
    people_router.include_router(part.router, prefix="/api/v1")

monitors_router = APIRouter()
monitors_router.include_router(watch.router)

__all__ = ["data_router", "monitors_router", "people_router"]
