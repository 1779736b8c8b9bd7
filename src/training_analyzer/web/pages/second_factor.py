"""Turn a second factor on and off, by plain forms."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, Request, Response

from training_analyzer.errors import (
    BadLogin,
    SecondFactorIsOff,
    SecondFactorIsOn,
    SecondFactorNotBegun,
    TooManyRequests,
    TotpRequired,
)
from training_analyzer.services.callers import Caller
from training_analyzer.web import second_factors
from training_analyzer.web.auth import fresh_person
from training_analyzer.web.pages.entry import Entry, again, provider_name
from training_analyzer.web.pages.forms import see_other
from training_analyzer.web.pages.qr_code import qr_code_of
from training_analyzer.web.pages.shown import show, tongue_of
from training_analyzer.web.parts import parts_of

router = APIRouter()

type Text = Annotated[str, Form(max_length=1024)]
type Fresh = Annotated[Caller, Depends(fresh_person)]

_HERE: Final = "/second-factor"


@router.get(_HERE)
def second_factor_form(request: Request, person: Fresh) -> Response:
    """Show whether it is on, and the form that changes that."""
    return security_page(request, person, Entry())


@router.post(_HERE)
def begin(request: Request, person: Fresh) -> Response:
    """Show the secret for the app, once, and ask for a first code."""
    try:
        begun = second_factors.begin(request)
    except SecondFactorIsOn as error:
        return security_page(
            request, person, again(error, tongue_of(request)), status=error.http_status
        )
    return security_page(request, person, Entry(), begun=begun)


@router.post(f"{_HERE}/confirm")
def confirm(request: Request, person: Fresh, totp: Text = "") -> Response:
    """Turn it on and show the recovery codes, once."""
    try:
        codes = second_factors.confirm(request, totp)
    except (BadLogin, SecondFactorNotBegun, TooManyRequests) as error:
        return security_page(
            request, person, again(error, tongue_of(request)), status=error.http_status, waits=True
        )
    return show(request, "recovery_codes.html", {"codes": codes, "are_renewed": False})


@router.post(f"{_HERE}/recovery-codes")
def renew_codes(request: Request, person: Fresh) -> Response:
    """Show other recovery codes, once; those before are void."""
    try:
        codes = second_factors.renew_codes(request)
    except SecondFactorIsOff as error:
        return security_page(
            request, person, again(error, tongue_of(request)), status=error.http_status
        )
    return show(request, "recovery_codes.html", {"codes": codes, "are_renewed": True})


@router.post(f"{_HERE}/remove")
def remove(request: Request, person: Fresh, password: Text = "", totp: Text = "") -> Response:
    """Turn it off."""
    try:
        second_factors.remove(request, password, totp)
    except (BadLogin, TotpRequired, TooManyRequests) as error:
        return security_page(
            request, person, again(error, tongue_of(request)), status=error.http_status
        )
    return see_other(_HERE)


def security_page(
    request: Request,
    person: Caller,
    entry: Entry,
    *,
    begun: second_factors.Begun | None = None,
    waits: bool = False,
    status: int = HTTPStatus.OK,
) -> Response:
    """Return the page of everything beside the password that lets somebody in."""
    access, sign_on = parts_of(request).access, parts_of(request).runtime.sign_on
    values = {
        "entry": entry,
        "is_on": access.second_factor.is_on(person.user_id),
        "has_password": access.passwords.has(person.user_id),
        "codes_left": access.second_factor.codes_left(person.user_id),
        "begun": begun,
        "picture": qr_code_of(begun.address) if begun else "",
        "waits": waits or begun is not None,
        "provider": provider_name(request),
        "is_linked": sign_on is not None and sign_on.is_linked(person.user_id),
    }
    return show(request, "second_factor.html", values, status=status, headers=entry.headers)
