"""What Garmin can answer instead of data."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from training_analyzer.errors.root import Reaction
from training_analyzer.errors.syncing import SyncError

if TYPE_CHECKING:
    from datetime import datetime, timedelta


class GarminError(SyncError):
    """Garmin Connect did not give what was asked for."""

    code = "garmin_error"
    http_status = 503
    # What Garmin answered; None where nobody did, or we did not ask.
    answered: int | None = None


class CredentialsRejected(GarminError):
    """Garmin rejected the credentials. Connect again."""

    code = "invalid_credentials"
    http_status = 422
    reaction = Reaction.STOP_THE_CLOCK


class NeedsReauth(CredentialsRejected):
    """The Garmin connection does not work any more. Connect again; your data is kept."""

    code = "needs_reauth"
    http_status = 409


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


class AccountAlreadyLinked(GarminError):
    """Somebody else here has connected this Garmin account. They must disconnect it first."""

    code = "account_already_linked"
    http_status = 409
    reaction = Reaction.STOP_THE_CLOCK


class MfaInvalid(GarminError):
    """Garmin did not accept the security code.

    *attempts_left* is how many more the login takes, None where nobody counts.
    """

    code = "mfa_invalid"
    http_status = 422

    def __init__(self, attempts_left: int | None = None) -> None:
        super().__init__()
        self.attempts_left = attempts_left


class MfaExpired(GarminError):
    """The login waited too long for its security code. Start it again."""

    code = "mfa_expired"
    http_status = 410


class TokenInvalid(GarminError):
    """The text is not a token that garminconnect made."""

    code = "token_invalid"
    http_status = 422


class BlockCause(StrEnum):
    """How Garmin refuses password logins."""

    RATE_LIMITED = "rate_limited"
    CAPTCHA = "captcha"
    FORBIDDEN = "forbidden"


class LoginBlocked(GarminError):
    """Garmin refuses password logins for now. Trying again would make the wait longer.

    A token, a browser ticket or a Personal API key still works. *retry_at* is when a
    password may be tried again, None where that is not known yet; *cause* is None where
    it was not Garmin that refused: after wrong passwords we wait unasked.
    """

    code = "login_blocked"
    http_status = 429
    exit_code = 75
    reaction = Reaction.COOL_DOWN
    further = ("Possible at %(retry_at)s.",)

    def __init__(self, retry_at: datetime | None = None, cause: BlockCause | None = None) -> None:
        if retry_at is None:
            super().__init__()
        else:
            super().__init__(None, *self.further, retry_at=retry_at)
        self.retry_at = retry_at
        self.cause = cause


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


class PoisonItem(GarminError):
    """Something failed three times and is left alone for a week. The rest is not touched by it."""

    code = "poison_item"
    http_status = 502
    exit_code = 3
    reaction = Reaction.SKIP_STREAM


class GarminUnavailable(GarminError):
    """Garmin could not be reached or answered with an error of its own."""

    code = "garmin_unavailable"
    exit_code = 3
    reaction = Reaction.BACK_OFF
