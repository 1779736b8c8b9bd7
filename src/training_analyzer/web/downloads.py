"""Files to download, whole or in parts: what cannot be a part is refused as all else is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from fastapi.responses import FileResponse
from starlette.datastructures import Headers

from training_analyzer.web.refusals import RangeNotSatisfiable

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.requests import Request

_ONE: Final = re.compile(r"([0-9]{1,18})?-([0-9]{1,18})?", re.ASCII)


def zip_file(request: Request, path: Path, *, name: str) -> FileResponse:
    """Return the zip file at *path* under *name*, or the parts of it that `Range` asks for.

    Raises `RangeNotSatisfiable`: the framework would answer with a text of its own.
    """
    _forget_foreign_units(request)
    found = path.stat()
    answer = FileResponse(path, media_type="application/zip", filename=name, stat_result=found)
    # Not `request.headers`, which may be from before.
    headers = Headers(scope=request.scope)
    asked, held = headers.get("range"), headers.get("if-range")
    # Of another version than is held, all is sent.
    counts = held is None or held in {answer.headers["etag"], answer.headers["last-modified"]}
    if asked is not None and counts and not _can_be_had(asked, found.st_size):
        raise RangeNotSatisfiable(found.st_size)
    return answer


def _forget_foreign_units(request: Request) -> None:
    """Let a range in another unit than bytes be none, as RFC 9110 (14.2) has it."""
    request.scope["headers"] = [
        (name, value)
        for name, value in request.scope["headers"]
        if name != b"range" or value.strip().lower().startswith(b"bytes")
    ]


def _can_be_had(asked: str, size: int) -> bool:
    unit, _, parts = asked.partition("=")
    if unit.strip().lower() != "bytes":
        return False
    return all(_is_within(part.strip(), size) for part in parts.split(","))


def _is_within(part: str, size: int) -> bool:
    spelled = _ONE.fullmatch(part)
    if spelled is None:
        return False
    first, last = spelled.groups()
    if first is None:
        return last is not None and int(last) > 0 and size > 0
    return int(first) < size and (last is None or int(first) <= int(last))
