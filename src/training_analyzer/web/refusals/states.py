"""What cannot be done now, as things stand: conflicts, changes that crossed, no room left."""

from __future__ import annotations

from http import HTTPStatus
from types import MappingProxyType

from training_analyzer.web.refusals.root import Refusal


class TooManyKeys(Refusal):
    """As many API keys as a person may have."""

    code = "conflict"
    http_status = HTTPStatus.CONFLICT
    told = "A person has at most %(most)s keys. Delete one that is not used any more."

    def __init__(self, most: int) -> None:
        super().__init__()
        self.values = {"most": most}
        self.detail = self.told % self.values


class IdempotencyInProgress(Refusal):
    """The first request with this key is not answered yet."""

    code = "idempotency_in_progress"
    http_status = HTTPStatus.CONFLICT
    detail = "The first request with this Idempotency-Key is still worked on. Ask again soon."
    headers = MappingProxyType({"Retry-After": "3"})


class IdempotencyKeyReused(Refusal):
    """The key was used for something else."""

    code = "idempotency_key_reused"
    http_status = HTTPStatus.UNPROCESSABLE_CONTENT
    detail = "This Idempotency-Key came with another request before. Take a new one for each."


class NeedsMfa(Refusal):
    """A sync of a connection whose sign-in waits for its security code."""

    code = "needs_mfa"
    http_status = HTTPStatus.CONFLICT
    detail = "Garmin has sent a security code. Enter it to complete the connection."

    def __init__(self, login_id: str | None) -> None:
        super().__init__(login_id)
        self.more = {"login_id": login_id}


class NotRunning(Refusal):
    """A run that has ended already."""

    code = "conflict"
    http_status = HTTPStatus.CONFLICT
    detail = "This sync is not running any more."


class NothingFailed(Refusal):
    """A run that has nothing to make up for, or has not ended yet."""

    code = "conflict"
    http_status = HTTPStatus.CONFLICT
    detail = "This sync still runs, or no window of it failed: there is nothing to ask for again."


class BackfillMoved(Refusal):
    """A backfill that is in a state in which this cannot be done."""

    code = "conflict"
    http_status = HTTPStatus.CONFLICT
    detail = "The backfill is not in a state for that. Read it again."


class TooManyBackfills(Refusal):
    """As many backfills of this person are open as may be."""

    code = "conflict"
    http_status = HTTPStatus.CONFLICT
    detail = "Too many backfills are open. Cancel one, or wait until one is completed."


class SignInOver(Refusal):
    """A sign-in that is past calling off."""

    code = "conflict"
    http_status = HTTPStatus.CONFLICT
    detail = "This sign-in has ended. A connection that it made is ended by disconnecting."


class Gone(Refusal):
    """A route of the first version that was removed."""

    code = "gone"
    http_status = HTTPStatus.GONE
    detail = "This address was removed. Use the one that is named as the successor."

    def __init__(self, successor: str) -> None:
        super().__init__(successor)
        self.more = {"successor": successor}


class StaleVersion(Refusal):
    """The change is for a version that is not the current one any more."""

    code = "stale_version"
    http_status = HTTPStatus.PRECONDITION_FAILED
    detail = "It was changed since you read it. Read it again, and repeat what you still want."

    def __init__(self, current_etag: str) -> None:
        super().__init__(current_etag)
        self.more = {"current_etag": current_etag}
        self.headers = {"ETag": current_etag}


class NothingToDelete(Refusal):
    """There is no connection to delete."""

    code = "not_connected"
    http_status = HTTPStatus.NOT_FOUND
    detail = "No Garmin account is connected, so there is nothing to delete."


class TooManySyncs(Refusal):
    """Already as many syncs run in this process as may."""

    code = "busy"
    http_status = HTTPStatus.SERVICE_UNAVAILABLE
    detail = "Other people's syncs are running. Try again in a minute."


class TooManyStreams(Refusal):
    """As many streams of events are open as may: of the person, or of this process."""

    code = "too_many_requests"
    http_status = HTTPStatus.TOO_MANY_REQUESTS
    detail = "Too many streams of events are open. Close one, or ask for the status meanwhile."
    more = MappingProxyType({"retry_after": 30})
    headers = MappingProxyType({"Retry-After": "30"})


class TooManySignIns(TooManySyncs):
    """As many sign-ins to Garmin wait in this process as may."""

    detail = "Other people are signing in to Garmin. Try again in a minute."
