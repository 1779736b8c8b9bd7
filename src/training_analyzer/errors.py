"""Every error that this package raises on purpose, and how a sync reacts to it.

GarminSyncError                    HTTP  exit
├── SettingsError                  500   1  a setting is missing or wrong
│   ├── EncryptionKeyError         500   1
│   └── DatabaseUnusable           500   1
├── DecryptionError                409   1  a stored secret does not open
│   └── KeyUnavailable             409   1  the key it names is not configured
├── InvalidSyncConfig              422   2
├── UnknownUser                    404   1
├── UserExists                     409   1
├── InvalidUserName                422   2
├── NotConnected                   409   1
├── ExportImpossible               500   1  files in the way, a folder, a missing library
├── SyncTooSoon                    429  75
│   └── CoolingDown                429  75  Garmin asked to wait; force does not help
├── SyncAlreadyRunning             409  75
├── SyncError                            what a running sync can meet
│   ├── LeaseLost                  409  75  ends at once and writes nothing
│   ├── Stopping                   503  75  ends between two windows
│   ├── CredentialsUnreadable      409   1  stops the clock and tells the person
│   ├── CredentialsOfAnotherKey    503   1  backs off: this process lacks the key, others do not
│   ├── KeyRetired                 503   1  backs off: this process writes with an old key
│   ├── InternalError              500   1  a bug: recorded as one, retried like a fault
│   └── GarminError                      all that `garmin` raises
│       ├── CredentialsRejected    422   1  stops the clock and tells the person
│       ├── MfaRequired            409   1    "
│       ├── AccountLocked          422   1    "
│       ├── TokenExpired           409   1    " (a kept password may help, once a day)
│       ├── AccountMismatch        409   1    "
│       ├── MfaInvalid             422   1  ask again, at most three times
│       ├── MfaExpired             410   1  start the login again
│       ├── TokenInvalid           422   1  an imported token that cannot be one
│       ├── LoginBlocked           429  75  cools down, longer each time
│       │   └── LoginWaits         429  75  cools down: our own rule, once in 24 hours
│       ├── RateLimited            503  75  cools down: moves due_at, ends the run
│       ├── Blocked                503  75  the edge of Garmin refuses this machine
│       ├── ForbiddenStream        403   3  this stream only
│       ├── BadRequest             400   3  halve the window, then this stream only
│       ├── UnexpectedPayload      502   3  this window only
│       └── GarminUnavailable      503   3  backs off; the run ends partial

An error's text is ours alone: its docstring, or a sentence built from our own values. Text of a
foreign exception or answer, which might hold a token, never reaches a log, the history or a page.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, ClassVar, Final

if TYPE_CHECKING:
    from datetime import datetime, timedelta

_CLOCK: Final = "%Y-%m-%d %H:%M UTC"


class Reaction(Enum):
    """What a sync does when it meets an error."""

    STOP_THE_CLOCK = "stop_the_clock"
    COOL_DOWN = "cool_down"
    BACK_OFF = "back_off"
    SKIP_STREAM = "skip_stream"
    HALVE_WINDOW = "halve_window"
    END = "end"


class GarminSyncError(Exception):
    """Something went wrong in garmin-sync."""

    code: ClassVar[str] = "error"
    http_status: ClassVar[int] = 500
    exit_code: ClassVar[int] = 1

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or _first_sentence(type(self)))

    @property
    def message(self) -> str:
        """One sentence for a person."""
        return str(self.args[0])


def _first_sentence(kind: type[GarminSyncError]) -> str:
    """Return the docstring's first paragraph on one line: an error's default text."""
    return " ".join((kind.__doc__ or kind.__name__).split("\n\n", maxsplit=1)[0].split())


class SettingsError(GarminSyncError):
    """A setting is missing or wrong."""

    code = "settings"


class EncryptionKeyError(SettingsError):
    """The encryption key is missing or cannot be used."""

    code = "encryption_key"


class DatabaseUnusable(SettingsError):
    """The database cannot be opened."""

    code = "database_unusable"


class DecryptionError(GarminSyncError):
    """A stored secret does not decrypt with the configured keys."""

    code = "credential_corrupt"
    http_status = 409


class KeyUnavailable(DecryptionError):
    """A stored secret needs an encryption key that is not configured."""

    code = "key_unavailable"


class InvalidSyncConfig(GarminSyncError, ValueError):
    """A sync setting has a value that cannot be used."""

    code = "validation_failed"
    http_status = 422
    exit_code = 2

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field} {reason}.")
        self.field, self.reason = field, reason


class UnknownUser(GarminSyncError):
    """Nobody of that name is known."""

    code = "not_found"
    http_status = 404


class UserExists(GarminSyncError):
    """Somebody of that name exists already."""

    code = "conflict"
    http_status = 409


class InvalidUserName(GarminSyncError, ValueError):
    """A name is 1 to 64 printable characters without spaces at its ends."""

    code = "validation_failed"
    http_status = 422
    exit_code = 2


class NotConnected(GarminSyncError):
    """No Garmin account is connected. Connect one first."""

    code = "not_connected"
    http_status = 409


class ExportImpossible(GarminSyncError):
    """The data cannot be written there."""

    code = "export_impossible"


class SyncTooSoon(GarminSyncError):
    """The last sync is too recent."""

    code = "sync_cooldown"
    http_status = 429
    exit_code = 75

    def __init__(self, retry_at: datetime) -> None:
        super().__init__(f"Too soon after the last sync. Possible again at {retry_at:{_CLOCK}}.")
        self.retry_at = retry_at


class CoolingDown(SyncTooSoon):
    """Garmin asked to wait."""

    code = "rate_limited"

    def __init__(self, retry_at: datetime, why: str = "Garmin asked to wait.") -> None:
        super().__init__(retry_at)
        self.args = (f"{why} The next sync is possible at {retry_at:{_CLOCK}}.",)


class SyncAlreadyRunning(GarminSyncError):
    """A sync of this user is running already."""

    code = "sync_already_running"
    http_status = 409
    exit_code = 75

    def __init__(self, sync_id: int | None) -> None:
        super().__init__()
        self.sync_id = sync_id


class SyncError(GarminSyncError):
    """The sync could not go on."""

    code = "sync_failed"
    reaction: ClassVar[Reaction] = Reaction.END


class LeaseLost(SyncError):
    """Another worker took this sync over."""

    code = "lease_lost"
    http_status = 409
    exit_code = 75


class Stopping(SyncError):
    """The service is stopping; the sync goes on at the next start."""

    code = "cancelled"
    http_status = 503
    exit_code = 75


class CredentialsUnreadable(SyncError):
    """The stored Garmin credentials do not open with this server's key. Connect again."""

    code = "credential_corrupt"
    http_status = 409
    reaction = Reaction.STOP_THE_CLOCK


