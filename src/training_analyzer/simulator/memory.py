"""A Garmin in memory: an open connection to an invented athlete that can be told what to do.

It has the verbs and properties of a connection of `garmin` without knowing that
package, makes the same requests, and turns statuses into the same errors.
"""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import quote

from training_analyzer.errors import (
    BadRequest,
    ForbiddenStream,
    GarminError,
    GarminUnavailable,
    RateLimited,
    TokenExpired,
    UnexpectedPayload,
)
from training_analyzer.model import Api, GarminProfile
from training_analyzer.simulator import payloads
from training_analyzer.simulator.cutting import days_in, within, without
from training_analyzer.streams import Payload

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date, datetime

    from training_analyzer.simulator.answer import Answer, Answerer, Owner
    from training_analyzer.simulator.athletes import Athlete
    from training_analyzer.streams import Json, Window

_ERRORS: Final[Mapping[int, type[GarminError]]] = {
    HTTPStatus.BAD_REQUEST: BadRequest,
    HTTPStatus.UNAUTHORIZED: TokenExpired,
    HTTPStatus.FORBIDDEN: ForbiddenStream,
    HTTPStatus.TOO_MANY_REQUESTS: RateLimited,
}
# Up to here a 500 is an outage, beyond it the answer of two routes to a long range.
_SURELY_SHORT_DAYS: Final = 31
_SOCIAL: Final = "/userprofile-service/socialProfile"
_SUMMARY: Final = "/usersummary-service/usersummary/daily"
_SYNC_TIMESTAMP: Final = "/wellness-service/wellness/syncTimestamp"
_SETTINGS: Final = "/userprofile-service/userprofile/settings"
_DAILY: Final = "/usersummary-service/usersummary/daily"


@dataclass(slots=True)
class _Refusal:
    error: GarminError
    times: int | None


