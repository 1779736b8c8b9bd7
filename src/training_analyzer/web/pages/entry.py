"""What the forms of coming in show: what was typed before, and what was wrong with it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from dataclasses import field as field_
from typing import TYPE_CHECKING

from training_analyzer.errors import (
    BadLogin,
    InvalidUserName,
    OnlyWayIn,
    SecondFactorIsOff,
    SecondFactorIsOn,
    SecondFactorNotBegun,
    SingleSignOnFailed,
    SingleSignOnUnavailable,
    TooManyRequests,
    TotpRequired,
    UserExists,
    WeakPassword,
)
from training_analyzer.web.pages.shown import show
from training_analyzer.web.parts import parts_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from training_analyzer.errors import GarminSyncError
    from training_analyzer.web.tongue import Tongue


@dataclass(frozen=True, slots=True)
class Entry:
    """A form of coming in. Passwords and codes are never filled in again."""

    name: str = ""
    next: str = "/"
    wrong: str = ""
    # The field that the sentence is about; none where it must not be told.
    field: str = ""
    wants_code: bool = False
    headers: Mapping[str, str] = field_(default_factory=dict)


def again(error: GarminSyncError, tongue: Tongue, *, name: str = "", next_: str = "/") -> Entry:
    """Return the form once more, with what is wrong."""
    field, headers = "", {}
    if isinstance(error, WeakPassword):
        field = error.field
    elif isinstance(error, InvalidUserName | UserExists):
        field = "name"
    elif isinstance(error, TotpRequired):
        field = "totp"
    elif isinstance(error, TooManyRequests):
        headers = {"Retry-After": str(max(1, math.ceil(error.retry_after.total_seconds())))}
    return Entry(
        name=name,
        next=next_,
        wrong=wrong_words(error, tongue),
        field=field,
        wants_code=isinstance(error, TotpRequired),
        headers=headers,
    )


def wrong_words(error: GarminSyncError, tongue: Tongue) -> str:
    """Return what is wrong, and what helps."""
    text = tongue.text
    if isinstance(error, TooManyRequests):
        minutes = max(1, math.ceil(error.retry_after.total_seconds() / 60))
        return text("That was tried too often. Try again in %(n)s min.", n=tongue.number(minutes))
    if isinstance(error, WeakPassword):
        return _weak_words(error, tongue)
    said = {
        BadLogin: text(
            "Name, password or code is not right. Try again, or ask whoever runs this server."
        ),
        TotpRequired: text(
            "Now the code of your second factor as well, and the password once more."
        ),
        UserExists: text("Somebody of that name exists already."),
        InvalidUserName: text(
            "A name is 1 to 64 printable characters without spaces at its ends, and no user id."
        ),
        SecondFactorIsOff: text("The second factor is off. Turn it on to have recovery codes."),
        SecondFactorIsOn: text(
            "A second factor is on already. Turn it off first to have another one."
        ),
        SecondFactorNotBegun: text("No second factor waits for its first code. Begin anew."),
        SingleSignOnFailed: text(
            "Signing in by the provider did not work. Begin again, or ask whoever runs this server."
        ),
        SingleSignOnUnavailable: text(
            "The provider that people sign in with does not answer as it should. Try again later."
        ),
        OnlyWayIn: text("Without it you could not come in any more. Choose a password first."),
    }
    return said.get(type(error), text(error.message))


def _weak_words(error: WeakPassword, tongue: Tongue) -> str:
    text = tongue.text
    beginnings = {
        "needs": text("The password needs 8 characters or more; 15 are better."),
        "has more": text("The password is too long."),
        "must not hold": text("The password must not hold control characters."),
        "must not be": text("The password must not be the name."),
        "is one": text("The password is one of those that everybody tries first."),
    }
    known = (words for begin, words in beginnings.items() if error.reason.startswith(begin))
    return next(known, text(error.message))


def sign_in_page(
    request: Request,
    entry: Entry,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return the page on which a person signs in by name and password."""
    told = {**entry.headers, **(headers or {})}
    values = {"entry": entry, "provider": provider_name(request)}
    return show(request, "sign_in.html", values, status=status, headers=told)


def provider_name(request: Request) -> str | None:
    """Return what the button of single sign-on says; None without a provider."""
    sign_on = parts_of(request).runtime.sign_on
    return sign_on.name if sign_on else None
