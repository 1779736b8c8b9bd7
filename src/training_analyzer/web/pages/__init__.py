"""The pages for people: plain forms (POST, then 303, then GET) that work without script."""

from __future__ import annotations

from fastapi import APIRouter

from training_analyzer.web.pages import (
    arriving,
    backfilling,
    connecting,
    connection,
    home,
    live,
    look,
    runs,
    second_factor,
    settings,
    signing_in,
    single_sign_on,
    syncing,
)
from training_analyzer.web.pages.problem import problem_page

router = APIRouter(include_in_schema=False)
for part in (
    home,
    connecting,
    connection,
    settings,
    backfilling,
    signing_in,
    arriving,
    second_factor,
    single_sign_on,
    syncing,
    runs,
    live,
    look,
):
    router.include_router(part.router)

__all__ = ["problem_page", "router"]
