"""What the text of an encryption key may look like. Pure; it uses no key.

Refusals are `EncryptionKeyError`s that name where the key stands, never the key.
"""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Final

from training_analyzer.errors import EncryptionKeyError

KEY_ID_TEXT: Final = r"[A-Za-z0-9_-]{1,32}"
HOW_TO_MAKE_A_KEY: Final = 'make one with "garmin-sync keys generate" (or "garmin-sync init")'

_KEY_TEXT: Final = re.compile(r"[A-Za-z0-9+/_-]{43}=")
_EXAMPLE_KEY: Final = "your-fernet-key-here"
# SHA-256 of keys that anybody would try first: 32 zero bytes, and the bytes 0 to 31.
_KNOWN_KEYS: Final = frozenset(
    {
        "66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925",
        "630dcd2966c4336691125448bbb25b4ff412a49c732db2c8abc1b8581bd710dd",
    }
)


def checked_key(text: str, where: str) -> str:
    """Return the Fernet key *text* in its one canonical spelling.

    Stricter than `Fernet`, which takes quotes, inner spaces and a key pasted twice.
    """
    key = text.strip()
    if not key:
        raise _refused(where, f"is empty: {HOW_TO_MAKE_A_KEY}.")
    if key == _EXAMPLE_KEY:
        raise _refused(where, f"is the example of the documentation: {HOW_TO_MAKE_A_KEY}.")
    if not _KEY_TEXT.fullmatch(key):
        shape = "44 characters of base64 for 32 bytes"
        raise _refused(where, f"is not a Fernet key ({shape}): {HOW_TO_MAKE_A_KEY}.")
    raw = base64.urlsafe_b64decode(key.replace("+", "-").replace("/", "_"))
    if hashlib.sha256(raw).hexdigest() in _KNOWN_KEYS:
        raise _refused(where, f"is a key that everybody knows: {HOW_TO_MAKE_A_KEY}.")
    return base64.urlsafe_b64encode(raw).decode()


def checked_key_id(key_id: str, where: str) -> str:
    """Return *key_id* if it can stand in a token. It is not repeated: it might be a key."""
    if not re.fullmatch(KEY_ID_TEXT, key_id):
        raise _refused(where, "has an id that is not 1 to 32 letters, digits, _ or -.")
    return key_id


def split_keys(text: str, where: str) -> dict[str, str]:
    """Return id -> key of `ID=KEY,ID=KEY,...`; the keys themselves are not looked at."""
    keys: dict[str, str] = {}
    for entry in filter(None, (part.strip() for part in text.split(","))):
        key_id, equals, key = entry.partition("=")
        if not equals:
            raise _refused(where, "must be ID=KEY,ID=KEY,...")
        if checked_key_id(key_id, where) in keys:
            raise _refused(where, "holds one id twice: give each key an id of its own.")
        keys[key_id] = key
    return keys


def _refused(where: str, why: str) -> EncryptionKeyError:
    return EncryptionKeyError(f"{where} {why}")
