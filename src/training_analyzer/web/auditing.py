"""Write into the audit log what a request did, or was denied, with where it came from."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from training_analyzer.errors import GarminSyncError
from training_analyzer.services.limits import (
    CROSS_SITE_LOOKS,
    DENIALS,
    DENIALS_OF_ONE_KIND,
    DOWNLOADS_OF_ONE_KIND,
)
from training_analyzer.web.addresses import is_api, operation_at
from training_analyzer.web.auth import caller_or_none
from training_analyzer.web.clients import network_of
from training_analyzer.web.parts import parts_of
from training_analyzer.web.refusals import CrossSite, InsufficientScope, Refusal, StepUpRequired

if TYPE_CHECKING:
    from starlette.requests import Request

log = logging.getLogger(__name__)

DENIED: Final = "request_denied"


def note(
    request: Request,
    action: str,
    *,
    user_id: str | None,
    result: str = "ok",
    target: str | None = None,
    actor: str | None = None,
) -> None:
    """Write down that the caller did *action* to what is *user_id*'s; *result* is a code.

    The actor is whoever asked, as far as that was known before the request, or *actor*.
    """
    caller = caller_or_none(request)
    parts_of(request).access.audit.note(
        action,
        user_id=user_id,
        actor=actor or (caller.user_id if caller else None),
        result=result,
        target=target,
        network=network_of(request),
        request_id=request.state.request_id,
    )


def note_download(request: Request, *, user_id: str, export_id: str) -> None:
    """Write down that an export is taken from where the request comes, once a minute.

    Pages are not counted, and an export may be asked for in as many parts as it has bytes.
    """
    kind = f"{user_id} {export_id} {network_of(request)}"
    if parts_of(request).windows.take(DOWNLOADS_OF_ONE_KIND, kind).has_passed:
        note(request, "export_downloaded", user_id=user_id, target=export_id)


def note_denial(request: Request, error: Exception) -> None:
    """Write down that a caller who is known may not do what they asked for.

    One line a minute for what a caller asks for, and ten for the caller, however often they
    ask: the log cannot be filled. The refusal stands, written down or not.
    """
    code = _code_of_denial(request, error)
    if code is None:
        return
    windows = parts_of(request).windows
    if isinstance(error, CrossSite):
        # Refused before anything is counted: who asks is not looked up for each of a flood.
        network = network_of(request) or ""
        if not windows.take(CROSS_SITE_LOOKS, network).has_passed:
            return
    try:
        caller = caller_or_none(request)
        if caller is None:
            return
        target = operation_at(request)
        kind = f"{caller.user_id} {code} {target}"
        if not windows.take(DENIALS_OF_ONE_KIND, kind).has_passed:
            return
        if windows.take(DENIALS, caller.user_id).has_passed:
            note(request, DENIED, user_id=caller.user_id, result=code, target=target)
    except Exception as hindered:  # noqa: BLE001 - who embeds us may raise anything to say who asks
        # The text of a foreign exception may hold a secret.
        why = hindered.code if isinstance(hindered, GarminSyncError) else type(hindered).__name__
        log.warning("A refused request is not in the audit log: %s.", why)


def _code_of_denial(request: Request, error: Exception) -> str | None:
    """Return the code of what is to be written down; a page that asks who it is again is not."""
    is_denial = isinstance(error, InsufficientScope | CrossSite) or (
        isinstance(error, StepUpRequired) and is_api(request.scope)
    )
    return error.code if is_denial and isinstance(error, Refusal) else None
