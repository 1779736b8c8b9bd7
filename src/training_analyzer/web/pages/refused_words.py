"""Why a sign-in to Garmin did not work, in a sentence, and the one thing to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from training_analyzer.errors import LoginBlocked
from training_analyzer.web.pages.causes import cause_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from training_analyzer.errors import GarminSyncError
    from training_analyzer.web.tongue import Tongue

_ANY = ""


def said_of(error: GarminSyncError, way: str, tongue: Tongue, now: datetime) -> str:
    """Return what happened, for a try by *way*."""
    if isinstance(error, LoginBlocked) and error.retry_at is not None:
        wait = tongue.duration((error.retry_at - now).total_seconds() // 60 * 60)
        return tongue.text(
            "Garmin refuses password sign-ins of this account until %(at)s, in %(wait)s.",
            at=tongue.clock(error.retry_at, now),
            wait=wait,
        )
    words = _said(tongue)
    known = words.get((way, error.code)) or words.get((_ANY, error.code))
    if known is not None:
        return known
    if error.code == "too_many_requests":
        return tongue.text(error.message)
    return f"{cause_of(tongue, error.code).title}."


def next_step_of(error: GarminSyncError, way: str, tongue: Tongue) -> str:
    """Return what to do about it."""
    steps = _steps(tongue)
    known = steps.get((way, error.code)) or steps.get((_ANY, error.code))
    return known if known is not None else cause_of(tongue, error.code).more


def _said(tongue: Tongue) -> Mapping[tuple[str, str], str]:
    text = tongue.text
    return {
        ("password", "invalid_credentials"): text(
            "Garmin did not accept this e-mail and password."
        ),
        ("personal-key", "invalid_credentials"): text("Garmin did not accept this key."),
        ("ticket", "invalid_credentials"): text("Garmin did not accept this ticket."),
        ("ticket", "token_invalid"): text("There is no ticket in this text."),
        ("token", "token_expired"): text("Garmin does not accept this token any more."),
        ("personal-key", "token_invalid"): text("This is not a personal key."),
        (_ANY, "token_invalid"): text("This is not a token that garminconnect made."),
        (_ANY, "mfa_invalid"): text("That code was not right."),
        (_ANY, "mfa_expired"): text("The sign-in waited too long for its code."),
        (_ANY, "garmin_unavailable"): text("Garmin did not answer."),
        (_ANY, "login_blocked"): text("Garmin refuses password sign-ins of this account for now."),
        (_ANY, "login_waits"): text("Garmin refuses password sign-ins of this account for now."),
        (_ANY, "account_mismatch"): text("The data here comes from another Garmin account."),
        (_ANY, "conflict"): text(
            "Another sign-in began meanwhile, and took the place of this one."
        ),
    }


def _steps(tongue: Tongue) -> Mapping[tuple[str, str], str]:
    text = tongue.text
    wait = text("We do not try meanwhile: each try would make the wait longer.")
    return {
        ("ticket", "invalid_credentials"): text(
            "It is good once and for about a minute. Get a new one."
        ),
        ("ticket", "token_invalid"): text(
            "It begins with ST- and stands in the address or the page."
        ),
        ("personal-key", "invalid_credentials"): text("Check at Garmin whether it has ended."),
        ("personal-key", "token_invalid"): text("It begins with GCDC_."),
        ("personal-key", "account_mismatch"): text(
            "Nothing was changed. Paste the key again if you want the old data deleted."
        ),
        ("token", "account_mismatch"): text(
            "Nothing was changed here, but the token is used up. Paste a new one if you want the"
            " old data deleted."
        ),
        (_ANY, "invalid_credentials"): text(
            "Check at connect.garmin.com before you try again: Garmin locks accounts after many"
            " wrong tries."
        ),
        (_ANY, "mfa_expired"): text("Start again: Garmin then sends a new code."),
        (_ANY, "mfa_invalid"): text("Take the newest message; older codes stop working."),
        (_ANY, "garmin_unavailable"): text(
            "Nothing was changed. Try again in a few minutes; we do not repeat a sign-in by"
            " ourselves."
        ),
        (_ANY, "token_invalid"): text(
            "It is the text of garmin_tokens.json, with three fields that begin with di_."
        ),
        (_ANY, "token_expired"): text("Make a new token and paste it."),
        (_ANY, "login_blocked"): wait,
        (_ANY, "login_waits"): wait,
        (_ANY, "account_mismatch"): text(
            "Nothing was changed. Sign in again if you want the old data deleted."
        ),
        (_ANY, "conflict"): text("Look at how it stands, or start again."),
        (_ANY, "too_many_requests"): text("Wait for that, then try again."),
    }
