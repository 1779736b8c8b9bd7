"""Garmin's official Personal API: fewer streams, no password, no session to lose."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final, Self

from requests import Session

from training_analyzer.errors import ForbiddenStream
from training_analyzer.garmin.answers import body_of, collect, is_long
from training_analyzer.garmin.personal_key import TIMEOUT_S, exchange_key
from training_analyzer.garmin.profiles import DAILY_PATH, SETTINGS_PATH, personal_profile
from training_analyzer.garmin.single import (
    DETAIL_PATH,
    FILE_ACCEPT,
    FILE_PATH,
    activity_of,
    file_of,
)
from training_analyzer.garmin.stamps import stamp_of
from training_analyzer.garmin.telling import to_nobody
from training_analyzer.garmin.translate import guarded
from training_analyzer.garmin.trouble import Step, Trouble
from training_analyzer.garmin.wire import Wire, fit_out
from training_analyzer.model import Api
from training_analyzer.streams import Payload

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from requests import Response

    from training_analyzer.garmin.answers import Query
    from training_analyzer.garmin.hosts import Hosts
    from training_analyzer.garmin.pacing import Pace
    from training_analyzer.garmin.personal_key import PersonalToken
    from training_analyzer.garmin.telling import Tell
    from training_analyzer.model import GarminProfile
    from training_analyzer.streams import Json, Window

LIFE_FOR_A_RUN: Final = timedelta(hours=1)
_USER_AGENT: Final = "garmin-sync"
_UNAUTHORIZED: Final = 401
# One refused path is a stream that the key does not open; two are a dead key.
_REFUSED_PATHS: Final = 2


class PersonalGarmin:
    """An open connection by Personal API key; a `Garmin`.

    `token` is the one that was saved last, if any. `save_token` stores a new one
    and is called before its first use. `now` is aware; `tell` hears of each request.
    """

    api: Final = Api.PERSONAL
    apis: Final = (Api.PERSONAL,)

    def __init__(
        self,
        key: str,
        *,
        token: PersonalToken | None,
        hosts: Hosts,
        pace: Pace,
        save_token: Callable[[PersonalToken], None],
        now: Callable[[], datetime],
        tell: Tell = to_nobody,
    ) -> None:
        self._key = key
        self._token = token
        self._hosts = hosts
        self._pace = pace
        self._save_token = save_token
        self._now = now
        self._requests = 0
        self._refused: set[str] = set()
        self._session = Session()
        self._session.headers["User-Agent"] = _USER_AGENT
        fit_out(self._session, Wire(self._before, api=Api.PERSONAL, tell=tell))

    @property
    def requests(self) -> int:
        """How many HTTP requests this connection has made, exchanges included."""
        return self._requests

    def ensure_fresh(self) -> None:
        """Exchange the key when less than an hour of the token is left."""
        self._fresh_token()

    def fetch(self, window: Window) -> Payload | None:
        """Return the Personal API's answer for *window*, or None when it has nothing."""
        route = window.stream.routes[Api.PERSONAL]
        too_long = is_long(route, window)

        def ask(path: str, query: Query) -> Json | None:
            # Two days of one stream are one path: what is refused is the stream.
            return self._ask(path, query, too_long=too_long, what=route.path)

        # No route of the Personal API names the account: the key does.
        body = collect(route, window, "", ask)
        return None if body is None else Payload(self.api, body)

    def download(self, activity_id: int) -> bytes | None:
        """Return the original file as it was uploaded, in its archive; None when there is none."""
        answer = self._answer(f"{FILE_PATH}{activity_id}", {}, what=FILE_PATH, accept=FILE_ACCEPT)
        return file_of(answer, now=self._now())

    def detail(self, activity_id: int) -> Payload | None:
        """Return the activity's own page; None when Garmin says that there is no such activity."""
        answer = self._answer(f"{DETAIL_PATH}{activity_id}", {}, what=DETAIL_PATH)
        body = activity_of(answer, now=self._now())
        return None if body is None else Payload(self.api, body)

    def splits(self, activity_id: int) -> Payload | None:  # noqa: ARG002 - the protocol's
        """Return None: this interface has no such route, and is not asked."""
        return None

    def probe(self) -> str | None:
        """Return what today's summary says of the last upload; costs one request.

        The Personal API has no stamp of its own. Where the summary's is missing, the
        summary itself stands for it: it changes with every upload that day.
        """
        summary = self._ask(DAILY_PATH, {"calendarDate": self._now().date().isoformat()})
        return stamp_of(summary)

    def profile(self) -> GarminProfile:
        """Return who the key belongs to; costs two requests, and one for a first token."""
        return personal_profile(self._ask, self._now().date())

    def close(self) -> None:
        """Close the connections to Garmin."""
        self._session.close()

    def __enter__(self) -> Self:
        """Return itself; leaving the block closes it."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connections to Garmin."""
        self.close()

    def _before(self) -> None:
        self._pace.wait()
        self._requests += 1

    def _fresh_token(self) -> PersonalToken:
        token = self._token
        if token is None or token.expires_at - self._now() < LIFE_FOR_A_RUN:
            token = self._exchange()
        return token

    def _exchange(self) -> PersonalToken:
        token = exchange_key(self._session, self._key, hosts=self._hosts, now=self._now())
        self._save_token(token)
        self._token = token
        return token

    def _ask(
        self, path: str, query: Query, *, too_long: bool = False, what: str | None = None
    ) -> Json | None:
        answer = self._answer(path, query, what=what or path)
        return body_of(answer, now=self._now(), too_long=too_long)

    def _answer(
        self, path: str, query: Query, *, what: str, accept: str = "application/json"
    ) -> Response:
        answer = self._get(path, query, self._fresh_token(), accept)
        if answer.status_code == _UNAUTHORIZED:
            answer = self._get(path, query, self._exchange(), accept)
        if answer.status_code == _UNAUTHORIZED:
            self._refused.add(what)
            if path != SETTINGS_PATH and len(self._refused) < _REFUSED_PATHS:
                raise ForbiddenStream
        return answer

    def _get(self, path: str, query: Query, token: PersonalToken, accept: str) -> Response:
        return guarded(
            lambda: self._session.get(
                self._hosts.personal_api + path,
                params=dict(query),
                headers={"Authorization": f"Bearer {token.jwt}", "Accept": accept},
                timeout=TIMEOUT_S,
            ),
            lambda caught: Trouble(step=Step.DATA, kind=type(caught)),
        )
