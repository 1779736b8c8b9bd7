"""What stands against a connection: the cause, what we do about it, what the person can."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from training_analyzer.errors import (
    AccountMismatch,
    Blocked,
    CredentialsUnreadable,
    LoginBlocked,
    LoginWaits,
    RateLimited,
)
from training_analyzer.model import Kind
from training_analyzer.services.standings import LOGIN_CODES
from training_analyzer.web.connection import State
from training_analyzer.web.pages.causes import cause_of

if TYPE_CHECKING:
    from datetime import datetime

    from training_analyzer.services.standings import Standing
    from training_analyzer.web.tongue import Tongue

TICKET: Final = "/connect?way=ticket"
PERSONAL_KEY: Final = "/connect?way=personal-key"
# Where what was connected so is connected again.
_WAYS: Final = {
    Kind.PASSWORD: "/connect?way=password",
    Kind.TOKEN: TICKET,
    Kind.PERSONAL_KEY: PERSONAL_KEY,
}
# Here another way in would change nothing, so that the person chooses nothing either.
_OURS: Final = frozenset({"key_unavailable", "key_retired"})


@dataclass(frozen=True, slots=True)
class Action:
    """What a person can do about something: words and where they lead."""

    words: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A banner: the cause, what happens by itself, at most two actions, the strong one last."""

    title: str
    more: str
    tone: str
    icon: str
    actions: tuple[Action, ...] = ()


def trouble_of(
    standing: Standing,
    kind: Kind | None,
    tongue: Tongue,
    *,
    syncs_by_itself: bool,
    now: datetime,
) -> Trouble | None:
    """Return what to tell of a connection, made by *kind*, that does not work now, or None."""
    if standing.waits_for_code:
        return _code_wanted(standing, tongue, now)
    if kind is None:
        return None
    if standing.state is State.ACTION_NEEDED:
        return _action_needed(standing, kind, tongue, now)
    if standing.state is State.COOLING_DOWN:
        return _cooling_down(standing, tongue, syncs_by_itself=syncs_by_itself, now=now)
    return None


def _code_wanted(standing: Standing, tongue: Tongue, now: datetime) -> Trouble:
    more = tongue.text("Your password was right. The sign-in waits for the code.")
    if standing.until is not None:
        at = tongue.clock(standing.until, now)
        more = tongue.text(
            "Your password was right. The sign-in waits for the code until %(at)s.", at=at
        )
    return Trouble(
        title=tongue.text("Garmin has sent you a code"),
        more=more,
        tone="info",
        icon="clock",
        actions=(Action(tongue.text("Enter the code"), "/connect"),),
    )


def _action_needed(standing: Standing, kind: Kind, tongue: Tongue, now: datetime) -> Trouble:
    code = standing.code or ""
    if standing.until is not None:
        # A password would be refused unasked; what else works is what there is to say.
        at = tongue.clock(standing.until, now)
        return Trouble(
            title=cause_of(tongue, code).title,
            more=tongue.text(
                "We stopped asking, and no password goes to Garmin before %(at)s: each try makes"
                " its wait longer. Two other ways work at once.",
                at=at,
            ),
            tone="bad",
            icon="cross",
            actions=_two_ways(tongue),
        )
    title, more = _words_of(code, kind, tongue)
    actions = () if code in _OURS else (Action(_again(code, kind, tongue), _WAYS[kind]),)
    return Trouble(title=title, more=more, tone="bad", icon="cross", actions=actions)


def _words_of(code: str, kind: Kind, tongue: Tongue) -> tuple[str, str]:
    cause = cause_of(tongue, code)
    if code == AccountMismatch.code:
        return cause.title, tongue.text(
            "Connect with the account that your data comes from. With the other one, the form"
            " asks first whether the old data shall be deleted."
        )
    if code in {"account_locked", "account_already_linked", CredentialsUnreadable.code} | _OURS:
        return cause.title, cause.more
    if code == "mfa_required":
        title = cause.title
    elif kind is Kind.PERSONAL_KEY:
        title = tongue.text("Garmin no longer takes the personal key")
    else:
        title = tongue.text("Garmin asks you to sign in again")
    return title, tongue.text(
        "We stopped asking, so that the account is not locked. Nothing is lost; afterwards only"
        " the gap is fetched."
    )


def _again(code: str, kind: Kind, tongue: Tongue) -> str:
    if kind is Kind.PERSONAL_KEY:
        return tongue.text("Enter a new key")
    if code == AccountMismatch.code:
        return tongue.text("Connect again")
    return tongue.text("Sign in again")


def _two_ways(tongue: Tongue) -> tuple[Action, ...]:
    return (
        Action(tongue.text("Use a personal key"), PERSONAL_KEY),
        Action(tongue.text("Use a ticket"), TICKET),
    )


def _cooling_down(
    standing: Standing, tongue: Tongue, *, syncs_by_itself: bool, now: datetime
) -> Trouble:
    at = tongue.clock(standing.until, now) if standing.until else ""
    title, why = _what_cools(standing.code or "", at, tongue)
    rest = (
        tongue.text("The sync then goes on by itself.")
        if syncs_by_itself
        else tongue.text("Automatic syncs are off: press “Sync now” then.")
    )
    is_login = standing.code in LOGIN_CODES
    return Trouble(
        title=title,
        more=f"{why} {rest}",
        tone="warn" if is_login else "info",
        icon="warn" if is_login else "clock",
        actions=_two_ways(tongue) if is_login else (),
    )


def _what_cools(code: str, at: str, tongue: Tongue) -> tuple[str, str]:
    """Return what Garmin or we wait for, and why."""
    text = tongue.text
    longer = text("Asking earlier would make it longer, so we do not, not even by hand.")
    known = {
        LoginBlocked.code: (
            text("Garmin refuses password sign-ins until %(at)s", at=at),
            text("Each try makes its wait longer, so we send none. Two other ways work at once."),
        ),
        LoginWaits.code: (
            text("Your password is used again %(at)s", at=at),
            text(
                "The Garmin session ended, and the password was used less than a day ago. Garmin"
                " locks accounts that sign in too often, so we wait."
            ),
        ),
        RateLimited.code: (text("Garmin asks us to slow down until %(at)s", at=at), longer),
        Blocked.code: (text("Garmin refuses this server until %(at)s", at=at), longer),
        "interrupted": (
            text("Syncs wait until %(at)s", at=at),
            text("The last three never ended: their process did before. One by hand is possible."),
        ),
    }
    cause = cause_of(tongue, code)
    return known.get(code) or (text("Syncs wait until %(at)s", at=at), f"{cause.title}.")
