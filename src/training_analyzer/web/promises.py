"""What each operation of the API promises beside its body: its errors by code, its headers.

What follows from the shape of an operation (a path, a body, a cursor) is derived; `REFUSES`
names what a route refuses on purpose beyond that.
"""

from __future__ import annotations

from collections import defaultdict
from http import HTTPStatus
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from training_analyzer import errors
from training_analyzer.web import refusals
from training_analyzer.web.problem_document import ProblemDocument
from training_analyzer.web.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from training_analyzer.errors import GarminSyncError
    from training_analyzer.web.refusals import Refusal

type Document = dict[str, Any]
type Refused = type[GarminSyncError | Refusal]

_PROBLEM: Final = f"#/components/schemas/{ProblemDocument.__name__}"
_REPEATS: Final = (refusals.IdempotencyInProgress, refusals.IdempotencyKeyReused)
_CONNECTS: Final = (
    errors.CredentialsRejected,
    errors.AccountAlreadyLinked,
    errors.AccountMismatch,
    errors.GarminUnavailable,
    errors.Blocked,
    errors.RateLimited,
)
_SYNCS: Final = (
    errors.NotConnected,
    errors.NeedsReauth,
    refusals.NeedsMfa,
    errors.SyncAlreadyRunning,
    errors.CoolingDown,
    errors.SyncingPaused,
    refusals.TooManySyncs,
)
_ARRIVES: Final = (refusals.LinkIsOver, errors.UserExists, errors.WeakPassword)
_CHANGES_CONFIG: Final = (errors.InvalidSyncConfig, refusals.StaleVersion)
# Any route that asks the database may meet these.
_STORAGE: Final = (errors.StorageBusy, errors.StorageFull, errors.StorageFailed)

REFUSES: Final[Mapping[str, tuple[Refused, ...]]] = MappingProxyType(
    {
        "connect_password": (
            *_CONNECTS,
            *_REPEATS,
            errors.AccountLocked,
            errors.LoginBlocked,
            errors.SignInAbandoned,
            refusals.TooManySignIns,
        ),
        "finish_mfa": (
            *_CONNECTS,
            errors.MfaInvalid,
            errors.MfaExpired,
            errors.LoginBlocked,
            errors.SignInAbandoned,
            refusals.TooManySignIns,
        ),
        "look_at_login": (errors.MfaExpired,),
        "abandon_login": (refusals.SignInOver,),
        "connect_token": (*_CONNECTS, errors.TokenInvalid, errors.TokenExpired),
        "connect_personal_key": _CONNECTS,
        "delete_credentials": (refusals.NothingToDelete,),
        "delete_personal_key": (refusals.NotFound, errors.KeyServesAlone),
        "validate_credentials": (
            errors.NotConnected,
            errors.SyncAlreadyRunning,
            errors.ValidateTooSoon,
            errors.GarminUnavailable,
        ),
        "change_sync_config": _CHANGES_CONFIG,
        "patch_sync_config": _CHANGES_CONFIG,
        "preview_sync_config": (errors.InvalidSyncConfig,),
        "trigger": (
            *_SYNCS,
            *_REPEATS,
            errors.SyncTooSoon,
            refusals.InsufficientScope,
            refusals.UnknownTypes,
        ),
        "retry_sync": (*_SYNCS, refusals.NothingFailed),
        "cancel_sync": (refusals.NotRunning,),
        "sync_events": (refusals.TooManyStreams,),
        "start_backfill": (
            *_REPEATS,
            errors.NotConnected,
            refusals.BackfillTooLong,
            refusals.UnknownTypes,
            refusals.TooManyBackfills,
        ),
        "pause_backfill": (refusals.BackfillMoved,),
        "resume_backfill": (refusals.BackfillMoved,),
        "cancel_backfill": (refusals.BackfillMoved,),
        "series": (refusals.UnknownFields,),
        "start_export": (
            *_REPEATS,
            errors.ExportUnderWay,
            errors.ParquetMissing,
            refusals.UnknownTypes,
        ),
        "export_file": (
            errors.ExportNotReady,
            errors.ExportExpired,
            refusals.RangeNotSatisfiable,
        ),
        "add_webhook": (errors.WebhookUrlRefused, errors.TooManyWebhooks),
        "change_webhook": (errors.WebhookUrlRefused, refusals.StaleVersion),
        "test_webhook": (errors.WebhookNotReady,),
        "rotate_webhook_secret": (errors.WebhookNotReady,),
        "redeliver": (errors.WebhookNotReady,),
        "log_in": (errors.BadLogin, errors.TotpRequired, refusals.InsecureTransport),
        "confirm": (errors.BadLogin, errors.TotpRequired),
        "change_password": (errors.BadLogin, errors.WeakPassword, refusals.StepUpRequired),
        "invitation": (refusals.LinkIsOver,),
        "accept_invitation": (*_ARRIVES, refusals.InsecureTransport),
        "set_up": (*_ARRIVES, refusals.InsecureTransport),
        "change_me": (refusals.StaleVersion,),
        "leave": (errors.BadLogin, errors.LastAdministrator),
        "begin_second_factor": (errors.SecondFactorIsOn,),
        "confirm_second_factor": (errors.BadLogin, errors.SecondFactorNotBegun),
        "renew_recovery_codes": (errors.SecondFactorIsOff,),
        "remove_second_factor": (errors.BadLogin, errors.SecondFactorNotBegun),
        "add_key": (refusals.TooManyKeys, refusals.InsufficientScope),
        "change_user": (errors.LastAdministrator, refusals.StepUpRequired),
        "remove_user": (errors.LastAdministrator,),
        "invite": (refusals.StepUpRequired,),
        "rotate": (errors.KeyRetired,),
        "metrics": (refusals.MetricsRefused,),
    }
)
# The new thing has an address of its own. Each 202 names where to look.
_LOCATED: Final = frozenset({"add_webhook"})
# Their answers have an `ETag` and take no condition.
_TAGGED: Final = frozenset({"original_file", "export_file", "add_webhook", "rotate_webhook_secret"})
# What monitors ask, as often as they like.
_UNCOUNTED: Final = frozenset({"health", "ready", "metrics"})
# Open for a while: whoever polls is told how often.
_POLLED: Final = frozenset({"look_at_login", "run_status", "export_detail"})


