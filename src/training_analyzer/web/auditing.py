"""Write into the audit log what a request did, with where it came from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from training_analyzer.web.auth import caller_or_none
from training_analyzer.web.clients import network_of
from training_analyzer.web.parts import parts_of

if TYPE_CHECKING:
    from starlette.requests import Request


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
