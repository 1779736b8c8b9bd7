"""What the connect form shows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from training_analyzer.errors import AccountMismatch, LoginBlocked
from training_analyzer.model import Region
from training_analyzer.web.connection import Connection, State
from training_analyzer.web.pages import phrases

if TYPE_CHECKING:
    from collections.abc import Mapping


class Way(StrEnum):
    """The ways in, and the second step of the first."""

    PASSWORD = "password"  # noqa: S105 - the name of a way in, not a password
    TOKEN = "token"  # noqa: S105 - likewise
    TICKET = "ticket"
    PERSONAL_KEY = "personal-key"
    CODE = "code"


WAYS: Final = {
    Way.PASSWORD: "E-mail and password",
    Way.TICKET: "Browser ticket",
    Way.TOKEN: "Token",
    Way.PERSONAL_KEY: "Personal key",
}
_ANOTHER_ACCOUNT: Final = "The data here comes from another Garmin account."
# In the form, the error's own sentence would say less than it could.
_SAYS: Final = {
    (Way.PASSWORD, "invalid_credentials"): "Garmin did not accept this e-mail and password.",
    (Way.PERSONAL_KEY, "invalid_credentials"): "Garmin did not accept this key.",
    (Way.TICKET, "invalid_credentials"): "Garmin did not accept this ticket.",
    (Way.TICKET, "token_invalid"): "There is no ticket in this text.",
    (Way.CODE, "mfa_invalid"): "That code was not right.",
    (Way.TOKEN, "token_expired"): "Garmin does not accept this token any more.",
}
# What a person can do about it, where the error's own sentence leaves that open.
_NEXT_BY_WAY: Final = {
    (Way.TICKET, "invalid_credentials"): "It is good once and for about a minute. Get a new one.",
    (Way.TICKET, "token_invalid"): "It begins with ST- and stands in the address or the page.",
    (Way.PERSONAL_KEY, "invalid_credentials"): "Check at Garmin whether it has ended.",
    (Way.PERSONAL_KEY, "token_invalid"): "It begins with GCDC_.",
    (Way.PERSONAL_KEY, "account_mismatch"): "Nothing was changed. Paste the key again if you want"
    " the old data deleted.",
    (Way.TOKEN, "account_mismatch"): "Nothing was changed here, but the token is used up. Paste a"
    " new one if you want the old data deleted.",
    (Way.TICKET, "account_mismatch"): "Nothing was changed here, but the ticket is used up. Get a"
    " new one if you want the old data deleted.",
}
_NEXT: Final = {
    "invalid_credentials": "Check at connect.garmin.com before you try again: "
    "Garmin locks accounts after many wrong tries.",
    "mfa_expired": "Start again: Garmin then sends a new code.",
    "mfa_invalid": "Take the newest message; older codes stop working.",
    "garmin_unavailable": "Nothing was changed. Try again in a few minutes.",
    "token_invalid": "It is the text of garmin_tokens.json, with three fields that begin with di_.",
    "token_expired": "Make a new token and paste it.",
    "account_mismatch": "Nothing was changed. Sign in again if you want the old data deleted.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A try to connect that did not work, for the form to show again. Holds no secret."""

    way: Way
    message: str
    field: str
    email: str = ""
    region: str = Region.COM
    keep_password: bool = False
    code: str = ""

    @property
    def says(self) -> str:
        """Return what happened, in one sentence."""
        if self.code == AccountMismatch.code:
            return _ANOTHER_ACCOUNT
        return _SAYS.get((self.way, self.code), self.message)

    @property
    def next_step(self) -> str:
        """Return what to do about it; empty when the message says so itself."""
        return _NEXT_BY_WAY.get((self.way, self.code)) or _NEXT.get(self.code, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectForm:
    """The form: which way in, what was typed, what was wrong with it.

    With `asks_to_replace` it connects only together with the old data's deletion. While
    it `is_blocked`, a password cannot be sent. `ticket_pages` are addresses by region.
    """

    way: Way
    ways: dict[Way, str]
    attempt: Attempt | None
    email: str
    region: str
    keep_password: bool
    asks_to_replace: bool
    is_blocked: bool
    has_session: bool
    ticket_pages: Mapping[Region, str]
    code_method: str = ""
    code_until: str = ""
    code_tries: str = ""


def form_of(
    connection: Connection,
    attempt: Attempt | None,
    way: Way | None,
    ticket_pages: Mapping[Region, str],
) -> ConnectForm | None:
    """Return the form to show, or None when the connection works and nobody asked for it."""
    shown = _shown(connection, attempt, way)
    if shown is None:
        return None
    pending = connection.pending
    code = attempt.code if attempt else ""
    return ConnectForm(
        way=shown,
        ways=WAYS,
        attempt=attempt,
        email=attempt.email if attempt else "",
        region=attempt.region if attempt else Region.COM,
        keep_password=attempt is not None and attempt.keep_password,
        asks_to_replace=code == AccountMismatch.code,
        is_blocked=code == LoginBlocked.code,
        has_session=connection.session_serves,
        ticket_pages=ticket_pages,
        code_method=pending.method if pending else "",
        code_until=f"{pending.expires_at:%H:%M}" if pending else "",
        code_tries=phrases.plural(pending.attempts_left, "try", "tries") if pending else "",
    )


def _shown(connection: Connection, attempt: Attempt | None, way: Way | None) -> Way | None:
    pending = connection.pending
    if attempt is not None:
        # The third wrong code ended the login, and a code that was right is used up.
        is_over = pending is None or attempt.code == AccountMismatch.code
        return Way.PASSWORD if attempt.way is Way.CODE and is_over else attempt.way
    if way is not None and way is not Way.CODE:
        return way
    if pending is not None:
        return Way.CODE
    if connection.state in {State.NOT_CONNECTED, State.ACTION_NEEDED}:
        # While a password would be refused, the form does not begin with one.
        return Way.PASSWORD if connection.retry_at is None else Way.TICKET
    return None
