"""What a running sync can meet at home; what it can meet at Garmin stands in `garmin`."""

from __future__ import annotations

from typing import ClassVar

from training_analyzer.errors.root import GarminSyncError, Reaction


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

    code = "interrupted"
    http_status = 503
    exit_code = 75


class Cancelled(SyncError):
    """The sync was cancelled. What it had saved is kept; the next one comes at its usual time."""

    code = "cancelled"
    http_status = 409
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


class StorageFull(SyncError):
    """There is no room left to store more. The sync goes on when there is."""

    code = "storage_full"
    http_status = 503
    exit_code = 75
    reaction = Reaction.BACK_OFF


class StorageFailed(SyncError):
    """The database could not be read or written: look at the disk and at the server's log."""

    code = "storage_failed"
    http_status = 503
    reaction = Reaction.BACK_OFF

    def __init__(self, message: str | None = None, *, lost_writes: bool = False) -> None:
        super().__init__(message)
        # Whether the disk did not keep what it had been given before.
        self.lost_writes = lost_writes


class StorageBusy(SyncError):
    """Another program holds the database for itself. The sync goes on when it lets go."""

    code = "storage_busy"
    http_status = 503
    exit_code = 75
    reaction = Reaction.BACK_OFF


class InternalError(SyncError):
    """Something unexpected happened in garmin-sync itself; its log says where."""

    code = "internal"
