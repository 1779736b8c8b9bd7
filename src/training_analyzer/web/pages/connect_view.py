"""What the connect form and the connection's card show."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from training_analyzer.model import Kind, Region
from training_analyzer.web.connection import Connection, State
from training_analyzer.web.pages import phrases

if TYPE_CHECKING:
    from datetime import datetime


class Way(StrEnum):
    """The ways in, and the second step of the first."""

    PASSWORD = "password"  # noqa: S105 - the name of a way in, not a password
    TOKEN = "token"  # noqa: S105 - likewise
    PERSONAL_KEY = "personal-key"
    CODE = "code"


WAYS: Final = {
    Way.PASSWORD: "E-mail and password",
    Way.TOKEN: "Token",
    Way.PERSONAL_KEY: "Personal key",
}
# In the form, the error's own sentence would say less than it could.
_SAYS: Final = {
    (Way.PASSWORD, "invalid_credentials"): "Garmin did not accept this e-mail and password.",
    (Way.PERSONAL_KEY, "invalid_credentials"): "Garmin did not accept this key.",
    (Way.CODE, "mfa_invalid"): "That code was not right.",
    (Way.TOKEN, "token_expired"): "Garmin does not accept this token any more.",
}
# What a person can do about it, where the error's own sentence leaves that open.
_NEXT: Final = {
    "invalid_credentials": "Check at connect.garmin.com before you try again: "
    "Garmin locks accounts after many wrong tries.",
    "login_blocked": "Use a token or a personal key instead; both keep working.",
    "mfa_expired": "Start again: Garmin then sends a new code.",
    "mfa_invalid": "Take the newest message; older codes stop working.",
    "garmin_unavailable": "Nothing was changed. Try again in a few minutes.",
    "token_invalid": "It is the text of garmin_tokens.json, with three fields that begin with di_.",
    "token_expired": "Make a new token and paste it.",
    "account_mismatch": "Disconnect the other account first, or use its credentials.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A try to connect that did not work, for the form to show again. Holds no secret."""

    way: Way
    message: str
    field: str
    email: str = ""
    region: str = Region.COM
    code: str = ""

    @property
    def says(self) -> str:
        """Return what happened, in one sentence."""
        return _SAYS.get((self.way, self.code), self.message)

    @property
    def next_step(self) -> str:
        """Return what to do about it; empty when the message says so itself."""
        return _NEXT.get(self.code, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectForm:
    """The form: which way in, what was typed, what was wrong with it."""

    way: Way
    ways: dict[Way, str]
    attempt: Attempt | None
    email: str
    region: str
    code_method: str = ""
    code_until: str = ""
    code_tries: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionCard:
    """A connection's facts, as rows of label and value."""

    word: str
    tone: str
    icon: str
    rows: list[tuple[str, str]]


def form_of(connection: Connection, attempt: Attempt | None, way: Way | None) -> ConnectForm | None:
    """Return the form to show, or None when the connection works and nobody asked for it."""
    pending = connection.pending
    if attempt is not None and attempt.way is Way.CODE and pending is None:
        shown = Way.PASSWORD  # the third wrong code ended the login
    elif attempt is not None:
        shown = attempt.way
    elif way is not None and way is not Way.CODE:
        shown = way
    elif pending is not None:
        shown = Way.CODE
    elif connection.state in {State.NOT_CONNECTED, State.NEEDS_REAUTH, State.NEEDS_MFA}:
        shown = Way.PASSWORD
    else:
        return None
    return ConnectForm(
        way=shown,
        ways=WAYS,
        attempt=attempt,
        email=attempt.email if attempt else "",
        region=attempt.region if attempt else Region.COM,
        code_method=pending.method if pending else "",
        code_until=f"{pending.expires_at:%H:%M}" if pending else "",
        code_tries=phrases.plural(pending.attempts_left, "try", "tries") if pending else "",
    )


def card_of(connection: Connection, now: datetime) -> ConnectionCard | None:
    """Return the card of an existing connection."""
    known = connection.credentials
    if known is None:
        return None
    word, tone, icon = {
        State.CONNECTED: ("Connected", "ok", "ok"),
        State.RATE_LIMITED: ("Waiting", "info", "clock"),
    }.get(connection.state, ("Action needed", "bad", "cross"))
    kind = phrases.KINDS[known.kind]
    rows = [("Garmin name", known.garmin_display_name or "not told"), ("Connected by", kind)]
    if connection.email_hint:
        rows.append(("E-mail", connection.email_hint))
    rows.append(("Region", "China" if known.region is Region.CN else "Worldwide"))
    if known.last_validation_at is not None:
        rows.append(("Last checked", phrases.ago(known.last_validation_at, now)))
    kept = {
        Kind.PASSWORD: "password and tokens, encrypted",
        Kind.TOKEN: "tokens, encrypted",
        Kind.PERSONAL_KEY: "the key, encrypted",
    }
    rows.append(("We keep", kept[known.kind]))
    return ConnectionCard(word=word, tone=tone, icon=icon, rows=rows)
