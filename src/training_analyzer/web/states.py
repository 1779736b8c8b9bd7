"""The states of a connection in the words of the API; pages have their own."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from training_analyzer.errors import RateLimited
from training_analyzer.services.standings import State

if TYPE_CHECKING:
    from training_analyzer.services.standings import Standing


class StateWord(StrEnum):
    """The states of a connection, in the words of the API."""

    NOT_CONNECTED = "not_connected"
    SIGNING_IN = "signing_in"
    CONNECTED = "connected"
    NEEDS_MFA = "needs_mfa"
    NEEDS_REAUTH = "needs_reauth"
    COOLDOWN = "cooldown"
    RATE_LIMITED = "rate_limited"
    DISABLED = "disabled"


_WORDS: Final = {
    State.NOT_CONNECTED: StateWord.NOT_CONNECTED,
    State.CONNECTED: StateWord.CONNECTED,
    State.ACTION_NEEDED: StateWord.NEEDS_REAUTH,
    State.COOLING_DOWN: StateWord.COOLDOWN,
    State.PAUSED: StateWord.DISABLED,
}


def word_of(standing: Standing, *, signs_in: bool = False) -> StateWord:
    """Return the state; a sign-in that is under way shows where nothing else works."""
    if standing.waits_for_code:
        return StateWord.NEEDS_MFA
    word = _WORDS[standing.state]
    if signs_in and word in {StateWord.NOT_CONNECTED, StateWord.NEEDS_REAUTH}:
        return StateWord.SIGNING_IN
    if word is StateWord.COOLDOWN and standing.code == RateLimited.code:
        return StateWord.RATE_LIMITED
    return word
