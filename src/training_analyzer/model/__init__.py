"""The words of the product: frozen values and the decisions that need only one of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NoReturn, Self

from training_analyzer.model.sync_config import (
    CONFIG_DEFAULTS,
    Frequency,
    GarminSyncConfig,
    Group,
    QuietHours,
)

if TYPE_CHECKING:
    from datetime import date, datetime

__all__ = [
    "CONFIG_DEFAULTS",
    "Api",
    "Circuit",
    "DayState",
    "Failure",
    "Frequency",
    "GarminCredentials",
    "GarminProfile",
    "GarminSyncConfig",
    "GarminSyncHistory",
    "Group",
    "Kind",
    "Lease",
    "QuietHours",
    "Region",
    "Role",
    "RunStatus",
    "Sealed",
    "Secret",
    "SecretContext",
    "SyncOutcome",
    "SyncType",
    "User",
]


class Kind(StrEnum):
    """How a person's Garmin account is connected."""

    PASSWORD = "password"  # noqa: S105 - the name of a way in, not a password
    TOKEN = "token"  # noqa: S105 - likewise
    PERSONAL_KEY = "personal-key"


class Region(StrEnum):
    """Which of Garmin's two separate worlds an account lives in."""

    COM = "com"
    CN = "cn"


class Api(StrEnum):
    """The two programming interfaces of Garmin Connect."""

    ACCOUNT = "account"
    PERSONAL = "personal"


@dataclass(frozen=True, slots=True, order=True)
class Circuit:
    """A part of Garmin that answers, or does not, as one: an interface in a region."""

    api: Api
    region: Region

    @classmethod
    def of(cls, kind: Kind, region: Region) -> Self:
        """Return the part that a connection of *kind* asks."""
        return cls(Api.PERSONAL if kind is Kind.PERSONAL_KEY else Api.ACCOUNT, region)


class SyncType(StrEnum):
    """Why a run was started."""

    MANUAL = "manual"
    SCHEDULED = "scheduled"
    INITIAL = "initial"


class RunStatus(StrEnum):
    """How a run stands; a finished one has one of the last three."""

    RUNNING = "running"
    COMPLETED = "completed"
    PARTIAL = "partial"
    FAILED = "failed"


class DayState(StrEnum):
    """What the coverage ledger knows of one stream on one day."""

    DATA = "data"
    EMPTY = "empty"
    FAILED = "failed"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True)
class SecretContext:
    """Whose secret, and which one: what a bound token is bound to."""

    user_id: str
    field: str


class Sealed(str):
    """An encrypted text that remembers the user, field and key id it was read with.

    It is a plain `str` to the document's snippets; `EncryptionService.decrypt`
    takes the context from it, so a token swapped in from another row is refused, and
    so is a bound one whose row names another key (*key_id*).
    """

    __slots__ = ("context", "key_id")
    context: SecretContext
    key_id: str | None

    def __new__(cls, text: str, context: SecretContext, key_id: str | None = None) -> Self:
        """Make a sealed text out of *text* read for *context*."""
        sealed = super().__new__(cls, text)
        sealed.context = context
        sealed.key_id = key_id
        return sealed


class Secret:
    """A decrypted value that cannot be printed, pickled or serialised by accident."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the plain value; call it where it is used and nowhere else."""
        return self._value

    def __repr__(self) -> str:
        """Show nothing."""
        return "Secret(***)"

    __str__ = __repr__

    def __reduce__(self) -> NoReturn:
        """Refuse to be pickled: a pickle is a plain copy on its way to somewhere."""
        message = "a Secret is not to be pickled"
        raise TypeError(message)


class Role(StrEnum):
    """What a person is on this server."""

    USER = "user"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person of this installation; an embedding program may have its own instead."""

    user_id: str
    name: str
    created_at: datetime
    role: Role = Role.USER
    disabled_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GarminCredentials:
    """A row of `garmin_credentials`: a connection and its sealed secrets."""

    user_id: str
    encrypted_email: Sealed | None
    encrypted_password: Sealed | None
    encryption_key_id: str
    garmin_user_id: str | None = None
    garmin_display_name: str | None = None
    is_valid: bool = True
    last_validation_at: datetime | None = None
    validation_error: str | None = None
    kind: Kind = Kind.PASSWORD
    region: Region = Region.COM
    error_code: str | None = None
    last_password_login_at: datetime | None = None
    uses_mfa: bool = False
    updated_at: datetime | None = None
    # The day on which a Personal API key ends, as the person said it: `YYYY-MM-DD`.
    key_expires_on: str | None = None
    failed_validations: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class GarminSyncHistory:
    """A row of `garmin_sync_history`: one run of one user."""

    id: int
    user_id: str
    sync_type: str
    started_at: datetime
    completed_at: datetime | None = None
    duration_seconds: int | None = None
    status: str = RunStatus.RUNNING
    activities_synced: int = 0
    wellness_days_synced: int = 0
    fitness_days_synced: int = 0
    error_message: str | None = None
    error_details: str | None = None
    sync_from_date: date | None = None
    sync_to_date: date | None = None
    requests: int = 0
    rows_changed: int = 0
    windows_done: int = 0
    windows_total: int | None = None
    retry_of: int | None = None
    backfill_id: str | None = None
    config_snapshot: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """The right of one worker to sync one user until `until`; `finish` gives it back.

    Every write of the run checks `fence` in its own transaction, so a worker
    that slept past its lease can change nothing.
    """

    user_id: str
    fence: int
    owner: str
    until: datetime
    attempt: int
    run_id: int
    sync_type: SyncType
    backfill_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GarminProfile:
    """Who an open connection belongs to, as Garmin says."""

    profile_id: str
    display_name: str
    time_zone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One window that a run asked for and did not get; `http_status` is Garmin's, if any came."""

    stream: str
    first: date
    last: date
    code: str
    attempts: int = 1
    http_status: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncOutcome:
    """What one run did. `retry_at` is set when Garmin asked to wait."""

    sync_id: int
    status: RunStatus
    activities_synced: int = 0
    wellness_days_synced: int = 0
    fitness_days_synced: int = 0
    requests: int = 0
    rows_changed: int = 0
    failures: tuple[Failure, ...] = ()
    error_code: str | None = None
    error_message: str | None = None
    retry_at: datetime | None = None
