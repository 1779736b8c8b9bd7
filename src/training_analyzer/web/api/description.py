"""What this API is, for programs: its OpenAPI document."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import JSONResponse

from training_analyzer.web.api.words import (  # noqa: TC001 - FastAPI resolves the annotations
    Here,
    Web,
)

router = APIRouter(include_in_schema=False)


@router.get("/api/v1/openapi.json")
def openapi_document(web: Web, here: Here) -> JSONResponse:
    """Return the OpenAPI 3.1 document of this API; needs no sign-in."""
    described = web.describe()
    return JSONResponse({**described, "servers": [{**described["servers"][0], "url": here("/")}]})
