"""What the pretend Garmin reads of an HTTP request, and the pages it answers with."""

from __future__ import annotations

import json
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from training_analyzer.simulator.answer import Answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from training_analyzer.streams import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One HTTP request. `path` is as sent, still percent-encoded; header names are lower case.

    `origin` is the address that the client used (`http://127.0.0.1:port`), which
    stands for every host of Garmin's; `client` is the address it came from.
    """

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    client: str
    origin: str

    def form(self) -> dict[str, str]:
        """Return the fields of a form body; empty when there is none."""
        text = self.body.decode("utf-8", "replace")
        return dict(parse_qsl(text, keep_blank_values=True))

    def document(self) -> dict[str, Json]:
        """Return the JSON object of the body; empty when it is anything else."""
        try:
            parsed = json.loads(self.body)
        except ValueError:
            return {}
        return parsed if isinstance(parsed, dict) else {}

    def cookie(self, name: str) -> str | None:
        """Return the cookie called *name*."""
        for pair in self.headers.get("cookie", "").split(";"):
            key, _, value = pair.strip().partition("=")
            if key == name:
                return value
        return None

    def authorization(self, scheme: str) -> str | None:
        """Return what follows *scheme* in the Authorization header."""
        given, _, value = self.headers.get("authorization", "").partition(" ")
        return value.strip() if given.lower() == scheme.lower() else None


def page(
    title: str, body: str = "", *, status: int = 200, headers: Mapping[str, str] | None = None
) -> Answer:
    """Make an HTML page; *body* is HTML, the title stands on one line."""
    html = (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<title>{escape(title)}</title>\n</head>\n'
        f"<body>\n{body}\n</body>\n</html>\n"
    )
    return Answer(status, html.encode(), "text/html; charset=utf-8", headers or {})


def cookie(name: str, value: str) -> dict[str, str]:
    """Make the header that sets one cookie; no Secure and no Domain, so that loopback works."""
    return {"Set-Cookie": f"{name}={value}; Path=/; HttpOnly"}
