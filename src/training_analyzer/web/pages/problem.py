"""The page for what did not work: what happened and the one thing to do next."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse

from training_analyzer.web.pages.entry import Entry, sign_in_page
from training_analyzer.web.pages.places import confirm_place, place_of
from training_analyzer.web.parts import parts_of
from training_analyzer.web.refusals import StepUpRequired, Unauthenticated

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from training_analyzer.web.problems import Problem


def problem_page(request: Request, problem: Problem) -> Response:
    """Return *problem* as a page: to sign in on, or to confirm on, where that is what helps."""
    if problem.code == StepUpRequired.code:
        return RedirectResponse(confirm_place(request), HTTPStatus.SEE_OTHER)
    # A poll that meets a problem loads the whole page anew, which then says what it is.
    is_poll = "hx-request" in request.headers
    headers = {**problem.headers, **({"HX-Refresh": "true"} if is_poll else {})}
    if problem.code == Unauthenticated.code:
        return sign_in_page(
            request, Entry(next=place_of(request)), status=problem.status, headers=headers
        )
    return parts_of(request).renderer.page(
        "problem.html",
        {"problem": problem, "request_id": request.state.request_id},
        status=problem.status,
        headers=headers,
    )
