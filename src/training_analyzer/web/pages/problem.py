"""The page for what did not work: what happened and the one thing to do next."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from training_analyzer.web.parts import parts_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from training_analyzer.web.problems import Problem


def problem_page(request: Request, problem: Problem) -> Response:
    """Return *problem* as a page; whoever is not signed in learns how to."""
    is_poll = "hx-request" in request.headers
    template = "problem.html"
    if problem.status == HTTPStatus.UNAUTHORIZED and problem.code == "unauthenticated":
        template = "signed_out.html"
    return parts_of(request).renderer.page(
        template,
        {"problem": problem, "request_id": request.state.request_id},
        status=problem.status,
        # A poll that meets a problem loads the whole page anew, which then says what it is.
        headers={**problem.headers, **({"HX-Refresh": "true"} if is_poll else {})},
    )
