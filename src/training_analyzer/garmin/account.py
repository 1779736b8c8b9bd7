"""The account API over garminconnect: everything that Garmin Connect shows, for one session.

Tokens come in and rotated tokens go out through callables; this stores nothing and
knows no password.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final, Self

from garminconnect.exceptions import GarminConnectConnectionError

from training_analyzer.errors import ForbiddenStream, GarminUnavailable, TokenExpired
from training_analyzer.garmin.answers import body_of, collect, is_long, wants_name
from training_analyzer.garmin.client import GarminClient
from training_analyzer.garmin.profiles import SOCIAL_PATH, account_profile
from training_analyzer.garmin.single import (
    DETAIL_PATH,
    FILE_ACCEPT,
    FILE_PATH,
    SPLITS_PATH,
    activity_of,
    file_of,
    splits_of,
)
from training_analyzer.garmin.stamps import SYNC_TIMESTAMP_PATH, stamp_of
from training_analyzer.garmin.telling import to_nobody
from training_analyzer.garmin.tokens import TokenBundle
from training_analyzer.garmin.translate import guarded
from training_analyzer.garmin.trouble import Step, Trouble
from training_analyzer.garmin.wire import Wire
from training_analyzer.model import Api
from training_analyzer.streams import Payload

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from requests import Response

    from training_analyzer.garmin.answers import Query
    from training_analyzer.garmin.hosts import Hosts
    from training_analyzer.garmin.pacing import Pace
    from training_analyzer.garmin.telling import Tell
    from training_analyzer.model import GarminProfile
    from training_analyzer.streams import Json, Window

# A run lasts less than an hour, so a token with two hours left outlives it.
LIFE_FOR_A_RUN: Final = timedelta(hours=2)
_TIMEOUT_S: Final = (10.0, 30.0)
_UNAUTHORIZED: Final = 401
# One refused path beside a profile that answers is a stream; two are a dead session.
_REFUSED_PATHS: Final = 2


class AccountGarmin:
    """An open account connection; a `Garmin` that also refreshes its session.

    `save_tokens` stores a rotated bundle and is called before the first request
    that uses it; what it raises goes out. `other_tokens` is asked when Garmin
    refuses the refresh token: for a bundle that another process has stored since,
    or the one before this. `save_name` hears of a new display name, `tell` of each
    request; `wire` makes what carries them. `now` is aware.
    """

    api: Final = Api.ACCOUNT
    apis: Final = (Api.ACCOUNT,)

    def __init__(  # noqa: PLR0913 - what a connection needs, each named
        self,
        tokens: TokenBundle,
        *,
        display_name: str | None,
        hosts: Hosts,
        pace: Pace,
        save_tokens: Callable[[TokenBundle], None],
        now: Callable[[], datetime],
        other_tokens: Callable[[], TokenBundle | None] = lambda: None,
        save_name: Callable[[str], object] = lambda _: None,
        tell: Tell = to_nobody,
        wire: Callable[..., Wire] = Wire,
    ) -> None:
        self._tokens = tokens
        self._unsaved: TokenBundle | None = None
        self._display_name = display_name
        self._name_is_sure = False
        self._pace = pace
        self._save_tokens = save_tokens
        self._other_tokens = other_tokens
        self._save_name = save_name
        self._now = now
        self._requests = 0
        self._refused: set[str] = set()
        self._client = GarminClient(
            hosts, wire(self._before, tell=tell), before_post=self._before, tell=tell
        )
        self._client.renew = self.refresh
        self._client.hold(tokens)

    @property
    def requests(self) -> int:
        """How many HTTP requests this connection has made, refreshes included."""
        return self._requests

    @property
    def tokens(self) -> TokenBundle:
        """The session in use: as given, or as last saved."""
        return self._tokens

    @property
    def display_name(self) -> str | None:
        """The name in this account's addresses, as given or as Garmin last said."""
        return self._display_name

    def ensure_fresh(self) -> None:
        """Refresh when less than two hours of the access token are left.

        To be called before the first request of a run, so that no refresh falls
        between two windows. A token that tells no time is left as it is.
        """
        if not self._outlives_a_run(self._tokens):
            self.refresh()

    def refresh(self) -> None:
        """Trade the refresh token for a new session and save it.

        Raises `TokenExpired` when Garmin refuses it, `RateLimited` or
        `GarminUnavailable` when it may work later.
        """
        if self._unsaved is None:
            try:
                self._trade(self._tokens)
            except TokenExpired:
                other = self._other_tokens()
                if other is None or other == self._tokens:
                    raise
                self._use(other)
                if self._outlives_a_run(other):
                    return
                self._trade(other)
        self._save()

    def fetch(self, window: Window) -> Payload | None:
        """Return the account API's answer for *window*, or None when it has nothing."""
        route = window.stream.routes[Api.ACCOUNT]
        too_long = is_long(route, window)

        def ask(path: str, query: Query) -> Json | None:
            # Two days of one stream are one path: what is refused is the stream.
            return self._ask(path, query, too_long=too_long, what=route.path)

        name = ""
        if wants_name(route):
            name = self._display_name or self._name_by_garmin()
        try:
            body = collect(route, window, name, ask)
        except ForbiddenStream:
            # More often than not the name in the address is an old one.
            if not name or self._name_is_sure or self._name_by_garmin() == name:
                raise
            body = collect(route, window, self._name_by_garmin(), ask)
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

    def splits(self, activity_id: int) -> Payload | None:
        """Return the laps as this interface tells them; None when it has none."""
        answer = self._answer(SPLITS_PATH.format(activity_id), {}, what=SPLITS_PATH)
        body = splits_of(answer, activity_id, now=self._now())
        return None if body is None else Payload(self.api, body)

    def probe(self) -> str | None:
        """Return when a device last uploaded, as Garmin writes it; costs one request.

        Source: `/wellness-service/wellness/syncTimestamp`, a UTC text without offset.
        """
        return stamp_of(self._ask(SYNC_TIMESTAMP_PATH, {}))

    def profile(self) -> GarminProfile:
        """Return who the session belongs to; costs two requests."""
        profile = account_profile(self._ask)
        if profile.display_name != self._display_name:
            self._save_name(profile.display_name)
        self._display_name, self._name_is_sure = profile.display_name, True
        return profile

    def close(self) -> None:
        """Close the connections to Garmin."""
        self._client.close()

    def __enter__(self) -> Self:
        """Return itself; leaving the block closes it."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connections to Garmin."""
        self.close()

    def _before(self) -> None:
        self._pace.wait()
        self._requests += 1

    def _name_by_garmin(self) -> str:
        if not self._name_is_sure or self._display_name is None:
            return self.profile().display_name
        return self._display_name

    def _ask(
        self, path: str, query: Query, *, too_long: bool = False, what: str | None = None
    ) -> Json | None:
        answer = self._answer(path, query, what=what or path)
        body = body_of(answer, now=self._now(), too_long=too_long)
        if isinstance(body, dict) and body.get("privacyProtected") is True:
            raise ForbiddenStream
        return body

    def _answer(
        self, path: str, query: Query, *, what: str, accept: str = "application/json"
    ) -> Response:
        answer = guarded(
            lambda: self._get(path, query, accept),
            lambda caught: Trouble(step=Step.DATA, kind=type(caught), text=str(caught)),
        )
        if answer.status_code == _UNAUTHORIZED and self._is_only_this(what):
            raise ForbiddenStream
        return answer

    def _get(self, path: str, query: Query, accept: str) -> Response:
        """Ask once, and once more after a refresh when the token is refused."""
        try:
            answer: Response = self._client.request(
                "GET",
                "",
                path,
                params=dict(query),
                headers={"Accept": accept},
                timeout=_TIMEOUT_S,
            )
        except GarminConnectConnectionError as refused:
            answer = refused.response
        return answer

    def _is_only_this(self, what: str) -> bool:
        """Whether the session lives although *what* refuses it: the profile tells, once.

        A password login, or a stopped clock, for one odd address would be a bad trade.
        """
        self._refused.add(what)
        if what == SOCIAL_PATH or len(self._refused) >= _REFUSED_PATHS:
            return False
        renew, self._client.renew = self._client.renew, None
        try:
            return self._ask(SOCIAL_PATH, {}) is not None
        except TokenExpired:
            return False
        finally:
            self._client.renew = renew

    def _trade(self, tokens: TokenBundle) -> None:
        client = self._client
        guarded(
            client._refresh_di_token,  # noqa: SLF001 - the public way swallows every error
            lambda caught: client.trouble(caught, Step.REFRESH, now=self._now()),
        )
        # A reply without a refresh token leaves the old one in force.
        self._unsaved = TokenBundle.of(
            client.di_token, client.di_refresh_token or tokens.di_refresh_token, client.di_client_id
        )
        client.hold(tokens)
        if self._unsaved is None:
            raise GarminUnavailable

    def _save(self) -> None:
        """Save the rotated tokens, then use them; a failure leaves them to the next try."""
        if self._unsaved is not None:
            self._save_tokens(self._unsaved)
            self._use(self._unsaved)
            self._unsaved = None

    def _use(self, tokens: TokenBundle) -> None:
        self._tokens = tokens
        self._client.hold(tokens)

    def _outlives_a_run(self, tokens: TokenBundle) -> bool:
        expires_at = tokens.expires_at
        return expires_at is None or expires_at - self._now() >= LIFE_FOR_A_RUN
