"""Columns of numbers as one compressed value, and back. Pure.

A curve or a track is stored as zstd-compressed JSON, `{"name": [value, ...], ...}`, so
that any program that reads SQL can read it, too. Whole columns compress far better than
rows: a day of heart rate is some 700 points and about 1 kB.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import zstandard
from pydantic_core import from_json

from training_analyzer.errors import UnexpectedPayload

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

type Number = int | float | str | None

_LEVEL: Final = 9
# Far above the longest track that a watch records, far below what fills the memory.
_MOST_BYTES: Final = 256 * 1024 * 1024


def pack(columns: Mapping[str, Sequence[Number]]) -> bytes:
    """Return *columns*, all of one length, as one compressed value.

    Raises `ValueError` when the lengths differ.
    """
    if len({len(column) for column in columns.values()}) > 1:
        message = "columns of one curve have one length"
        raise ValueError(message)
    text = json.dumps(
        {name: list(column) for name, column in columns.items()},
        allow_nan=False,
        ensure_ascii=False,
        separators=(",", ":"),
    )
    return zstandard.compress(text.encode(), _LEVEL)


def unpack(packed: bytes) -> dict[str, list[Number]]:
    """Return the columns of *packed*. Raises `UnexpectedPayload` when it is something else."""
    try:
        # Pydantic's reader takes a quarter of json's time: of six hours that is 20 ms of a page.
        columns = from_json(as_json(packed))
    except ValueError:
        raise UnexpectedPayload from None
    if not isinstance(columns, dict) or not all(isinstance(c, list) for c in columns.values()):
        raise UnexpectedPayload
    return columns


def as_json(packed: bytes) -> str:
    """Return the JSON text in *packed*, unread: an object of columns.

    Raises `UnexpectedPayload` when there is no text in it.
    """
    try:
        text = zstandard.ZstdDecompressor().decompress(packed, max_output_size=_MOST_BYTES)
        return text.decode()
    except (ValueError, zstandard.ZstdError):
        raise UnexpectedPayload from None