class SimulatedGarmin:
    """An open connection to *athlete* at *now*; `asked` keeps each window in order.

    Set `now` to let time pass. *answer* replaces the invented payloads, by
    recordings for one; it is asked with *owner*, the athlete's own by default.
    """

    def __init__(
        self,
        athlete: Athlete,
        *,
        now: datetime,
        api: Api = Api.ACCOUNT,
        answer: Answerer = payloads.answer,
        owner: Owner | None = None,
    ) -> None:
        self.athlete = athlete
        self.owner = owner or athlete.owner
        self.now = now
        self.api = api
        self.requests = 0
        self.asked: list[Window] = []
        self.closed = False
        self._answer = answer
        self._refusals: dict[str, _Refusal] = {}
        self._fixed: dict[str, Json | None] = {}
        self._rows: dict[str, Json] = {}
        self._revisions: dict[str, Callable[[Json], Json]] = {}
        self._file_revisions: dict[int, Callable[[bytes], bytes]] = {}
        self._gone: set[int] = set()
        self._withheld: tuple[date, date] | None = None
        self._uploaded_at: datetime | None = None

    @property
    def apis(self) -> tuple[Api, ...]:
        """The one interface that answers."""
        return (self.api,)

    def refuses(self, stream_name: str, error: GarminError, times: int | None = None) -> Self:
        """Raise *error* when the stream is asked for: always, or the next *times*."""
        self._refusals[stream_name] = _Refusal(error, times)
        return self

    def answers(self, stream_name: str, body: Json | None) -> Self:
        """Answer *body* to each window of the stream; None is 204, an answer without a body."""
        self._fixed[stream_name] = body
        return self

    def has(self, stream_name: str, body: Json) -> Self:
        """Keep *body* for the stream; each window gets its rows of that body, 204 without any."""
        self._rows[stream_name] = body
        return self

    def revise(self, stream_name: str, change: Callable[[Json], Json]) -> Self:
        """Let *change* edit each later payload of the stream; it gets its own copy."""
        self._revisions[stream_name] = change
        return self

    def revise_file(self, activity_id: int, change: Callable[[bytes], bytes]) -> Self:
        """Let *change* edit each later download of the activity."""
        self._file_revisions[activity_id] = change
        return self

    def loses(self, activity_id: int) -> Self:
        """Forget the activity: no list has it, and its own page is 404."""
        self._gone.add(activity_id)
        return self

    def withholds(self, first: date, last: date) -> Self:
        """Know nothing of these days, as long as the watch that has them is not synced."""
        self._withheld = (first, last)
        return self

    def catches_up(self) -> Self:
        """Know all days again."""
        self._withheld = None
        return self

    def uploaded(self, at: datetime) -> Self:
        """Tell from now on that a device last uploaded *at*, whatever the athlete did."""
        self._uploaded_at = at
        return self

    def fetch(self, window: Window) -> Payload | None:
        """Return Garmin's answer for *window*, or None when it has nothing.

        Raises the error that was told, or the one that the answer's status means.
        """
        name = window.stream.name
        self.asked.append(window)
        self._refuse_if_told(name)
        body = self._told(window) if name in self._fixed | self._rows else self._asked(window)
        if body is None:
            return None
        if self._withheld is not None:
            body = without(body, *self._withheld)
        change = self._revisions.get(name)
        body = self._without_gone(change(copy.deepcopy(body)) if change else body)
        return Payload(self.api, body)

    def download(self, activity_id: int) -> bytes | None:
        """Return the original file in its archive, or None when there is none.

        `refuses` knows it as `activity_files`; `revise_file` edits it.
        """
        self._refuse_if_told("activity_files")
        self.requests += 1
        path = f"/download-service/files/activity/{activity_id}"
        answer = self._answer(self.owner, self.api, path, {}, self.now)
        if answer.status == HTTPStatus.NOT_FOUND:
            return None
        if answer.status != HTTPStatus.OK or not isinstance(answer.body, bytes):
            raise _error_of(answer, too_long_is_500=False)
        change = self._file_revisions.get(activity_id)
        return change(answer.body) if change else answer.body

    def detail(self, activity_id: int) -> Payload | None:
        """Return the activity's own page, or None when there is no such activity."""
        self._refuse_if_told("activity_detail")
        if activity_id in self._gone:
            self.requests += 1
            return None
        body = self._request(f"/activity-service/activity/{activity_id}", {})
        return None if body is None else Payload(self.api, body)

    def splits(self, activity_id: int) -> Payload | None:
        """Return the activity's laps, or None when there are none.

        `refuses` and `revise` know them as `activity_splits`.
        """
        if self.api is Api.PERSONAL:
            return None
        self._refuse_if_told("activity_splits")
        body = self._request(f"/activity-service/activity/{activity_id}/splits", {})
        change = self._revisions.get("activity_splits")
        body = change(copy.deepcopy(body)) if change else body
        return None if body is None else Payload(self.api, body)

    def probe(self) -> str | None:
        """Return when a device last uploaded; costs one request."""
        if self._uploaded_at is not None:
            self.requests += 1
            return self._uploaded_at.isoformat()
        if self.api is Api.PERSONAL:
            query = {"calendarDate": self.now.date().isoformat()}
            return json.dumps(self._request(_SUMMARY, query), sort_keys=True)
        return json.dumps(self._request(_SYNC_TIMESTAMP, {}))

    def profile(self) -> GarminProfile:
        """Return who the connection belongs to; costs two requests."""
        settings = self._object(_SETTINGS)
        if self.api is Api.ACCOUNT:
            profile_id = self._object(_SOCIAL).get("profileId")
        else:
            today = self.now.date().isoformat()
            profile_id = self._object(_DAILY, calendarDate=today).get("userProfileId")
        zone = settings.get("timeZone")
        return GarminProfile(
            profile_id=str(profile_id),
            display_name=str(settings.get("displayName", profile_id)),
            time_zone=zone if isinstance(zone, str) else None,
        )

    def close(self) -> None:
        """Remember that the connection was closed."""
        self.closed = True

    def _without_gone(self, body: Json) -> Json:
        if not self._gone or not isinstance(body, list):
            return body
        return [
            row
            for row in body
            if not isinstance(row, dict) or row.get("activityId") not in self._gone
        ]

    def _refuse_if_told(self, name: str) -> None:
        refusal = self._refusals.get(name)
        if refusal is None or refusal.times == 0:
            return
        self.requests += 1
        if refusal.times is not None:
            refusal.times -= 1
        raise refusal.error

    def _told(self, window: Window) -> Json | None:
        self.requests += 1
        name = window.stream.name
        if name in self._fixed:
            return copy.deepcopy(self._fixed[name])
        body = within(copy.deepcopy(self._rows[name]), window.first, window.last)
        return body if days_in(body) else None

    def _asked(self, window: Window) -> Json | None:
        """Ask as the edges do: once, or page after page until one is not full."""
        route = window.stream.routes[self.api]
        path = self._filled(route.path, window, quote(self.owner.display_name, safe=""))
        query = {
            key: self._filled(text, window, self.owner.display_name)
            for key, text in route.query.items()
        }
        is_long = route.too_long_is_500 and len(window.days) > _SURELY_SHORT_DAYS
        if route.page_size is None:
            return self._request(path, query, too_long_is_500=is_long)
        whole: list[Json] = []
        while True:
            paging = {"start": str(len(whole)), "limit": str(route.page_size)}
            page = self._request(path, {**query, **paging}, too_long_is_500=is_long)
            if page is None:
                return whole or None
            if not isinstance(page, list):
                raise UnexpectedPayload
            whole += page
            if len(page) < route.page_size:
                return whole

    @staticmethod
    def _filled(text: str, window: Window, name: str) -> str:
        places = {
            "{first}": window.first.isoformat(),
            "{last}": window.last.isoformat(),
            "{today}": window.last.isoformat(),
            "{display_name}": name,
        }
        for place, value in places.items():
            text = text.replace(place, value)
        return text

    def _object(self, path: str, **query: str) -> dict[str, Json]:
        body = self._request(path, query)
        if not isinstance(body, dict):
            raise UnexpectedPayload
        return body

    def _request(
        self, path: str, query: Mapping[str, str], *, too_long_is_500: bool = False
    ) -> Json | None:
        self.requests += 1
        answer = self._answer(self.owner, self.api, path, query, self.now)
        if answer.status in {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_FOUND}:
            return None
        if answer.status != HTTPStatus.OK:
            raise _error_of(answer, too_long_is_500=too_long_is_500)
        if isinstance(answer.body, bytes):
            body: Json = json.loads(answer.body)
            return body
        return answer.body


def _error_of(answer: Answer, *, too_long_is_500: bool) -> GarminError:
    if answer.status == HTTPStatus.INTERNAL_SERVER_ERROR and too_long_is_500:
        return BadRequest()
    return _ERRORS.get(answer.status, GarminUnavailable)()
