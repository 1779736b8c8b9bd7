"""What the forms of coming in show: what was typed before, and what was wrong with it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from dataclasses import field as field_
from typing import TYPE_CHECKING

from training_analyzer.errors import (
    InvalidUserName,
    TooManyRequests,
    TotpRequired,
    UserExists,
    WeakPassword,
)
from training_analyzer.web.parts import parts_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from training_analyzer.errors import GarminSyncError


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


def again(error: GarminSyncError, *, name: str = "", next_: str = "/") -> Entry:
    """Return the form once more, with what is wrong."""
    field = ""
    if isinstance(error, WeakPassword):
        field = error.field
    elif isinstance(error, InvalidUserName | UserExists):
        field = "name"
    elif isinstance(error, TotpRequired):
        field = "totp"
    wrong = error.message
    if isinstance(error, TotpRequired):
        wrong = "Now the code of your second factor as well, and the password once more."
    headers = {}
    if isinstance(error, TooManyRequests):
        seconds = max(1, math.ceil(error.retry_after.total_seconds()))
        wrong = f"That was tried too often. Try again in {math.ceil(seconds / 60)} min."
        headers = {"Retry-After": str(seconds)}
    return Entry(
        name=name,
        next=next_,
        wrong=wrong,
        field=field,
        wants_code=isinstance(error, TotpRequired),
        headers=headers,
    )


def sign_in_page(
    request: Request,
    entry: Entry,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return the page on which a person signs in by name and password."""
    renderer = parts_of(request).renderer
    told = {**entry.headers, **(headers or {})}
    values = {"entry": entry, "provider": provider_name(request)}
    return renderer.page("sign_in.html", values, status=status, headers=told)


def provider_name(request: Request) -> str | None:
    """Return what the button of single sign-on says; None without a provider."""
    sign_on = parts_of(request).runtime.sign_on
    return sign_on.name if sign_on else None
