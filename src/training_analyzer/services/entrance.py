"""The entrance: whether somebody is who they say they are, and how often that may be tried."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from training_analyzer.errors import BadLogin, TotpRequired
from training_analyzer.services.limits import (
    SECOND_FACTOR_NETWORK,
    SECOND_FACTOR_USER,
    SIGN_IN_ALL,
    SIGN_IN_NETWORK,
    SIGN_IN_USER,
)
from training_analyzer.services.metrics_access import is_loopback

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from training_analyzer.db.repositories.known_networks import KnownNetworksRepository
    from training_analyzer.db.repositories.users import UsersRepository
    from training_analyzer.model import User
    from training_analyzer.services.limits import Limits
    from training_analyzer.services.passwords import Passwords
    from training_analyzer.services.second_factor import SecondFactor

_KNOWN_FOR: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Entrance:
    """Lets people in by name, password and, where they have one, their second factor."""

    users: UsersRepository
    passwords: Passwords
    second_factor: SecondFactor
    limits: Limits
    networks: KnownNetworksRepository
    now: Callable[[], datetime]

    def enter(self, name: str, password: str, *, code: str, network: str | None) -> User:
        """Return the person called *name*, whose *password*, and *code* if need be, is right.

        Raises `BadLogin` for all that is wrong alike, `TotpRequired` when only the code is
        missing, and `TooManyRequests`.
        """
        user = self.users.by_name(name)
        turn = self._take_turn(name, user, network)
        may_enter = user is not None and user.disabled_at is None
        is_right = self.passwords.check(user.user_id if user and may_enter else None, password)
        if user is None or not is_right:
            raise BadLogin(user.user_id if user else None)
        if self.second_factor.is_on(user.user_id):
            self.check_code(user.user_id, code, network)
        self.limits.forget(SIGN_IN_USER, turn)
        return user

    def prove(self, user_id: str, password: str, *, code: str, network: str | None) -> None:
        """Let somebody who is signed in prove anew who they are. Raises as `enter` does."""
        self.check_password(user_id, password)
        if self.second_factor.is_on(user_id):
            self.check_code(user_id, code, network)

    def check_password(self, user_id: str, password: str) -> None:
        """Let somebody who is signed in say their password. Raises as `enter` does."""
        turn = f"signed-in:{user_id}"
        self.limits.take(SIGN_IN_USER, turn)
        if not self.passwords.check(user_id, password):
            raise BadLogin(user_id)
        self.limits.forget(SIGN_IN_USER, turn)

    def check_code(self, user_id: str, code: str, network: str | None) -> None:
        """Let somebody with a second factor show a code. Raises as `enter` does."""
        if not code:
            raise TotpRequired(user_id)
        self.count_code(user_id, network)
        if not self.second_factor.check(user_id, code):
            raise BadLogin(user_id)

    def count_code(self, user_id: str, network: str | None) -> None:
        """Count a code that is about to be looked at. Raises `TooManyRequests`."""
        for rule in SECOND_FACTOR_USER:
            self.limits.take(rule, user_id)
        if network is not None and not _is_this_machine(network):
            for rule in SECOND_FACTOR_NETWORK:
                self.limits.take(rule, network)

    def admit(self, network: str | None) -> None:
        """Count somebody whom the provider has yet to vouch for. Raises `TooManyRequests`.

        Those of one network count only when they fail: as bad links.
        """
        self.limits.take(SIGN_IN_ALL)
        if network is not None and not _is_this_machine(network):
            self.limits.check(SIGN_IN_NETWORK, network)

    def note_bad_link(self, network: str | None) -> None:
        """Count a link that is none. Raises `TooManyRequests` from the eleventh on."""
        if network is not None and not _is_this_machine(network):
            self.limits.take(SIGN_IN_NETWORK, network)

    def _take_turn(self, name: str, user: User | None, network: str | None) -> str:
        """Count the attempt and return whose it is.

        A network from which this person signed in lately counts by itself, so that
        strangers who try their name elsewhere keep nobody out.
        """
        somewhere = network is not None and not _is_this_machine(network)
        if user is not None and network is not None and somewhere:
            since = self.now() - _KNOWN_FOR
            if self.networks.is_known(user.user_id, network, since=since):
                turn = f"known:{user.user_id}:{network}"
                self.limits.take(SIGN_IN_USER, turn)
                return turn
        turn = f"name:{user.name if user else name}"
        self.limits.take(SIGN_IN_ALL)
        if network is not None and somewhere:
            self.limits.take(SIGN_IN_NETWORK, network)
        self.limits.take(SIGN_IN_USER, turn)
        return turn


def _is_this_machine(network: str) -> bool:
    """Tell whether an address says nothing: behind a proxy here it is everybody's."""
    return is_loopback(network.partition("/")[0])
