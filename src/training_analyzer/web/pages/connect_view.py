"""What the steps of connecting show: the ways in, the form, what was wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from training_analyzer.errors import AccountMismatch, LoginBlocked, LoginWaits, MfaInvalid
from training_analyzer.model import Region
from training_analyzer.web.connection import State
from training_analyzer.web.pages.refused_words import next_step_of, said_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from training_analyzer.errors import GarminSyncError
    from training_analyzer.web.connection import Connection
    from training_analyzer.web.tongue import Tongue


_BLOCKED: Final = frozenset({LoginBlocked.code, LoginWaits.code})


class Way(StrEnum):
    """The ways in, and the second step of the first."""

    PASSWORD = "password"  # noqa: S105 - the name of a way in, not a password
    TOKEN = "token"  # noqa: S105 - likewise
    TICKET = "ticket"
    PERSONAL_KEY = "personal-key"
    CODE = "code"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A try to connect that did not work, for the form to show again. Holds no secret."""

    way: Way
    field: str
    email: str = ""
    region: str = Region.COM
    keep_password: bool = False
    # What is wrong with a field, or the error that Garmin's answer came to.
    message: str = ""
    error: GarminSyncError | None = None

    @property
    def code(self) -> str:
        """Return the error's code; empty where a field is wrong."""
        return self.error.code if self.error else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A way in to choose: what it brings, what it lacks, and what it needs."""

    way: Way
    name: str
    brings: str
    lacks: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """What did not work: a sentence, what to do about it, and the field to look at."""

    says: str
    next_step: str
    field: str
    offers_others: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectForm:
    """The form: which way in, what was typed, what was wrong with it.

    With `asks_to_replace` it connects only together with the old data's deletion. While
    it `is_blocked`, a password cannot be sent. `ticket_pages` are addresses by region.
    """

    way: Way
    name: str
    wrong: Wrong | None
    email: str
    region: str
    keep_password: bool
    asks_to_replace: bool
    is_blocked: bool
    blocked_until: datetime | None
    has_session: bool
    ticket_pages: Mapping[Region, str]
    sent_to: str = ""
    code_until: str = ""
    code_left: str = ""
    code_tries: str = ""


def offers_of(tongue: Tongue) -> list[Offer]:
    """Return the ways in, as a person chooses between them."""
    text = tongue.text
    return [
        Offer(
            way=Way.TICKET,
            name=text("Sign in at Garmin, in your own browser"),
            brings=text(
                "All data. You paste a ticket or a token here; password, code and CAPTCHA never"
                " leave the page of Garmin."
            ),
            lacks=text("Takes two minutes more, and again when Garmin ends the session."),
        ),
        Offer(
            way=Way.PASSWORD,
            name=text("E-mail and password"),
            brings=text("All data, and the quickest to do. Garmin may ask for a security code."),
            lacks=text("Garmin sometimes refuses sign-ins that come from servers, for hours."),
        ),
        Offer(
            way=Way.PERSONAL_KEY,
            name=text("Personal key"),
            brings=text(
                "The official way in for programs: read-only, and you revoke it at Garmin. It"
                " lasts 30 to 365 days."
            ),
            lacks=text("Lacks training status, readiness, VO2max and race predictions."),
        ),
    ]


def name_of(way: Way, tongue: Tongue) -> str:
    """Return what a way in is called."""
    return {
        Way.TOKEN: tongue.text("Token"),
        Way.TICKET: tongue.text("Browser ticket"),
        Way.PERSONAL_KEY: tongue.text("Personal key"),
    }.get(way, tongue.text("E-mail and password"))


def form_of(
    connection: Connection,
    attempt: Attempt | None,
    way: Way | None,
    ticket_pages: Mapping[Region, str],
    tongue: Tongue,
    now: datetime,
) -> ConnectForm | None:
    """Return the form to show; None when nobody has chosen a way in yet."""
    shown = _shown(connection, attempt, way)
    if shown is None:
        return None
    pending = connection.pending
    code = attempt.code if attempt else ""
    return ConnectForm(
        way=shown,
        name=name_of(shown, tongue),
        wrong=_wrong(attempt, tongue, now) if attempt else None,
        email=attempt.email if attempt else "",
        region=attempt.region if attempt else Region.COM,
        keep_password=attempt is not None and attempt.keep_password,
        asks_to_replace=code == AccountMismatch.code,
        is_blocked=code in _BLOCKED,
        blocked_until=_until(attempt),
        has_session=connection.session_serves,
        ticket_pages=ticket_pages,
        sent_to=_sent_by(pending.method, tongue) if pending else "",
        code_until=tongue.time(pending.expires_at) if pending else "",
        code_left=tongue.about((pending.expires_at - now).total_seconds()) if pending else "",
        code_tries=(
            tongue.plural("%(n)s try left", "%(n)s tries left", pending.attempts_left)
            if pending
            else ""
        ),
    )


def _until(attempt: Attempt | None) -> datetime | None:
    error = attempt.error if attempt else None
    return error.retry_at if isinstance(error, LoginBlocked) else None


def _wrong(attempt: Attempt, tongue: Tongue, now: datetime) -> Wrong:
    error = attempt.error
    if error is None:
        return Wrong(says=attempt.message, next_step="", field=attempt.field, offers_others=False)
    is_blocked = attempt.code in _BLOCKED
    says = said_of(error, attempt.way.value, tongue, now)
    if isinstance(error, MfaInvalid) and error.attempts_left:
        left = tongue.plural("%(n)s try left.", "%(n)s tries left.", error.attempts_left)
        says = f"{says} {left}"
    return Wrong(
        says=says,
        next_step=next_step_of(error, attempt.way.value, tongue),
        # Nothing that was typed is wrong with a sign-in that Garmin refuses as such.
        field="" if is_blocked else attempt.field,
        offers_others=is_blocked,
    )


def _sent_by(method: str, tongue: Tongue) -> str:
    return {
        "email": tongue.text("Garmin sent six digits by e-mail."),
        "sms": tongue.text("Garmin sent six digits by text message."),
        "phone": tongue.text("Garmin tells you six digits by phone."),
    }.get(method, tongue.text("Garmin wants the six digits of your authenticator app."))


def _shown(connection: Connection, attempt: Attempt | None, way: Way | None) -> Way | None:
    pending = connection.pending
    if attempt is not None:
        # The third wrong code ended the login, and a code that was right is used up.
        is_over = pending is None or attempt.code == AccountMismatch.code
        return Way.PASSWORD if attempt.way is Way.CODE and is_over else attempt.way
    if way is not None and way is not Way.CODE:
        return way
    works = connection.state not in {State.NOT_CONNECTED, State.ACTION_NEEDED}
    return Way.CODE if pending is not None and not works else None
