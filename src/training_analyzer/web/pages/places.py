"""Where a person goes next: back to the page they asked for, and never to another site."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlsplit

if TYPE_CHECKING:
    from starlette.requests import Request

START: Final = "/"
# A path of this site. Not `//host` nor `/\host`, which browsers take for another one, and
# nothing that a browser leaves out, such as a tab between two slashes.
_OWN: Final = re.compile(r"/(?![/\\])[!-\[\]-~]{0,1023}")


def own_place(wanted: str) -> str:
    """Return *wanted* where it is a path of this site, else the start."""
    return wanted if _OWN.fullmatch(wanted) else START


def place_of(request: Request) -> str:
    """Return the page that was asked for; for a form, which cannot be sent again, its page."""
    if request.method != "GET":
        return _page_of_form(request)
    query = f"?{request.url.query}" if request.url.query else ""
    return own_place(f"{request.url.path}{query}")


def _page_of_form(request: Request) -> str:
    """Return the page of this site that the form stood on; the start where that is not told."""
    came_from = urlsplit(request.headers.get("referer", ""))
    if came_from.netloc != request.headers.get("host"):
        return START
    return own_place(came_from.path)


def confirm_place(request: Request) -> str:
    """Return the page to confirm on, from which a person comes back to the one asked for."""
    return f"/confirm?next={quote(place_of(request), safe='')}"
