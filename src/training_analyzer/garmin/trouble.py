"""What is known of a refusal, in the words that the table of `translate` asks for.

The texts of foreign exceptions live here for as long as they are compared, and
are shown by nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Self

from training_analyzer.garmin.pacing import parse_retry_after

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    import requests

_MFA_ENTRY = re.compile(r"/mfa/verifyCode: ([^'\"]+)['\"]")
_LAST_FAILURE = re.compile(r"All login strategies exhausted: (\w+)")


class Step(Enum):
    """What was being done when Garmin refused."""

    LOGIN = auto()
    MFA = auto()
    TICKET = auto()
    REFRESH = auto()
    DATA = auto()
    KEY = auto()


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Trouble:
    """One refusal. `status` is that of the answer, for logins of the last token exchange.

    `html`: the body is a page. `half`: it is JSON that breaks off. `edge`: it came from
    the edge in front of Garmin.
    `too_long`: the route says "too long a range" with a 500, and the range is long.
    `throttled`, `restricted`: what an earlier strategy of the same login met.
    """

    step: Step
    kind: type[BaseException] | None = None
    text: str = ""
    status: int | None = None
    html: bool = False
    half: bool = False
    edge: bool = False
    retry_after: timedelta | None = None
    too_long: bool = False
    throttled: bool = False
    restricted: bool = False

    @classmethod
    def of_answer(
        cls, answer: requests.Response, step: Step, *, now: datetime, too_long: bool = False
    ) -> Self:
        """Read an HTTP answer of a data host."""
        return cls(
            step=step,
            status=answer.status_code,
            html=is_page(answer),
            half=breaks_off(answer.content),
            edge="cf-ray" in answer.headers,
            retry_after=parse_retry_after(answer.headers.get("Retry-After"), now),
            too_long=too_long,
        )

    def is_a(self, *kinds: type[BaseException]) -> bool:
        """Whether the foreign exception is one of *kinds*."""
        return self.kind is not None and issubclass(self.kind, kinds)

    def says(self, *words: str) -> bool:
        """Whether the foreign exception's text holds one of *words*."""
        return any(word in self.text for word in words)

    def widget_says(self, *words: str) -> bool:
        """Whether the widget's page refused the login with one of *words* in its title."""
        return self.text.startswith("Widget authentication failed:") and any(
            word in self.text.lower() for word in words
        )

    @property
    def mfa_reasons(self) -> tuple[str, ...]:
        """What each of Garmin's endpoints answered to a security code."""
        if not self.text.startswith("MFA verification failed:"):
            return ()
        return tuple(_MFA_ENTRY.findall(self.text))

    @property
    def is_outage(self) -> bool:
        """Whether the last strategy of a login met an outage, not a refusal."""
        last = _LAST_FAILURE.match(self.text)
        network = last is not None and not last[1].startswith("GarminConnect")
        return network or self.says("HTTP 5", "returned 5", "server error")


def is_page(answer: requests.Response) -> bool:
    """Whether *answer* is HTML: a captive portal's, a challenge, a proxy's page of sorrow."""
    kind = answer.headers.get("Content-Type", "").lower()
    return "text/html" in kind or answer.content.lstrip()[:1] == b"<"


def breaks_off(body: bytes) -> bool:
    """Whether *body* begins as a JSON document and does not end as one."""
    text = body.strip()
    end = {b"{": b"}", b"[": b"]"}.get(text[:1])
    return end is not None and text[-1:] != end
