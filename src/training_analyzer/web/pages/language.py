"""The language of somebody who is not signed in, as they choose it: a cookie of this browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from fastapi import APIRouter, Form, Request, Response

from training_analyzer.web.auth import is_https
from training_analyzer.web.catalogs import LANGUAGES
from training_analyzer.web.pages.forms import see_other
from training_analyzer.web.pages.places import own_place

if TYPE_CHECKING:
    from starlette.requests import HTTPConnection

router = APIRouter()

_COOKIE: Final = "language"
_KEPT_S: Final = 365 * 86_400


def language_kept(request: HTTPConnection) -> str | None:
    """Return what was chosen in this browser before, None for nothing that we speak."""
    kept = request.cookies.get(_COOKIE)
    return kept if kept in LANGUAGES else None


@router.post("/language")
def choose(
    request: Request,
    language: Annotated[str, Form(max_length=16)] = "",
    next: Annotated[str, Form(max_length=1024)] = "/",  # noqa: A002 - the name in the form
) -> Response:
    """Keep the language in this browser, and go back to the page that it was chosen on."""
    answer = see_other(own_place(next))
    if language in LANGUAGES:
        answer.set_cookie(
            _COOKIE,
            language,
            max_age=_KEPT_S,
            path="/",
            secure=is_https(request),
            httponly=True,
            samesite="lax",
        )
    return answer
