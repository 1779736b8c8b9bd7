"""From a window to requests, and from Garmin's answers to one JSON body. Both APIs share it."""

from __future__ import annotations

import json
from contextlib import suppress
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from training_analyzer.errors import UnexpectedPayload
from training_analyzer.garmin.translate import error_of
from training_analyzer.garmin.trouble import Step, Trouble, is_page

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    import requests

    from training_analyzer.streams import Json, Route, Window

type Query = Mapping[str, str]
# Path and query in, body out; None when Garmin has nothing.
type Ask = Callable[[str, Query], Json | None]

# A range of a month is within every cap of the Personal API; a 500 for it is an outage.
_SURELY_SHORT_DAYS: Final = 31
_MOST_PAGES: Final = 2_000
_NAME_PLACE: Final = "{display_name}"
# Garmin's largest are some 2 MB. What is made of a text may take thirty times its room.
LARGEST_JSON: Final = 16 * 1024 * 1024


def wants_name(route: Route) -> bool:
    """Whether the route's address holds the account's display name."""
    return any(_NAME_PLACE in text for text in (route.path, *route.query.values()))


def is_long(route: Route, window: Window) -> bool:
    """Whether a 500 of this route means that *window* is too long for it."""
    return route.too_long_is_500 and len(window.days) > _SURELY_SHORT_DAYS


def collect(route: Route, window: Window, name: str, ask: Ask) -> Json | None:
    """Return the body of *route* for *window*: one answer, or all its pages in one list.

    Raises `UnexpectedPayload` when a page is no list or comes twice, besides what
    *ask* raises.
    """
    places = {
        "{first}": window.first.isoformat(),
        "{last}": window.last.isoformat(),
        "{today}": window.last.isoformat(),
    }
    path = _filled(route.path, {**places, _NAME_PLACE: quote(name, safe="")})
    query = {key: _filled(text, {**places, _NAME_PLACE: name}) for key, text in route.query.items()}
    if route.page_size is None:
        return ask(path, query)
    return _all_pages(path, query, route.page_size, ask)


def _filled(text: str, places: Mapping[str, str]) -> str:
    for place, value in places.items():
        text = text.replace(place, value)
    return text


def _all_pages(path: str, query: Query, size: int, ask: Ask) -> Json | None:
    joined: list[Json] = []
    previous: Json | None = None
    for start in range(0, size * _MOST_PAGES, size):
        page = ask(path, {**query, "start": str(start), "limit": str(size)})
        if page is None:
            return joined or None
        # An interface that forgets `start` would be asked for ever.
        if not isinstance(page, list) or (page and page == previous):
            raise UnexpectedPayload
        joined += page
        if len(page) < size:
            return joined
        previous = page
    raise UnexpectedPayload


def body_of(answer: requests.Response, *, now: datetime, too_long: bool = False) -> Json | None:
    """Return the JSON body of a data answer; None for 204, an empty body and a plain 404.

    Raises the `GarminError` that the table has for everything else: a page with status 200
    is `Blocked`, text that is no JSON, or more of it than memory should hold,
    `UnexpectedPayload`.
    """
    status = answer.status_code
    if status == HTTPStatus.NO_CONTENT:
        return None
    if status == HTTPStatus.OK and not answer.content.strip():
        return None
    # A page says nothing about a day: no such host, a proxy in between.
    if status == HTTPStatus.NOT_FOUND and not is_page(answer):
        return None
    if status == HTTPStatus.OK and not is_page(answer) and len(answer.content) <= LARGEST_JSON:
        with suppress(ValueError, RecursionError, MemoryError):
            body: Json = json.loads(answer.content)
            return body
    raise error_of(Trouble.of_answer(answer, Step.DATA, now=now, too_long=too_long))
