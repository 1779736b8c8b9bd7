"""The page for what did not work: what happened and the one thing to do next."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from training_analyzer.web.auth import is_looked_up
from training_analyzer.web.pages.entry import Entry, sign_in_page
from training_analyzer.web.pages.forms import see_other
from training_analyzer.web.pages.places import confirm_place, place_of
from training_analyzer.web.pages.shown import tongue_asked, tongue_of
from training_analyzer.web.parts import parts_of
from training_analyzer.web.refusals import StepUpRequired, Unauthenticated

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from training_analyzer.web.problems import Problem
    from training_analyzer.web.tongue import Tongue

_ABOUT_FIELDS: Final = ("validation_failed", "unknown_field")


def problem_page(request: Request, problem: Problem) -> Response:
    """Return *problem* as a page: to sign in on, or to confirm on, where that is what helps."""
    if problem.code == StepUpRequired.code:
        return see_other(confirm_place(request))
    # A poll that meets a problem loads the whole page anew, which then says what it is.
    is_poll = "hx-request" in request.headers
    headers = {**problem.headers, **({"HX-Refresh": "true"} if is_poll else {})}
    if problem.code == Unauthenticated.code:
        return sign_in_page(
            request, Entry(next=place_of(request)), status=problem.status, headers=headers
        )
    parts, tongue = parts_of(request), _tongue(request, problem)
    return parts.renderer.page(
        "problem.html",
        {
            "problem": problem,
            "said": said_of(problem, tongue, parts.runtime.now()),
            "request_id": request.state.request_id,
        },
        tongue=tongue,
        status=problem.status,
        headers=headers,
    )


def said_of(problem: Problem, tongue: Tongue, now: datetime) -> str:
    """Return what happened and what helps, on the person's clock and in their numbers."""
    if problem.code in _ABOUT_FIELDS:
        # Fields are named to programs. Whoever meets this page followed an address.
        return tongue.text("Something in the address, or in the form, is not what this page takes.")
    values = {
        name: tongue.clock(value, now) if isinstance(value, datetime) else tongue.number(value)
        for name, value in problem.values.items()
    }
    said = " ".join(tongue.text(each, **values) for each in problem.sentences or (problem.detail,))
    reason = problem.more.get("reason")
    return f"{said} “{reason}”" if reason else said


def _tongue(request: Request, problem: Problem) -> Tongue:
    # The database is not asked for a language where it may be what does not work.
    is_safe = is_looked_up(request) and problem.status < HTTPStatus.INTERNAL_SERVER_ERROR
    return tongue_of(request) if is_safe else tongue_asked(request)
