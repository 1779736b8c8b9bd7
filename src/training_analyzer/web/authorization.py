"""What a program shows of itself: a key as a Bearer token, or as the password of Basic."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.datastructures import Headers


def shown_key(headers: Headers) -> str | None:
    """Return what the Authorization header shows; empty when it cannot be read or came twice.

    None without the header. Of Basic the user name may be anything: programs that know only
    one of the two forms can all come in.
    """
    given = headers.getlist("authorization")
    if not given:
        return None
    scheme, _, value = given[0].partition(" ")
    if len(given) > 1 or not value.isascii():
        return ""
    if scheme.lower() == "bearer":
        return value.strip()
    return _basic_password(value) if scheme.lower() == "basic" else ""


def _basic_password(value: str) -> str:
    try:
        return base64.b64decode(value.strip(), validate=True).decode("ascii").partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""
