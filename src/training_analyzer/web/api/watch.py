"""For monitors: whether the process answers, whether it can work, and its metrics."""

from __future__ import annotations

from http import HTTPStatus
from typing import Literal

from fastapi import APIRouter, Request
from starlette.responses import Response

from training_analyzer.services.metrics import CONTENT_TYPE
from training_analyzer.services.metrics_access import may_read
from training_analyzer.services.readiness import Ticking, readiness_of
from training_analyzer.web.api.words import Answer, Web
from training_analyzer.web.refusals import MetricsRefused

router = APIRouter()


class Alive(Answer):
    """The process answers."""

    status: Literal["ok"] = "ok"


class Ready(Answer):
    """What keeps the process from its work, if anything does."""

    status: str
    database: bool
    schema_current: bool
    scheduler: Ticking
    last_tick_age_s: float | None


@router.get("/healthz")
async def health() -> Alive:
    """Tell that the process answers. Asks nothing of the database, needs no sign-in.

    It waits for no thread, so it answers however many syncs and logins go on.
    """
    return Alive()


@router.get(
    "/readyz",
    responses={HTTPStatus.SERVICE_UNAVAILABLE: {"model": Ready, "description": "It cannot."}},
)
def ready(web: Web, response: Response) -> Ready:
    """Tell whether the database can be used and the scheduler ticks; 503 if not."""
    found = readiness_of(web.runtime)
    if not found.is_ready:
        response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
    return Ready.model_validate(found.document())


@router.get(
    "/metrics",
    response_class=Response,
    responses={HTTPStatus.OK: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
def metrics(request: Request, web: Web) -> Response:
    """Give this process's metrics and the state of the queue in Prometheus' format."""
    peer = request.client.host if request.client else None
    if not may_read(web.runtime.settings, request.headers, peer):
        raise MetricsRefused
    return Response(web.runtime.metrics.text(), media_type=CONTENT_TYPE)
