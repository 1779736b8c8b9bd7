"""Entity tags: what has not changed is not sent again, what has is not overwritten unseen."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Annotated

from fastapi import Header, Response
from starlette.status import HTTP_304_NOT_MODIFIED

from training_analyzer.web.refusals import StaleVersion

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic import BaseModel

type IfNoneMatch = Annotated[str | None, Header(max_length=1024)]
type IfMatch = Annotated[str | None, Header(max_length=1024)]


def etag_of(*versions: object) -> str:
    """Return the strong entity tag of something with these versions."""
    digest = hashlib.sha256(json.dumps(versions, default=str).encode()).hexdigest()
    return f'"{digest[:32]}"'


def answered(body: BaseModel, etag: str, if_none_match: str | None) -> Response:
    """Return *body* under *etag*, or 304 without a body when the caller has it."""
    return _answered(lambda: _text(body), etag, if_none_match)


def answered_as_it_reads(body: BaseModel, if_none_match: str | None) -> Response:
    """Return *body* under a tag of its own text, or 304 without a body when the caller has it."""
    text = _text(body)
    return _answered(lambda: text, etag_of(text), if_none_match)


def _text(body: BaseModel) -> str:
    return body.model_dump_json(by_alias=True)


def _answered(text: Callable[[], str], etag: str, if_none_match: str | None) -> Response:
    headers = {"ETag": etag}
    known = {tag.strip().removeprefix("W/") for tag in (if_none_match or "").split(",")}
    if etag in known or "*" in known:
        return Response(status_code=HTTP_304_NOT_MODIFIED, headers=headers)
    return Response(text(), media_type="application/json", headers=headers)


def is_conditional(if_match: str | None, etag: str) -> bool:
    """Tell whether a change is for the version with *etag* and no other.

    False where the caller named no version, or any. Raises `StaleVersion` where they named
    others than this. It answers early and well; what guards against a change in between is
    the statement that changes: `UPDATE ... WHERE version = :seen`.
    """
    named = {tag.strip() for tag in (if_match or "*").split(",")}
    if "*" in named:
        return False
    # A weak tag never matches here: it stands for something that is only much the same.
    if etag not in named:
        raise StaleVersion(etag)
    return True