class CredentialsOfAnotherKey(SyncError):
    """The stored Garmin credentials need an encryption key that this process does not have."""

    code = "key_unavailable"
    http_status = 503
    reaction = Reaction.BACK_OFF


class KeyRetired(SyncError):
    """A retired encryption key is still written with here: restart with the new one."""

    code = "key_retired"
    http_status = 503
    reaction = Reaction.BACK_OFF


class InternalError(SyncError):
    """Something unexpected happened in garmin-sync itself; its log says where."""

    code = "internal"


class GarminError(SyncError):
    """Garmin Connect did not give what was asked for."""

    code = "garmin_error"
    http_status = 503


class CredentialsRejected(GarminError):
    """Garmin rejected the credentials. Connect again."""

    code = "invalid_credentials"
    http_status = 422
    reaction = Reaction.STOP_THE_CLOCK


class MfaRequired(GarminError):
    """Garmin wants a security code. Connect again and enter it."""

    code = "mfa_required"
    http_status = 409
    reaction = Reaction.STOP_THE_CLOCK


class AccountLocked(GarminError):
    """Garmin has locked this account. Unlock it on sso.garmin.com, then connect again."""

    code = "account_locked"
    http_status = 422
    reaction = Reaction.STOP_THE_CLOCK


class TokenExpired(GarminError):
    """Garmin no longer accepts the stored session. Connect again; your data is kept."""

    code = "token_expired"
    http_status = 409
    reaction = Reaction.STOP_THE_CLOCK


class AccountMismatch(GarminError):
    """These credentials belong to another Garmin account than the one connected before."""

    code = "account_mismatch"
    http_status = 409
    reaction = Reaction.STOP_THE_CLOCK


class MfaInvalid(GarminError):
    """Garmin did not accept the security code."""

    code = "mfa_invalid"
    http_status = 422


class MfaExpired(GarminError):
    """The login waited too long for its security code. Start it again."""

    code = "mfa_expired"
    http_status = 410


class TokenInvalid(GarminError):
    """The text is not a token that garminconnect made."""

    code = "token_invalid"
    http_status = 422


class LoginBlocked(GarminError):
    """Garmin refuses password logins for now. Trying again would make the wait longer.

    A token, a browser ticket or a Personal API key still works. *retry_at* is when a
    password may be tried again, None where that is not known yet.
    """

    code = "login_blocked"
    http_status = 429
    exit_code = 75
    reaction = Reaction.COOL_DOWN

    def __init__(self, retry_at: datetime | None = None) -> None:
        text = _first_sentence(type(self))
        super().__init__(text if retry_at is None else f"{text} Possible at {retry_at:{_CLOCK}}.")
        self.retry_at = retry_at


class LoginWaits(LoginBlocked):
    """The Garmin session ended, and the stored password was used less than a day ago."""

    # It is not used again sooner, because Garmin locks accounts that log in too often.
    code = "login_waits"


class RateLimited(GarminError):
    """Garmin asks to wait before the next request."""

    code = "rate_limited"
    exit_code = 75
    reaction = Reaction.COOL_DOWN

    def __init__(self, retry_after: timedelta | None = None) -> None:
        super().__init__()
        self.retry_after = retry_after


class Blocked(GarminError):
    """Garmin's edge refuses requests from this machine for now."""

    code = "blocked"
    exit_code = 75
    reaction = Reaction.COOL_DOWN


class ForbiddenStream(GarminError):
    """Garmin does not give this data to this account."""

    code = "forbidden_dataset"
    http_status = 403
    exit_code = 3
    reaction = Reaction.SKIP_STREAM


class BadRequest(GarminError):
    """Garmin refused the request as asked."""

    code = "bad_request"
    http_status = 400
    exit_code = 3
    reaction = Reaction.HALVE_WINDOW


class UnexpectedPayload(GarminError):
    """Garmin's answer does not have the shape it should have."""

    code = "schema_drift"
    http_status = 502
    exit_code = 3
    reaction = Reaction.SKIP_STREAM


class GarminUnavailable(GarminError):
    """Garmin could not be reached or answered with an error of its own."""

    code = "garmin_unavailable"
    exit_code = 3
    reaction = Reaction.BACK_OFF
