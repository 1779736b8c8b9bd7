"""What the web itself refuses, before or beside the services: the errors of HTTP.

They are no part of the tree in `errors.py`: no sync can meet them and no command
line shows them.
"""

from __future__ import annotations

from http import HTTPStatus
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Refusal(Exception):
    """A request that is refused."""

    code: ClassVar[str] = "malformed_request"
    http_status: ClassVar[HTTPStatus] = HTTPStatus.BAD_REQUEST
    detail: str = "The request cannot be read."
    # Members of the answer beside the usual ones, and its headers.
    more: Mapping[str, object] = MappingProxyType({})
    headers: Mapping[str, str] = MappingProxyType({})


class NamedTwice(Refusal):
    """A name stands twice in one object of the body."""

    detail = "A name stands twice in the body. Send each once."


class HalfCharacter(Refusal):
    """A text of the body has one half of a surrogate pair."""

    code = "validation_failed"
    http_status = HTTPStatus.UNPROCESSABLE_CONTENT
    detail = "A text in the body holds half a character. Send whole ones."


class NoObject(Refusal):
    """The body is JSON, and not an object."""

    code = "validation_failed"
    http_status = HTTPStatus.UNPROCESSABLE_CONTENT
    detail = "The body must be a JSON object."


class Unauthenticated(Refusal):
    """Nobody is signed in, or the key is none that works."""

    code = "unauthenticated"
    http_status = HTTPStatus.UNAUTHORIZED
    detail = "Sign in first, or send an API key that has neither ended nor expired."
    # Never Basic: a browser would ask for a password and send it with every request from then on.
    headers = MappingProxyType({"WWW-Authenticate": 'Bearer realm="garmin-sync"'})


class InsufficientScope(Refusal):
    """The caller's key may not do this."""

    code = "insufficient_scope"
    http_status = HTTPStatus.FORBIDDEN
    detail = "This key may not do that. Use one with the scope that is named."

    def __init__(self, needed: str) -> None:
        super().__init__(needed)
        self.more = {"needed": needed}


class StepUpRequired(Refusal):
    """A person signed in too long ago for this."""

    code = "step_up_required"
    http_status = HTTPStatus.FORBIDDEN
    detail = "Confirm who you are first: this needs a sign-in of the last 15 minutes."


class TooManyKeys(Refusal):
    """As many API keys as a person may have."""

    code = "conflict"
    http_status = HTTPStatus.CONFLICT

    def __init__(self, most: int) -> None:
        super().__init__()
        self.detail = f"A person has at most {most} keys. Delete one that is not used any more."


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


class WrongRange(Refusal):
    """A range of days that ends before it begins."""

    code = "validation_failed"
    http_status = HTTPStatus.UNPROCESSABLE_CONTENT
    detail = "`from` is later than `to`."


class RangeGivenTwice(WrongRange):
    """A range by its first day and by its length."""

    detail = "Give `from`, or `days`, not both."


class RangeTooLong(WrongRange):
    """More days than an answer holds."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.detail = f"At most {most} days at once."


class RangeWithoutBeginning(WrongRange):
    """A range of which only the end is named."""

    detail = "Give `from`, too."


class RangeAhead(WrongRange):
    """A range that begins in the future."""

    detail = "`from` lies in the future."


class BackfillTooLong(Refusal):
    """More days than any person has at Garmin."""

    code = "backfill_too_long"
    http_status = HTTPStatus.UNPROCESSABLE_CONTENT
    detail = "A backfill is of 3650 days at most."


class UnknownTypes(Refusal):
    """Types of data that are no streams and no groups, or cannot be asked for like this."""

    code = "validation_failed"
    http_status = HTTPStatus.UNPROCESSABLE_CONTENT
    detail = "`types` names what cannot be asked for. `known` lists what can."

    def __init__(self, known: Sequence[str]) -> None:
        super().__init__()
        self.more = {"known": list(known)}


class UnknownFields(Refusal):
    """Fields that a stream does not have."""

    code = "unknown_field"
    http_status = HTTPStatus.UNPROCESSABLE_CONTENT
    detail = "The stream has no such field. `known` lists those that it has."

    def __init__(self, known: Sequence[str]) -> None:
        super().__init__()
        self.more = {"known": list(known)}


class InvalidCursor(Refusal):
    """A cursor that is broken, or of another list."""

    code = "invalid_cursor"
    detail = "The cursor is not of this list with these filters. Begin again without one."


class BadLink(Refusal):
    """A sign-in link that was used, is too old, or never was one."""

    code = "bad_login"
    http_status = HTTPStatus.UNAUTHORIZED
    detail = (
        "A sign-in link works once and for ten minutes. Restart `garmin-sync serve` for a new one."
    )


class LinkIsOver(Refusal):
    """An invitation, or another link to arrive by, that was used or is too old."""

    code = "not_found"
    http_status = HTTPStatus.NOT_FOUND
    detail = "This link was used, is too old, or never was one. Ask for a new one."


class InsecureTransport(Refusal):
    """A session would travel in the open."""

    code = "insecure_transport"
    http_status = HTTPStatus.FORBIDDEN
    detail = "Sign in over https (set PUBLIC_URL to the https address), or on the machine itself."


class CrossSite(Refusal):
    """The request comes from another site's page."""

    code = "cross_site_request"
    http_status = HTTPStatus.FORBIDDEN
    detail = (
        "A change must come from this site's own pages, or name this server in its Origin header."
    )


class UnknownHost(Refusal):
    """The request is for a host name that is not ours."""

    code = "unknown_host"
    http_status = HTTPStatus.MISDIRECTED_REQUEST
    detail = "This server does not answer to that name. Set PUBLIC_URL to the address you use."


class MetricsRefused(Refusal):
    """The metrics are not for everybody."""

    code = "metrics_refused"
    http_status = HTTPStatus.UNAUTHORIZED
    detail = (
        "Send METRICS_TOKEN as a Bearer token. Without that setting the metrics are for this"
        " machine alone, and only while PUBLIC_URL is not set."
    )


class NotFound(Refusal):
    """There is nothing here."""

    code = "not_found"
    http_status = HTTPStatus.NOT_FOUND
    detail = "There is nothing at this address."


class NothingToDelete(Refusal):
    """There is no connection to delete."""

    code = "not_connected"
    http_status = HTTPStatus.NOT_FOUND
    detail = "No Garmin account is connected, so there is nothing to delete."


class TooLarge(Refusal):
    """The body is longer than anything we take."""

    code = "too_large"
    http_status = HTTPStatus.CONTENT_TOO_LARGE
    detail = "A request body may have at most 1 MiB."


class NotJson(Refusal):
    """The body is not declared as JSON."""

    code = "unsupported_media_type"
    http_status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    detail = "Send the body as application/json."


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
