"""The caller's second factor: `/api/v1/me/totp`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response, status
from pydantic import AfterValidator, Field, SecretStr
from starlette.requests import Request  # noqa: TC002 - FastAPI resolves the annotations

from training_analyzer.services.callers import Caller
from training_analyzer.web import second_factors
from training_analyzer.web.api.words import Answer, Strict, secret_printable
from training_analyzer.web.auth import fresh_person

router = APIRouter()

type Fresh = Annotated[Caller, Depends(fresh_person)]
type AppCode = Annotated[
    SecretStr, Field(min_length=1, max_length=32), AfterValidator(secret_printable)
]
type Password = Annotated[SecretStr, Field(max_length=1024), AfterValidator(secret_printable)]
type MaybeCode = Annotated[SecretStr, Field(max_length=32), AfterValidator(secret_printable)]


class FirstCode(Strict):
    """A code that shows that the app has the secret."""

    code: AppCode


class Proof(Strict):
    """What turns it off: the password, or a code of the app, or a recovery code."""

    password: Password = SecretStr("")
    code: MaybeCode = SecretStr("")


class Begun(Answer):
    """What the authenticator app is given; shown this once."""

    secret: str
    otpauth_uri: str


class TurnedOn(Answer):
    """Codes that each stand in once for the app; shown this once."""

    recovery_codes: list[str]


@router.post("/me/totp", status_code=status.HTTP_201_CREATED)
def begin_second_factor(_person: Fresh, request: Request) -> Begun:
    """Begin a second factor; nothing asks for it until a first code has confirmed it."""
    begun = second_factors.begin(request)
    return Begun(secret=begun.secret, otpauth_uri=begun.address)


@router.post("/me/totp/confirm")
def confirm_second_factor(first: FirstCode, _person: Fresh, request: Request) -> TurnedOn:
    """Turn it on: from now on each sign-in by password asks for a code."""
    return TurnedOn(recovery_codes=second_factors.confirm(request, first.code.get_secret_value()))


@router.post("/me/totp/recovery-codes")
def renew_recovery_codes(_person: Fresh, request: Request) -> TurnedOn:
    """Give ten new recovery codes, shown this once; those before are void at once."""
    return TurnedOn(recovery_codes=second_factors.renew_codes(request))


@router.delete("/me/totp", status_code=status.HTTP_204_NO_CONTENT)
def remove_second_factor(proof: Proof, _person: Fresh, request: Request) -> Response:
    """Turn it off, with the password or a code."""
    second_factors.remove(request, proof.password.get_secret_value(), proof.code.get_secret_value())
    return Response(status_code=status.HTTP_204_NO_CONTENT)
