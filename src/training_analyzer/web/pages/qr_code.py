"""A text as a QR code: an SVG of our own server, dark on white in either scheme."""

from __future__ import annotations

from typing import Final

import segno
from markupsafe import Markup

# What the standard asks for around it, in squares.
_QUIET_ZONE: Final = 4


def qr_code_of(text: str) -> Markup:
    """Return *text* as a picture for a phone's camera; CSS gives it its size.

    White is part of the picture: cameras miss a code that is light on dark.
    """
    drawn = segno.make_qr(text, error="m").svg_inline(
        border=_QUIET_ZONE,
        dark="#000",
        light="#fff",
        omitsize=True,
        svgclass="qr",
        lineclass=None,
    )
    # Squares alone: nothing of the text stands in it as text.
    return Markup(drawn)  # noqa: S704
