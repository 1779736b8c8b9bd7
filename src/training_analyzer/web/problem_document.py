"""The shape of `application/problem+json`, for the OpenAPI document and who reads it."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field


class FieldProblem(BaseModel):
    """What is wrong with one field of a request."""

    field: str = Field(description="A JSON pointer into the request.", examples=["/sync_time"])
    code: str
    message: str


class ProblemDocument(BaseModel):
    """An error (RFC 9457). `code` is the contract; `detail` is one sentence for a person.

    Some codes have members of their own beside these.
    """

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [
                {
                    "type": "urn:training-analyzer:problem:sync_cooldown",
                    "title": "Too soon after the last sync",
                    "status": 429,
                    "detail": "Possible again at 2026-11-22 07:04 UTC.",
                    "instance": "/api/v1/garmin/sync/trigger",
                    "code": "sync_cooldown",
                    "request_id": "0f3d1c2b4a596877",
                    "retry_after": 2280,
                    "retry_at": "2026-11-22T07:04:00Z",
                },
                {
                    "type": "urn:training-analyzer:problem:login_blocked",
                    "title": "Garmin refuses sign-ins from this server for now",
                    "status": 429,
                    "detail": "Garmin refuses password logins for now.",
                    "instance": "/api/v1/garmin/credentials",
                    "code": "login_blocked",
                    "request_id": "0f3d1c2b4a596878",
                    "retry_after": 7200,
                    "retry_at": "2026-11-22T09:04:00Z",
                    "cause": "captcha",
                },
            ]
        },
    )

    type: str = Field(examples=["urn:training-analyzer:problem:not_found"])
    title: str
    status: int
    detail: str
    instance: str
    code: str
    request_id: str
    errors: list[FieldProblem] | None = None
    retry_after: int | None = Field(default=None, description="Seconds, where waiting helps.")
    retry_at: datetime | None = None
