"""A key and a session together: the key serves what it can, the session the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Self

from training_analyzer.errors import CredentialsRejected, TokenExpired
from training_analyzer.model import Api

if TYPE_CHECKING:
    from collections.abc import Callable

    from training_analyzer.garmin.account import AccountGarmin
    from training_analyzer.garmin.personal import PersonalGarmin
    from training_analyzer.model import GarminProfile
    from training_analyzer.streams import Payload, Window


class HybridGarmin:
    """A `Garmin` over two open connections to one account, closed together."""

    apis: Final = (Api.PERSONAL, Api.ACCOUNT)

    def __init__(self, personal: PersonalGarmin, account: AccountGarmin) -> None:
        self._personal = personal
        self._account = account
        self.key_is_refused = False

    @property
    def requests(self) -> int:
        """How many HTTP requests both connections have made."""
        return self._personal.requests + self._account.requests

    def fetch(self, window: Window) -> Payload | None:
        """Return the answer of whichever interface serves the stream, the key's first.

        A key that Garmin refuses says nothing about the session: from then on the
        session answers everything, and `key_is_refused` tells so.
        """
        if Api.PERSONAL not in window.stream.routes:
            return self._account.fetch(window)
        return self._by_key_or_session(lambda garmin: garmin.fetch(window))

    def download(self, activity_id: int) -> bytes | None:
        """Return the original file as it was uploaded, in its archive; None when there is none."""
        return self._by_key_or_session(lambda garmin: garmin.download(activity_id))

    def detail(self, activity_id: int) -> Payload | None:
        """Return the activity's own page; None when Garmin says that there is no such activity."""
        return self._by_key_or_session(lambda garmin: garmin.detail(activity_id))

    def splits(self, activity_id: int) -> Payload | None:
        """Return the laps as the session tells them; the key's interface has none."""
        return self._account.splits(activity_id)

    def probe(self) -> str | None:
        """Return when a device last uploaded, as the session knows it."""
        return self._account.probe()

    def profile(self) -> GarminProfile:
        """Return who the session belongs to."""
        return self._account.profile()

    def close(self) -> None:
        """Close both connections to Garmin."""
        self._personal.close()
        self._account.close()

    def __enter__(self) -> Self:
        """Return itself; leaving the block closes both."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close both connections to Garmin."""
        self.close()

    def _by_key_or_session[T](self, ask: Callable[[PersonalGarmin | AccountGarmin], T]) -> T:
        if not self.key_is_refused:
            try:
                return ask(self._personal)
            except (CredentialsRejected, TokenExpired):
                self.key_is_refused = True
        return ask(self._account)
