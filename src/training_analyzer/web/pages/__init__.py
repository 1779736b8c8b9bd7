"""The pages for people: plain forms (POST, then 303, then GET) that work without script."""

from __future__ import annotations

from fastapi import APIRouter

from training_analyzer.web.pages import (
    activities,
    admin,
    admin_people,
    arriving,
    backfilling,
    connecting,
    connection,
    data,
    developer,
    developer_webhooks,
    health,
    home,
    language,
    live,
    look,
    runs,
    second_factor,
    security,
    settings,
    signing_in,
    single_sign_on,
    syncing,
)
from training_analyzer.web.pages.problem import problem_page

router = APIRouter(include_in_schema=False)
for part in (
    home,
    health,
    connecting,
    connection,
    data,
    settings,
    backfilling,
    signing_in,
    language,
    arriving,
    second_factor,
    single_sign_on,
    syncing,
    runs,
    activities,
    live,
    look,
    security,
    developer,
    developer_webhooks,
    admin,
    admin_people,
):
    router.include_router(part.router)

__all__ = ["problem_page", "router"]
