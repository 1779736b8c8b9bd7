"""The session that all data requests of a connection use: paced, counted, bounded.

It knows nothing of Garmin's answers; `translate` reads them.
"""

from __future__ import annotations

import io
import time
from http.cookiejar import DefaultCookiePolicy
from typing import TYPE_CHECKING, Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError

from training_analyzer.garmin.in_time import end_in_time
from training_analyzer.garmin.telling import telling, to_nobody
from training_analyzer.model import Api

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from training_analyzer.garmin.telling import Tell

# A year of activities is about 2 MB; an hour of seconds in a FIT file less.
LARGEST_BODY = 64 * 1024 * 1024
LONGEST_ANSWER_S = 60.0
_CHUNK = 64 * 1024


class Wire(HTTPAdapter):
    """Carry HTTP requests one by one; `before` runs ahead of each, redirects included.

    An answer that takes longer than *longest_s* or whose body, unpacked, is larger than
    *largest_body* bytes counts as a lost connection. *tell* hears of each request as one
    to *api*.
    """

    def __init__(
        self,
        before: Callable[[], None],
        *,
        longest_s: float = LONGEST_ANSWER_S,
        largest_body: int = LARGEST_BODY,
        clock: Callable[[], float] = time.monotonic,
        api: Api = Api.ACCOUNT,
        tell: Tell = to_nobody,
    ) -> None:
        super().__init__()
        end_in_time(self.poolmanager, longest_s=longest_s, clock=clock)
        self.longest_s = longest_s
        self._before = before
        self._largest_body = largest_body
        self._clock = clock
        self._api = api
        self._tell = tell

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,  # noqa: FBT001, FBT002 - likewise
        timeout: float | tuple[float, float] | tuple[float, None] | None = None,
        verify: bool | str = True,  # noqa: FBT001, FBT002 - likewise
        cert: bytes | str | tuple[bytes | str, bytes | str] | None = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Send *request* and return its answer with the whole body in memory."""
        self._before()
        with telling(self._tell, self._api, self._clock) as asked:
            answer = super().send(request, stream, timeout, verify, cert, proxies)
            answer.raw = io.BytesIO(self._body(answer.raw))
            asked.status = answer.status_code
        return answer

    def _body(self, raw: Any) -> bytes:  # noqa: ANN401 - requests does not type it
        body = bytearray()
        try:
            for chunk in raw.stream(_CHUNK, decode_content=True):
                body += chunk
                if len(body) > self._largest_body:
                    break
            else:
                return bytes(body)
        except (HTTPError, OSError):
            pass
        raw.close()
        message = "the answer broke off, or was too large or too slow"
        raise requests.ConnectionError(message)


def fit_out(session: requests.Session, wire: Wire) -> None:
    """Make *session* use *wire*, follow no redirect, keep no cookie and read no environment.

    A `default` entry of a `.netrc` would replace the Bearer header (measured
    with requests 2.34), so `trust_env` is off.
    """
    session.trust_env = False
    session.max_redirects = 0
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    for prefix in ("https://", "http://"):
        session.mount(prefix, wire)