def add(operation: Document, method: str, refused: Iterable[Refused]) -> None:
    """Say in *operation* what it refuses, *refused* and all that follows, and its headers."""
    responses = operation["responses"]
    # The framework's 422 is not what we answer.
    responses.pop("422", None)
    codes: dict[int, list[str]] = defaultdict(list)
    name = str(operation["operationId"])
    for each in (*refused, *_implied(operation, method), *REFUSES.get(name, ())):
        if each.code not in codes[each.http_status]:
            codes[each.http_status].append(each.code)
    codes[HTTPStatus.INTERNAL_SERVER_ERROR] = ["internal"]
    if name not in _UNCOUNTED:
        codes[HTTPStatus.TOO_MANY_REQUESTS].insert(0, "too_many_requests")
    if {"parameters", "requestBody"} & operation.keys():
        codes[HTTPStatus.UNPROCESSABLE_CONTENT].insert(0, "validation_failed")
    if "requestBody" in operation:
        codes[HTTPStatus.UNPROCESSABLE_CONTENT].insert(1, "unknown_field")
    for status in sorted(codes):
        told = _problems(HTTPStatus(status), list(dict.fromkeys(codes[status])))
        responses.setdefault(str(int(status)), told)
    _add_successes(operation, name)
    # What else an operation refuses is a problem, too.
    responses["default"] = _response("Any other error.")


def _implied(operation: Document, method: str) -> Iterable[Refused]:
    """Yield what an operation refuses because of its shape."""
    yield from _STORAGE
    parameters = operation.get("parameters", ())
    if method not in {"get", "head"}:
        yield refusals.CrossSite
    if "requestBody" in operation:
        yield from (refusals.Refusal, refusals.TooLarge, refusals.NotJson)
    if any(each["in"] == "path" for each in parameters):
        yield refusals.NotFound
    if any(each["name"] == "cursor" for each in parameters):
        yield refusals.InvalidCursor
    if any(each["name"].lower() == "if-match" for each in parameters):
        yield refusals.StaleVersion


def _add_successes(operation: Document, name: str) -> None:
    """Declare the headers of what goes well, and the 304 of what has not changed."""
    responses = operation["responses"]
    given = {each["name"].lower() for each in operation.get("parameters", ())}
    for status in [each for each in responses if each.startswith("2")]:
        response = responses[status]
        response["description"] = f"{HTTPStatus(int(status)).phrase}."
        headers = response.setdefault("headers", {})
        if "cursor" in given:
            headers["Link"] = _header("The address of the next page, if there is one.")
        if {"if-none-match", "if-match"} & given or name in _TAGGED:
            headers["ETag"] = _header("The version, for `If-None-Match` and `If-Match`.")
        if status == str(int(HTTPStatus.ACCEPTED)) or name in _LOCATED:
            headers["Location"] = _header("Where to look at it.") | {"required": True}
        if status == str(int(HTTPStatus.ACCEPTED)) or name in _POLLED:
            told = "Seconds until it is worth looking again, while there is something to wait for."
            headers["Retry-After"] = _header(told) | {"schema": {"type": "integer"}}
        if not headers:
            del response["headers"]
    if "if-none-match" in given:
        responses[str(int(HTTPStatus.NOT_MODIFIED))] = {
            "description": "The caller has this version.",
            "headers": {"ETag": _header("The version.")},
        }


def _problems(status: HTTPStatus, codes: list[str]) -> Document:
    told = ", ".join(f"`{code}` ({Problem(status, code, '').title})" for code in codes)
    response = _response(f"{told}.")
    if status is HTTPStatus.TOO_MANY_REQUESTS:
        wait = {"description": "Seconds to wait.", "required": True, "schema": {"type": "integer"}}
        response["headers"] = {"Retry-After": wait}
    return response


def _response(told: str) -> Document:
    return {
        "description": told,
        "content": {"application/problem+json": {"schema": {"$ref": _PROBLEM}}},
    }


def _header(told: str) -> Document:
    return {"description": told, "schema": {"type": "string"}}
