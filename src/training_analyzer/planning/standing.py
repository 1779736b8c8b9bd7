"""How a connection stands, as a person sees it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from training_analyzer.errors import (
    CredentialsRejected,
    LoginBlocked,
    LoginWaits,
    MfaRequired,
    NotConnected,
    RateLimited,
)

if TYPE_CHECKING:
    from datetime import datetime

    from training_analyzer.errors import DecryptionError
    from training_analyzer.model import GarminCredentials


class State(StrEnum):
    """The states of a connection."""

    NOT_CONNECTED = "not_connected"
    CONNECTED = "connected"
    ACTION_NEEDED = "action_needed"
    COOLING_DOWN = "cooling_down"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A state, and what there is to say of it.

    `code` is an error's, or None where nothing is wrong. `reason` is one or two sentences
    for a person, None when connected. `until` ends a cool-down. Where the person must
    act, it is the time before which a password would be refused unasked (None: act
    now), or, with `waits_for_code`, the time by which the security code must be entered.
    """

    state: State
    code: str | None = None
    reason: str | None = None
    until: datetime | None = None
    waits_for_code: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How the last run ended: an error's code and its sentence; both None when it was good."""

    code: str | None = None
    message: str | None = None


# What a run ends with when it would have had to log in and must not.
LOGIN_CODES: Final = frozenset({LoginBlocked.code, LoginWaits.code})
_CODE_WAITED_FOR: Final = "Garmin has sent a security code. Enter it to complete the connection."
_SWITCHED_OFF: Final = "Automatic syncs are switched off. A sync by hand is possible."
_PAUSED: Final = "Automatic syncs are paused. A sync by hand is possible."
_PARKED: Final = (
    "The last three syncs never ended: their process did before. A sync by hand is possible."
)


def standing(  # noqa: PLR0913 - the facts that a standing follows from, each named
    credentials: GarminCredentials | None,
    *,
    auto_sync_enabled: bool,
    not_before: datetime | None,
    now: datetime,
    is_paused: bool = False,
    parked_until: datetime | None = None,
    last_run: Ended | None = None,
    login_possible_at: datetime | None = None,
    unreadable: DecryptionError | None = None,
    code_until: datetime | None = None,
) -> Standing:
    """Return how the connection stands at *now*.

    What the person must do comes first, then what Garmin asked for, then what the
    person chose. *last_run* tells why *not_before* was set. *login_possible_at* is when
    a password may go to Garmin, for a connection that needs one; *code_until* is when a
    login that waits for its security code is forgotten; *parked_until* when a user whose
    runs took their process down is tried again; *unreadable* what their stored secrets
    say to this process's keys.
    """
    broken = credentials is None or not credentials.is_valid
    if broken and code_until is not None and code_until > now:
        return _act(MfaRequired.code, _CODE_WAITED_FOR, code_until, waits_for_code=True)
    waits_until = _later_than(now, login_possible_at)
    if credentials is None or broken or unreadable is not None:
        return _broken(credentials, unreadable, waits_until)
    cools = _cooling_down(_later_than(now, not_before), last_run or Ended(), waits_until)
    if cools is not None:
        return cools
    if (until := _later_than(now, parked_until)) is not None:
        return _cool("interrupted", _PARKED, until)
    if auto_sync_enabled and not is_paused:
        return Standing(state=State.CONNECTED)
    return Standing(state=State.PAUSED, reason=_PAUSED if is_paused else _SWITCHED_OFF)


def _broken(
    credentials: GarminCredentials | None,
    unreadable: DecryptionError | None,
    waits_until: datetime | None,
) -> Standing:
    """Return how a connection stands that there is not, that Garmin refused, or does not open."""
    if credentials is None:
        return Standing(
            state=State.NOT_CONNECTED, code=NotConnected.code, reason=NotConnected().message
        )
    if unreadable is not None:
        return _act(unreadable.code, unreadable.message, waits_until)
    code = credentials.error_code or CredentialsRejected.code
    return _act(code, credentials.validation_error or CredentialsRejected().message, waits_until)


def _cooling_down(
    until: datetime | None, last_run: Ended, login: datetime | None
) -> Standing | None:
    """Return the cool-down that is on, told by its cause, or None."""
    # Whoever has to log in waits for that, however short the rest of the wait is.
    if login is not None and (until is None or login > until):
        blocked = LoginBlocked(login)
        return _cool(blocked.code, blocked.message, login)
    if until is None:
        return None
    return _cool(
        last_run.code or RateLimited.code, last_run.message or RateLimited().message, until
    )


def _act(
    code: str, reason: str, until: datetime | None, *, waits_for_code: bool = False
) -> Standing:
    return Standing(
        state=State.ACTION_NEEDED,
        code=code,
        reason=reason,
        until=until,
        waits_for_code=waits_for_code,
    )


def _cool(code: str, reason: str, until: datetime) -> Standing:
    return Standing(state=State.COOLING_DOWN, code=code, reason=reason, until=until)


def _later_than(now: datetime, at: datetime | None) -> datetime | None:
    return at if at is not None and at > now else None
