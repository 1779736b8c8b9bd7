"""An original file as rows of the tables: for a sync that brings it, and a reparse that has it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from training_analyzer import fit
from training_analyzer.arrays import pack
from training_analyzer.db.repositories.file_rows import ActivityFile

if TYPE_CHECKING:
    from training_analyzer.streams import Row

SOURCE: Final = "file"


def read_file(download: bytes) -> ActivityFile:
    """Return what lies in *download*, read as far as it can be, in the columns of the tables."""
    inner = fit.unwrap(download)
    decoded = fit.decode(inner)
    track: list[Row] = []
    if decoded.track:
        track.append(
            {
                "start_utc": decoded.start_utc,
                "point_count": decoded.point_count,
                "columns": ",".join(decoded.track),
                "points_zstd": pack(decoded.track),
            }
        )
    return ActivityFile(
        file={
            "sha256": hashlib.sha256(download).hexdigest(),
            "inner_name": inner.name,
            "format": inner.format.value,
            "file_bytes": len(download),
            "content": download,
            "decode_status": decoded.status.value,
            "decoder": decoded.decoder,
            "decode_errors": ",".join(decoded.errors) or None,
        },
        laps=[{**lap, "source": SOURCE} for lap in decoded.laps],
        tracks=track,
    )
