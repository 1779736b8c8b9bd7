"""Sign in by a provider of OpenID Connect, and link it: addresses for browsers alone.

Those of the provider stand under the API's root, as everybody expects them there, and still
answer with pages.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Final

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import RedirectResponse, Response

from training_analyzer.errors import (
    OnlyWayIn,
    SignOnFault,
    SingleSignOnFailed,
    SingleSignOnUnavailable,
    TooManyRequests,
)
from training_analyzer.services.callers import Caller
from training_analyzer.services.single_sign_on import LIFE, Came
from training_analyzer.web import entering
from training_analyzer.web.auditing import note
from training_analyzer.web.auth import caller_or_none, fresh_person, is_https, refuse_open_wire
from training_analyzer.web.clients import network_of
from training_analyzer.web.pages.entry import again, sign_in_page
from training_analyzer.web.pages.forms import see_other
from training_analyzer.web.pages.places import own_place
from training_analyzer.web.pages.second_factor import security_page
from training_analyzer.web.pages.shown import show, tongue_of
from training_analyzer.web.parts import parts_of
from training_analyzer.web.refusals import NotFound

if TYPE_CHECKING:
    from training_analyzer.services.single_sign_on import Proved, SingleSignOn, Started

router = APIRouter()

type Fresh = Annotated[Caller, Depends(fresh_person)]
type Given = Annotated[str, Query(max_length=4096)]

_ROOT: Final = "/api/v1/auth/oidc"
_HERE: Final = "/second-factor"
_OIDC: Final = "oidc"


@router.get(f"{_ROOT}/login")
def log_in(request: Request, next: Given = "/") -> Response:  # noqa: A002 - the name in the address
    """Send the browser to the provider."""
    refuse_open_wire(request)
    try:
        started = _sign_on(request).begin(
            redirect_uri=_redirect_uri(request), next_=own_place(next)
        )
    except SingleSignOnUnavailable as error:
        return sign_in_page(
            request,
            again(error, tongue_of(request), next_=own_place(next)),
            status=error.http_status,
        )
    answer = RedirectResponse(started.address, HTTPStatus.FOUND)
    _remember(request, answer, started)
    return answer


@router.get(f"{_ROOT}/callback")
def come_back(
    request: Request, code: Given = "", state: Given = "", iss: Given | None = None
) -> Response:
    """Begin a session of whom the provider vouches for, or link them."""
    refuse_open_wire(request)
    sign_on = _sign_on(request)
    sealed = request.cookies.get(_cookie_name(request), "")
    try:
        parts_of(request).access.entrance.admit(network_of(request))
        proved = sign_on.finish(sealed, Came(code, state, iss))
        answer = _welcome(request, sign_on, proved)
    except (SingleSignOnFailed, SingleSignOnUnavailable, TooManyRequests) as error:
        answer = _refused(request, error)
    answer.delete_cookie(
        _cookie_name(request), path="/", secure=is_https(request), httponly=True, samesite="lax"
    )
    return answer


@router.post("/single-sign-on")
def link(request: Request, person: Fresh) -> Response:
    """Send whoever is signed in to the provider, to be linked.

    By a page in between: browsers let no form lead to another site, not by a redirect either.
    """
    user = entering.known(request, person)
    sign_on = _sign_on(request)
    try:
        started = sign_on.begin(
            redirect_uri=_redirect_uri(request), next_=_HERE, link_for=user.user_id
        )
    except SingleSignOnUnavailable as error:
        return security_page(
            request, person, again(error, tongue_of(request)), status=error.http_status
        )
    values = {"provider": sign_on.name, "address": started.address}
    answer = show(request, "single_sign_on.html", values)
    _remember(request, answer, started)
    return answer


@router.post("/single-sign-on/remove")
def unlink(request: Request, person: Fresh) -> Response:
    """End signing in by the provider."""
    try:
        was_linked = _sign_on(request).unlink(person.user_id)
    except OnlyWayIn as error:
        return security_page(
            request, person, again(error, tongue_of(request)), status=error.http_status
        )
    if was_linked:
        note(request, "identity_unlinked", user_id=person.user_id)
    return see_other(_HERE)


def _welcome(request: Request, sign_on: SingleSignOn, proved: Proved) -> Response:
    answer = see_other(proved.next)
    if proved.link_for is None:
        user = sign_on.enter(proved.subject, network_of(request))
        entering.begin(request, answer, user.user_id, target=_OIDC)
        return answer
    caller = caller_or_none(request)
    if caller is None or caller.user_id != proved.link_for:
        raise SingleSignOnFailed(SignOnFault.STRANGER)
    sign_on.link(caller.user_id, proved.subject)
    note(request, "identity_linked", user_id=caller.user_id)
    return answer


def _refused(
    request: Request, error: SingleSignOnFailed | SingleSignOnUnavailable | TooManyRequests
) -> Response:
    if isinstance(error, SingleSignOnFailed):
        target = f"{_OIDC}:{error.why}"
        note(request, "sign_in_refused", user_id=None, result=error.code, target=target)
        try:
            parts_of(request).access.entrance.note_bad_link(network_of(request))
        except TooManyRequests as too_many:
            return sign_in_page(
                request, again(too_many, tongue_of(request)), status=too_many.http_status
            )
    return sign_in_page(request, again(error, tongue_of(request)), status=error.http_status)


def _sign_on(request: Request) -> SingleSignOn:
    """Return what the settings ask for. Raises `NotFound` without a provider."""
    found = parts_of(request).runtime.sign_on
    if found is None:
        raise NotFound
    return found


def _redirect_uri(request: Request) -> str:
    """Return the address that the provider sends people back to, which it has to know."""
    public = parts_of(request).site.public_url
    return f"{public or f'http://{request.headers["host"]}'}{_ROOT}/callback"


def _remember(request: Request, answer: Response, started: Started) -> None:
    answer.set_cookie(
        _cookie_name(request),
        started.sealed,
        max_age=int(LIFE.total_seconds()),
        path="/",
        secure=is_https(request),
        httponly=True,
        samesite="lax",
    )


def _cookie_name(request: Request) -> str:
    return "__Host-gsync-sso" if is_https(request) else "gsync-sso"
