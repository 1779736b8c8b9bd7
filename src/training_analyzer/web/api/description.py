"""What this API is, for programs: its OpenAPI document."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import JSONResponse

from training_analyzer.web.api.words import Web  # noqa: TC001 - FastAPI resolves the annotations

router = APIRouter(include_in_schema=False)


@router.get("/api/v1/openapi.json")
def openapi_document(web: Web) -> JSONResponse:
    """Return the OpenAPI 3.1 document of this API; needs no sign-in."""
    return JSONResponse(web.describe())
