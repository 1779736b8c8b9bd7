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
├── ExportImpossible               500   1  files in the way, a folder
│   └── ParquetMissing             422   1  a library that Parquet needs is not there
├── ExportUnderWay                 409   1
├── ExportNotReady                 409   1
├── ExportExpired                  410   1
├── BackupImpossible               500   1  files in the way, a damaged copy, a database in use
├── SecondFactorIsOff              409   1
├── SecondFactorIsOn               409   1
├── SecondFactorNotBegun           409   1
├── TooManyRequests                429  75  our own limit of attempts
├── WebhookUrlRefused              422   2  not https, or not on the public internet
├── TooManyWebhooks                409   1
├── WebhookNotReady                409   1
├── KeyServesAlone                 409   1
├── SignInAbandoned                409   1
├── OnlyWayIn                      409   1
├── SingleSignOnFailed             401   1
├── SingleSignOnUnavailable        503   1
├── ValidateTooSoon                429  75
├── SyncingPaused                  503  75  an administrator paused everybody
├── SyncTooSoon                    429  75
│   └── CoolingDown                429  75  Garmin asked to wait; force does not help
├── SyncAlreadyRunning             409  75
├── SyncError                            what a running sync can meet
│   ├── LeaseLost                  409  75  ends at once and writes nothing
│   ├── Stopping                   503  75  ends between two windows, due again at once
│   ├── Cancelled                  409  75  ends between two windows, as the person wished
│   ├── CredentialsUnreadable      409   1  stops the clock and tells the person
│   ├── CredentialsOfAnotherKey    503   1  backs off: this process lacks the key, others do not
│   ├── KeyRetired                 503   1  backs off: this process writes with an old key
│   ├── StorageFull                503  75  backs off: the disk is full
│   ├── StorageFailed              503   1  backs off: the disk or the database fails
│   ├── StorageBusy                503  75  backs off: another program holds the database
│   ├── InternalError              500   1  a bug: recorded as one, retried like a fault
│   └── GarminError                      all that `garmin` raises
│       ├── CredentialsRejected    422   1  stops the clock and tells the person
│       │   └── NeedsReauth        409   1  a sync is refused: they were rejected before
│       ├── MfaRequired            409   1    "
│       ├── AccountLocked          422   1    "
│       ├── TokenExpired           409   1    " (a kept password may help, once a day)
│       ├── AccountMismatch        409   1    "
│       ├── AccountAlreadyLinked   409   1    "
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
│       ├── PoisonItem         502   3  this activity only, which is left alone for a week
│       └── GarminUnavailable      503   3  backs off; the run ends partial

An error's text is ours alone: its docstring, or a sentence built from our own values. Text of a
foreign exception or answer, which might hold a token, never reaches a log, the history or a page.
"""

from __future__ import annotations

from training_analyzer.errors.exporting import (
    ExportExpired,
    ExportNotReady,
    ExportUnderWay,
    ParquetMissing,
)
from training_analyzer.errors.garmin import (
    AccountAlreadyLinked,
    AccountLocked,
    AccountMismatch,
    BadRequest,
    BlockCause,
    Blocked,
    CredentialsRejected,
    ForbiddenStream,
    GarminError,
    GarminUnavailable,
    LoginBlocked,
    LoginWaits,
    MfaExpired,
    MfaInvalid,
    MfaRequired,
    NeedsReauth,
    PoisonItem,
    RateLimited,
    TokenExpired,
    TokenInvalid,
    UnexpectedPayload,
)
from training_analyzer.errors.refusals import (
    BackupImpossible,
    BadLogin,
    CoolingDown,
    DatabaseUnusable,
    DecryptionError,
    EncryptionKeyError,
    ExportImpossible,
    InvalidSyncConfig,
    InvalidUserName,
    KeyServesAlone,
    KeyUnavailable,
    LastAdministrator,
    NotConnected,
    OnlyWayIn,
    SecondFactorIsOff,
    SecondFactorIsOn,
    SecondFactorNotBegun,
    SettingsError,
    SignInAbandoned,
    SignOnFault,
    SingleSignOnFailed,
    SingleSignOnUnavailable,
    SyncAlreadyRunning,
    SyncingPaused,
    SyncTooSoon,
    TooManyRequests,
    TooManyWebhooks,
    TotpRequired,
    UnknownUser,
    UserExists,
    ValidateTooSoon,
    WeakPassword,
    WebhookNotReady,
    WebhookUrlRefused,
)
from training_analyzer.errors.root import (
    GarminSyncError,
    Reaction,
)
from training_analyzer.errors.syncing import (
    Cancelled,
    CredentialsOfAnotherKey,
    CredentialsUnreadable,
    InternalError,
    KeyRetired,
    LeaseLost,
    Stopping,
    StorageBusy,
    StorageFailed,
    StorageFull,
    SyncError,
)

__all__ = [
    "AccountAlreadyLinked",
    "AccountLocked",
    "AccountMismatch",
    "BackupImpossible",
    "BadLogin",
    "BadRequest",
    "BlockCause",
    "Blocked",
    "Cancelled",
    "CoolingDown",
    "CredentialsOfAnotherKey",
    "CredentialsRejected",
    "CredentialsUnreadable",
    "DatabaseUnusable",
    "DecryptionError",
    "EncryptionKeyError",
    "ExportExpired",
    "ExportImpossible",
    "ExportNotReady",
    "ExportUnderWay",
    "ForbiddenStream",
    "GarminError",
    "GarminSyncError",
    "GarminUnavailable",
    "InternalError",
    "InvalidSyncConfig",
    "InvalidUserName",
    "KeyRetired",
    "KeyServesAlone",
    "KeyUnavailable",
    "LastAdministrator",
    "LeaseLost",
    "LoginBlocked",
    "LoginWaits",
    "MfaExpired",
    "MfaInvalid",
    "MfaRequired",
    "NeedsReauth",
    "NotConnected",
    "OnlyWayIn",
    "ParquetMissing",
    "PoisonItem",
    "RateLimited",
    "Reaction",
    "SecondFactorIsOff",
    "SecondFactorIsOn",
    "SecondFactorNotBegun",
    "SettingsError",
    "SignInAbandoned",
    "SignOnFault",
    "SingleSignOnFailed",
    "SingleSignOnUnavailable",
    "Stopping",
    "StorageBusy",
    "StorageFailed",
    "StorageFull",
    "SyncAlreadyRunning",
    "SyncError",
    "SyncTooSoon",
    "SyncingPaused",
    "TokenExpired",
    "TokenInvalid",
    "TooManyRequests",
    "TooManyWebhooks",
    "TotpRequired",
    "UnexpectedPayload",
    "UnknownUser",
    "UserExists",
    "ValidateTooSoon",
    "WeakPassword",
    "WebhookNotReady",
    "WebhookUrlRefused",
]
