"""What is wrong with a request itself: its body, its ranges, its words."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from training_analyzer.web.refusals.root import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence


class NamedTwice(Refusal):
    """A name stands twice in one object of the body."""

    detail = "A name stands twice in the body. Send each once."


class AskedTwice(Refusal):
    """A parameter stands twice in the address."""

    code = "validation_failed"
    http_status = HTTPStatus.UNPROCESSABLE_CONTENT
    detail = "A parameter stands twice in the address. Send each once."


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

    told = "At most %(most)s days at once."

    def __init__(self, most: int) -> None:
        super().__init__()
        self.values = {"most": most}
        self.detail = self.told % self.values


class RangeWithoutBeginning(WrongRange):
    """A range of which only the end is named."""

    detail = "Give `from`, too."


class RangeAhead(WrongRange):
    """A range that begins in the future."""

    detail = "`from` lies in the future."


class RangeNotSatisfiable(Refusal):
    """A part of a file that it does not have, or that is none."""

    code = "range_not_satisfiable"
    http_status = HTTPStatus.RANGE_NOT_SATISFIABLE
    detail = "The file has no such part. Ask for `bytes=` within its length, or for all of it."

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self.more = {"bytes": size}
        self.headers = {"Content-Range": f"bytes */{size}"}


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
