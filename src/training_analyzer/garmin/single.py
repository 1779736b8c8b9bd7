"""Answers about one activity: its original file, its own page, its splits."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from training_analyzer.errors import UnexpectedPayload
from training_analyzer.garmin.answers import body_of
from training_analyzer.garmin.translate import error_of
from training_analyzer.garmin.trouble import Step, Trouble, is_page

if TYPE_CHECKING:
    from datetime import datetime

    import requests

    from training_analyzer.streams import Json

FILE_PATH: Final = "/download-service/files/activity/"
DETAIL_PATH: Final = "/activity-service/activity/"
SPLITS_PATH: Final = "/activity-service/activity/{}/splits"
# The Personal API answers 406 to `application/octet-stream` (gcpapi-sync).
FILE_ACCEPT: Final = "application/x-zip-compressed"


def file_of(answer: requests.Response, *, now: datetime) -> bytes | None:
    """Return the bytes of a download; None for 404: a manual activity has no file.

    Raises `UnexpectedPayload` for an answer without bytes or of JSON, and what the
    table has for every other status. `wire` bounds the size.
    """
    status = answer.status_code
    if status == HTTPStatus.NOT_FOUND and not is_page(answer):
        return None
    if status == HTTPStatus.NO_CONTENT:
        raise UnexpectedPayload
    if status != HTTPStatus.OK or is_page(answer):
        raise error_of(Trouble.of_answer(answer, Step.DATA, now=now))
    if not answer.content or "json" in answer.headers.get("Content-Type", "").lower():
        raise UnexpectedPayload
    return bytes(answer.content)


def activity_of(answer: requests.Response, *, now: datetime) -> dict[str, Json] | None:
    """Return an activity's own page; None for 404 and for nothing else: it is gone.

    An empty answer says nothing about an activity and is `UnexpectedPayload`.
    """
    body = body_of(answer, now=now)
    if body is None and answer.status_code == HTTPStatus.NOT_FOUND:
        return None
    if not isinstance(body, dict):
        raise UnexpectedPayload
    return body


def splits_of(
    answer: requests.Response, activity_id: int, *, now: datetime
) -> dict[str, Json] | None:
    """Return an activity's splits with its id in them; None where Garmin has none.

    The splits of another activity are `UnexpectedPayload`.
    """
    body = body_of(answer, now=now)
    if body is None:
        return None
    if not isinstance(body, dict) or body.get("activityId", activity_id) != activity_id:
        raise UnexpectedPayload
    return {**body, "activityId": activity_id}
