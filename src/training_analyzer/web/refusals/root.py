"""The root of what the web refuses, and what everything may refuse."""

from __future__ import annotations

from http import HTTPStatus
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Mapping


class Refusal(Exception):
    """A request that is refused."""

    code: ClassVar[str] = "malformed_request"
    http_status: ClassVar[HTTPStatus] = HTTPStatus.BAD_REQUEST
    detail: str = "The request cannot be read."
    # What `detail` is made of where there is a number in it; pages translate it.
    told: ClassVar[str] = ""
    values: Mapping[str, int] = MappingProxyType({})
    # Members of the answer beside the usual ones, and its headers.
    more: Mapping[str, object] = MappingProxyType({})
    headers: Mapping[str, str] = MappingProxyType({})


class NotFound(Refusal):
    """There is nothing here."""

    code = "not_found"
    http_status = HTTPStatus.NOT_FOUND
    detail = "There is nothing at this address."
