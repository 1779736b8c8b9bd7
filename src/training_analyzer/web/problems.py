"""Problems: every error as one value, and that value as `application/problem+json`.

No text of a request, a foreign exception or a foreign answer gets into one.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from starlette.responses import JSONResponse

from training_analyzer.errors import (
    GarminSyncError,
    InvalidSyncConfig,
    LoginBlocked,
    MfaInvalid,
    SyncAlreadyRunning,
    SyncingPaused,
    WeakPassword,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from fastapi.exceptions import RequestValidationError
    from starlette.exceptions import HTTPException

    from training_analyzer.web.refusals import Refusal

TITLES: Final = {
    "account_already_linked": "Somebody else here has this Garmin account",
    "account_locked": "Garmin has locked this account",
    "account_mismatch": "Another Garmin account is connected",
    "backfill_too_long": "That is a longer time than Garmin keeps",
    "bad_login": "Signing in did not work",
    "blocked": "Garmin refuses this server for now",
    "busy": "Too many syncs at once",
    "credential_corrupt": "The stored secrets do not open",
    "cross_site_request": "Refused: the request came from another site",
    "export_expired": "The file is not kept any more",
    "forbidden_dataset": "Garmin does not give this data",
    "garmin_unavailable": "Garmin did not answer",
    "idempotency_in_progress": "The same request is under way",
    "idempotency_key_reused": "The key was used for something else",
    "invalid_cursor": "The list has no such place",
    "gone": "This address was removed",
    "insufficient_scope": "This key may not do that",
    "insecure_transport": "Not over an open connection",
    "internal": "Something went wrong here",
    "invalid_credentials": "Garmin did not accept this",
    "key_unavailable": "The stored secrets do not open",
    "login_blocked": "Garmin refuses sign-ins from this server for now",
    "malformed_request": "The request cannot be read",
    "method_not_allowed": "That cannot be done here",
    "mfa_expired": "The code came too late",
    "mfa_invalid": "That code was not right",
    "mfa_required": "Garmin wants a security code",
    "needs_mfa": "Garmin waits for a security code",
    "needs_reauth": "Garmin wants you to connect again",
    "not_connected": "No Garmin account is connected",
    "not_found": "There is nothing here",
    "provider_unavailable": "The provider did not answer",
    "range_not_satisfiable": "The file has no such part",
    "rate_limited": "Garmin asked to wait",
    "stale_version": "It was changed in the meantime",
    "step_up_required": "Confirm who you are",
    "sync_already_running": "A sync is running already",
    "sync_cooldown": "Too soon after the last sync",
    "syncing_paused": "All syncing is paused",
    "token_expired": "Garmin ended the session",
    "totp_required": "A code is needed as well",
    "token_invalid": "That is not a Garmin token",
    "too_large": "The request is too large",
    "too_many_requests": "Too many attempts",
    "unauthenticated": "Sign in first",
    "unknown_field": "A field is not known",
    "unknown_host": "This server has another name",
    "unsupported_media_type": "The body must be JSON",
    "validate_cooldown": "Too soon after the last test",
    "webhook_url_refused": "Nothing is sent to this address",
    "validation_failed": "Something in the request needs correcting",
}
# A link's token, which no answer repeats.
_SECRET_PART: Final = re.compile(r"(?<=/auth/)(invitations|set-up)/.*")
CORRECT: Final = "Correct the fields that are named."
# What the framework refuses, in our words.
OF_STATUS: Final = {
    HTTPStatus.NOT_FOUND: ("not_found", "There is nothing at this address."),
    HTTPStatus.METHOD_NOT_ALLOWED: ("method_not_allowed", "This address takes another method."),
    HTTPStatus.CONTENT_TOO_LARGE: ("too_large", "A request body may have at most 1 MiB."),
}


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field; `field` is a JSON pointer into the request."""

    field: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Problem:
    """An error as the caller sees it. `code` is the contract, `detail` is for a person.

    Pages say `sentences`, with *values* in them, in the person's words; none: `detail`.
    """

    status: int
    code: str
    detail: str
    errors: tuple[FieldError, ...] = ()
    more: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    sentences: tuple[str, ...] = ()
    values: Mapping[str, datetime | int] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The few fixed words of the code."""
        return TITLES.get(self.code, self.code.replace("_", " ").capitalize())


INTERNAL: Final = Problem(
    HTTPStatus.INTERNAL_SERVER_ERROR,
    "internal",
    "This is a fault of the server. Its log has the details under the request's id.",
)


def of_error(error: GarminSyncError, now: datetime) -> Problem:
    """Return the problem that one of our own errors is."""
    more: dict[str, Any] = {}
    headers: dict[str, str] = {}
    wait = _wait(error, now)
    if wait is not None:
        seconds = max(1, math.ceil(wait.total_seconds()))
        more = {"retry_after": seconds, "retry_at": _instant(now + wait)}
        headers = {"Retry-After": str(seconds)}
    if isinstance(error, SyncAlreadyRunning) and error.sync_id is not None:
        more["sync_id"] = error.sync_id
    if isinstance(error, LoginBlocked) and error.cause is not None:
        more["cause"] = error.cause.value
    if isinstance(error, MfaInvalid) and error.attempts_left is not None:
        more["attempts_left"] = error.attempts_left
    if isinstance(error, SyncingPaused) and error.reason is not None:
        more["reason"] = error.reason
    errors: tuple[FieldError, ...] = ()
    if isinstance(error, InvalidSyncConfig | WeakPassword):
        errors = (FieldError(f"/{error.field}", "invalid", error.message),)
    return Problem(
        error.http_status,
        error.code,
        error.message,
        errors,
        more,
        headers,
        sentences=error.sentences,
        values=error.values,
    )


def of_refusal(refusal: Refusal) -> Problem:
    """Return the problem that a refusal of the web is."""
    return Problem(
        refusal.http_status,
        refusal.code,
        refusal.detail,
        more=refusal.more,
        headers=refusal.headers,
        sentences=(refusal.told,) if refusal.told else (),
        values=refusal.values,
    )


def of_http(error: HTTPException, methods: Iterable[str]) -> Problem:
    """Return the problem for what the framework refuses; its own words are left out.

    *methods* are those that the address takes.
    """
    known = OF_STATUS.get(HTTPStatus(error.status_code))
    code, detail = known or ("malformed_request", "The request cannot be read.")
    headers = dict(error.headers or {})
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(sorted(methods))
    return Problem(error.status_code, code, detail, headers=headers)


def of_validation(error: RequestValidationError) -> Problem:
    """Return the problem with the fields that were wrong, never with what was in them.

    A field that we do not know is not named either: its name is the caller's text.
    """
    found: Sequence[Mapping[str, Any]] = error.errors()
    if any(line["type"] == "json_invalid" for line in found):
        return Problem(HTTPStatus.BAD_REQUEST, "malformed_request", "The body is not JSON.")
    errors = tuple(_field_error(line) for line in found)
    code = "unknown_field" if {e.code for e in errors} == {"unknown_field"} else "validation_failed"
    return Problem(HTTPStatus.UNPROCESSABLE_CONTENT, code, CORRECT, errors)


def _field_error(line: Mapping[str, Any]) -> FieldError:
    path = [str(part) for part in line["loc"][1:]]
    if line["type"] == "extra_forbidden":
        return FieldError("".join(f"/{part}" for part in path[:-1]), "unknown_field", "Not known.")
    message = str(line["msg"]).removeprefix("Value error, ")
    return FieldError("".join(f"/{part}" for part in path), str(line["type"]), f"{message}.")


def as_json(problem: Problem, *, path: str, request_id: str) -> JSONResponse:
    """Return *problem* as the answer of an API route."""
    body = {
        "type": f"urn:training-analyzer:problem:{problem.code}",
        "title": problem.title,
        "status": int(problem.status),
        "detail": problem.detail,
        "instance": _SECRET_PART.sub(r"\1", path),
        "code": problem.code,
        "request_id": request_id,
        **problem.more,
    }
    if problem.status == HTTPStatus.UNPROCESSABLE_CONTENT:
        body["errors"] = [
            {"field": e.field, "code": e.code, "message": e.message} for e in problem.errors
        ]
    return JSONResponse(
        body, problem.status, dict(problem.headers), media_type="application/problem+json"
    )


def _wait(error: GarminSyncError, now: datetime) -> timedelta | None:
    retry_at = getattr(error, "retry_at", None)
    if isinstance(retry_at, datetime):
        return retry_at - now
    retry_after = getattr(error, "retry_after", None)
    return retry_after if isinstance(retry_after, timedelta) else None


def _instant(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")
