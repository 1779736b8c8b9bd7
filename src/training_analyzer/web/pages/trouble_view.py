"""What stands against a connection: the cause, what we do about it, what the person can."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from training_analyzer.errors import (
    AccountMismatch,
    Blocked,
    CredentialsRejected,
    LoginBlocked,
    LoginWaits,
    RateLimited,
)
from training_analyzer.services.standings import LOGIN_CODES
from training_analyzer.web.connection import Connection, State
from training_analyzer.web.pages import phrases

if TYPE_CHECKING:
    from datetime import datetime

_STOPPED: Final = "We stopped asking Garmin, so that the account is not locked. Nothing is lost."
_LATER: Final = "No password goes to Garmin before {at} UTC: each try makes its wait longer."
_ANOTHER: Final = (
    "Connect with the account that your data comes from. With the other one, the form asks first"
    " whether the old data shall be deleted."
)
_LONGER: Final = "Asking earlier would make it longer, so we do not, not even by hand."
_ONCE_A_DAY: Final = (
    "The Garmin session ended, and the password was used less than a day ago. Garmin locks"
    " accounts that log in too often, so we wait."
)
# What Garmin or we wait for, and why.
_COOLS: Final = {
    LoginBlocked.code: (
        "Garmin refuses password logins until {at} UTC",
        "Each try makes its wait longer, so we send none.",
    ),
    LoginWaits.code: ("Your password is used again {at} UTC", _ONCE_A_DAY),
    RateLimited.code: ("Garmin asked to wait until {at} UTC", _LONGER),
    Blocked.code: ("Garmin refuses this server until {at} UTC", _LONGER),
}
_GOES_ON: Final = "The sync then goes on by itself."
_BY_HAND: Final = "Automatic syncs are off: press “Sync now” then."


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A banner; with `has_ways` a ticket or a key is offered, as both work now."""

    title: str
    more: str
    tone: str
    icon: str
    has_ways: bool


def trouble_of(connection: Connection, *, syncs_by_itself: bool, now: datetime) -> Trouble | None:
    """Return what to tell about a connection that does not work now, or None."""
    if connection.standing.waits_for_code or connection.credentials is None:
        return None
    if connection.state is State.ACTION_NEEDED:
        return _action_needed(connection, now)
    if connection.state is State.COOLING_DOWN:
        return _cooling_down(connection, syncs_by_itself=syncs_by_itself, now=now)
    return None


def _action_needed(connection: Connection, now: datetime) -> Trouble:
    standing = connection.standing
    more = [_STOPPED]
    if standing.code == AccountMismatch.code:
        more.append(_ANOTHER)
    if standing.until is not None:
        more.append(_LATER.format(at=phrases.clock(standing.until, now)))
    return Trouble(
        title=standing.reason or CredentialsRejected().message,
        more=" ".join(more),
        tone="bad",
        icon="cross",
        has_ways=standing.until is not None,
    )


def _cooling_down(connection: Connection, *, syncs_by_itself: bool, now: datetime) -> Trouble:
    standing = connection.standing
    at = phrases.clock(standing.until, now) if standing.until else ""
    title, why = _COOLS.get(standing.code or "", ("Waiting until {at} UTC", standing.reason or ""))
    return Trouble(
        title=title.format(at=at),
        more=f"{why} {_GOES_ON if syncs_by_itself else _BY_HAND}",
        tone="info",
        icon="clock",
        has_ways=standing.code in LOGIN_CODES,
    )
