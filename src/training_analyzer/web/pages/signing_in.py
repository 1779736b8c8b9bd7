"""Sign in with a one-time link, and out again.

Opening the link changes nothing, so that a preview of it in a chat or mail does not
use it up: the button on its page does.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from training_analyzer.services.one_time_links import Purpose
from training_analyzer.web.auth import refuse_open_wire, sign_in, sign_out
from training_analyzer.web.parts import parts_of
from training_analyzer.web.refusals import BadLink, Unauthenticated

router = APIRouter()

_SEE_OTHER = 303


@router.get("/sign-in")
def sign_in_page(request: Request, token: str = "") -> Response:
    """Show the button that redeems the link."""
    if not token:
        raise Unauthenticated
    return parts_of(request).renderer.page("sign_in.html", {"token": token})


@router.post("/sign-in")
def redeem(request: Request, token: Annotated[str, Form()] = "") -> Response:
    """Use the link up and begin a session."""
    refuse_open_wire(request)
    link = parts_of(request).access.links.take(token, Purpose.SIGN_IN)
    if link is None or link.user_id is None:
        raise BadLink
    answer = RedirectResponse("/", _SEE_OTHER)
    sign_in(request, answer, link.user_id)
    return answer


@router.post("/sign-out")
def leave(request: Request) -> Response:
    """End the session."""
    answer = RedirectResponse("/", _SEE_OTHER)
    sign_out(request, answer)
    return answer
