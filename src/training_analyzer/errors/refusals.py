"""What is refused before anything is asked of Garmin."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

from training_analyzer.errors.root import GarminSyncError

if TYPE_CHECKING:
    from datetime import datetime, timedelta


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
    """A name is 1 to 64 printable characters without spaces at its ends, and no user id."""

    code = "validation_failed"
    http_status = 422
    exit_code = 2


class LastAdministrator(GarminSyncError):
    """Nobody else here is an administrator. Make somebody one first."""

    code = "conflict"
    http_status = 409


class WeakPassword(GarminSyncError, ValueError):
    """A password that is easy to guess, or cannot be one."""

    code = "validation_failed"
    http_status = 422
    exit_code = 2

    def __init__(self, reason: str, field: str = "password") -> None:
        super().__init__(f"The password {reason}.")
        self.field, self.reason = field, reason


class BadLogin(GarminSyncError):
    """Name, password or code is not right. Try again, or ask whoever runs this server."""

    # One text for every cause: who is here, and with what, is nobody's business.
    code = "bad_login"
    http_status = 401

    def __init__(self, user_id: str | None = None) -> None:
        super().__init__()
        self.user_id = user_id


class TotpRequired(GarminSyncError):
    """A code is needed beside the password: send both again, with the code as `totp`."""

    code = "totp_required"
    http_status = 401

    def __init__(self, user_id: str) -> None:
        super().__init__()
        self.user_id = user_id


class SecondFactorIsOn(GarminSyncError):
    """A second factor is on already. Turn it off first to have another one."""

    code = "conflict"
    http_status = 409


class SecondFactorIsOff(GarminSyncError):
    """There is no second factor that recovery codes could stand in for. Turn one on first."""

    code = "conflict"
    http_status = 409


class SecondFactorNotBegun(GarminSyncError):
    """No second factor waits for its first code. Begin anew."""

    code = "conflict"
    http_status = 409


class NotConnected(GarminSyncError):
    """No Garmin account is connected. Connect one first."""

    code = "not_connected"
    http_status = 409


class ExportImpossible(GarminSyncError):
    """The data cannot be written there."""

    code = "export_impossible"


class BackupImpossible(GarminSyncError):
    """The database cannot be copied there, or not be replaced by that copy."""

    code = "backup_impossible"


class SyncingPaused(GarminSyncError):
    """An administrator has paused all syncing. It goes on when they resume it."""

    code = "syncing_paused"
    http_status = 503
    exit_code = 75

    def __init__(self, reason: str | None = None) -> None:
        super().__init__()
        # In the administrator's words, for people to read.
        self.reason = reason


class TooManyRequests(GarminSyncError):
    """That was tried too often. Wait a little."""

    code = "too_many_requests"
    http_status = 429
    exit_code = 75

    def __init__(self, retry_after: timedelta) -> None:
        super().__init__()
        self.retry_after = retry_after


class KeyServesAlone(GarminSyncError):
    """The key is the whole connection. Disconnect instead, or connect another way first."""

    code = "conflict"
    http_status = 409


class SignInAbandoned(GarminSyncError):
    """The sign-in to Garmin was called off, or another one took its place."""

    code = "conflict"
    http_status = 409


class SignOnFault(StrEnum):
    """Why single sign-on did not work: for the audit log, never for who tried."""

    STATE = "state"
    PROVIDER = "provider_refused"
    CODE = "code_refused"
    MALFORMED = "malformed"
    ALGORITHM = "algorithm"
    KEY = "key"
    SIGNATURE = "signature"
    ISSUER = "iss"
    AUDIENCE = "aud"
    PARTY = "azp"
    EXPIRED = "exp"
    ISSUED = "iat"
    NOT_YET = "nbf"
    NONCE = "nonce"
    SUBJECT = "sub"
    UNKNOWN = "unknown"
    DISABLED = "disabled"
    LINKED = "linked_elsewhere"
    STRANGER = "another_person"


class SingleSignOnFailed(GarminSyncError):
    """Signing in by the provider did not work. Begin again, or ask whoever runs this server."""

    # One text for every cause, as in `BadLogin`.
    code = "bad_login"
    http_status = 401

    def __init__(self, why: SignOnFault) -> None:
        super().__init__()
        self.why = why


class SingleSignOnUnavailable(GarminSyncError):
    """The provider that people sign in with does not answer as it should. Try again later."""

    code = "provider_unavailable"
    http_status = 503


class OnlyWayIn(GarminSyncError):
    """Without it you could not come in any more. Choose a password first."""

    code = "conflict"
    http_status = 409


class ValidateTooSoon(GarminSyncError):
    """The connection was tested a moment ago."""

    code = "validate_cooldown"
    http_status = 429
    exit_code = 75
    further = ("Possible again at %(retry_at)s.",)

    def __init__(self, retry_at: datetime) -> None:
        super().__init__(None, *self.further, retry_at=retry_at)
        self.retry_at = retry_at


class SyncTooSoon(GarminSyncError):
    """The last sync is too recent."""

    code = "sync_cooldown"
    http_status = 429
    exit_code = 75
    further: ClassVar[tuple[str, ...]] = (
        "Too soon after the last sync.",
        "Possible again at %(retry_at)s.",
    )

    def __init__(self, retry_at: datetime, *sentences: str) -> None:
        super().__init__(*(sentences or self.further), retry_at=retry_at)
        self.retry_at = retry_at


class CoolingDown(SyncTooSoon):
    """Garmin asked to wait."""

    code = "rate_limited"
    SILENT = "Garmin did not answer the last syncs, whoever's they were."
    NO_LOGIN = (
        "The Garmin session has ended, and a password login has to wait. Connecting again by"
        " token, ticket or key works now."
    )
    _NEXT = "The next sync is possible at %(retry_at)s."
    further = (SILENT, NO_LOGIN, _NEXT)

    def __init__(self, retry_at: datetime, why: str | None = None) -> None:
        super().__init__(retry_at, why or self.own_text(), self._NEXT)


class SyncAlreadyRunning(GarminSyncError):
    """A sync of this user is running already."""

    code = "sync_already_running"
    http_status = 409
    exit_code = 75

    def __init__(self, sync_id: int | None) -> None:
        super().__init__()
        self.sync_id = sync_id


class WebhookUrlRefused(GarminSyncError):
    """A webhook needs an https address that is reachable from the public internet."""

    code = "webhook_url_refused"
    http_status = 422
    exit_code = 2


class TooManyWebhooks(GarminSyncError):
    """A person may have at most 20 webhooks. Delete one first."""

    code = "conflict"
    http_status = 409


class WebhookNotReady(GarminSyncError):
    """The webhook is off, or busy with just this."""

    code = "conflict"
    http_status = 409
