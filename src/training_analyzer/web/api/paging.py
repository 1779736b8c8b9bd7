"""Lists in pages: opaque cursors that belong to one list and its filters, and `Link` headers."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Query
from pydantic import Field
from starlette.requests import Request  # noqa: TC002 - FastAPI resolves the annotations
from starlette.responses import Response  # noqa: TC002 - likewise

from training_analyzer.web.refusals import InvalidCursor

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

MOST = 200
DEFAULT = 50
_LONGEST = 512

type Limit = Annotated[int, Query(ge=1, le=MOST)]
type GivenCursor = Annotated[str | None, Query(max_length=_LONGEST)]
type NextCursor = Annotated[str | None, Field(description="Null at the end of the list.")]


@dataclass(frozen=True, slots=True)
class Cursors:
    """The cursors of one list: *what* names it, *who* asks, *filters* what is left out."""

    what: str
    who: str
    filters: Mapping[str, object]

    def read(self, cursor: str | None) -> list[str | int] | None:
        """Return the sort key after which the page begins; None for the first page.

        Raises `InvalidCursor` for one that is broken, of another list, person or filter.
        """
        if cursor is None:
            return None
        try:
            parts: list[str | int] = list(
                json.loads(base64.urlsafe_b64decode(cursor.encode("ascii")))
            )
            seal, *key = parts
        except (ValueError, TypeError, binascii.Error):
            raise InvalidCursor from None
        if seal != self._seal() or not all(_may_be_asked(part) for part in key):
            raise InvalidCursor
        return key

    def after(self, key: Sequence[str | int]) -> str:
        """Return the cursor of the page that begins after the row with the sort key *key*."""
        return base64.urlsafe_b64encode(json.dumps([self._seal(), *key]).encode()).decode()

    def _seal(self) -> str:
        told = json.dumps([self.what, self.who, sorted(self.filters.items())], default=str)
        return hashlib.sha256(told.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Page:
    """The part of a list that is asked for, and the answer that names the next part."""

    limit: int
    cursor: str | None
    request: Request
    response: Response

    @property
    def asked(self) -> int:
        """How many rows to look for: one more tells that there is a next page."""
        return self.limit + 1

    def cut[T](
        self, cursors: Cursors, found: Sequence[T], key: Callable[[T], Sequence[str | int]]
    ) -> tuple[Sequence[T], str | None]:
        """Return the rows of this page, and the cursor of the next, which `Link` has, too."""
        if len(found) <= self.limit:
            return found, None
        following = cursors.after(key(found[self.limit - 1]))
        link_next(self.request, self.response, following)
        return found[: self.limit], following


async def _page(
    request: Request, response: Response, limit: Limit = DEFAULT, cursor: GivenCursor = None
) -> Page:
    return Page(limit, cursor, request, response)


type Paged = Annotated[Page, Depends(_page)]


def _may_be_asked(part: object) -> bool:
    """Tell whether a database can be asked for *part*: anybody can make a cursor up."""
    if isinstance(part, str):
        return part.isprintable()
    return type(part) is int and -(2**63) <= part < 2**63


def moment_and_number(key: list[str | int] | None) -> tuple[datetime, int] | None:
    """Return the sort key of a row with a number. Raises `InvalidCursor` for another."""
    if key is None:
        return None
    moment, number = _moment_and(key)
    if not isinstance(number, int):
        raise InvalidCursor
    return moment, number


def moment_and_name(key: list[str | int] | None) -> tuple[datetime, str] | None:
    """Return the sort key of a row with an id that is text. Raises `InvalidCursor` for another."""
    if key is None:
        return None
    moment, name = _moment_and(key)
    if not isinstance(name, str):
        raise InvalidCursor
    return moment, name


def _moment_and(key: list[str | int]) -> tuple[datetime, str | int]:
    try:
        at, other = key
        moment = datetime.fromisoformat(str(at))
        if moment.tzinfo is None:
            raise InvalidCursor
        return moment.astimezone(UTC), other
    except (ValueError, OverflowError):
        raise InvalidCursor from None


def link_next(request: Request, response: Response, cursor: str) -> None:
    """Tell the address of the next page in the `Link` header."""
    following = request.url.include_query_params(cursor=cursor)
    response.headers["Link"] = f'<{following.path}?{following.query}>; rel="next"'
