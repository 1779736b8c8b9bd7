"""Awkward secrets, the forms in which they could come back, and the search for them."""

from __future__ import annotations

import base64
import json
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from collections.abc import Iterable

EMAIL = "eve+canary@sub.example.test"
PASSWORD = "pä ss'w\"ord 100%s {0} \\n <b>&amp;"
WRONG_PASSWORD = "wröng pass % word/?"
CODE = "mfa-CODE-7f3e9a"
WRONG_CODE = "mfa-WRONG-55d1"
KEY = "GCDC_canary~/+=%41&key"
# Fernet keys with nothing of a test's other keys in them.
ENCRYPTION_KEY = base64.urlsafe_b64encode(b"canary: the key of to-day?>~\xfb\xff\xfe!").decode()
PREVIOUS_KEY = base64.urlsafe_b64encode(b"canary: the key of yore<?>\xff\xfe\xfd...").decode()
TYPED = (
    *(EMAIL, PASSWORD, WRONG_PASSWORD, CODE, WRONG_CODE, KEY),
    *(ENCRYPTION_KEY, PREVIOUS_KEY, "the key of to-day", "the key of yore"),
)


def forms(secret: str) -> set[str]:
    """Return *secret* raw and escaped, in base64 of every alignment, URL-encoded and in hex."""
    raw = secret.encode()
    # What stands before a secret shifts its base64; its middle is one of three.
    shifted = [b"x" * n + raw for n in range(3)]
    encoded = {code(text)[4:-4].decode() for text in shifted for code in _BASE64}
    in_json = {json.dumps(secret, ensure_ascii=ascii_only)[1:-1] for ascii_only in (True, False)}
    escaped = in_json | {repr(secret)[1:-1], escape(secret), repr(raw)[2:-1]}
    in_address = {quote(secret, safe=""), quote(secret), quote_plus(secret)}
    return {secret, raw.hex(), raw.hex().upper(), *encoded, *escaped, *in_address}


_BASE64 = (base64.b64encode, base64.urlsafe_b64encode)


def found_in(text: str | bytes, secrets: Iterable[str]) -> list[str]:
    """Return which secrets stand in *text* in any form."""
    haystack = text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text
    return [
        secret
        for secret in secrets
        if any(form.encode("utf-8", "surrogateescape") in haystack for form in forms(secret))
    ]
