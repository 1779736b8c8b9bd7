"""A second factor of one's own, turned on and off: what the API and the pages both do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from training_analyzer.errors import BadLogin
from training_analyzer.services.one_time_codes import address_of
from training_analyzer.web import entering
from training_analyzer.web.auditing import note
from training_analyzer.web.auth import fresh_person
from training_analyzer.web.clients import network_of
from training_analyzer.web.parts import parts_of

if TYPE_CHECKING:
    from starlette.requests import Request

_ISSUER: Final = "Garmin Sync"


@dataclass(frozen=True, slots=True, repr=False)
class Begun:
    """What an authenticator app is given; shown once."""

    secret: str
    address: str


def begin(request: Request) -> Begun:
    """Begin a second factor of the caller's. Raises `StepUpRequired`, or `SecondFactorIsOn`."""
    parts = parts_of(request)
    user = entering.known(request, fresh_person(request))
    secret = parts.access.second_factor.begin(user.user_id)
    note(request, "totp_begun", user_id=user.user_id)
    issuer = urlsplit(parts.site.public_url or "").hostname or _ISSUER
    return Begun(secret, address_of(secret, issuer=issuer, name=user.name))


def confirm(request: Request, code: str) -> list[str]:
    """Turn it on with a first code, end the caller's other sessions, return the recovery codes.

    Raises `StepUpRequired`, `SecondFactorNotBegun`, `BadLogin`, or `TooManyRequests`.
    """
    person = fresh_person(request)
    access = parts_of(request).access
    access.entrance.count_code(person.user_id, network_of(request))
    codes = access.second_factor.confirm(person.user_id, code)
    if codes is None:
        raise BadLogin(person.user_id)
    # They began with the password alone.
    access.sessions.end_all(person.user_id, but=person.session_id)
    note(request, "totp_turned_on", user_id=person.user_id)
    return codes


def renew_codes(request: Request) -> list[str]:
    """Return other recovery codes of the caller's; those before are void.

    Raises `StepUpRequired`, or `SecondFactorIsOff`.
    """
    person = fresh_person(request)
    codes = parts_of(request).access.second_factor.renew_codes(person.user_id)
    note(request, "recovery_codes_renewed", user_id=person.user_id)
    return codes


def remove(request: Request, password: str, code: str) -> None:
    """Turn it off with the password or a code, and forget one that was only begun.

    Raises `StepUpRequired`, `BadLogin`, `TotpRequired`, or `TooManyRequests`.
    """
    person = fresh_person(request)
    access = parts_of(request).access
    if access.second_factor.is_on(person.user_id):
        with entering.refusals_noted(request):
            if password:
                access.entrance.check_password(person.user_id, password)
            else:
                access.entrance.check_code(person.user_id, code, network_of(request))
    access.second_factor.remove(person.user_id)
    note(request, "totp_turned_off", user_id=person.user_id)
