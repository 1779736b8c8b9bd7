"""What text both databases can store."""

from __future__ import annotations


def storable[T](value: T) -> T | str:
    r"""Return *value*; a text without what no database takes: NUL and half characters.

    PostgreSQL refuses NUL in a text, and neither driver encodes a lone surrogate. Garmin's
    JSON can hold both (`\u0000`, `\ud800`).
    """
    if not isinstance(value, str) or (value.isascii() and "\x00" not in value):
        return value
    return value.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
